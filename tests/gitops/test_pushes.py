"""Plain pushes: noticed, written down once, and told where nothing explains them."""

import time

from gitops import pushes
from gitops.ledger.audit import Entry
from tests.gitops.path_help import BOB, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.repo_help import raw

WEB, PRODUCTION = "values/staging/web.yaml", "values/production/web.yaml"


def push(world, path, text, ago=0):
    data, at, said = text.encode(), int(time.time()) - ago, b"Small\n\nCommand-Id: 0123456789\n"
    who = b"Boss <boss@x> %d +0000" % at
    raw(world.path, "fast-import", "--quiet", stdin=b"commit refs/heads/main\nauthor %s\ncommitter %s\ndata %d\n%sfrom refs/heads/main^0\nM 100644 inline %s\ndata %d\n%s\n" % (
        who, who, len(said), said, path.encode(), len(data), data))


def begun(world):
    """An audit with a first row of long ago, so that what comes counts."""
    ledger = world.services.ledger
    ledger.audit.add(Entry("a@example.org", "A", False, None, None, "rest", "scale", None, None, {}, "refused"))
    with ledger.store.write():
        ledger.tables["audit"].update(at=time.time() - 3600).execute()


def test_a_push_is_written_down_once(world):
    """Who git says, the app it changed, and its commit, through the door git; trailers that it wrote itself explain nothing."""
    begun(world)
    push(world, WEB, "replicaCount: 7\n")
    first = pushes.unexplained(world.services)
    assert [(each["author"], each["email"], each["subject"], each["app"], each["environment"]) for each in first if each["subject"] == "Small"] == [("Boss", "boss@x", "Small", "web", "staging")]
    pushes.note(world.services)
    assert pushes.unexplained(world.services) == [] and pushes.note(world.services) == 0
    row = world.services.ledger.audit.rows(verb="push", app="web")[0]
    assert (row["door"], row["email"], row["outcome"], row["commit"]) == ("git", "boss@x", "committed", world.services.repo.head())


def test_commands_and_reviews_are_explained(world):
    """Whatever the door, and what a person merged."""
    begun(world)
    pushes.note(world.services)
    world.say("scale", replicas=3)
    review = world.say("scale", replicas=4, environment="production").review
    world.say("approve", None, None, actor=BOB, review=review.id)
    world.say("merge", None, None, actor=BOB, review=review.id)
    assert pushes.unexplained(world.services) == []


def test_what_is_no_desired_state_is_not_told(world):
    """A README; what several apps share is told without one."""
    begun(world)
    pushes.note(world.services)
    push(world, "README.md", "words\n")
    assert pushes.unexplained(world.services) == []
    push(world, "klepaas.yaml", world.read("klepaas.yaml") + "\n")
    (found,) = pushes.unexplained(world.services)
    assert (found["app"], found["environment"]) == (None, None)


def test_what_was_there_before_the_product_is_not_told(world):
    """Nor is anything while the audit is empty."""
    assert pushes.unexplained(world.services) == [] and pushes.note(world.services) == 0
    push(world, PRODUCTION, "replicaCount: 7\n", ago=7200)
    begun(world)
    assert "Small" not in [each["subject"] for each in pushes.unexplained(world.services)]
