"""klepaas-access.yaml: what it may say, whom it grants what, and that nobody gives, or takes away, what they do not hold."""

from dataclasses import replace

import pytest
import yaml

from gitops import access, policy
from gitops.types import SCOPES
from tests.gitops.path_help import ALL, ANN, BOB, CAT, FILES, database, renderer, world  # noqa: F401 (fixtures)

FILE = """version: 1
roles:
  deployer: [k8s:read, deploy:execute]
grants:
- {user: Kim@Example.org, role: admin}
- {domain: example.org, role: viewer}
- {team: Acme/Ops, role: deployer, environments: [staging, production]}
- {subject: "repo:acme/shop:ref:refs/heads/main", role: deployer, environments: [staging]}
"""
FREE = {"klepaas.yaml": "environments:\n  staging: {}\n  production: {}\n"}
STAGING = replace(BOB, scopes=frozenset(f"{scope}@staging" for scope in SCOPES))


def read(text):
    return access.read(text.encode())


# --- what it says ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who, held", [
    ({"email": "kim@example.org"}, set(SCOPES)), ({"email": "LEE@EXAMPLE.ORG"}, {"k8s:read"}), ({"email": "lee@sub.example.org"}, set()), ({"email": "lee@notexample.org"}, set()),
    ({"email": "x@y.net", "teams": ["acme/OPS"]}, {"k8s:read@staging", "deploy:execute@staging", "k8s:read@production", "deploy:execute@production"}),
    ({"email": "x@y.net", "teams": ["acme/ops2", "acme"]}, set()), ({"subject": "repo:acme/shop:ref:refs/heads/main"}, {"k8s:read@staging", "deploy:execute@staging"}),
    ({"subject": "REPO:acme/shop:ref:refs/heads/main"}, set()), ({"email": "repo:acme/shop:ref:refs/heads/main"}, set()), ({}, set()), ({"email": "", "teams": [""], "subject": ""}, set())])
def test_who_is_granted_what(who, held):
    """Addresses, domains and teams whatever their case, whole and never in part; a subject to the letter."""
    assert read(FILE).of(**who) == held


@pytest.mark.parametrize("text, line", [
    ("grants: {}", 1), ("grants:\n- {user: kim, role: viewer}", 2), ("grants:\n- {user: a@b.c, role: root}", 2), ("grants:\n- {user: a@b.c}", 2), ("grants:\n- {role: viewer}", 2),
    ("grants:\n- {user: a@b.c, domain: b.c, role: viewer}", 2), ("grants:\n- {user: a@b.c, role: viewer, environments: []}", 2), ("grants:\n- {user: a@b.c, role: viewer, environments: staging}", 2),
    ("grants:\n- {user: a@b.c, role: viewer, until: never}", 2), ("roles:\n  admin: [k8s:read]", 2), ("roles:\n  boss: [everything]", 2), ("roles:\n  boss: all", 2), ("roles:\n  Boss!: [k8s:read]", 2),
    ("version: 2", 1), ("owner: kim", 1), ("[]", 1), ("roles: []", 1), ("a: b: c", 1), ("grants:\n- {team: acme, role: viewer}", 2), ("grants:\n- {domain: localhost, role: viewer}", 2), ("grants:\n- just text", 2),
    ("grants: &a\n- *a", 1), ("version: 1\nversion: 1", 2)])
def test_a_file_that_is_wrong_grants_nothing(text, line):
    """Not even what is right in it; and it says where it is wrong."""
    found = read(text + "\n" if "grants:\n" not in text else f"{text}\n- {{domain: example.org, role: admin}}\n")
    assert found.grants == () and found.of("kim@example.org") == frozenset()
    assert found.problems[0].path == access.PATH and found.problems[0].line in (line, None) and found.problems[0].message


def test_no_file_grants_nothing(world):
    """And the roles that are built in are there."""
    tree, catalog = world.services.head()
    assert access.load(tree).of("ann@example.org") == frozenset() and dict(access.load(tree).roles) == dict(policy.ROLES) and access.unknown(tree, catalog) == ()


def test_environments_that_are_not_there_are_named(world):
    """A grant there has no effect; the others hold."""
    world.write({access.PATH: "grants:\n- {user: a@b.c, role: viewer, environments: [staging, moon]}\n"})
    tree, catalog = world.services.head()
    problem, = access.unknown(tree, catalog)
    assert "moon" in problem.message and access.load(tree).of("a@b.c") == {"k8s:read@staging", "k8s:read@moon"}


# --- changes of it ---------------------------------------------------------------------------------------------------


def grants(world):
    return yaml.safe_load(world.read(access.PATH))["grants"]


def test_a_grant_is_one_line_of_one_commit(world):
    """The file is begun, then grows by a line; comments stay; the same again is already so; and it is taken back."""
    world.write(FREE)
    first = world.say("grant", None, None, subject="user:Kim@Example.org", role="developer", environments="staging")
    assert first.status == "committed" and grants(world) == [{"user": "kim@example.org", "role": "developer", "environments": ["staging"]}]
    world.write({access.PATH: "# who may what\n" + world.read(access.PATH)})
    second = world.say("grant", None, None, subject="domain:example.org", role="viewer")
    assert len(world.lines(second.commit)) <= 2 and world.read(access.PATH).startswith("# who may what\n") and len(grants(world)) == 2
    assert world.say("grant", None, None, subject="domain:Example.ORG", role="viewer").status == "unchanged"
    world.say("withdraw", None, None, subject="user:kim@example.org", role="developer", environments="staging")
    assert grants(world) == [{"domain": "example.org", "role": "viewer"}]
    assert world.refused("withdraw", None, None, subject="user:kim@example.org", role="developer").code == "no_such_grant"
    assert world.trailers(first.commit)["Verb"] == "grant"


def test_where_one_environment_asks_for_review_access_is_reviewed(world):
    """By the rule of the strictest that it concerns, and another person merges it."""
    proposed = world.say("grant", None, None, subject="user:kim@example.org", role="developer")
    assert proposed.status == "proposed" and (proposed.review.environment, proposed.review.required) == ("production", 1)
    assert world.refused("merge", None, None, review=proposed.review.id).code == "approvals_missing"
    world.say("approve", None, None, actor=BOB, review=proposed.review.id)
    world.say("merge", None, None, actor=BOB, review=proposed.review.id)
    assert grants(world) == [{"user": "kim@example.org", "role": "developer"}]


@pytest.mark.parametrize("verb", ["grant", "withdraw"])
@pytest.mark.parametrize("actor, role, environments, code", [
    (STAGING, "developer", "staging", None), (STAGING, "admin", "staging", None), (STAGING, "developer", "production", "missing_scope"),
    (STAGING, "developer", None, "more_than_held"), (STAGING, "developer", "staging,production", "more_than_held"),
    (replace(BOB, scopes=frozenset({"admin:write@staging", "k8s:read"})), "viewer", "staging,production", "missing_scope"), (replace(BOB, scopes=frozenset({"admin:write@staging", "k8s:read"})), "viewer", "staging", None),
    (replace(BOB, scopes=ALL - {"mcp:execute"}), "developer", None, "more_than_held"), (replace(BOB, scopes=ALL - {"mcp:execute"}), "viewer", None, None),
    (replace(BOB, scopes=frozenset({"admin:write", "k8s:read"})), "admin", None, "more_than_held"), (replace(BOB, scopes=ALL - {"admin:write"}), "viewer", None, "missing_scope"),
    (replace(BOB, scopes=frozenset({"admin:write", "k8s:read@staging"})), "viewer", None, "more_than_held"), (replace(BOB, scopes=frozenset({"admin:write", "k8s:read@staging"})), "viewer", "staging", None)])
def test_nobody_moves_what_they_do_not_hold(world, verb, actor, role, environments, code):
    """Given or taken away, everywhere or somewhere."""
    asked = {"subject": "user:kim@example.org", "role": role} | ({"environments": environments} if environments else {})
    world.write(FREE | {access.PATH: yaml.safe_dump({"grants": [{"user": "kim@example.org", "role": role} | ({"environments": environments.split(",")} if environments else {})]})} if verb == "withdraw" else FREE)
    if code is None:
        assert world.say(verb, None, None, actor=actor, **asked).status == "committed"
    else:
        assert world.refused(verb, None, None, actor=actor, **asked).code == code


@pytest.mark.parametrize("asked, code", [
    ({"subject": "kim@example.org", "role": "viewer"}, "bad_argument"), ({"subject": "user:kim", "role": "viewer"}, "access_broken"), ({"subject": "user:kim@example.org", "role": "root"}, "access_broken"),
    ({"subject": "user:kim@example.org", "role": "viewer", "environments": "moon"}, "unknown_environment"), ({"subject": "user:kim@example.org"}, "missing_argument"),
    ({"subject": "team:acme", "role": "viewer"}, "access_broken")])
def test_what_would_break_the_file_is_refused(world, asked, code):
    """And a file that is broken is mended in git, not by a verb."""
    world.write(FREE)
    assert world.refused("grant", None, None, **asked).code == code
    world.write({access.PATH: "grants: none\n"})
    assert world.refused("grant", None, None, subject="user:kim@example.org", role="viewer").code == "access_broken"


def test_another_verb_that_reaches_the_file_gives_nothing_more(world):
    """Where klepaas.yaml makes it an app's values file: what the change gives has to be held."""
    world.write({"klepaas.yaml": "values: '{app}-access.yaml'\nenvironments:\n  staging: {}\n", access.PATH: "roles:\n  many: [k8s:read]\ngrants:\n- {user: bob@example.org, role: many}\n"})
    deployer = replace(BOB, scopes=frozenset({"deploy:execute", "k8s:read", "k8s:write"}))
    before = access.load(world.services.head()[0])
    for verb, more in (("set_env", {"name": "X", "value": "1"}), ("scale", {"replicas": 2}), ("delete_app", {}), ("suspend", {})):
        try:
            world.say(verb, "klepaas", "staging", actor=deployer, **more)
        except Exception as error:
            assert error.code
        after = access.load(world.services.head()[0])
        assert {scope for _, _, scope in access._held(after)} <= {scope for _, _, scope in access._held(before)}, verb


def test_who_merges_answers_for_it_too(world):
    """A grant that was proposed by somebody who held it is merged only by somebody who does."""
    proposed = world.say("grant", None, None, subject="user:kim@example.org", role="admin")
    developer = replace(CAT, scopes=policy.ROLES["developer"])
    world.say("approve", None, None, actor=developer, review=proposed.review.id)
    assert world.refused("merge", None, None, actor=developer, review=proposed.review.id).code == "more_than_held"
    assert world.say("merge", None, None, actor=ANN, review=proposed.review.id).commit


def test_a_role_that_grew_meanwhile_gives_no_more_than_is_held(world):
    """What a proposal gives is looked at again when it is merged."""
    world.write({access.PATH: "roles:\n  small: [k8s:read]\ngrants: []\n"})
    small = replace(BOB, scopes=frozenset({"admin:write", "k8s:read", "deploy:execute"}))
    proposed = world.say("grant", None, None, actor=small, subject="user:kim@example.org", role="small")
    world.write({access.PATH: "roles:\n  small: [admin:read]\ngrants: []\n"})
    world.say("approve", None, None, actor=CAT, review=proposed.review.id)
    assert world.refused("merge", None, None, actor=small, review=proposed.review.id).code == "more_than_held"
