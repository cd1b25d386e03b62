"""The websocket: every event after the last one seen, for who may see it, and for nobody else."""

import json
import threading

import pytest
import websocket


def opened(demo, token=None, after=None, **more):
    query = f"?after={after}" if after is not None else ""
    header = [f"Authorization: Bearer {token}"] if token else []
    return websocket.create_connection(f"ws://127.0.0.1:{demo.port}/api/v1/ws/events{query}", header=header, timeout=20, **more)


def received(socket, test):
    """Messages up to the first for which `test` holds."""
    found = []
    while True:
        message = json.loads(socket.recv())
        if "id" in message:
            found.append(message)
            if test(message):
                return found


def test_a_client_that_resumes_misses_nothing(demo, owner):
    """Two clients, one of which reconnects after each event, see the same events in the same order."""
    token, start = demo.token(), owner.get(f"{demo.api}/events").json()["last"] or 0
    steady = opened(demo, token, after=start)
    sha = owner.post(f"{demo.api}/commands", json={"verb": "restart", "app": "chat-app", "environment": "production", "args": {"at": "2026-01-01T00:00:00Z"}}).json()
    done = owner.post(f"{demo.api}/commands", json={"verb": "set_env", "app": "chat-app", "environment": "staging", "args": {"name": "ROUND", "value": "two"}}).json()["commit"]
    assert sha["status"] == "proposed"

    def last(event):
        return event["kind"] == "sync" and event["data"]["revision"] == done and event["data"]["status"] == "succeeded" and event["app"] == "chat-app"

    whole, pieces, after = received(steady, last), [], start
    steady.close()
    while not pieces or not last(pieces[-1]):
        resumed = opened(demo, token, after=after)
        pieces += received(resumed, lambda event: True)
        after = pieces[-1]["id"]
        resumed.close()
    assert [event["id"] for event in pieces] == [event["id"] for event in whole]


def test_sockets_are_closed_to_strangers(demo):
    """No token, a garbage token, and a cookie from another site's page get no socket."""
    for token, more in ((None, {}), ("klp_garbage", {})):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            opened(demo, token, **more)
        assert refused.value.status_code == 401
    cookie = "; ".join(f"{name}={value}" for name, value in demo.signed_in("owner").cookies.items())
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        opened(demo, cookie=cookie, origin="https://evil.example")
    assert refused.value.status_code == 403
    opened(demo, cookie=cookie, origin=demo.url).close()


def test_events_are_for_who_may_read_there(demo, owner):
    """A grant at one environment brings that environment's events alone."""
    token = demo.token("k8s:read@production")
    socket = opened(demo, token)
    hidden = owner.post(f"{demo.api}/commands", json={"verb": "set_env", "app": "mailer", "environment": "staging", "args": {"name": "HIDDEN", "value": "x"}})
    shown = owner.post(f"{demo.api}/commands", json={"verb": "set_env", "app": "mailer", "environment": "production", "args": {"name": "SHOWN", "value": "x"}})
    assert (hidden.status_code, shown.status_code) == (201, 202)
    found = received(socket, lambda event: event["environment"] == "production" and event["kind"] == "command")
    assert {event["environment"] for event in found} <= {"production", None}
    socket.close()


def test_many_sockets_do_not_starve_requests(demo, owner):
    """Fifty open sockets, and plain requests are still answered; all of them hear of a change."""
    token = demo.token()
    sockets = [opened(demo, token) for _ in range(50)]
    heard = []

    def listen(socket):
        heard.append(received(socket, lambda event: event["kind"] == "command" and event["data"].get("verb") == "suspend")[-1]["id"])
    threads = [threading.Thread(target=listen, args=(socket,)) for socket in sockets]
    [each.start() for each in threads]
    assert owner.post(f"{demo.api}/commands", json={"verb": "suspend", "app": "mailer", "environment": "staging"}).status_code == 201
    [each.join(20) for each in threads]
    assert len(heard) == 50 and len(set(heard)) == 1
    assert owner.post(f"{demo.api}/commands", json={"verb": "resume", "app": "mailer", "environment": "staging"}).status_code == 201
    [socket.close() for socket in sockets]
