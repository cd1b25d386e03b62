"""The conversation over its websocket: answers as they are found, to who may speak."""

import json

import pytest
import requests
import websocket

from tests.web.talk import commits


def socket_of(demo, token):
    return websocket.create_connection(f"ws://127.0.0.1:{demo.port}/api/v1/ws/chat", header=[f"Authorization: Bearer {token}"], timeout=20)


def until_whole(socket):
    found = []
    while not found or found[-1]["event"] not in ("answer", "problem"):
        found.append(json.loads(socket.recv()))
    return found


def test_answers_come_as_they_are_found(demo):
    """Over the websocket: how it was read, each answer, then the whole, which is what POST answers; a typed word confirms there too."""
    socket, before = socket_of(demo, demo.token()), demo.head()
    socket.send(json.dumps({"text": "nginx 상태 알려주고 mailer 재시작해줘", "ref": "a"}))
    found = until_whole(socket)
    assert [each["event"] for each in found] == ["reading", "item", "item", "answer"] and {each["ref"] for each in found} == {"a"}
    assert found[0]["commands"] == ["status", "restart"] and found[1]["type"] == "status" and found[2]["command_id"]
    socket.send(json.dumps({"text": "확인", "session_id": found[-1]["session_id"]}))
    assert until_whole(socket)[-1]["items"][0]["status"] == "committed" and commits(demo, before) == 1
    socket.close()


def test_bad_messages_do_not_end_the_talk(demo):
    """Each is answered by a problem, and the next sentence is heard."""
    socket = socket_of(demo, demo.token("k8s:read"))
    for message, code in (("{", "bad_json"), ("[]", "not_an_object"), ('{"text": 7}', "bad_field"), ('{"texts": "x"}', "unknown_field"), ('{"text": "x", "session_id": "nobodys"}', "no_such_conversation"),
                          ('{"text": "restart nginx"}', "missing_scope")):
        socket.send(message)
        assert until_whole(socket)[-1]["code"] == code
    socket.send(json.dumps({"text": "x" * 10_000}))
    assert until_whole(socket)[-1]["event"] == "answer"
    socket.close()


def test_the_talk_is_closed_to_strangers(demo):
    """No token, no talk; and every route of the chat needs a credential."""
    with pytest.raises(websocket.WebSocketBadStatusException) as raised:
        websocket.create_connection(f"ws://127.0.0.1:{demo.port}/api/v1/ws/chat", timeout=20)
    assert raised.value.status_code == 401
    paths = requests.get(f"{demo.api}/openapi.json", headers={"Authorization": f"Bearer {demo.token('k8s:read')}"}).json()["paths"]
    assert {"/api/v1/nlp/process", "/api/v1/nlp/confirm", "/api/v1/nlp/history", "/api/v1/nlp/conversations", "/api/v1/nlp/suggestions"} <= set(paths)
