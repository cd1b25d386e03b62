"""Commands, exactly once."""

import threading
from collections import Counter

import pytest

from gitops.errors import Conflict, Invalid, NotFound
from gitops.ledger import Ledger
from gitops.types import Actor, Command
from tests.gitops.ledger import processes

KIM = Actor("Kim", "kim@example.com", frozenset({"deploy:execute"}), "rest")
LEE = Actor("Lee", "lee@example.com", frozenset(), "chat")
RECEIPT = {"plan": {"summary": "2 -> 3 replicas"}, "z": 1, "a": "가\x00"}
SHA, OTHER = "a" * 40, "b" * 40


def command(id="one", **more):
    return Command("scale", "nginx", "staging", {"replicas": 3}, id, "nginx 3개로", **more)


def finished(ledger, actor, asked, **more):
    with ledger.command(actor, asked, "print") as row:
        row.finish(**{"status": "committed", "receipt": RECEIPT, "commit": SHA} | more)
    return row.uid


def test_one_delivers(url, ledger, tmp_path):
    """Of 8 processes with 4 threads each, exactly one gets to deliver an id."""
    ids = [f"id-{number}" for number in range(6)]
    said = processes.together(8, "deliver", url, tmp_path, ",".join(ids), 4)
    assert Counter(each for delivered in said for each in delivered) == dict.fromkeys(ids, 1)


def test_lock_dies_with_its_process(url, ledger, tmp_path):
    """While a process holds a command nobody else does; when it is killed the next one goes on, and sees its attempts."""
    holder = processes.start("hold", url, tmp_path, "one")
    processes.begin(holder)
    assert holder.stdout.readline() == "held\n"
    got = threading.Event()

    def take():
        with ledger.command(KIM, command(), "print") as row:
            got.attempts = row.attempts
            got.set()

    taker = threading.Thread(target=take)
    taker.start()
    early = got.wait(0.3)
    holder.kill()
    holder.communicate()
    taker.join()
    assert not early
    assert got.attempts == (SHA,)


def test_many_writers(url, ledger, tmp_path):
    """8 threads in 2 processes write commands at once: none fails, none is lost."""
    said = processes.together(2, "commands", url, tmp_path, 25, 4)
    uids = {uid for each in said for uid in each}
    assert len(uids) == 200
    assert {row["uid"] for row in ledger.commands_of(limit=1000, status="committed")} == uids


def test_replay(ledger):
    """The same id and request again gives the first receipt, unchanged."""
    uid = finished(ledger, KIM, command())
    with ledger.command(KIM, command(), "print") as row:
        assert (row.uid, row.id, row.receipt) == (uid, "one", RECEIPT)


def test_other_request_under_the_id(ledger):
    """Another request under a used id is a conflict; the same id of another person is another command."""
    uid = finished(ledger, KIM, command())
    with pytest.raises(Conflict, match="one") as raised, ledger.command(KIM, command(), "other print"):
        pass
    assert raised.value.code == "command_id_taken"
    assert finished(ledger, LEE, command()) != uid


def test_a_person_is_one_however_written(ledger):
    """An e-mail address in other letters is the same person."""
    uid = finished(ledger, KIM, command())
    with ledger.command(Actor("Kim", "KIM@Example.com", frozenset(), "rest"), command(), "print") as row:
        assert row.uid == uid


@pytest.mark.parametrize("id", ["", "a b", "a" * 65, "a\n", "가", "../x", 7])
def test_bad_id(ledger, id):
    """An id of other characters or lengths is refused."""
    with pytest.raises(Invalid) as raised, ledger.command(KIM, command(id), "print"):
        pass
    assert raised.value.code == "bad_command_id"
    assert raised.value.text("ko")


def test_fresh_id(ledger):
    """A command without an id gets one, and a uid fit for a branch name."""
    with ledger.command(KIM, command(None), "print") as row:
        assert row.id and row.uid.isalnum() and row.uid == row.uid.lower() and len(row.uid) <= 20


def test_attempts_outlive_a_crash(url, ledger, tmp_path):
    """What was attempted and resolved is there for whoever takes the command up, in another process too."""
    with pytest.raises(KeyboardInterrupt), ledger.command(KIM, command(), "print") as row:
        row.resolve(command(reason="because"))
        row.attempt(SHA)
        row.attempt(OTHER)
        raise KeyboardInterrupt
    other = Ledger.open(url, tmp_path)
    with other.command(KIM, command(), "print") as row:
        assert (row.attempts, row.resolved, row.receipt, row.command) == ((SHA, OTHER), True, None, command(reason="because"))
    other.close()


def test_attempt_by_another_thread(ledger):
    """A thread that commits for others writes down their attempts."""
    with ledger.command(KIM, command(), "print") as row:
        other = threading.Thread(target=row.attempt, args=(SHA,))
        other.start()
        other.join()
    assert ledger.command_by_uid(row.uid)["attempts"] == (SHA,)


def test_refused_is_not_remembered(ledger):
    """After a refusal the same id may be sent again, with another request even."""
    with ledger.command(KIM, command(), "print") as row:
        row.refuse("no_effect", "it changes nothing")
    assert ledger.commands_of(status="refused")[0]["uid"] == row.uid
    with ledger.command(KIM, command(), "other print") as row:
        assert (row.receipt, row.resolved, row.attempts) == (None, False, ())


def test_finish_tells(ledger):
    """A receipt and the event of it are there together."""
    uid = finished(ledger, KIM, command())
    event = ledger.events(0)[-1]
    assert (event.kind, event.app, event.environment) == ("command", "nginx", "staging")
    assert (event.data["uid"], event.data["verb"], event.data["status"], event.data["commit"]) == (uid, "scale", "committed", SHA)


def test_rights_are_not_kept(ledger):
    """A row says who asked, and gives nobody the rights they had."""
    kept = ledger.command_by_uid(finished(ledger, KIM, command()))["actor"]
    assert (kept.email, kept.name, kept.channel, kept.scopes) == (KIM.email, "Kim", "rest", frozenset())


def test_commands_of(ledger):
    """Rows are listed newest first, by place and status, a page at a time."""
    uids = [finished(ledger, KIM, command(f"id-{number}")) for number in range(5)]
    finished(ledger, KIM, Command("restart", "other", "production", {}, "x"))
    page = ledger.commands_of("nginx", "staging", limit=2)
    rest = ledger.commands_of("nginx", "staging", place=(page[-1]["created"], page[-1]["uid"]))
    assert [row["uid"] for row in (*page, *rest)] == uids[::-1]
    assert ledger.commands_of(status="proposed") == ()


def test_command_of_commit(ledger):
    """A commit names its command, also when only the attempt is known; a plain push names none."""
    uid = finished(ledger, KIM, command())
    with ledger.command(KIM, command("two"), "print") as row:
        row.attempt(OTHER)
    assert ledger.command_of_commit(SHA)["uid"] == uid
    assert {sha: found["uid"] for sha, found in ledger.commands_of_commits([SHA, OTHER, "c" * 40]).items()} == {SHA: uid, OTHER: row.uid}
    assert ledger.command_of_commit("c" * 40) is None
    assert ledger.commands_of_commits([]) == {}


def test_unfinished(ledger):
    """What was attempted and never ended is found; what has an end, no attempt or is in use is not."""
    finished(ledger, KIM, command("done"))
    with ledger.command(KIM, command("idle"), "print"):
        pass
    with ledger.command(KIM, command("lost"), "print") as row:
        row.attempt(OTHER)
    assert [each["uid"] for each in ledger.unfinished(0)] == [row.uid]
    assert ledger.unfinished(3600) == ()


def test_resume(ledger):
    """What nobody finished is taken up by its uid, and ends with a receipt to its sender."""
    with ledger.command(KIM, command(), "print") as row:
        row.attempt(SHA)
    with ledger.resume(row.uid) as again:
        assert (again.id, again.attempts, again.actor.email) == ("one", (SHA,), KIM.email)
        again.finish("committed", receipt=RECEIPT, commit=SHA)
    with ledger.command(KIM, command(), "print") as found:
        assert found.receipt == RECEIPT


def test_orders(ledger):
    """The controller finds accepted orders in the order of their acceptance until they are done, once."""
    with ledger.command(KIM, Command("sync", "nginx", "staging", {}, "a"), "print") as early:
        late = finished(ledger, KIM, Command("retry", "nginx", "staging", {}, "b"), status="accepted", commit=None)
        early.finish("accepted", receipt=RECEIPT)
    finished(ledger, KIM, Command("approve", "nginx", "staging", {"review": "1"}, "c"), status="accepted", commit=None, review="1")
    found = ledger.orders(0)
    assert [(row["uid"], row["verb"]) for row in found] == [(late, "retry"), (early.uid, "sync")]
    assert [row["uid"] for row in ledger.orders(found[0]["event"])] == [early.uid]
    assert ledger.order_done(late, {"status": "succeeded"}) is True
    assert ledger.order_done(late, {"status": "failed"}) is False
    assert [row["uid"] for row in ledger.orders(0)] == [early.uid]
    assert ledger.command_by_uid(late)["result"] == {"status": "succeeded"}
    assert ledger.events(0)[-1].kind == "order"


def test_unknown_command(ledger):
    """A uid of no command is not found, whatever it holds."""
    for uid in ("nothing", "x" * 5000, "\x00", "\ud800"):
        with pytest.raises((NotFound, Invalid)):
            ledger.command_by_uid(uid)
