"""Alerts that come in, and what people do about them: over real HTTP, with payloads as their senders document them."""

import copy
import http.client
import json
import time

import pytest
import requests
import websocket

from gitops.types import Health, SyncResult

from tests.gitops.path_help import FILES
from tests.gitops.repo_help import land
from tests.monitoring.payloads import ALERT, INCIDENT, OTHER, SECRET, alert, message, over, send, signed
from tests.web.people import house
from tests.web.test_live import received

MANY = "environments:\n  staging: {}\n  east: {namespace: prod, cluster: east}\n  west: {namespace: prod, cluster: west}\n  production: {review: required, promotes_from: staging}\n"
APPS = {"klepaas.yaml": MANY, "values/east/shop.yaml": "{}\n", "values/west/shop.yaml": "{}\n", "values/west/only.yaml": "{}\n", "values/staging/web-api.yaml": "{}\n"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with house(tmp_path_factory.mktemp("alerts"), APPS, ALERTS_WEBHOOK_SECRET=SECRET, PAGERDUTY_WEBHOOK_SECRET=OTHER) as found:
        yield found


def listed(home, who="ann", **query):
    answer = home.client(who).get(f"{home.api}/alerts", params=query)
    assert answer.ok, answer.text
    return answer.json()["items"]


def kept(home, found):
    """The row of an alert that was sent."""
    return next((each for each in home.ledger.alerts.list() if each["fingerprint"] == found["fingerprint"]), None)


def sent(home, *alerts):
    answer = send(home.url, message(*alerts))
    assert answer.status_code == 200, answer.text
    return answer.json()


# --- one alert ---------------------------------------------------------------------------------------------------------


def test_the_documented_message_is_taken(home):
    """Alertmanager's own, as it stands in its documentation: kept, and matched to the app whose pod it names."""
    assert sent(home, ALERT) == {"status": "accepted", "alerts": 1, "moved": 1}
    row = kept(home, ALERT)
    assert (row["app"], row["environment"], row["name"], row["severity"], row["summary"]) == ("web", "staging", "HighErrorRate", "critical", "One request in ten fails")
    assert row["url"] == ALERT["generatorURL"] and row["began"] == pytest.approx(1533282746.739, abs=0.01) and row["status"] == "firing"


def test_the_same_again_is_the_same(home):
    """By its fingerprint: one row, one event; resolved closes it, once; fired again it is another."""
    first, after = alert(), home.ledger.last_event()
    assert [sent(home, first)["moved"] for _ in range(3)] == [1, 0, 0]
    assert [sent(home, over(first))["moved"] for _ in range(2)] == [1, 0] and kept(home, first)["ended"]
    assert sent(home, first)["moved"] == 0 and kept(home, first)["status"] == "resolved"  # a message that was late
    assert [each.data["status"] for each in home.ledger.events(after, kinds=["alert"])] == ["firing", "resolved"]
    again = first | {"startsAt": alert()["startsAt"]}
    assert sent(home, again)["moved"] == 1
    assert sorted(each["status"] for each in home.ledger.alerts.list() if each["fingerprint"] == first["fingerprint"]) == ["firing", "resolved"]


def test_resolved_before_it_was_heard_of(home):
    """Messages out of order: nothing fires, then or later."""
    found, after = alert(), home.ledger.last_event()
    assert sent(home, over(found))["moved"] == 0 and sent(home, found)["moved"] == 0
    assert kept(home, found)["status"] == "resolved" and home.ledger.events(after, kinds=["alert"]) == ()


def test_many_at_once_are_one_message(home):
    """A group of them, each for itself."""
    some = [alert(pod=None, deployment="web") for _ in range(50)]
    assert sent(home, *some, *some)["moved"] == 50
    assert sent(home, *map(over, some))["moved"] == 50


@pytest.mark.parametrize("labels,place", [
    ({"namespace": "staging", "deployment": "web"}, ("web", "staging")), ({"namespace": "staging", "pod": "web-6d4cf56db6-bcdfg"}, ("web", "staging")),
    ({"namespace": "staging", "pod": "web-api-6d4cf56db6-bcdfg"}, ("web-api", "staging")), ({"namespace": "staging", "app": "web"}, ("web", "staging")),
    ({"namespace": "staging", "service": "kube-state-metrics", "deployment": "web"}, ("web", "staging")), ({"namespace": "staging", "app_kubernetes_io_instance": "web"}, ("web", "staging")),
    ({"namespace": "staging", "service": "web"}, ("web", "staging")), ({"exported_namespace": "staging", "exported_pod": "web-0"}, ("web", "staging")),
    ({"namespace": "staging", "deployment": "nobody"}, (None, "staging")), ({"namespace": "staging"}, (None, "staging")), ({"environment": "production"}, (None, "production")),
    ({"namespace": "elsewhere", "deployment": "web"}, (None, None)), ({"deployment": "web"}, (None, None)), ({"deployment": "only"}, ("only", "west")), ({}, (None, None)),
    ({"namespace": "prod", "deployment": "shop"}, (None, None)), ({"namespace": "prod", "deployment": "shop", "cluster": "east"}, ("shop", "east")), ({"namespace": "prod", "deployment": "only"}, ("only", "west")),
    ({"environment": "east", "app": "shop"}, ("shop", "east")), ({"instance": "10.0.0.1:9100"}, (None, None))])
def test_whose_it_is(home, labels, place):
    """By the labels of the object; what is not certain is nobody's."""
    found = alert() | {"labels": {"alertname": "A", **labels}}
    sent(home, found)
    assert (kept(home, found)["app"], kept(home, found)["environment"]) == place


def test_grafana_and_pagerduty(home):
    """Their own forms and signatures: fired, acknowledged elsewhere, resolved."""
    found = alert() | {"values": {"B": 22}, "silenceURL": "https://grafana.example.org/silence", "dashboardURL": "", "panelURL": ""}
    body = json.dumps({"receiver": "us", "status": "firing", "orgId": 1, "version": "1", "alerts": [found], "title": "x", "state": "alerting", "message": "y"}).encode()
    assert send(home.url, body, "/grafana", Authorization=None, X_Grafana_Alerting_Signature=signed(body)).json()["moved"] == 1
    assert kept(home, found)["source"] == "grafana"
    for kind, moved in (("incident.triggered", 1), ("incident.acknowledged", 0), ("pagey.ping", 0), ("incident.resolved", 1), ("incident.resolved", 0)):
        event = copy.deepcopy(INCIDENT)
        event["event"]["event_type"] = kind
        event["event"]["data"]["service"]["summary"] = "only"
        body = json.dumps(event).encode()
        answer = send(home.url, body, "/pagerduty", Authorization=None, X_PagerDuty_Signature=f"v1={signed(body, 'older')},v1={signed(body, OTHER)}")
        assert (answer.status_code, answer.json()["moved"]) == (200, moved), kind
    row = kept(home, {"fingerprint": "PGR0VU2"})
    assert (row["app"], row["environment"], row["severity"], row["status"]) == ("only", "west", "critical", "resolved")


# --- who sent it ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [
    {"Authorization": None}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {SECRET[:-1]}"}, {"Authorization": f"Bearer {SECRET} "[:-1] + "x"},
    {"Authorization": f"Basic {SECRET}"}, {"Authorization": SECRET}, {"Authorization": f"Bearer {OTHER}"}, {"Authorization": None, "X_Signature": "sha256=" + "0" * 64}, {"Authorization": None, "X_Signature": "sha256="},
    {"Authorization": None, "X_Signature": "sha256=" + signed(b"{}")}, {"Authorization": None, "X_PagerDuty_Signature": "v1=" + "0" * 64}, {"Authorization": "Bearer \xff"}])
def test_a_wrong_proof_is_refused(home, headers):
    """Missing, empty, another's, of another body: 401, and nothing is kept."""
    found = alert()
    for path in ("", "/grafana", "/pagerduty"):
        answer = send(home.url, message(found), path, **{name: value.encode("latin-1") if isinstance(value, str) else value for name, value in headers.items()})
        assert (answer.status_code, answer.json()["code"]) == (401, "webhook_signature") and SECRET not in answer.text
    assert kept(home, found) is None


def test_a_signature_is_as_good_as_the_token(home):
    """Over the raw body."""
    body = json.dumps(message(alert())).encode()
    assert send(home.url, body, Authorization=None, X_Signature=f"sha256={signed(body)}").status_code == 200
    assert send(home.url, body + b" ", Authorization=None, X_Signature=f"sha256={signed(body)}").status_code == 401


def test_without_a_secret_nothing_is_taken(tmp_path):
    """Whatever is sent; and the answer names the setting."""
    with house(tmp_path) as bare:
        for path, setting in (("", "ALERTS_WEBHOOK_SECRET"), ("/grafana", "ALERTS_WEBHOOK_SECRET"), ("/pagerduty", "PAGERDUTY_WEBHOOK_SECRET")):
            for authorization in (None, "Bearer ", "Bearer None"):
                answer = send(bare.url, message(alert()), path, Authorization=authorization)
                assert answer.status_code == 401 and setting in answer.json()["detail"]
        found = requests.get(f"{bare.api}/monitoring", headers={"Authorization": bare.client().headers["Authorization"]}, timeout=5).json()
        assert found["alerts"] == {"name": "Alertmanager", "configured": False, "setting": "ALERTS_WEBHOOK_SECRET"}


def test_a_long_body_is_refused_unread(home):
    """By its length, before a byte of it came."""
    connection = http.client.HTTPConnection(home.url.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", "/api/v1/alerts/webhook")
    for name, value in (("Content-Length", str(1 << 30)), ("Authorization", f"Bearer {SECRET}"), ("Content-Type", "application/json")):
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == 413


@pytest.mark.parametrize("payload", [
    b"", b"{", b"[]", b"null", b"[" * 100_000, b"\xff", {}, {"version": "4"}, {"version": "3", "alerts": []}, {"version": "4", "alerts": {}}, {"version": "4", "alerts": [1]}, {"version": "4", "alerts": [{}]},
    message({"status": "firing"}), message(alert() | {"startsAt": "yesterday"}), message(alert() | {"startsAt": "9999-12-31T23:59:59Z"}), message(alert() | {"startsAt": "0001-01-01T00:00:00Z"}), message(alert() | {"startsAt": 5}),
    message(alert() | {"startsAt": "2018-08-03T09:52:26"}), message(alert() | {"labels": {"a": 1}}), message(alert() | {"labels": [1]}), message(alert() | {"labels": 5, "annotations": "x"}), message(*[ALERT] * 1001),
    message(alert("resolved") | {"endsAt": None})])
def test_malformed_messages(home, payload):
    """400 that names the field; nothing of a message is kept in part; never a 500."""
    before = len(home.ledger.alerts.list(limit=500))
    answer = send(home.url, payload)
    assert answer.status_code == 400 and answer.json()["code"] in ("bad_json", "not_an_object", "webhook_malformed"), answer.text
    assert len(home.ledger.alerts.list(limit=500)) == before
    body = json.dumps(payload).encode() if not isinstance(payload, bytes) else payload
    assert send(home.url, body, "/pagerduty", X_PagerDuty_Signature=f"v1={signed(body, OTHER)}").status_code == 400


def test_hostile_text_is_kept_as_text(home):
    """Control characters, halves of pairs, secrets, links that run: kept without what no database or page should hold."""
    token = "ghp_" + "a1B2c3D4" * 5  # has the form of one
    found = alert(summary=f"a\0b {token} <img src=x onerror=alert(1)>", note="x" * 5000) | {"generatorURL": "javascript:alert(1)"}
    sent(home, found)
    row = kept(home, found)
    assert "\0" not in row["summary"] and token not in json.dumps(row) and row["url"] is None and len(row["labels"]["note"]) == 1000


# --- who sees it, and what they do ----------------------------------------------------------------------------------------


def test_alerts_are_seen_where_one_may_read(home):
    """Of an environment by its readers; of none by those who read everywhere; nobody else, by no door."""
    mine, theirs, nobodys = alert(), alert(namespace="production"), alert(namespace="elsewhere")
    sent(home, mine, theirs, nobodys)
    seen = {who: {each["fingerprint"] for each in listed(home, who)} for who in ("ann", "bob", "eve")}
    wanted = {each["fingerprint"] for each in (mine, theirs, nobodys)}
    assert wanted <= seen["ann"] and wanted <= seen["bob"] and seen["eve"] & wanted == {mine["fingerprint"]}
    for found in (theirs, nobodys):
        assert home.client("eve").get(f"{home.api}/alerts/{kept(home, found)['id']}").status_code == 403
    assert requests.get(f"{home.api}/alerts", timeout=5).status_code == 401 and home.client("nil").get(f"{home.api}/alerts").status_code == 403
    assert home.client("eve").get(f"{home.api}/alerts", params={"environment": "production"}).status_code == 403
    assert home.client().get(f"{home.api}/alerts/nothing").status_code == 404 and home.client().get(f"{home.api}/alerts", params={"status": "x"}).status_code == 422
    events = home.client("eve").get(f"{home.api}/events", params={"after": home.ledger.last_event() - 3}).json()["items"]
    assert {each["data"]["fingerprint"] for each in events if each["kind"] == "alert"} <= {mine["fingerprint"]}


def test_somebody_acknowledges(home):
    """By name, the first stays; it is in the audit; a reader may not."""
    found = alert()
    sent(home, found)
    id = kept(home, found)["id"]
    assert home.client("eve").post(f"{home.api}/alerts/{id}/acknowledge", json={}).status_code == 403
    assert home.client("bob").post(f"{home.api}/alerts/{id}/acknowledge", json={}).json()["alert"]["acknowledged_by"] == "Bob"
    assert home.client("ann").post(f"{home.api}/alerts/{id}/acknowledge", json={}).json()["alert"]["acknowledged_by"] == "Bob"
    assert home.last(verb="alert_acknowledge", outcome="done")["args"] == {"alert": id}


def test_absent_alertmanager_it_says_which_setting(home):
    """A silence needs ALERTMANAGER_URL; Grafana's alerts are silenced there; one that is over is not silenced."""
    found, other, past = alert(), alert(), alert()
    sent(home, found, past)
    sent(home, over(past))
    body = json.dumps({"alerts": [other]}).encode()
    send(home.url, body, "/grafana")
    for each, code, status in ((found, "not_configured", 422), (other, "alert_no_silence", 422), (past, "alert_not_firing", 409)):
        answer = home.client().post(f"{home.api}/alerts/{kept(home, each)['id']}/silence", json={"duration": "1h"})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    for duration in ("1w", "0h", "x", "31d", None, 5):
        assert home.client().post(f"{home.api}/alerts/{kept(home, found)['id']}/silence", json={"duration": duration}).status_code == 422


def test_events_reach_the_browser(home):
    """Fired, acknowledged and resolved, on the websocket."""
    found = alert()
    address = f"{home.url.replace('http', 'ws')}/api/v1/ws/events?after={home.ledger.last_event()}"
    socket = websocket.create_connection(address, header=[f"Authorization: Bearer {home.token()}"], timeout=20)
    sent(home, found)
    home.client().post(f"{home.api}/alerts/{kept(home, found)['id']}/acknowledge", json={})
    sent(home, over(found))
    told = received(socket, lambda event: event["kind"] == "alert" and event["data"]["status"] == "resolved")
    assert [each["data"]["status"] for each in told if each["data"].get("fingerprint") == found["fingerprint"]] == ["firing", "acknowledged", "resolved"]
    socket.close()


# --- back to what was healthy ---------------------------------------------------------------------------------------------


def synced(home, revision, status="succeeded", at=None, app="web"):
    at = at or time.time()
    home.ledger.record_sync(SyncResult(app, "staging", revision, status, (), Health("healthy", ""), at, at, None))


def test_the_commit_to_go_back_to(tmp_path):
    """The newest at which the app was healthy with other files than now and than when the alert began; none that failed, none of the future."""
    with house(tmp_path, ALERTS_WEBHOOK_SECRET=SECRET) as home:
        repo, revisions = home.services.repo, []
        began = time.time() - 1000
        for number, (tag, status) in enumerate((("1.1", "succeeded"), ("1.2", "succeeded"), ("1.3", "failed"), ("1.4", "succeeded"))):
            revisions.append(land(repo, {"values/staging/web.yaml": FILES["values/staging/web.yaml"].replace("1.25", tag).encode()}))
            synced(home, revisions[-1], status, began + number * 10)
        found = alert() | {"startsAt": "2018-08-03T09:52:26Z"}
        sent(home, found)
        back = home.client().get(f"{home.api}/alerts/{kept(home, found)['id']}").json()["rollback"]
        assert back == {"commit": revisions[1], "reason": None}
        preview = home.client().post(f"{home.api}/commands", json={"verb": "rollback", "app": "web", "environment": "staging", "args": {"commit": back["commit"]}, "preview": True}).json()
        assert "1.2" in preview["plan"]["changes"][0]["diff"]
        land(repo, {"values/staging/web.yaml": FILES["values/staging/web.yaml"].replace("1.25", "1.2").encode()})
        assert home.client().get(f"{home.api}/alerts/{kept(home, found)['id']}").json()["rollback"]["commit"] == revisions[3]
        nobodys = alert(namespace="elsewhere")
        sent(home, nobodys)
        back = home.client().get(f"{home.api}/alerts/{kept(home, nobodys)['id']}", headers={"Accept-Language": "ko"}).json()["rollback"]
        assert back["commit"] is None and "되돌릴 수 없습니다" in back["reason"]


def test_nothing_earlier_is_known(home):
    """It says so; nothing is invented."""
    found = alert(pod=None, deployment="web-api")
    sent(home, found)
    back = home.client().get(f"{home.api}/alerts/{kept(home, found)['id']}").json()["rollback"]
    assert back["commit"] is None and "no earlier commit" in back["reason"]
