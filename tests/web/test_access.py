"""Who holds what, and why, over REST and the command line; and that what the file says counts at once at every door."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gitops import access, policy
from gitops.types import SCOPES
from tests.gitops.repo_help import land
from tests.web.people import house

FREE = {"klepaas.yaml": "environments:\n  staging: {}\n  production: {}\n"}


@pytest.fixture
def home(tmp_path):
    with house(tmp_path, FREE, KLEPAAS_ADMINS="root@example.org") as found:
        yield found


def write(home, text):
    land(home.services.repo, {access.PATH: text.encode()})


def grant(client, home, verb="grant", **asked):
    return client.post(f"{home.api}/access/{verb}", json={"subject": "user:nil@example.org", "role": "viewer"} | asked)


def test_a_grant_counts_at_once_and_a_withdrawal_too(home):
    """For tokens and sign-ins that are there already."""
    nil, browser, ann = home.client("nil", ["k8s:read", "deploy:execute"]), home.browser("nil"), home.client()
    assert nil.get(f"{home.api}/apps").status_code == 403
    answer = grant(ann, home, environments=["staging"], reason="on call")
    assert answer.status_code == 201 and answer.json()["commit"] == home.services.repo.head()
    assert nil.get(f"{home.api}/me").json()["scopes"] == browser.get(f"{home.api}/me").json()["scopes"] == ["k8s:read@staging"]
    assert nil.get(f"{home.api}/apps/web/staging").ok and nil.get(f"{home.api}/apps/web/production").status_code == 403
    assert grant(ann, home, "withdraw", environments=["staging"]).status_code == 201 and nil.get(f"{home.api}/apps").status_code == 403
    assert [(row["verb"], row["outcome"], row["args"].get("subject")) for row in home.audit(verb="grant")] == [("grant", "committed", "user:nil@example.org")]


def test_a_grant_is_previewed_and_done_once(home):
    """A preview changes nothing; an id sent again is the first receipt."""
    ann, before = home.client(), home.services.repo.head()
    preview = grant(ann, home, preview=True).json()
    assert preview["status"] == "preview" and access.PATH == preview["plan"]["changes"][0]["path"] and home.services.repo.head() == before
    first = grant(ann, home, id="once").json()
    assert grant(ann, home, id="once").json() == first and grant(ann, home, id="two").json()["status"] == "unchanged"


@pytest.mark.parametrize("who, asked, status", [
    ("bob", {}, 403), ("eve", {}, 403), ("nil", {}, 403), ("ann", {"subject": "nil"}, 422), ("ann", {"role": "root"}, 422), ("ann", {"environments": "staging"}, 422), ("ann", {"environments": ["moon"]}, 404),
    ("ann", {"scopes": ["k8s:read"]}, 422), ("ann", {"subject": None}, 422), ("ann", {"preview": "yes"}, 422), ("ann", {"subject": "user:" + "x" * 10_000 + "@y.z"}, 422)])
def test_who_may_not_grant_and_what_is_no_grant(home, who, asked, status):
    """Named, and nothing changes."""
    before = home.services.repo.head()
    assert grant(home.client(who), home, **asked).status_code == status and home.services.repo.head() == before


def test_an_agents_grant_is_a_proposal(home):
    """Whatever its token may."""
    answer = grant(home.client("ann", agent=True), home)
    assert answer.status_code == 202 and answer.json()["review"]["status"] == "open"


def test_what_the_file_says_is_shown(home):
    """Roles, grants, problems with their line; to who may read all of it."""
    write(home, "roles:\n  shipper: [deploy:execute]\ngrants:\n- {domain: example.org, role: viewer}\n- {team: acme/ops, role: shipper, environments: [staging, moon]}\n")
    found = home.client().get(f"{home.api}/access").json()
    assert [(each["subject"], each["role"], each["environments"]) for each in found["grants"]] == [("domain:example.org", "viewer", []), ("team:acme/ops", "shipper", ["staging", "moon"])]
    assert {each["name"] for each in found["roles"] if each["builtin"]} == set(policy.ROLES) and found["admins"] == ["root@example.org"]
    assert [(each["line"], each["code"]) for each in found["problems"]] == [(5, "access_unknown_environment")]
    assert home.client("bob").get(f"{home.api}/access").status_code == home.client("eve").get(f"{home.api}/access").status_code == 403


def test_why_somebody_holds_something(home):
    """By the setting, by the ledger, by which grant."""
    home.ledger.put_user("root@example.org", "Root", [])
    write(home, "grants:\n- {domain: example.org, role: developer, environments: [staging]}\n- {user: bob@example.org, role: viewer}\n")
    people = {each["email"]: each for each in home.client().get(f"{home.api}/users").json()["items"]}
    assert [each["by"] for each in people["root@example.org"]["why"]] == ["KLEPAAS_ADMINS", access.PATH] and people["root@example.org"]["scopes"] != []
    assert [(each["by"], each.get("subject")) for each in people["bob@example.org"]["why"]] == [("ledger", None), (access.PATH, "domain:example.org"), (access.PATH, "user:bob@example.org")]
    assert set(SCOPES) <= set(people["root@example.org"]["scopes"])


def test_a_broken_file_grants_nothing_and_locks_nobody_out(home):
    """What it gave is gone, what it does not give stays, and the dashboard says where it is wrong."""
    write(home, "grants:\n- {user: nil@example.org, role: viewer}\n")
    nil = home.client("nil", ["k8s:read"])
    assert nil.get(f"{home.api}/apps").ok
    write(home, "grants:\n- {user: nil@example.org, role: viewer}\n- {user: nil@example.org, role: king}\n")
    home.ledger.put_user("root@example.org", "Root", [])
    root = home.ledger.token_create("root@example.org", "t", SCOPES)
    assert nil.get(f"{home.api}/apps").status_code == 403 and home.client().get(f"{home.api}/me").json()["scopes"] == sorted(SCOPES)
    from tests.web.people import bearing
    problems = bearing(root).get(f"{home.api}/apps").json()["problems"]
    assert [(each["path"], each["line"]) for each in problems] == [(access.PATH, 3)] and "king" not in problems[0]["path"]


def test_all_of_a_persons_sign_ins_are_ended(home):
    """Sessions and tokens, by who administers everything."""
    browser, client = home.browser("bob"), home.client("bob")
    assert home.client("eve").delete(f"{home.api}/users/bob@example.org/sign-ins").status_code == 403
    assert home.client().delete(f"{home.api}/users/bob@example.org/sign-ins").json() == {"sessions": 1, "tokens": 1}
    assert browser.get(f"{home.api}/me").status_code == client.get(f"{home.api}/me").status_code == 401
    assert home.client().delete(f"{home.api}/users/nobody@example.org/sign-ins").status_code == 404
    assert home.last(verb="sign_ins_end", outcome="done")["args"] == {"user": "bob@example.org"}


def test_the_command_line_grants(home):
    """On the repository directly, and through a server."""
    direct = {"PATH": "/usr/bin:/bin", "CONFIG_REPO": str(home.folder / "config.git"), "KLEPAAS_HOME": str(home.folder), "HOME": str(home.folder)}
    through = {"PATH": "/usr/bin:/bin", "KLEPAAS_URL": home.url, "KLEPAAS_TOKEN": home.token(), "KLEPAAS_HOME": str(home.folder), "HOME": str(home.folder)}

    def run(env, *words):
        done = subprocess.run([Path(sys.executable).parent / "klepaas", *words], env=env, capture_output=True, text=True, timeout=60, cwd=home.folder)
        return done.returncode, done.stdout, done.stderr

    assert "committed: grant" in run(direct, "grant", "user:nil@example.org", "developer", "-e", "staging,production")[1]
    assert "preview: withdraw" in run(through, "withdraw", "user:nil@example.org", "developer", "-e", "staging,production", "--preview")[1]
    for env in (direct, through):
        assert [each["subject"] for each in json.loads(run(env, "access")[1])["grants"]] == ["user:nil@example.org"]
        assert "nil@example.org" in run(env, "user", "list")[1]
    assert "committed: withdraw" in run(through, "withdraw", "user:nil@example.org", "developer", "-e", "staging,production")[1]
    assert run(through, "withdraw", "user:nil@example.org", "developer")[0] == 1
    home.client("nil", [])
    token, = json.loads(run(direct, "token", "list", "nil")[1])["items"]
    assert run(direct, "token", "revoke", "nil", token["id"])[1] == "revoked\n" and run(direct, "token", "revoke", "nil", token["id"])[0] == 1
    home.client("nil", [])
    assert run(direct, "user", "sign-out", "nil")[1] == "0 sign-ins and 1 tokens ended\n"
