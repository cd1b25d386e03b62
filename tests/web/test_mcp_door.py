"""The MCP door: who comes in, from where, how often, with how much, and until when. Every refusal is one of HTTP, before the protocol is spoken."""

import asyncio
import contextlib
import json
import threading
import time

import pytest
import requests

from tests.web.mcp_help import MODES, asked, called, client, headers, post, request
from tests.web.people import house

AGENT = ("mcp:execute", "k8s:read", "deploy:execute")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with house(tmp_path_factory.mktemp("mcp"), KLEPAAS_URL="https://paas.example.org") as found:
        yield found


def test_who_has_no_token_is_told_which_to_bring(home):
    """401 with the scheme and the scope; a token in the query, a garbage one and another scheme are none."""
    for given in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}):
        answer = post(home.url, None, headers=given)
        assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer ") and 'scope="mcp:execute"' in answer.headers["WWW-Authenticate"], given
    token = home.token(scopes=AGENT)
    assert requests.post(f"{home.url}/mcp/stream?access_token={token}", json=request("tools/list"), headers=headers(None, "tools/list")).status_code == 401
    assert home.browser().post(f"{home.url}/mcp/stream", json=request("tools/list"), headers=headers(None, "tools/list")).status_code == 401
    assert token not in str(home.audit())


def test_a_token_without_the_doors_scope_is_told_so(home):
    """403 insufficient_scope, whatever else it may do."""
    answer = post(home.url, home.token(scopes=["k8s:read", "admin:write"]))
    assert answer.status_code == 403 and answer.json()["code"] == "missing_scope"
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"] and 'scope="mcp:execute"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("host, status", [("paas.example.org", 200), ("localhost:80", 200), ("127.0.0.1", 200), ("[::1]:9", 200), ("evil.example", 421), ("evil.example:80", 421),
                                          ("paas.example.org.evil.example", 421), ("127.0.0.1.evil.example", 421), ("[", 421), ("a@127.0.0.1", 421)])
def test_it_answers_to_its_own_names_alone(home, host, status):
    """A page that points its own name here (DNS rebinding) is refused by the Host it sends."""
    assert post(home.url, home.token(scopes=AGENT), headers={"Host": host}).status_code == status


@pytest.mark.parametrize("origin, status", [(None, 200), ("same", 200), ("https://evil.example", 403), ("null", 403), ("http://127.0.0.1:1", 403)])
def test_a_page_of_another_origin_is_refused(home, origin, status):
    """403, though it has a token."""
    given = {} if origin is None else {"Origin": home.url if origin == "same" else origin}
    assert post(home.url, home.token(scopes=AGENT), headers=given).status_code == status


def test_no_method_but_post(home):
    """There is no session to follow or to end."""
    for method in ("GET", "DELETE", "PUT", "HEAD"):
        answer = requests.request(method, f"{home.url}/mcp/stream", headers=headers(home.token(scopes=AGENT), "tools/list"))
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_body_too_large_is_refused(home):
    """By its length, before it is read; one without a length too."""
    token = home.token(scopes=AGENT)
    answer = post(home.url, token, "tools/call", {"name": "apply_manifest", "arguments": {"app": "web", "manifest": "x" * 600_000}}, "apply_manifest")
    assert answer.status_code == 413
    answer = requests.post(f"{home.url}/mcp/stream", data=iter([b"{}"]), headers=headers(token, "tools/list"))
    assert (answer.status_code, answer.json()["code"]) == (411, "length_needed")


def test_one_credential_calls_no_faster_than_configured(tmp_path):
    """429 with the time to wait; another's goes on."""
    with house(tmp_path, REQUESTS_PER_MINUTE="5") as found:
        token = found.token(scopes=AGENT)
        answers = [post(found.url, token) for _ in range(7)]
        assert [each.status_code for each in answers[:5]] == [200] * 5 and answers[-1].status_code == 429 and int(answers[-1].headers["Retry-After"]) >= 1
        assert post(found.url, found.token("bob", scopes=["mcp:execute", "k8s:read"])).status_code in (200, 403)


@pytest.mark.parametrize("revision", MODES)
def test_a_read_only_token_reaches_no_write(home, revision):
    """By no tool, no old name and no confirmation; it does not even see them."""
    token, preview = home.token(scopes=["mcp:execute", "k8s:read"]), home.token(scopes=AGENT)
    before = home.services.repo.head()
    waits = called(home.url, preview, "scale", {"app": "web", "environment": "staging", "replicas": 7}).structured_content["confirm"]

    async def look():
        async with client(home.url, token, MODES[revision]) as found:
            tools = (await found.list_tools()).tools
            assert all(each.annotations.read_only_hint for each in tools) and {"status", "get_k8s_resource", "check_health"} <= {each.name for each in tools}
            assert not {"confirm", "scale", "deploy_app", "query", "query_prometheus"} & {each.name for each in tools}
            for name, arguments in (("scale", {"app": "web", "replicas": 1}), ("deploy_app", {"app_name": "web", "image": "nginx:2"}), ("sync", {}), ("delete_app", {"app": "web"}), ("query", {"promql": "up"}),
                                    ("create_app", {"app": "new", "image": "nginx:1"}), ("release", {"revision": "abcd"}), ("rollback_deployment", {"app_name": "web"})):
                answer = await found.call_tool(name, arguments)
                assert (answer.is_error, answer.structured_content["code"]) == (True, "missing_scope"), name
            answer = await found.call_tool("confirm", waits)
            assert answer.is_error
    asyncio.run(look())
    assert home.services.repo.head() == before


def test_a_right_at_one_environment_is_none_at_another(home):
    """For tools, resources, the list of resources, completion and prompts alike."""
    token = home.token(scopes=["mcp:execute", "k8s:read@staging", "deploy:execute@staging"])

    async def look():
        async with client(home.url, token) as found:
            uris = [each.uri for each in (await found.list_resources()).resources]
            assert "klepaas://apps/staging/web" in uris and not [each for each in uris if "production" in each]
            assert (await found.call_tool("history", {"environment": "production"})).structured_content["code"] == "missing_scope"
            assert (await found.call_tool("scale", {"app": "web", "environment": "production", "replicas": 3})).structured_content["code"] == "missing_scope"
            for uri in ("klepaas://apps/production/web", "klepaas://history/production/web", "klepaas://logs/production/web", "klepaas://diff/production/web"):
                with pytest.raises(Exception, match="k8s:read"):
                    await found.read_resource(uri)
            assert "production" not in json.dumps(json.loads((await found.read_resource("klepaas://apps")).contents[0].text)["items"])
    asyncio.run(look())


def test_one_persons_preview_is_not_anothers(home):
    """A token confirms what was shown to its own user alone."""
    waits = called(home.url, home.token(scopes=AGENT), "scale", {"app": "web", "environment": "staging", "replicas": 8}).structured_content["confirm"]
    home.ledger.put_user("zoe@example.org", "Zoe", AGENT)
    other = home.ledger.token_create("zoe@example.org", "test", AGENT)
    assert called(home.url, other, "confirm", waits).structured_content["code"] == "no_such_preview"


def test_an_environment_that_trusts_agents_takes_their_commits(tmp_path):
    """`agents: commit` there: the confirmation commits; elsewhere it goes on to propose."""
    with house(tmp_path, {"klepaas.yaml": "environments:\n  staging: {agents: commit}\n  production: {}\n"}) as found:
        for environment, status in (("staging", "committed"), ("production", "proposed")):
            _, done = asked(found.url, found.token(scopes=AGENT), ("scale", {"app": "web", "environment": environment, "replicas": 9}), lambda results: ("confirm", results[0].structured_content["confirm"]))
            assert done.structured_content["status"] == status, done.structured_content


# --- streams ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def listening(home, token, *uris):
    """The lines of a stream's events."""
    answer = post(home.url, token, "subscriptions/listen", {"notifications": {"resourceSubscriptions": list(uris)}}, stream=True)
    try:
        yield answer, (json.loads(line[5:]) for line in answer.iter_lines() if line.startswith(b"data:"))
    finally:
        answer.close()


def test_a_stream_tells_what_changed_where_one_may_read(home):
    """The addresses that were asked for, of environments that may be seen; nothing else, and not what changed."""
    token = home.token(scopes=["mcp:execute", "k8s:read@staging"])
    with listening(home, token, "klepaas://apps/staging/web", "klepaas://apps/production/web", "klepaas://docs/verbs", "file:///etc/passwd") as (_, events):
        assert next(events)["params"]["notifications"] == {"resourceSubscriptions": ["klepaas://apps/staging/web"]}
        home.ledger.observe("web", "production", health="degraded", message="secret of production")
        home.ledger.observe("web", "staging", health="degraded", message="news")
        found = next(events)
        assert (found["method"], found["params"]["uri"]) == ("notifications/resources/updated", "klepaas://apps/staging/web") and "news" not in json.dumps(found)


def test_a_stream_ends_with_the_right_to_it(home):
    """The token is revoked while it runs: within seconds it is over, and says why."""
    token = home.token(scopes=["mcp:execute", "k8s:read"])
    with listening(home, token, "klepaas://apps/staging/web") as (_, events):
        next(events)
        for each in home.ledger.tokens("ann@example.org"):
            home.ledger.token_revoke(each["id"], "ann@example.org")
        began, rest = time.monotonic(), list(events)
        assert time.monotonic() - began < 20 and rest[-1]["error"]["data"]["code"] == "bad_token"


def test_a_stream_that_nobody_reads_ends(home):
    """A client that goes away leaves no stream behind, and one person has few."""
    from web.mcp import listening as streams
    token = home.token(scopes=["mcp:execute", "k8s:read"])
    with contextlib.ExitStack() as stack:
        for _ in range(streams.OWN):
            next(stack.enter_context(listening(home, token, "klepaas://apps/staging/web"))[1])
        assert post(home.url, token, "subscriptions/listen", {"notifications": {}}).json()["error"]["data"]["code"] == "too_many_streams"
    end = time.monotonic() + 60
    while streams.OPEN and time.monotonic() < end:
        home.ledger.observe("web", "staging", health="degraded", message=str(time.monotonic()))
        time.sleep(0.5)
    assert streams.OPEN == []


def test_many_calls_at_once_are_answered(home):
    """Threads are many enough, and nobody's answer is another's."""
    tokens = {who: home.ledger.token_create(f"{who}@example.org", "test", AGENT) for who in ("ann", "zoe")}
    home.ledger.put_user("zoe@example.org", "Zoe", AGENT)
    found = []

    def ask(number):
        app = f"app-{number}"
        found.append((app, called(home.url, tokens[("ann", "zoe")[number % 2]], "status", {"app": app}).structured_content))
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 12 and all(answer["code"] == "unknown_app" and answer["app"] == app for app, answer in found)
