"""The audit at the doors: what comes in, from where, and who may read it."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from gitops import audit
from tests.gitops.repo_help import land
from tests.test_path import call
from tests.web.people import bearing, commit, house
from tests.web.test_hooks import signed
from web.people import origins

PROXY = {"X-Forwarded-For": "203.0.113.5"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with house(tmp_path_factory.mktemp("audit"), GITHUB_WEBHOOK_SECRET="webhook-s3cret-0123456789") as found:
        yield found


# --- where from ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("remote, forwarded, found", [
    ("192.0.2.1", "", "192.0.2.1"), ("192.0.2.1", "203.0.113.5", "192.0.2.1"), ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
    ("10.0.0.1", "1.2.3.4, 203.0.113.5", "203.0.113.5"), ("10.0.0.1", "1.2.3.4, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
    ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"), ("10.0.0.1", "nonsense", "10.0.0.1"), ("10.0.0.1", "1.2.3.4, <b>, 10.0.0.2", "10.0.0.2"),
    ("10.0.0.1", "203.0.113.5:4711", "203.0.113.5"), ("10.0.0.1", "[2001:db8::1]:80", "2001:db8::1"), ("::ffff:10.0.0.1", "203.0.113.5", "203.0.113.5"), ("", "203.0.113.5", None)])
def test_only_proxies_of_ours_are_believed(remote, forwarded, found):
    """Back from the connection to the first address that is none of theirs; what stands before it is anybody's word."""
    assert origins.client(remote, forwarded, origins.networks("10.0.0.0/8", "TRUSTED_PROXIES")) == found


def test_a_forged_address_is_not_written_down(home):
    """Without a trusted proxy the header says nothing."""
    commit(home.client(), home.api, args={"replicas": 5}, preview=True)
    answer = home.client().post(f"{home.api}/commands", json={"verb": "restart", "app": "web", "environment": "staging", "preview": True}, headers=PROXY | {"X-Request-Id": "forged-1"})
    assert answer.ok and [row["address"] for row in home.audit(request="forged-1")] == ["127.0.0.1"]


def test_a_trusted_proxys_word_is(tmp_path):
    """The client's address, for the audit and for the networks that webhooks may come from; a malformed setting stops the start."""
    with house(tmp_path, TRUSTED_PROXIES="127.0.0.0/8", WEBHOOK_NETWORKS="203.0.113.0/24", GITHUB_WEBHOOK_SECRET="s" * 20) as found:
        commit(bearing(found.token()), found.api, preview=True)
        assert requests.post(f"{found.api}/cicd/webhook", data=b"{}").json()["code"] == "webhook_network"
        assert requests.post(f"{found.api}/cicd/webhook", data=b"{}", headers=PROXY).json()["code"] == "webhook_signature"
        rows = found.audit()
        assert [(row["address"], row["code"]) for row in rows] == [("203.0.113.5", "webhook_signature"), ("127.0.0.1", "webhook_network"), ("127.0.0.1", None)]


# --- every door ------------------------------------------------------------------------------------------------------


def test_the_request_id_of_the_answer_finds_the_row(home):
    """What somebody quotes from an error is in the audit."""
    answer = home.client("bob").post(f"{home.api}/commands", json={"verb": "create_app", "app": "new", "environment": "staging", "args": {"image": "nginx:1"}})
    row = home.audit(request=answer.headers["X-Request-Id"])[0]
    assert answer.status_code == 403 and (row["email"], row["verb"], row["app"], row["outcome"], row["code"]) == ("bob@example.org", "create_app", "new", "refused", "missing_scope")


def test_a_refused_read_is_in_it_and_an_answered_one_is_not(home):
    """Who looked for what they may not see."""
    before = home.last()["number"]
    assert home.client("eve").get(f"{home.api}/read/history", params={"environment": "staging"}).ok
    assert home.last()["number"] == before
    for path, verb in (("read/history?environment=production", "history"), ("apps/web/production", "api.app"), ("history?environment=production", "api.histories"), ("read/query?promql=up", "query")):
        assert home.client("eve").get(f"{home.api}/{path}").status_code == 403
        row = home.last()
        assert (row["email"], row["verb"], row["outcome"], row["code"]) == ("eve@example.org", verb, "refused", "missing_scope"), path
    assert home.audit(verb="api.app")[0]["environment"] == "production"


def test_sign_ins_and_sign_outs(home):
    """By link, with a spent link, and out again."""
    link = f"{home.url}/auth/link/{home.ledger.link_create('ann@example.org')}"
    session = requests.Session()
    session.headers["Origin"] = home.url
    assert session.post(link, allow_redirects=False).status_code == 303
    assert (home.last()["verb"], home.last()["outcome"], home.last()["email"], home.last()["args"]) == ("sign_in", "done", "ann@example.org", {"by": "link"})
    assert requests.post(link).status_code == 401
    assert (home.last()["verb"], home.last()["outcome"], home.last()["code"], home.last()["email"]) == ("sign_in", "refused", "bad_link", None)
    assert session.post(f"{home.url}/auth/logout").ok
    assert (home.last()["verb"], home.last()["email"]) == ("sign_out", "ann@example.org")


def test_tokens(home):
    """Made, asked for beyond what is held, revoked, and used although it is none."""
    browser = home.browser("bob")
    made = browser.post(f"{home.api}/tokens", json={"name": "ci", "scopes": ["k8s:read"]}).json()["token"]
    assert (home.last()["verb"], home.last()["outcome"], home.last()["args"]["scopes"]) == ("token_create", "done", "k8s:read")
    assert browser.post(f"{home.api}/tokens", json={"name": "ci", "scopes": ["admin:write"]}).status_code == 403
    assert (home.last()["verb"], home.last()["outcome"], home.last()["code"]) == ("token_create", "refused", "more_than_held")
    id = home.ledger.tokens("bob@example.org")[-1]["id"]
    assert browser.delete(f"{home.api}/tokens/{id}").ok and home.last()["args"] == {"token": id}
    assert bearing(made).get(f"{home.api}/apps").status_code == 401
    assert (home.last()["outcome"], home.last()["code"], home.last()["email"]) == ("refused", "bad_token", None)
    assert made not in str(home.audit())


def test_the_chat(home):
    """A sentence that was read as a command, and one that was refused."""
    client = home.client("eve")
    client.post(f"{home.api}/nlp/process", json={"text": "web 5개로 늘려줘"})
    row = home.last()
    assert (row["door"], row["verb"], row["outcome"], row["email"]) == ("chat", "scale", "refused", "eve@example.org")


def test_mcp(home):
    """No token, a token without mcp:execute, a refused tool, a preview: the door is mcp."""
    assert requests.post(f"{home.url}/mcp/stream", json={}, headers={"X-Request-Id": "mcp-1"}).status_code == 401
    assert home.client("bob").post(f"{home.url}/mcp/stream", json={}).status_code == 403
    rows = home.audit(door="mcp")
    assert [(row["email"], row["code"]) for row in rows[:2]] == [("bob@example.org", "missing_scope"), (None, "bad_authorization")] and rows[1]["request"] == "mcp-1"
    demo = type("Demo", (), {"url": home.url})
    token = home.token(scopes=["mcp:execute", "k8s:read@staging", "deploy:execute@staging"])
    asyncio.run(call(demo, token, ("scale", {"app": "web", "environment": "production", "replicas": 3}), ("scale", {"app": "web", "environment": "staging", "replicas": 7}),
                     ("get", {"kind": "Pod", "environment": "production"})))
    rows = home.audit(door="mcp", limit=3)
    assert [(row["verb"], row["environment"], row["outcome"]) for row in rows] == [("get", "production", "refused"), ("scale", "staging", "previewed"), ("scale", "production", "refused")]
    assert {row["address"] for row in rows} == {"127.0.0.1"} and all(row["request"] for row in rows)


def test_webhooks(home):
    """One that nobody signed, and one that was taken."""
    data = json.dumps({"zen": "."}).encode()
    headers = {"Content-Type": "application/json", "X-GitHub-Event": "ping", "X-GitHub-Delivery": "d-1"}
    assert requests.post(f"{home.api}/cicd/webhook", data=data, headers=headers).status_code == 401
    assert (home.last()["door"], home.last()["verb"], home.last()["outcome"], home.last()["code"]) == ("webhook", "webhook", "refused", "webhook_signature")
    assert requests.post(f"{home.api}/cicd/webhook", data=data, headers=headers | {"X-Hub-Signature-256": signed(data)}).ok
    assert (home.last()["verb"], home.last()["outcome"], home.last()["args"]["delivery"]) == ("webhook", "done", "d-1")


# --- who reads it ----------------------------------------------------------------------------------------------------


def test_pages_follow_each_other(home):
    """By a cursor, without a gap or a repetition, whatever is added meanwhile."""
    for _ in range(7):
        home.ledger.audit.add(audit.entry(None, "filler", outcome="done"))
    seen, cursor = [], None
    while True:
        page = home.client().get(f"{home.api}/audit", params={"verb": "filler", "limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [row["number"] for row in page["items"]]
        home.ledger.audit.add(audit.entry(None, "other", outcome="done"))
        if page["next"] is None:
            break
        cursor = page["next"]
    assert seen == [row["number"] for row in home.audit(verb="filler")] and len(seen) == 7


def test_who_reads_some_environments_sees_their_rows(home):
    """And no other's, nor those of none; without the right nothing."""
    commit(home.client(), home.api, args={"replicas": 6}, preview=True)
    rows = home.client("eve").get(f"{home.api}/audit", params={"limit": 500}).json()["items"]
    assert rows and {row["environment"] for row in rows} == {"staging"}
    assert home.client("eve").get(f"{home.api}/audit", params={"environment": "production"}).json()["items"] == []
    assert home.client("bob").get(f"{home.api}/audit").status_code == 403
    exported = home.client("eve").get(f"{home.api}/audit", params={"format": "jsonl"})
    assert {json.loads(line)["environment"] for line in exported.text.splitlines()} == {"staging"}


def test_it_is_exported_whole(home):
    """JSON lines, oldest first, with the hashes that prove them."""
    answer = home.client().get(f"{home.api}/audit", params={"format": "jsonl"})
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"] == "application/jsonl" and "attachment" in answer.headers["content-disposition"]
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1)) and all(row["previous"] == before["hash"] for before, row in zip(rows, rows[1:]))


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "cursor=x", "since=yesterday", "until=%00", "format=xml"])
def test_bad_questions_are_named(home, query):
    """422 with the argument."""
    answer = home.client().get(f"{home.api}/audit?{query}")
    assert answer.status_code == 422 and answer.json()["argument"] == query.partition("=")[0]


def test_the_command_line_verifies_and_exports(home):
    """Whole: exit 0. A row changed behind its back: exit 1, and which."""
    env = {"PATH": "/usr/bin:/bin", "CONFIG_REPO": str(home.folder / "config.git"), "KLEPAAS_HOME": str(home.folder), "SECRET_KEY": "a-key-of-the-tests-0123456789"}

    def run(*words):
        return subprocess.run([Path(sys.executable).parent / "klepaas", "audit", *words], env=env, capture_output=True, text=True, timeout=60, cwd=home.folder)

    whole, lines = run("verify"), run("export", "--since", "2020-01-01T00:00:00Z")
    assert whole.returncode == 0 and "whole" in whole.stdout, whole
    assert len(lines.stdout.splitlines()) == home.last()["number"] and run("export", "--since", "soon").returncode == 1
    pushed = land(home.services.repo, {"values/staging/pushed.yaml": b"image: {repository: nginx, tag: '1'}\n"})
    unexplained = run("verify")
    assert unexplained.returncode == 1 and f"commit {pushed[:12]}: no row explains it" in unexplained.stdout
    table = home.ledger.tables["audit"]
    with home.ledger.store.write():
        table.update(email="somebody@else.org").where(table.number == 2).execute()
    broken = run("verify")
    assert broken.returncode == 1 and "row 2: was changed" in broken.stdout
