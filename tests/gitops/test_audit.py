"""The audit: every attempt is in it, nothing secret is, and whatever was changed, taken out or put in shows."""

import time

import pytest

from gitops import audit, reviewing
from gitops.ledger.audit import Entry
from gitops.origin import HERE, Origin, within
from tests.gitops.path_help import AGENT, ANN, BOB, FILES, both, command, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.ledger.conftest import ledger, url  # noqa: F401 (fixtures)

KEY, OTHER = b"k" * 32, b"o" * 32
NOBODY = Entry("a@example.org", "A", False, "192.0.2.1", "r", "rest", "scale", "web", "staging", {"replicas": 3}, "committed")


def filled(ledger, count=6):
    for _ in range(count):
        ledger.audit.add(NOBODY)
    return ledger.audit


def tables(ledger):
    return ledger.tables["audit"], ledger.tables["checkpoint"]


# --- what is in it ---------------------------------------------------------------------------------------------------


def test_what_was_done_and_what_was_not(world):
    """A preview, a commit, a proposal, a repetition and a refusal: who, from where, what, and what became of it."""
    with within(Origin("192.0.2.7", "req-1")):
        world.preview("scale", replicas=3)
        done = world.say("scale", replicas=3, id="one")
        world.say("scale", replicas=3, id="one")
        proposed = world.say("scale", "web", "production", replicas=4, actor=AGENT)
        world.refused("scale", replicas=-1)
    rows = world.services.ledger.audit.rows()
    assert [row["outcome"] for row in rows] == ["refused", "proposed", "repeated", "committed", "previewed"]
    by = {row["outcome"]: row for row in rows}
    assert {(row["address"], row["request"], row["email"], row["door"]) for row in rows} == {("192.0.2.7", "req-1", "ann@example.org", "rest")}
    assert by["committed"]["commit"] == by["repeated"]["commit"] == done.commit and by["committed"]["args"] == {"replicas": 3}
    assert by["proposed"]["review"] == proposed.review.id and by["proposed"]["agent"] and by["refused"]["code"] == "bad_argument"


def test_reviews_are_in_it(world):
    """Who approved, who merged, and whom that was refused to."""
    review = world.say("scale", "web", "production", replicas=4).review.id
    world.refused("approve", None, None, review=review)
    world.say("approve", None, None, actor=BOB, review=review)
    merged = world.say("merge", None, None, actor=BOB, review=review)
    rows = [(row["email"][:3], row["verb"], row["outcome"], row["code"]) for row in reversed(world.services.ledger.audit.rows())]
    assert [row for row in rows if row[1] in ("approve", "merge")] == [
        ("ann", "approve", "refused", "own_review"), ("bob", "approve", "accepted", None), ("bob", "merge", "accepted", None)]
    assert world.services.ledger.audit.rows(verb="merge")[0]["commit"] == merged.commit


def test_what_nobody_here_did_to_a_review_is_in_it(world, monkeypatch):
    """One that expired is rejected by nobody."""
    review = world.say("scale", "web", "production", replicas=4).review
    world.write({"klepaas.yaml": FILES["klepaas.yaml"].replace("review: required", "review: required, review_days: 3")})
    now = time.time()
    monkeypatch.setattr(reviewing.time, "time", lambda: now + 3 * 86400 + 1)
    reviewing.expire(world.services)
    row = world.services.ledger.audit.rows(review=review.id)[0]
    assert (row["door"], row["name"], row["verb"], row["outcome"]) == ("controller", "expired", "reject", "accepted")


def test_a_process_that_serves_nobody_says_where_it_runs(world):
    """The command line and the controller come from this machine."""
    world.say("scale", replicas=3)
    assert world.services.ledger.audit.rows()[0]["address"] == HERE.address


@pytest.mark.parametrize("args, kept", [
    ({"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "DB_PASSWORD", "value": "***"}),
    ({"manifest": "kind: Secret\nstringData: {a: hunter2}"}, {"manifest": "(37 characters)"}),
    ({"break_glass": "the token ghp_" + "a" * 36}, {"break_glass": "the token ***"}),
    ({"x" * 200: "y" * 500, "number": 3, "deep": {"a": ["klp_" + "b" * 30]}}, {"x" * 64: "y" * 200, "number": 3, "deep": "{'a': ['***']}"}),
    ({"nul": "a\0b\ud800"}, {"nul": "ab\\ud800"})])
def test_secrets_are_not(args, kept):
    """The value of a variable never, a file only as its size, and nothing that has the form of a secret."""
    assert audit.redacted(args) == kept


def test_refused_secrets_are_not(world):
    """What was refused for the secret in it is written down without it."""
    world.refused("set_env", name="API_TOKEN", value="hunter2hunter2")
    world.refused("create_app", "new", image="nginx:1", host="https://kim:hunter2hunter2@example.org")
    assert "hunter2" not in str(world.services.ledger.audit.rows()) and len(world.services.ledger.audit.rows()) == 2


def test_it_is_searched(ledger):
    """By any column, by time, by words, by environments; a page at a time."""
    audit_ = filled(ledger)
    audit_.add(Entry(None, None, False, "198.51.100.9", "find-me", "mcp", "get", None, "production", {}, "refused", "missing_scope"))
    assert [row["number"] for row in audit_.rows(limit=3)] == [7, 6, 5] and [row["number"] for row in audit_.rows(before=5, limit=2)] == [4, 3]
    assert len(audit_.rows(email="a@example.org")) == 6 and len(audit_.rows(door="mcp")) == len(audit_.rows(text="find-me")) == len(audit_.rows(text="98.51.10")) == 1
    assert len(audit_.rows(environments=["production"])) == 1 and audit_.rows(environments=[]) == () and audit_.rows(text="%") == ()
    at = audit_.rows()[0]["at"]
    assert audit_.rows(until=at - 3600) == () and len(audit_.rows(since=at - 3600)) == 7
    assert [row["number"] for row in audit_.every(after=4, verb="scale")] == [5, 6]


# --- what was done to it ---------------------------------------------------------------------------------------------


def test_an_untouched_one_is_whole(ledger):
    """Rows, checkpoints and a cut are no problem by themselves."""
    audit_ = filled(ledger)
    assert audit_.seal(KEY) == 0 and audit_.seal(KEY) == 0
    filled(ledger, 2)
    found = audit_.verify(KEY)
    assert (found["rows"], found["first"], found["last"], found["problems"]) == (8, 1, 8, [])


def test_an_empty_one_is_whole(ledger):
    """Nothing is not a problem, and cannot be sealed."""
    assert ledger.audit.seal(KEY, 1) == 0 and ledger.audit.verify(KEY)["problems"] == []


@pytest.mark.parametrize("column, value", [("email", "b@example.org"), ("outcome", "refused"), ("args", "{}"), ("at", 1.0), ("commit", "f" * 40), ("address", None)])
def test_a_changed_row_shows(ledger, column, value):
    """Whatever of it was changed."""
    audit_, (table, _) = filled(ledger), tables(ledger)
    with ledger.store.write():
        table.update(**{column: value}).where(table.number == 3).execute()
    assert audit_.verify(KEY)["problems"] == ["row 3: was changed"]


def test_a_changed_row_with_its_hash_made_again_shows(ledger):
    """The next one remembers what it was."""
    from gitops.ledger.audit import digest, shown

    audit_, (table, _) = filled(ledger), tables(ledger)
    with ledger.store.write():
        table.update(email="b@example.org").where(table.number == 3).execute()
        row = table.get_by_id(3)
        table.update(hash=digest(row.previous, shown(row) | {"args": row.args})).where(table.number == 3).execute()
    assert audit_.verify(KEY)["problems"] == ["row 4: does not follow the row before it"]


@pytest.mark.parametrize("gone, problem", [([3], "row 3: missing"), ([2, 3, 4], "row 2: missing, and those up to 4"), ([1, 2], "row 1: missing, and those up to 2")])
def test_a_missing_row_shows(ledger, gone, problem):
    """In the middle, and at the beginning where no checkpoint says that it was cut."""
    audit_, (table, _) = filled(ledger), tables(ledger)
    with ledger.store.write():
        table.delete().where(table.number.in_(gone)).execute()
    assert problem in audit_.verify(KEY)["problems"]


def test_a_missing_end_shows(ledger):
    """What a checkpoint was made of was there."""
    audit_, (table, _) = filled(ledger), tables(ledger)
    audit_.seal(KEY)
    with ledger.store.write():
        table.delete().where(table.number > 4).execute()
    assert audit_.verify(KEY)["problems"] == ["row 6: missing, a checkpoint says it was there"]
    audit_.add(NOBODY)
    audit_.add(NOBODY)
    assert audit_.verify(KEY)["problems"] == ["row 6: is not the one its checkpoint was made of"]


def test_retention_cuts_where_a_checkpoint_says_so(ledger):
    """Old rows go, what stays follows the signed end of what went; without that signature it shows."""
    audit_, (table, marks) = filled(ledger), tables(ledger)
    with ledger.store.write():
        table.update(at=table.at - 10 * 86400).where(table.number <= 4).execute()
    rehashed(ledger)
    assert audit_.seal(KEY, 5) == 4
    found = audit_.verify(KEY)
    assert (found["first"], found["rows"], found["problems"]) == (5, 2, [])
    audit_.add(NOBODY)
    assert audit_.verify(KEY)["last"] == 7 and audit_.verify(KEY)["problems"] == []
    with ledger.store.write():
        marks.delete().where(marks.number == 4).execute()
    assert audit_.verify(KEY)["problems"][0].startswith("row 1: missing, and those up to 4")


def test_numbers_go_on_after_everything_was_cut(ledger):
    """The next row follows the checkpoint, so that a removal cannot look like a beginning."""
    audit_, (table, _) = filled(ledger), tables(ledger)
    with ledger.store.write():
        table.update(at=1.0).execute()
    rehashed(ledger)
    assert audit_.seal(KEY, 5) == 6 and audit_.rows() == ()
    audit_.add(NOBODY)
    assert audit_.rows()[0]["number"] == 7 and audit_.verify(KEY)["problems"] == []


def test_a_checkpoint_that_another_key_signed_shows(ledger):
    """Who may write to the database but has no key cannot move the beginning."""
    audit_ = filled(ledger)
    audit_.seal(OTHER)
    assert audit_.verify(KEY)["problems"] == ["checkpoint 6: its signature is not ours"]


def rehashed(ledger):
    """The chain made again after the test moved rows in time."""
    from gitops.ledger.audit import digest, shown

    table, previous = ledger.tables["audit"], ""
    with ledger.store.write():
        for row in table.select().order_by(table.number):
            found = digest(previous, shown(row) | {"args": row.args})
            table.update(previous=previous, hash=found).where(table.number == row.number).execute()
            previous = found
