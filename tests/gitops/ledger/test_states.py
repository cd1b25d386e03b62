"""Syncs and live states, retention, claims."""

from dataclasses import replace

from gitops.types import Health, SyncResult

SYNC = SyncResult("nginx", "staging", "a" * 40, "progressing", ({"action": "created", "kind": "Service", "namespace": "s", "name": "nginx"},),
                  Health("progressing"), started=100.0)


def test_a_sync_told_again(ledger):
    """A sync that goes on is the same one, brought up to date; each telling is an event."""
    ledger.record_sync(SYNC)
    ledger.record_sync(replace(SYNC, status="succeeded", health=Health("healthy"), finished=101.0))
    sync, = ledger.syncs("nginx", "staging")
    assert (sync["status"], sync["finished"], sync["actions"][0]["action"]) == ("succeeded", 101.0, "created")
    assert [event.data["status"] for event in ledger.events(0, kinds=["sync"])] == ["progressing", "succeeded"]
    assert ledger.state("nginx", "staging")["sync"] == "succeeded"


def test_recorded_late(ledger):
    """A sync that is recorded later than a newer one is kept, and does not make the state old."""
    ledger.record_sync(replace(SYNC, revision="b" * 40, started=200.0))
    ledger.record_sync(SYNC)
    assert ledger.state("nginx", "staging")["revision"] == "b" * 40
    assert [sync["started"] for sync in ledger.syncs()] == [200.0, 100.0]


def test_no_sync_is_on_its_way_for_ever(ledger):
    """One that never ended is superseded by the next of its app, or when the app goes; other apps' go on."""
    for started, app in ((100.0, "nginx"), (100.0, "other"), (200.0, "nginx")):
        ledger.record_sync(replace(SYNC, app=app, started=started))
    assert {(each["app"], each["started"]): (each["status"], each["finished"]) for each in ledger.syncs()} == {
        ("nginx", 100.0): ("superseded", 200.0), ("other", 100.0): ("progressing", None), ("nginx", 200.0): ("progressing", None)}
    ledger.forget("nginx", "staging")
    assert [each["status"] for each in ledger.syncs("nginx")] == ["superseded", "superseded"]


def test_observe(ledger):
    """Only what changed is told."""
    ledger.observe("nginx", "staging", health="healthy", replicas={"desired": 2, "ready": 2}, version="1.1")
    ledger.observe("nginx", "staging", health="healthy")
    ledger.observe("nginx", "staging", health="degraded", message="crash loop")
    assert [event.data["health"] for event in ledger.events(0, kinds=["health"])] == ["healthy", "degraded"]
    state = ledger.state("nginx", "staging")
    assert (state["health"], state["message"], state["replicas"], state["version"]) == ("degraded", "crash loop", {"desired": 2, "ready": 2}, "1.1")


def test_observe_a_health(ledger):
    """A Health is its status and its message."""
    ledger.observe("nginx", "staging", health=Health("degraded", "crash loop"))
    state = ledger.state("nginx", "staging")
    assert (state["health"], state["message"]) == ("degraded", "crash loop")


def test_states(ledger):
    """Every app's state is there by its place until the app is gone."""
    ledger.observe("a", "staging", health="healthy")
    ledger.observe("b", "staging", health="healthy")
    ledger.forget("a", "staging")
    assert set(ledger.states()) == {("b", "staging")}
    assert ledger.state("a", "staging") is None


def test_retention(ledger):
    """Old syncs and events go, the states and newer ones stay."""
    ledger.record_sync(SYNC)
    last = ledger.event("notice")
    ledger.retention(1)
    assert ledger.syncs() == ()
    assert ledger.last_event() == last
    assert ledger.state("nginx", "staging")["revision"] == SYNC.revision


def test_claim(ledger):
    """What an installation does once in a while is claimed by one."""
    assert [ledger.claim("gc", 60), ledger.claim("gc", 60), ledger.claim("scan", 0), ledger.claim("scan", 0)] == [True, False, True, True]
