"""Laws of orders: what one cannot do is refused, and what it does later, or not at all, is said before it is given and in its receipt."""

import time

import pytest

from gitops import messages, views
from gitops.types import Health, SyncResult
from tests.gitops.path_help import ANN, database, renderer, world  # noqa: F401 (fixtures)
from web import reads
from web.cli import terminal
from web.slack import blocks

CLOSED = "sync: {windows: [{from: '00:00', to: '00:01', days: mon, tz: Asia/Seoul}, {from: '00:02', to: '00:03', days: mon, tz: Asia/Seoul}]}"


def synced(world, app, status, error=None, revision="a" * 40):
    world.services.ledger.record_sync(SyncResult(app, "staging", revision, status, (), Health("healthy"), time.time(), time.time(), error))


def warned(world, *said, **more):
    """The warnings of an order, which its preview and its receipt have alike, at each door in words."""
    plan, receipt = world.preview(*said, **more), world.say(*said, **more)
    assert receipt.status == "accepted" and list(receipt.plan["warnings"]) == list(plan.warnings) and all(set(each) == {"en", "ko"} and each["en"] != each["ko"] for each in plan.warnings)
    printed, slack = terminal.receipt(views.receipt(receipt)), str(blocks.receipt(views.receipt(receipt), "ko"))
    assert all(f"warning: {each['en']}" in printed and each["ko"] in slack for each in plan.warnings)
    return [each["en"] for each in plan.warnings]


@pytest.mark.parametrize("given", ["abc1234", "ABC12", "abc1234" + "0" * 33])
def test_release_lets_go_what_waits(world, given):
    """A prefix of the revision that is held will do, or all of it; what is another's is refused, and named; so is a release where nothing waits."""
    assert world.refused("release", None, revision=given).code == "nothing_held"
    world.services.ledger.mark("staging", held="2 of 3 objects would be pruned", release="abc1234")
    error = world.refused("release", None, revision="def5678")
    assert (error.code, error.details["waiting"]) == ("other_held", ["abc1234"])
    assert world.say("release", None, revision=given).status == "accepted"
    assert world.refused("release", "web", "production", revision=given).code == "nothing_held"


def test_release_of_one_app_that_waits(world):
    """An app that renders nothing waits by itself; one that is held for another reason waits for no release."""
    synced(world, "web", "held", "waits for base")
    assert world.refused("release", "web", revision="a" * 40).code == "nothing_held"
    details = {"app": "web", "count": 1, "environment": "staging", "revision": "a" * 7}
    synced(world, "web", "held", messages.text("renders_nothing", "en", details))
    assert world.say("release", "web", revision="a" * 7).status == "accepted"


@pytest.mark.parametrize("verb", ["sync", "retry"])
def test_a_sync_that_writes_nothing_now_says_so(world, verb):
    """Outside the windows: when the next opens, also in the list of environments; of a suspended app: that it waits until it is resumed."""
    assert warned(world, verb) == [] == warned(world, verb, None)
    world.write({"klepaas.yaml": f"environments:\n  staging: {{{CLOSED}}}\n  production: {{}}\n"})
    for app in ("web", None):
        (text,) = warned(world, verb, app)
        assert text.startswith("outside the sync windows of staging") and text.endswith("00:00 Asia/Seoul")
    opens = {each["name"]: each["opens"] for each in reads.environments(world.services, ANN)["items"]}
    assert opens["production"] is None and opens["staging"].endswith("T00:00:00+09:00")
    world.say("suspend")
    assert ["suspended" in text for text in warned(world, verb)] == [True]


def test_cancel_where_nothing_goes_on_says_what_it_does(world):
    """A sync that runs, waits or is tried again is cancelled; where none does, the order says what it is good for."""
    idle = ["no sync is going on in staging that could be cancelled; cancelled all the same, nothing is repaired there until the next commit or sync"]
    assert warned(world, "cancel") == idle
    synced(world, "web", "progressing")
    assert warned(world, "cancel") == [] == warned(world, "cancel", None) and warned(world, "cancel", "auto") == idle
    synced(world, "web", "held", "cancelled; to go on: klepaas submit sync web -e staging")
    assert warned(world, "cancel") == idle
