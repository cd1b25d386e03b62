"""Tokens and sign-ins: nobody makes more of them than they hold, and what they keep open ends with them."""

import asyncio
import contextlib
import json
import threading
import time

import mcp
import pytest
import requests
import websocket
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from gitops.types import SCOPES
from tests.web.people import bearing, house

SOCKETS = ("events", "chat")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with house(tmp_path_factory.mktemp("tokens")) as found:
        yield found


def make(client, home, **asked):
    return client.post(f"{home.api}/tokens", json={"name": "ci", "scopes": ["k8s:read"]} | asked)


# --- tokens ----------------------------------------------------------------------------------------------------------


def test_a_token_is_shown_once(home):
    """In the answer that made it, and in no listing after."""
    browser = home.browser("bob")
    made = make(browser, home, name="pipeline", days=7).json()
    mine = [each for each in browser.get(f"{home.api}/tokens").json()["items"] if each["name"] == "pipeline"]
    assert made["token"].startswith("klp_") and made["token"] not in json.dumps(mine)
    assert [(each["id"], each["scopes"], each["used"], each["revoked"]) for each in mine] == [(made["id"], ["k8s:read"], None, None)]
    assert abs(mine[0]["expires"] - time.time() - 7 * 86400) < 60
    assert bearing(made["token"]).get(f"{home.api}/me").json()["scopes"] == ["k8s:read"]
    assert [each["used"] for each in browser.get(f"{home.api}/tokens").json()["items"] if each["name"] == "pipeline"] != [None]


def test_a_token_for_some_environments(home):
    """The scopes count there and nowhere else; the environments must be there."""
    made = make(home.browser("ann"), home, scopes=["k8s:read", "deploy:execute"], environments=["staging"]).json()
    client = bearing(made["token"])
    assert client.get(f"{home.api}/me").json()["scopes"] == ["deploy:execute@staging", "k8s:read@staging"]
    assert client.get(f"{home.api}/apps/web/staging").ok and client.get(f"{home.api}/apps/web/production").status_code == 403
    assert make(home.browser("ann"), home, environments=["moon"]).json()["code"] == "unknown_environment"


@pytest.mark.parametrize("who, asked, status", [
    ("bob", {"scopes": ["admin:write"]}, 403), ("bob", {"scopes": ["k8s:read", "k8s:write"]}, 403), ("eve", {"scopes": ["k8s:read"]}, 403),
    ("eve", {"scopes": ["k8s:read@production"]}, 403), ("eve", {"scopes": ["k8s:read"], "environments": ["production"]}, 403), ("eve", {"scopes": ["k8s:read"], "environments": ["staging"]}, 201),
    ("nil", {"scopes": ["k8s:read"]}, 403), ("ann", {"scopes": ["root"]}, 422), ("ann", {"scopes": []}, 422), ("ann", {"scopes": "k8s:read"}, 422), ("ann", {"days": 0}, 422),
    ("ann", {"days": 10**9}, 422), ("ann", {"days": True}, 422), ("ann", {"agent": "no"}, 422), ("ann", {"environments": []}, 422), ("ann", {"environments": [1]}, 422),
    ("ann", {"scopes": ["k8s:read@staging"], "environments": ["staging"]}, 422), ("ann", {"admin": True}, 422)])
def test_nobody_puts_into_a_token_what_they_do_not_hold(home, who, asked, status):
    """Nor what is not there."""
    assert make(home.browser(who), home, **asked).status_code == status


def test_a_token_makes_none_that_is_more_than_itself(home):
    """Its scopes are those of its making, an agent's is an agent's, and it ends with what made it."""
    small = bearing(home.token("ann", ["k8s:read", "deploy:execute"], expires=time.time() + 3600, agent=True))
    assert make(small, home, scopes=["admin:read"]).status_code == 403
    made = make(small, home, days=300).json()
    assert made["agent"] and made["expires"] < time.time() + 3601
    assert make(bearing(made["token"]), home, scopes=["deploy:execute"]).status_code == 403


def test_a_token_loses_what_its_user_loses(home):
    """At once, and gets it back with it."""
    client = home.client("bob", ["deploy:execute", "k8s:read"])
    try:
        home.ledger.put_user("bob@example.org", "Bob", ["k8s:read@staging"])
        assert client.get(f"{home.api}/me").json()["scopes"] == ["k8s:read@staging"]
    finally:
        home.ledger.put_user("bob@example.org", "Bob", ["k8s:read", "deploy:execute"])
    assert client.get(f"{home.api}/me").json()["scopes"] == ["deploy:execute", "k8s:read"]


def test_tokens_and_sign_ins_are_their_persons(home):
    """Another's are not listed, and cannot be revoked."""
    token, browser = home.token("ann"), home.browser("ann")
    id, session = home.ledger.tokens("ann@example.org")[-1]["id"], home.ledger.sessions("ann@example.org")[0]["id"]
    bob = home.browser("bob")
    assert id not in bob.get(f"{home.api}/tokens").text and session not in bob.get(f"{home.api}/sessions").text
    assert bob.delete(f"{home.api}/tokens/{id}").status_code == bob.delete(f"{home.api}/sessions/{session}").status_code == 404
    assert bearing(token).get(f"{home.api}/me").ok and browser.get(f"{home.api}/me").ok


def test_scopes_in_a_header_are_nothing(home):
    """X-Scopes, or whatever else a client says of itself."""
    more = {"X-Scopes": " ".join(SCOPES), "X-User": "ann@example.org", "X-Forwarded-User": "ann@example.org", "X-Forwarded-Email": "ann@example.org"}
    client = home.client("nil", [])
    assert client.get(f"{home.api}/me", headers=more).json()["scopes"] == []
    assert client.get(f"{home.api}/apps", headers=more).status_code == 403 and requests.get(f"{home.api}/apps", headers=more).status_code == 401


# --- sign-ins --------------------------------------------------------------------------------------------------------


def test_sign_ins_are_listed_and_ended(home):
    """Each with where it came from; this one is marked; one, or all others, can be ended."""
    home.ledger.sessions_end("eve@example.org")
    here, there, third = home.browser("eve"), home.browser("eve"), home.browser("eve")
    items = here.get(f"{home.api}/sessions").json()["items"]
    assert len(items) == 3 and [each["current"] for each in items].count(True) == 1
    assert {each["address"] for each in items} == {"127.0.0.1"} and {each["provider"] for each in items} == {"link"} and "python-requests" in items[0]["browser"]
    ended = there.get(f"{home.api}/sessions").json()["items"]
    mine = next(each["id"] for each in ended if each["current"])
    assert here.delete(f"{home.api}/sessions/{mine}").ok and there.get(f"{home.api}/me").json()["code"] == "session_over"
    assert here.delete(f"{home.api}/sessions").json()["count"] == 1
    assert third.get(f"{home.api}/me").status_code == 401 and here.get(f"{home.api}/me").ok


def test_signing_in_ends_the_session_before(home):
    """A cookie from before is worth nothing after."""
    browser = home.browser("ann")
    before = browser.cookies["klepaas"]
    browser.post(f"{home.url}/auth/link/{home.ledger.link_create('bob@example.org')}")
    assert browser.get(f"{home.api}/me").json()["email"] == "bob@example.org" and browser.cookies["klepaas"] != before
    assert requests.get(f"{home.api}/me", cookies={"klepaas": before}).status_code == 401


# --- streams ---------------------------------------------------------------------------------------------------------


def opened(home, path, client):
    header = [f"Authorization: {client.headers['Authorization']}"] if "Authorization" in client.headers else []
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return websocket.create_connection(f"ws://{home.url.partition('//')[2]}/api/v1/ws/{path}", header=header, cookie=cookie, origin=home.url, timeout=20)


def ending(socket):
    """(code, reason) with which the server closed it."""
    while True:
        opcode, data = socket.recv_data()
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            return int.from_bytes(data[:2]), data[2:].decode()


@pytest.mark.parametrize("path", SOCKETS)
@pytest.mark.parametrize("end", ["token", "session", "user"])
def test_a_socket_ends_with_the_right_to_it(home, path, end):
    """While it runs: the token revoked, the sign-in ended, the person's rights taken."""
    client = home.browser("eve") if end == "session" else home.client("eve")
    with contextlib.closing(opened(home, path, client)) as socket:
        if end == "token":
            home.ledger.token_revoke(home.ledger.tokens("eve@example.org")[-1]["id"], "eve@example.org")
        elif end == "session":
            home.browser("eve").delete(f"{home.api}/sessions")
        elif path == "events":
            home.ledger.put_user("eve@example.org", "Eve", [])
        else:
            home.ledger.tokens_revoke("eve@example.org")
        code, reason = ending(socket)
    home.ledger.put_user("eve@example.org", "Eve", ["k8s:read@staging", "admin:read@staging"])
    assert (code, reason) == (1008, {"token": "bad_token", "session": "session_over"}.get(end, "missing_scope" if path == "events" else "bad_token"))


def test_a_busy_socket_ends_too(home):
    """Events that keep coming do not keep it open."""
    client, stop = home.client("bob"), threading.Event()

    def busy():
        while not stop.wait(0.02):
            home.ledger.event("health", "web", "staging", status="healthy")

    thread = threading.Thread(target=busy)
    with contextlib.closing(opened(home, "events", client)) as socket:
        thread.start()
        try:
            assert json.loads(socket.recv())["kind"] == "health"
            home.ledger.tokens_revoke("bob@example.org")
            assert ending(socket) == (1008, "bad_token")
        finally:
            stop.set()
            thread.join()


def test_what_was_revoked_is_told_to_nobody(home):
    """The event that makes sockets look again reaches no client."""
    with contextlib.closing(opened(home, f"events?after={home.ledger.last_event()}", home.client("ann"))) as socket:
        home.ledger.put_user("nil@example.org", "Nil", ["mcp:execute@staging"])
        home.ledger.event("health", "web", "staging", status="marker")
        assert json.loads(socket.recv())["data"] == {"status": "marker"}
    assert "access" not in {each["kind"] for each in home.client("ann").get(f"{home.api}/events", params={"limit": 500}).json()["items"]}


def test_an_mcp_session_ends_with_its_token(home):
    """Calls of a client that is connected are refused from then on."""
    token = home.token("ann", ["mcp:execute", "k8s:read"])

    async def talk():
        async with create_mcp_http_client(headers={"Authorization": f"Bearer {token}"}) as http:
            async with mcp.Client(streamable_http_client(f"{home.url}/mcp/stream", http_client=http)) as client:
                first = await client.call_tool("help", {})
                home.ledger.tokens_revoke("ann@example.org")
                try:
                    return first, await client.call_tool("help", {})
                except Exception as error:  # what the client makes of a 401
                    return first, error

    first, second = asyncio.run(talk())
    assert not first.is_error and (isinstance(second, Exception) or second.is_error)
