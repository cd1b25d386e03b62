"""Who may do what, and which changes are reviewed."""

import itertools
from dataclasses import replace

import pytest

from gitops import policy
from gitops.catalog import Catalog
from gitops.contract import Config
from gitops.errors import Forbidden
from gitops.types import CHANNELS, Environment, Preview, Protected, Review
from gitops.verbs import VERBS
from tests.gitops.path_help import ANN

FREE, WATCHED = Environment("staging", "staging"), Environment("production", "production", 1, review=True)
TRUSTING = replace(FREE, agents="commit")
OPEN = Review("r", "open", "klepaas/x", "h", "t", "ann@example.org", "production", required=1)


def asked(environment, *paths, environments=(FREE, WATCHED, TRUSTING), protected=()):
    """What a klepaas.yaml of these environments asks for a change of these paths by web at one of them."""
    config = Config({}, environments={each.name: each for each in environments}, protected=protected)
    return policy.asked(Catalog(None, config), "web", environment, paths)


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
    actor = replace(ANN, channel=channel, agent=agent)
    proposes = (agent or channel == "mcp") and environment.agents == "propose"
    assert policy.delivery(actor, asked(environment, "values/x/web.yaml")) == ("review" if (environment.review or proposes) and channel != "controller" else "commit")


@pytest.mark.parametrize("path", ["klepaas.yaml", "charts/common/values.yaml", "klepaas-access.yaml"])
def test_what_touches_all_is_reviewed_as_the_strictest(path):
    """A chart or klepaas.yaml changes production too, in whose name it ever is changed."""
    strict = replace(WATCHED, approvals=2, owners=("cat@example.org",))
    found = asked(FREE, "values/staging/web.yaml", path, environments=(FREE, strict))
    assert policy.delivery(ANN, found) == "review" and (found.approvals, found.owners) == (2, (("cat@example.org",),))
    assert policy.delivery(ANN, asked(FREE, path, environments=(FREE, TRUSTING))) == "commit"


PROTECTED = (Protected(("charts", "values/*/pay*.yaml"), ("cat@example.org",)), Protected(("values/staging/payments.yaml", "docs/"), ("bob@example.org",)), Protected(("README.md",)))


@pytest.mark.parametrize(("paths", "approvals", "owners"), [
    (["values/staging/web.yaml"], 0, ()), (["values/staging/payments.yaml"], 1, (("cat@example.org",), ("bob@example.org",))), (["charts/a/Chart.yaml"], 1, (("cat@example.org",),)),
    (["charts-old/x"], 0, ()), (["docs/a/b.md"], 1, (("bob@example.org",),)), (["docs"], 1, (("bob@example.org",),)), (["README.md"], 1, ()), (["values/staging/web.yaml", "README.md"], 1, ())])
def test_a_protected_path_is_proposed_wherever_it_is(paths, approvals, owners):
    """A file, all that is in a folder, a pattern; each rule that covers one of the paths wants one of its owners, or anybody where it names none."""
    found = asked(FREE, *paths, environments=(FREE,), protected=PROTECTED)
    assert (found.approvals, found.owners, policy.delivery(ANN, found)) == (approvals, owners, "review" if approvals else "commit")
    assert policy.delivery(replace(ANN, channel="controller"), found) == "commit"
    preview = replace(FREE, preview=Preview("acme/shop", 7, "a" * 40, 0, "staging"))
    assert asked(preview, *paths, environments=(preview,), protected=PROTECTED).approvals == 0


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
            policy.may_merge(ANN, asked(environment), review)
        assert (caught.value.code, caught.value.details["missing"]) == ("approvals_missing", missing)
    policy.may_merge(ANN, asked(WATCHED), replace(OPEN, approvals=("Bob <b@x>",)))
    policy.may_merge(ANN, asked(FREE), replace(OPEN, required=0))
    with pytest.raises(Forbidden, match="people merge"):
        policy.may_merge(replace(ANN, agent=True), asked(FREE), replace(OPEN, required=0))


def test_roles_are_sets_of_scopes_and_grow():
    """A viewer's scopes are a developer's too, and a developer's an admin's."""
    assert policy.ROLES["viewer"] < policy.ROLES["developer"] < policy.ROLES["admin"] == frozenset(policy.SCOPES)


def test_only_what_may_be_read_is_visible():
    """With a right at one environment one sees that one."""
    assert policy.visible({"k8s:read@staging"}, ("staging", "production")) == ("staging",)
    assert policy.visible({"k8s:read"}, ("staging", "production")) == ("staging", "production") and policy.visible({"deploy:execute"}, ("staging",)) == ()
