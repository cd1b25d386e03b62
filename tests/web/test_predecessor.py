"""The predecessor's addresses: its clients find what they know there, with the rights of every other door."""

import json

import pytest
import requests
import websocket


def opened(demo, id, token, address="/ws/deployments/"):
    return websocket.create_connection(f"ws://127.0.0.1:{demo.port}{address}{id}", header=[f"Authorization: Bearer {token}"] if token else [], timeout=30)


def messages(socket):
    """All of them, until the server ends it; its reason last."""
    found = []
    while True:
        code, data = socket.recv_data()
        if code == websocket.ABNF.OPCODE_CLOSE:
            return found, (int.from_bytes(data[:2], "big"), data[2:].decode())
        found.append(json.loads(data))


def deployed(owner, demo, app, **said):
    answer = owner.post(f"{demo.api}/commands", json={"verb": "scale", "app": app, "environment": "staging", "args": {"replicas": 3}} | said)
    assert answer.ok, answer.text
    return answer.json()


@pytest.mark.parametrize("address", ["/ws/deployments/", "/api/v1/ws/deployments/"])
def test_a_deployment_is_followed_to_its_end(demo, owner, address):
    """What the ledger and the cluster say, in the order it happened: progress, pods, and the end."""
    app = {"/ws/deployments/": "nginx", "/api/v1/ws/deployments/": "mailer"}[address]
    receipt = deployed(owner, demo, app)
    found, (code, _) = messages(opened(demo, receipt["commit"], demo.token(), address))
    assert found[0]["type"] == "connection_established" and found[-1]["type"] == "deployment_completed" and code == 1000
    last = [each["data"] for each in found if each["type"] == "progress"][-1]
    assert (found[-1]["status"], last["status"], last["commit"], last["replicas"]) == ("success", "done", receipt["commit"], {"desired": 3, "ready": 3})
    pods = [each["data"] for each in found if each["type"] == "metrics"]
    assert pods and pods[-1]["desired"] == 3 and all(set(each) == {"desired", "ready", "available", "restarts", "pods"} for each in pods)
    assert all(each["deployment_id"] == receipt["commit"] for each in found)


def test_it_has_three_names(demo, owner):
    """The commit, the ledger's id, and the id that its sender gave it: not one that somebody else did."""
    receipt = deployed(owner, demo, "chat-app", id="mine-1")
    uid = owner.get(f"{demo.api}/history", params={"app": "chat-app", "environment": "staging"}).json()["items"][0]["command"]
    for id in (receipt["commit"], uid, "mine-1"):
        found, (code, _) = messages(opened(demo, id, demo.token()))
        assert (found[-1]["type"], code) == ("deployment_completed", 1000), id
    stranger = demo.signed_in("reviewer")
    cookie = "; ".join(f"{each.name}={each.value}" for each in stranger.cookies)
    socket = websocket.create_connection(f"ws://127.0.0.1:{demo.port}/ws/deployments/mine-1", cookie=cookie, origin=demo.url, timeout=10)
    assert messages(socket) == ([], (1008, "no_such_command"))


def test_one_that_waits_for_review_says_so_and_answers_pings(demo, owner):
    """A proposal is followed while it waits; rejected, it is over."""
    answer = owner.post(f"{demo.api}/commands", json={"verb": "scale", "app": "nginx", "environment": "production", "args": {"replicas": 5}, "id": "waits-1"})
    assert answer.status_code == 202, answer.text
    socket = opened(demo, "waits-1", demo.token())
    socket.send("not json")
    socket.send('{"type": "ping"}')
    kinds = {}
    while "pong" not in kinds:
        found = json.loads(socket.recv())
        kinds[found["type"]] = found
    assert kinds["progress"]["data"]["status"] == "review" and kinds["progress"]["data"]["commit"] is None
    demo.signed_in("reviewer").post(f"{demo.api}/commands", json={"verb": "reject", "args": {"review": answer.json()["review"]["id"]}})
    found, _ = messages(socket)
    assert (found[-1]["type"], found[-1]["status"]) == ("deployment_completed", "failed")


def test_who_may_not_read_there_sees_nothing(demo, owner):
    """Neither without a token, nor with rights elsewhere, nor after a revocation."""
    receipt = deployed(owner, demo, "storefront")
    with pytest.raises(websocket.WebSocketBadStatusException, match="401"):
        opened(demo, receipt["commit"], None)
    assert messages(opened(demo, receipt["commit"], demo.token("k8s:read@production")))[1] == (1008, "missing_scope")
    assert messages(opened(demo, "nothing-like-it", demo.token()))[1] == (1008, "no_such_command")


def test_promql_has_the_verbs_right(demo, owner):
    """At the old address the verb `query` answers, refusals included."""
    asked = {"query": "up"}
    assert requests.post(f"{demo.api}/monitoring/query", json=asked).status_code == 401
    assert demo.client("k8s:read").post(f"{demo.api}/monitoring/query", json=asked).json()["code"] == "missing_scope"
    here, verb = owner.post(f"{demo.api}/monitoring/query", json=asked), owner.get(f"{demo.api}/read/query", params={"promql": "up"})
    assert here.status_code == verb.status_code and here.json().get("code") == verb.json().get("code")
    assert owner.post(f"{demo.api}/monitoring/query", json={"query": "up", "more": 1}).json()["code"] == "unknown_field"
    assert owner.post(f"{demo.api}/monitoring/query", json={}).json()["code"] == "bad_field"
