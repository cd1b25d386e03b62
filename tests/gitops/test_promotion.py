"""Promotion: what it copies, what else may bring an image, and what has to be so before."""

import time

import pytest

from gitops import contract, values
from gitops.types import Health
from tests.gitops.path_help import BOB, FILES, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.test_submit import push

PRODUCTION = {"environment": "production"}
CONFIG = "environments:\n  staging: {{}}\n  production: {{promotes_from: staging, {more}}}\n"


def ruled(world, more):
    push(world.path, {"klepaas.yaml": CONFIG.format(more=more)})


def test_chosen_keys_come_along(world):
    """The version and the named keys, whole; what the source has not is left, all else is the target's own."""
    ruled(world, "promotes: [config, nothing.here]")
    push(world.path, {"values/staging/web.yaml": FILES["values/staging/web.yaml"] + "config: {FLAG: a, LIMIT: 3}\n"})
    sha = world.say("promote", **PRODUCTION).commit
    assert world.lines(sha)[:2] == ["-image: {repository: nginx, tag: '1.24'}", "+image: {repository: nginx, tag: '1.25'}"]
    assert values.parse(world.read("values/production/web.yaml").encode(), "web.yaml")["config"] == {"FLAG": "a", "LIMIT": 3}
    assert "nothing" not in world.read("values/production/web.yaml")


def test_only_a_promotion_brings_an_image(world):
    """Whatever verb would: refused. What the source runs, a rollback, and changes that bring none, are not."""
    ruled(world, "only_promote: true")
    for verb, args in (("deploy", {"version": "1.26"}), ("deploy", {"version": "1.25", "image": "httpd"}), ("create_app", {"app": "fresh", "image": "nginx", "version": "9"})):
        error = world.refused(verb, **PRODUCTION, **args)
        assert error.code == "only_promote" and error.details["source"] == "staging"
    assert world.say("scale", replicas=3, **PRODUCTION).commit
    assert world.say("promote", **PRODUCTION).commit
    world.say("deploy", version="1.26")
    assert world.say("rollback", steps_back=1, **PRODUCTION).commit


def test_a_gate_is_open_after_its_time(world):
    """Of the version that is promoted, healthy, for so long; else it says what is missing."""
    ruled(world, "gates: {healthy: 10m}")
    ledger = world.services.ledger
    error = world.refused("promote", **PRODUCTION)
    assert (error.code, error.details["running"]) == ("gate_not_there", "?")
    ledger.observe("web", "staging", health=Health("progressing"), version="1.25")
    assert world.refused("promote", **PRODUCTION).code == "gate_not_healthy"
    ledger.observe("web", "staging", health=Health("healthy"))
    error = world.refused("promote", **PRODUCTION)
    assert error.code == "gate_too_soon" and 590 < error.retry_after <= 601 and error.details["left"] == "10 min"
    since(ledger, 601)
    assert world.say("promote", **PRODUCTION).commit


def since(ledger, seconds):
    """As if it had been so for so long."""
    table = ledger.tables["state"]
    with ledger.store.write():
        row = table.get(app="web", environment="staging")
        table.update(state=row.state.replace(f'"since":{ledger.state("web", "staging")["since"]!r}', f'"since":{time.time() - seconds!r}')).where(table.app == "web").execute()


def test_a_gate_is_asked_at_the_merge_too(world):
    """What was healthy when it was proposed may not be so any more."""
    ruled(world, "gates: {healthy: 1s}, review: required")
    ledger = world.services.ledger
    ledger.observe("web", "staging", health=Health("healthy"), version="1.25")
    since(ledger, 5)
    review = world.say("promote", **PRODUCTION).review
    world.say("approve", None, None, actor=BOB, review=review.id)
    ledger.observe("web", "staging", health=Health("degraded"))
    assert world.refused("merge", None, None, actor=BOB, review=review.id).code == "gate_not_healthy"
    ledger.observe("web", "staging", health=Health("healthy"))
    since(ledger, 5)
    assert world.say("merge", None, None, actor=BOB, review=review.id).commit


@pytest.mark.parametrize("more", ["gates: {healthy: soon}", "gates: {wait: 1m}", "gates: 10m", "promotes: config", "promotes: ['']"])
def test_what_cannot_be_read_is_said(more):
    """With its line; nobody is to believe in a gate that is none."""
    problem, = contract.read(CONFIG.format(more=more).encode(), "klepaas.yaml").problems
    assert problem.line == 3


def test_only_promote_needs_a_source():
    """Without one nothing could ever come."""
    problem, = contract.read(b"environments:\n  live: {only_promote: true}\n", "klepaas.yaml").problems
    assert "promotes_from" in problem.message
