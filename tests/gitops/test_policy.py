"""Who may do what, and which changes are reviewed."""

import itertools
from dataclasses import replace

import pytest

from gitops import policy
from gitops.errors import Forbidden
from gitops.types import CHANNELS, Change, Environment, Review
from gitops.verbs import VERBS
from tests.gitops.path_help import ANN

FREE, WATCHED = Environment("staging", "staging"), Environment("production", "production", 1, review=True)
TRUSTING = replace(FREE, agents="commit")
OPEN = Review("r", "open", "klepaas/x", "h", "t", "ann@example.org", "production", required=1)


def whole(verb):
    return verb.environment == "none" and verb.scope.startswith("admin:")


def test_what_concerns_all_environments_needs_its_scope_everywhere():
    """An administrator of one environment is none of the others: a query sees them all."""
    assert whole(VERBS["query"])
    with pytest.raises(Forbidden, match="admin:read"):
        policy.authorise(replace(ANN, scopes=frozenset({"admin:read@a"})), VERBS["query"], None)
    policy.authorise(replace(ANN, scopes=frozenset({"admin:read"})), VERBS["query"], None)


@pytest.mark.parametrize("moved, held, refused", [
    ({"k8s:read@a"}, {"k8s:read"}, None), ({"k8s:read@a"}, {"k8s:read@a"}, None), ({"k8s:read"}, {"k8s:read@a"}, "k8s:read"),
    ({"k8s:read@b"}, {"k8s:read@a"}, "k8s:read@b"), ({"admin:write"}, {"admin:write@a", "k8s:read"}, "admin:write"), (set(), set(), None)])
def test_nobody_gives_or_takes_what_they_do_not_hold(moved, held, refused):
    """One environment's rights give none of another's, nor all of them."""
    actor = replace(ANN, scopes=frozenset(held))
    if refused is None:
        return policy.may_grant(actor, moved)
    with pytest.raises(Forbidden) as caught:
        policy.may_grant(actor, moved)
    assert caught.value.code == "more_than_held" and caught.value.details["scope"] == refused


@pytest.mark.parametrize("held, asked, left", [
    ({"k8s:read"}, {"k8s:read@a"}, {"k8s:read@a"}), ({"k8s:read@a"}, {"k8s:read"}, {"k8s:read@a"}), ({"k8s:read@a"}, {"k8s:read@b"}, set()),
    ({"k8s:read@a", "k8s:read@b"}, {"k8s:read"}, {"k8s:read@a", "k8s:read@b"}), ({"k8s:read"}, {"deploy:execute"}, set()), ({"k8s:read"}, {"k8s:read"}, {"k8s:read"})])
def test_a_token_shrinks_to_what_its_user_holds(held, asked, left):
    """Never more than asked for, never more than held."""
    assert policy.within(held, asked) == left


@pytest.mark.parametrize("verb", [verb for verb in VERBS.values() if not whole(verb)], ids=lambda verb: verb.name)
def test_a_scope_counts_where_it_is_held(verb):
    """Held everywhere, or at this environment; no other scope helps, and one elsewhere does not."""
    for scopes, at, allowed in (({verb.scope}, "a", True), ({f"{verb.scope}@a"}, "a", True), ({f"{verb.scope}@b"}, "a", False), (set(), "a", False),
                                ({f"{verb.scope}@"}, "a", False), ({f"{verb.scope}@*"}, "a", False), ({verb.scope + "x"}, "a", False),
                                ({f"{verb.scope}@b"}, None, True), (set(policy.SCOPES) - {verb.scope}, "a", False)):
        actor = replace(ANN, scopes=frozenset(scopes))
        if allowed:
            assert policy.authorise(actor, verb, at) is None
            continue
        with pytest.raises(Forbidden, match="needs"):
            policy.authorise(actor, verb, at)


def test_mcp_needs_its_own_scope_too():
    """The door of agents has a key of its own."""
    actor = replace(ANN, channel="mcp", scopes=frozenset({"deploy:execute"}))
    with pytest.raises(Forbidden, match="mcp:execute"):
        policy.authorise(actor, VERBS["scale"], "staging")
    policy.authorise(replace(actor, scopes=frozenset({"deploy:execute", "mcp:execute"})), VERBS["scale"], "staging")


@pytest.mark.parametrize(("channel", "agent", "environment"), list(itertools.product(CHANNELS, (False, True), (FREE, WATCHED, TRUSTING))))
def test_agents_propose_and_people_commit(channel, agent, environment):
    """Review where the environment asks for it; and from agents, by token or by MCP, unless the environment trusts them. Automatic answers were approved with klepaas.yaml."""
    actor, change = replace(ANN, channel=channel, agent=agent), (Change("values/x/web.yaml", b"", b"x"),)
    proposes = (agent or channel == "mcp") and environment.agents == "propose"
    assert policy.delivery(actor, (FREE, WATCHED, TRUSTING), environment, change) == ("review" if (environment.review or proposes) and channel != "controller" else "commit")


@pytest.mark.parametrize("path", ["klepaas.yaml", "charts/common/values.yaml", "klepaas-access.yaml"])
def test_what_touches_all_is_reviewed_as_the_strictest(path):
    """A chart or klepaas.yaml changes production too, in whose name it ever is changed."""
    change = (Change("values/staging/web.yaml", b"", b"x"), Change(path, b"", b"x"))
    assert policy.delivery(ANN, (FREE, WATCHED), FREE, change) == "review"
    assert policy.delivery(ANN, (FREE, TRUSTING), FREE, change) == "commit"


@pytest.mark.parametrize(("actor", "code"), [
    (replace(ANN, email="bob@x", session=False), "approve_needs_session"), (ANN, "own_review"), (replace(ANN, email="ANN@Example.org"), "own_review"),
    (replace(ANN, email="bob@x", channel="cli", session=False), "approve_needs_session")])
def test_who_may_not_approve(actor, code):
    """No token, no command line, and nobody their own, however the address is written."""
    with pytest.raises(Forbidden) as caught:
        policy.may_approve(actor, OPEN)
    assert caught.value.code == code


def test_merging_needs_the_approvals_of_today():
    """The number asked for when it was opened or by the environment now, whichever is more; and a person."""
    for review, environment, missing in ((OPEN, WATCHED, 1), (replace(OPEN, required=0), WATCHED, 1), (replace(OPEN, required=0), replace(WATCHED, approvals=2), 2),
                                         (replace(OPEN, required=2, approvals=("Bob <b@x>",)), WATCHED, 1)):
        with pytest.raises(Forbidden) as caught:
            policy.may_merge(ANN, environment, review)
        assert (caught.value.code, caught.value.details["missing"]) == ("approvals_missing", missing)
    policy.may_merge(ANN, WATCHED, replace(OPEN, approvals=("Bob <b@x>",)))
    policy.may_merge(ANN, FREE, replace(OPEN, required=0))
    with pytest.raises(Forbidden, match="people merge"):
        policy.may_merge(replace(ANN, agent=True), FREE, replace(OPEN, required=0))


def test_roles_are_sets_of_scopes_and_grow():
    """A viewer's scopes are a developer's too, and a developer's an admin's."""
    assert policy.ROLES["viewer"] < policy.ROLES["developer"] < policy.ROLES["admin"] == frozenset(policy.SCOPES)


def test_only_what_may_be_read_is_visible():
    """With a right at one environment one sees that one."""
    assert policy.visible({"k8s:read@staging"}, ("staging", "production")) == ("staging",)
    assert policy.visible({"k8s:read"}, ("staging", "production")) == ("staging", "production") and policy.visible({"deploy:execute"}, ("staging",)) == ()
