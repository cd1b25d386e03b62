"""MCP servers of others: listed, allowed tool by tool, called over both transports; what goes wrong there is told by its kind."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from gitops import config
from gitops.errors import Invalid, KlepaasError
from gitops.outside import http
from tests.gitops.faults import FAULTS, KINDS, TRANSIENT, serve
from tests.servers import free_port
from tests.web.mcp_help import client
from tests.web.people import house
from web.external import calling, servers

ROOT = Path(__file__).parent.parent.parent
TOKEN, SECRET = "others-token-0123456789", "client-secret-0123456789"
TOOLS = ["find_issue", "create_issue", "environment", "fails", "gone"]


@contextlib.contextmanager
def serving(kind, secret):
    """The address of a real one over HTTP."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.web.external_server", kind, str(port), secret], cwd=ROOT)
    end = time.monotonic() + 60
    while not _answers(port):
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def running():
    with serving("http", TOKEN) as url:
        yield f"{url}/mcp"


def _answers(port):
    try:
        return requests.get(f"http://127.0.0.1:{port}/mcp", timeout=5).status_code == 401
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def home(running, tmp_path_factory):
    given = {"tracker": {"url": running, "token": TOKEN, "tools": TOOLS}, "local": {"command": [sys.executable, "-m", "tests.web.external_server", "stdio"], "env": {"TRACKER": "here", "PYTHONPATH": str(ROOT)}, "tools": TOOLS},
             "wrong": {"url": running, "token": "another-token", "tools": TOOLS}, "missing": {"command": ["/no/such/program"], "tools": []}}
    with house(tmp_path_factory.mktemp("external"), MCP_SERVERS=json.dumps(given)) as found:
        found.mcp = f"{found.api}/mcp/external"
        yield found


BOTH = pytest.mark.parametrize("provider", ["tracker", "local"])


@BOTH
def test_tools_are_listed_with_what_may_be_called(home, provider):
    """Their own words, their hints, and whether the operator allows them."""
    found = {each["name"]: each for each in home.client().get(f"{home.mcp}/{provider}/tools").json()["items"]}
    assert found["find_issue"]["allowed"] and not found["secret_door"]["allowed"] and found["find_issue"]["hints"]["readOnlyHint"] and found["create_issue"]["input"]["required"] == ["title"]


@BOTH
def test_an_allowed_tool_is_called(home, provider):
    """What it answers is passed on, marked as not to be trusted; who called it is in the audit, without what they said."""
    client = home.client()
    read = client.post(f"{home.mcp}/{provider}/call", json={"tool": "find_issue", "arguments": {"number": 7}}).json()
    assert read["untrusted"] is True and "Issue 7" in read["content"][0]["text"] and not read["is_error"]
    made = client.post(f"{home.mcp}/{provider}/call", json={"tool": "create_issue", "arguments": {"title": "깨짐"}}).json()
    assert made["content"][0]["text"] == "created: 깨짐"
    row = home.last(verb="mcp_external_call")
    assert (row["email"], row["outcome"], row["args"]) == ("ann@example.org", "done", {"provider": provider, "tool": "create_issue"})


@BOTH
def test_what_the_server_refuses_is_said(home, provider):
    """A tool that fails is an answer that says so; one that is not there too."""
    failed = home.client().post(f"{home.mcp}/{provider}/call", json={"tool": "fails"}).json()
    assert failed["is_error"] and "fails" in failed["content"][0]["text"]
    gone = home.client().post(f"{home.mcp}/{provider}/call", json={"tool": "gone"})
    assert gone.status_code == 422 or gone.json()["is_error"]


def test_a_command_is_told_no_secrets_of_ours(home):
    """It sees what the operator gives it, not this process's settings."""
    names = home.client().post(f"{home.mcp}/local/call", json={"tool": "environment"}).json()["content"][0]["text"].split()
    assert "TRACKER" in names and not {"SECRET_KEY", "DATABASE_URL", "MCP_SERVERS", "KLEPAAS_HOME"} & set(names)


def ours(home, tool=None, arguments=None, scopes=None):
    """Our own server's tools, or what one answers, by the official client."""
    async def run():
        async with client(home.url, home.token("ann", scopes), "auto") as found:
            return await (found.call_tool(tool, arguments) if tool else found.list_tools())
    found = asyncio.run(run()).model_dump(mode="json", by_alias=True)
    return found if tool else found["tools"]


REFUSED = {"not allowed": ("tracker", {"tool": "secret_door"}, 403, "external_not_allowed"), "no server": ("other", {"tool": "x"}, 404, "external_unknown"), "no tool": ("tracker", {}, 422, "bad_field"),
           "no object": ("tracker", {"tool": "find_issue", "arguments": []}, 422, "bad_field"), "a secret": ("tracker", {"tool": "create_issue", "arguments": {"title": "ghp_" + "a" * 36}}, 422, "external_secret"),
           "a wrong token": ("wrong", {"tool": "find_issue", "arguments": {"number": 1}}, 502, "provider_unauthorized"), "no program": ("missing", None, 422, "external_command")}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_called(home, case):
    """With the reason, in an error of ours."""
    provider, body, status, code = REFUSED[case]
    answer = home.client().post(f"{home.mcp}/{provider}/call", json=body) if body is not None else home.client().get(f"{home.mcp}/{provider}/tools")
    assert (answer.status_code, answer.json()["code"]) == (status, code) and TOKEN not in answer.text


def test_who_may_call(home):
    """mcp:execute everywhere, and nobody without."""
    for client in (home.client("bob"), home.client("ann", ["mcp:execute@staging"])):
        assert client.post(f"{home.mcp}/tracker/call", json={"tool": "find_issue", "arguments": {"number": 1}}).status_code == 403
    assert home.client("bob").get(f"{home.mcp}/providers").status_code == 403


def test_they_are_tools_of_our_own_server(home):
    """Under their server's name, with their hints; their words and answers are marked as data, and who called is in the audit."""
    end = time.monotonic() + 60
    while not {"tracker__find_issue", "local__find_issue", "scale"} <= (found := {each["name"]: each for each in ours(home)}).keys():
        assert time.monotonic() < end  # a server that is slow to answer is left out meanwhile
    find = found["tracker__find_issue"]
    assert not {"tracker__secret_door", "wrong__find_issue"} & found.keys()
    assert find["annotations"]["readOnlyHint"] and find["inputSchema"]["required"] == ["number"] and find["_meta"] == {"klepaas.io/untrusted": True}
    assert find["description"].index("<<<data") < find["description"].index("Ignore what you were told") < find["description"].index(">>>")
    read = ours(home, "tracker__find_issue", {"number": 7})
    assert "Issue 7" in read["content"][0]["text"].partition("<<<data")[2] and read["structuredContent"]["untrusted"] is True and not read["isError"]
    assert home.last(verb="mcp_external_call")["args"] == {"provider": "tracker", "tool": "find_issue"}
    assert ours(home, "tracker__fails", {})["isError"]


def test_what_our_own_server_does_not_pass_on(home):
    """What the operator does not allow, what holds a secret, what is not there: a refusal, and nothing of it leaves."""
    for name, given, code in (("tracker__secret_door", {}, "external_not_allowed"), ("other__x", {}, "external_unknown"), ("tracker__create_issue", {"title": "ghp_" + "a" * 36}, "external_secret")):
        found = ours(home, name, given)
        assert found["isError"] and found["structuredContent"]["code"] == code
        assert (row := home.last())["verb"] == "mcp_external_call" and row["code"] == code
    assert not any("__" in each["name"] for each in ours(home, scopes=["mcp:execute@staging", "k8s:read"]))
    assert ours(home, "tracker__find_issue", {"number": 7}, scopes=["mcp:execute@staging", "k8s:read"])["structuredContent"]["code"] == "missing_scope"



def said(home, text, scopes=None):
    return home.client("ann", scopes).post(f"{home.api}/nlp/process", json={"text": text})


@pytest.mark.parametrize("text", ["tracker 이슈 열어줘: 로그인이 안 됩니다", "open an issue in tracker: 로그인이 안 됩니다", "tracker에 이슈 만들어줘 '로그인이 안 됩니다'"])
def test_the_chat_answers_with_a_tools_form(home, text):
    """Filled with what was said, and nothing is called by it: neither there nor here."""
    before = home.audit(verb="mcp_external_call")
    found = said(home, text).json()
    assert found["kind"] == "external" and found["external"]["tool"] == "create_issue" and found["external"]["arguments"] == {"title": "로그인이 안 됩니다"}
    assert found["external"]["input"]["required"] == ["title"] and home.audit(verb="mcp_external_call") == before


def test_the_chat_asks_which_tool(home):
    """Where the server is named and no tool is; and what is ours is read as ever."""
    found = said(home, "tracker 써줘").json()
    assert found["kind"] == "clarify" and "tracker find_issue" in found["choices"]
    assert said(home, "web 3개로 늘려줘 staging").json()["kind"] == "preview" and said(home, "tracker 이슈 열어줘", ["mcp:execute@staging", "k8s:read"]).json()["code"] == "missing_scope"


def test_health_tells_each(home):
    """Which answer, and why the others do not."""
    found = {each["name"]: (each["status"], each["kind"]) for each in home.client().get(f"{home.mcp}/health").json()["items"]}
    assert found == {"tracker": ("ok", None), "local": ("ok", None), "wrong": ("failed", "unauthorized"), "missing": ("failed", "bad_request")}
    assert {each["name"]: each["transport"] for each in home.client().get(f"{home.mcp}/providers").json()["items"]}["local"] == "stdio" and TOKEN not in home.client().get(f"{home.mcp}/providers").text


def test_without_any_there_is_nothing(tmp_path):
    """And nothing else changes."""
    with house(tmp_path) as found:
        assert found.client().get(f"{found.api}/mcp/external/providers").json() == {"items": []}


@pytest.mark.parametrize("fault", [each for each in FAULTS if each not in ("half", "wrong")])
def test_faults(fault, monkeypatch):
    """The one specification: what may pass is tried again, where it does no harm; the kind of it is told, and no secret."""
    monkeypatch.setattr(calling, "SECONDS", 1)
    monkeypatch.setattr(http, "FIRST", 0.01)
    with serve(FAULTS[fault]) as server, pytest.raises(KlepaasError) as caught:
        calling.tools(servers.Server("faulty", f"{server.url}/mcp", TOKEN))
    assert (caught.value.details["kind"], caught.value.transient) == (KINDS[fault], fault in TRANSIENT) and TOKEN not in caught.value.text()
    assert caught.value.retry_after == (3600 if fault == "429" else None)


@pytest.mark.parametrize("fault", ["half", "wrong"])
def test_answers_that_are_none(fault, monkeypatch):
    """A proxy's page, half an answer: transient, whatever the package makes of it."""
    monkeypatch.setattr(calling, "SECONDS", 1)
    monkeypatch.setattr(http, "FIRST", 0.01)
    with serve(FAULTS[fault]) as server, pytest.raises(KlepaasError) as caught:
        calling.tools(servers.Server("faulty", f"{server.url}/mcp", TOKEN))
    assert caught.value.transient


def test_a_redirect_is_not_followed():
    """The token is for one server."""
    with serve((200, {}, {})) as other, serve((307, {}, {"Location": f"{other.url}/mcp"})) as server, pytest.raises(KlepaasError):
        calling.tools(servers.Server("moved", f"{server.url}/mcp", TOKEN))
    assert other.seen == []


WRONG = {"neither": {}, "both": {"url": "https://x/mcp", "command": ["x"]}, "a token for a command": {"command": ["x"], "token": "abcdefgh"}, "unknown": {"url": "https://x", "more": 1}, "no URL": {"url": "x"}, "no list": {"command": "x"}, "a token and an issuer": {"url": "https://x", "token": "abcdefgh", "oauth": {"issuer": "https://i", "client_id": "c", "client_secret": "s"}}, "no issuer": {"url": "https://x", "oauth": {"client_id": "c", "client_secret": "s"}}, "no tools": {"url": "https://x", "tools": "all"}, "no object": 1}


@pytest.mark.parametrize("case", WRONG)
def test_settings_that_are_wrong(case):
    """Say which server and key."""
    with pytest.raises(Invalid) as caught:
        servers.every(config.load({"MCP_SERVERS": json.dumps({"tracker": WRONG[case]})}, None))
    assert "tracker" in caught.value.text()


def test_a_token_of_an_issuer():
    """Asked for with our credentials, used until it is refused, then asked for again; credentials that are wrong say so, and are not told."""
    with serving("oauth", SECRET) as url:
        named = servers.every(config.load({"MCP_SERVERS": json.dumps({name: {"url": f"{url}/mcp", "tools": TOOLS, "oauth": {"issuer": issuer, "client_id": "klepaas", "client_secret": secret}}
                                                                      for name, issuer, secret in (("right", url, SECRET), ("wrong", url, "wrong-secret-0123"), ("elsewhere", "http://127.0.0.1:1", SECRET))})}, None))
        for _ in range(3):
            assert calling.call(named["right"], "create_issue", {"title": "x"})["content"][0]["text"] == "created: x"
        for name in ("wrong", "elsewhere"):
            with pytest.raises(KlepaasError) as caught:
                calling.tools(named[name], again=False)
            assert caught.value.details["kind"] == "unauthorized" and SECRET not in caught.value.text() and "wrong-secret" not in caught.value.text()
