"""Deliveries of webhooks: each once, worked on by one, """

import threading


def keep(ledger, id, digest=None, **facts):
    return ledger.delivered(id, digest or f"d-{id}", "push", "acme/shop", facts)


def test_a_delivery_is_kept_once(ledger):
    """The same id, or the same bytes under another id, is a replay."""
    assert keep(ledger, "a", sha="1") is True
    assert keep(ledger, "a", "other") is False and keep(ledger, "b", "d-a") is False
    assert [each["id"] for each in ledger.deliveries()] == ["a"]


def test_of_many_at_once_one_is_kept(ledger):
    """A forge that repeats itself faster than we write."""
    found = []
    threads = [threading.Thread(target=lambda: found.append(keep(ledger, "a"))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(found) == [False] * 7 + [True]


def test_one_works_on_a_delivery(ledger):
    """Another only after the first had its time; nobody once it is done, and its outcome is kept; the event says no more than that."""
    keep(ledger, "a", sha="1")
    assert ledger.waiting(60) == ("a",)
    assert ledger.delivery("a", 60) == {"sha": "1"} and ledger.delivery("a", 60) is None and ledger.waiting(60) == ()
    assert ledger.delivery("a", -1) == {"sha": "1"}
    ledger.delivery_done("a", [{"status": "committed"}])
    assert ledger.delivery("a", -1) is None and ledger.waiting(-1) == ()
    (event,) = ledger.events(0)
    assert (event.kind, event.data) == ("webhook", {"delivery": "a", "event": "push", "status": "done"})
    assert [(each["status"], each["repository"], each["outcome"]) for each in ledger.deliveries("acme/shop")] == [("done", "acme/shop", [{"status": "committed"}])] and ledger.deliveries("else/where") == ()


def test_what_last_arrived_is_remembered_by_app_and_environment(ledger):
    """Nothing at first; then the newest, whatever arrived elsewhere."""
    for version in ("1", "2"):
        with ledger.arrival("web", "staging") as before:
            assert before == (None if version == "1" else {"version": "1"})
            ledger.arrived("web", "staging", {"version": version})
    with ledger.arrival("web", "production") as before:
        assert before is None
    with ledger.arrival("web", "staging") as before:
        assert before == {"version": "2"}


def test_arrivals_of_an_app_come_one_after_another(ledger):
    """Eight at once: each sees the one before, so none is lost."""
    def arrive():
        with ledger.arrival("web", "staging") as before:
            ledger.arrived("web", "staging", {"count": (before or {"count": 0})["count"] + 1})
    threads = [threading.Thread(target=arrive) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with ledger.arrival("web", "staging") as before:
        assert before == {"count": 8}


def test_old_deliveries_go(ledger):
    """Retention takes them as it takes events."""
    keep(ledger, "a")
    ledger.retention(-1)
    assert ledger.deliveries() == ()
