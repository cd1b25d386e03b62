"""The doors that prove themselves by a signature: over real HTTP, with GitHub's own payloads."""

import hashlib
import hmac
import http.client
import itertools
import json
import time

import pytest
import requests

from tests.gitops.hook_help import push, sample
from tests.gitops.path_help import FILES
from tests.web.hook_server import serve

SECRET, OTHER = "webhook-s3cret-0123456789", "callback-s3cret-0123456789"
IDS = itertools.count()
SHOP = FILES | {path: f"klepaas: {{repository: acme/shop}}\n{FILES[path]}" for path in ("values/staging/web.yaml", "values/production/web.yaml")}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("hooks"), SHOP, GITHUB_WEBHOOK_SECRET=SECRET, STAGING_WEBHOOK_SECRET=OTHER) as found:
        yield found


def signed(data, secret=SECRET):
    return "sha256=" + hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()


def send(server, payload, event="push", id=None, **headers):
    """Deliver as GitHub does; `headers` replace its own, None leaves one out."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    usual = {"Content-Type": "application/json", "X-GitHub-Event": event, "X-GitHub-Delivery": id or f"id-{next(IDS)}", "X-Hub-Signature-256": signed(data)}
    given = {name: value for name, value in (usual | {name.replace("_", "-"): value for name, value in headers.items()}).items() if value is not None}
    return requests.post(f"{server[0]}/api/v1/cicd/webhook", data=data, headers=given, timeout=10)


def callback(server, payload, at=None, secret=OTHER, **headers):
    data, stamp = json.dumps(payload).encode(), str(int((time.time() if at is None else at) * 1000))
    usual = {"Content-Type": "application/json", "X-Signature-Timestamp": stamp, "X-Signature": signed(data + stamp.encode(), secret)}
    return requests.post(f"{server[0]}/api/v1/cicd/staging-webhook", data=data, headers={name: value for name, value in (usual | headers).items() if value is not None}, timeout=10)


def outcome(server, id):
    """What became of a delivery, once it is worked on."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        (mine,) = [each for each in server[1].ledger.deliveries() if each["id"] == id]
        if mine["status"] == "done":
            return mine["outcome"]
        time.sleep(0.02)
    raise AssertionError(mine)


def refused(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert SECRET not in answer.text and OTHER not in answer.text


def test_a_push_is_accepted_and_deployed(server):
    """202 at once; then one commit through the door webhook."""
    answer = send(server, push("a"), id="one")
    assert (answer.status_code, answer.json()) == (202, {"status": "accepted", "delivery": "one"})
    (done,) = outcome(server, "one")
    assert (done["status"], done["app"], done["environment"], done["version"]) == ("committed", "web", "staging", "aaaaaaa")
    assert server[1].ledger.command_of_commit(done["commit"])["channel"] == "webhook"


def test_a_replay_is_answered_and_does_nothing(server):
    """The same delivery, or its body under another id: 200, and no second commit."""
    payload = push("b", "a", "2026-11-23T10:01:00Z")
    assert send(server, payload, id="two").status_code == 202
    outcome(server, "two")
    head = server[1].repo.head()
    for id in ("two", "another"):
        answer = send(server, payload, id=id)
        assert (answer.status_code, answer.json()["status"]) == (200, "seen before")
    assert send(server, push("c"), id="two").status_code == 200 and server[1].repo.head() == head


GOOD = json.dumps(push("d")).encode()


@pytest.mark.parametrize("signature", [None, "", "sha256=", "sha256=" + "0" * 64, signed(GOOD, "wrong"), signed(GOOD).upper(), signed(GOOD)[7:], "sha1=" + hmac.new(SECRET.encode(), GOOD, "sha1").hexdigest(),
                                       signed(GOOD)[:-1], signed(GOOD) + " ", signed(b"{}"), "sha256=\xff" * 3])
def test_a_wrong_signature_is_refused(server, signature):
    """Missing, empty, of another secret, of another body, of another form: refused, and nothing is kept."""
    before = server[1].ledger.deliveries()
    refused(send(server, GOOD, X_Hub_Signature_256=signature.encode("latin-1") if signature else signature), 401, "webhook_signature")
    assert server[1].ledger.deliveries() == before


def test_a_tampered_body_is_refused(server):
    """One byte of it."""
    data = GOOD.replace(b"refs/heads/master", b"refs/heads/mastes")
    refused(send(server, data, X_Hub_Signature_256=signed(GOOD)), 401, "webhook_signature")


def test_giteas_own_header_is_as_good(server):
    """It signs without a prefix, beside GitHub's headers or without them."""
    data = json.dumps(sample("ping")).encode()
    given = {"X_Gitea_Signature": signed(data)[7:], "X_Gitea_Event": "push", "X_Gitea_Delivery": "gitea-1", "X_Hub_Signature_256": None, "X_GitHub_Event": None, "X_GitHub_Delivery": None}
    assert send(server, sample("ping"), **given | {"X_Gitea_Event": "ping"}).json()["status"] == "ignored"
    refused(send(server, push("e"), **given), 401, "webhook_signature")


def test_a_form_is_read_too(server):
    """What GitHub sends where nobody chose JSON; the signature is over the form as it came."""
    from urllib.parse import urlencode
    data = urlencode({"payload": json.dumps(sample("push_tag"))}).encode()
    assert send(server, data, id="form", Content_Type="application/x-www-form-urlencoded").status_code == 202
    assert outcome(server, "form") == [{"status": "ignored"}]
    refused(send(server, b"nothing=here", Content_Type="application/x-www-form-urlencoded"), 400, "bad_json")


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b'{"a":' * 50_000, b"nul\x00"])
def test_malformed_bodies(server, data):
    """Unsigned: the signature is what is wrong, and no byte was understood; signed: the body is."""
    refused(send(server, data, X_Hub_Signature_256="sha256=0"), 401, "webhook_signature")
    refused(send(server, data), 400, "bad_json")


def test_a_payload_that_is_no_event(server):
    """Named by what is missing; a delivery without an id too."""
    refused(send(server, {}, event="push"), 400, "webhook_malformed")
    refused(send(server, [1], event="push"), 400, "not_an_object")
    refused(send(server, push("d"), X_GitHub_Delivery=None), 400, "webhook_no_delivery")
    refused(send(server, push("d"), id="../../x"), 400, "webhook_no_delivery")
    assert send(server, {}, event="star").json()["status"] == "ignored" and send(server, sample("ping"), event="ping").status_code == 200


def test_a_huge_body_is_refused_unread(server):
    """By its length, before anything of it is read: the client still holds all of it when the answer comes."""
    connection = http.client.HTTPConnection(server[0].removeprefix("http://"), timeout=10)
    connection.putrequest("POST", "/api/v1/cicd/webhook")
    for name, value in {"Content-Length": str(1 << 40), "Content-Type": "application/json", "X-GitHub-Event": "push", "X-GitHub-Delivery": "huge"}.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_nobody_signs_in_for_a_webhook_and_nobody_else_is_let_in(server):
    """Only the two doors are open; what was told is for administrators."""
    assert requests.get(f"{server[0]}/api/v1/cicd/deliveries", timeout=10).status_code == 401
    assert requests.get(f"{server[0]}/api/v1/cicd/webhook", timeout=10).status_code == 405
    assert requests.post(f"{server[0]}/api/v1/commands", data=GOOD, headers={"X-Hub-Signature-256": signed(GOOD)}, timeout=10).status_code == 401


def test_a_callback_deploys_to_staging(server):
    """By app, signed over body and timestamp; sent again it is a replay."""
    now = time.time()
    answer = callback(server, {"app": "auto", "version": "build-7", "commit": "f" * 40}, now)
    assert answer.status_code == 202, answer.text
    assert [(each["status"], each["app"], each["version"]) for each in outcome(server, answer.json()["delivery"])] == [("committed", "auto", "build-7")]
    assert callback(server, {"app": "auto", "version": "build-7", "commit": "f" * 40}, now).json()["status"] == "seen before"
    assert callback(server, {"app": "auto", "version": "build-8", "status": "failure"}).json()["status"] == "ignored"
    assert outcome(server, callback(server, {"app": "nobody", "version": "1"}).json()["delivery"]) == [{"status": "ignored"}]


def test_a_callback_has_its_own_signature(server):
    """Its own secret, over the timestamp too, at most five minutes off."""
    body = {"app": "auto", "version": "x"}
    refused(callback(server, body, secret=SECRET), 401, "webhook_signature")
    refused(callback(server, body, **{"X-Signature": None}), 401, "webhook_signature")
    refused(callback(server, body, **{"X-Signature": signed(json.dumps(body).encode(), OTHER)}), 401, "webhook_signature")
    for at in (time.time() - 310, time.time() + 310, 0):
        refused(callback(server, body, at), 401, "webhook_stale")
    for stamp in (None, "", "now", "-1", "9" * 40, "1e9"):
        refused(callback(server, body, **{"X-Signature-Timestamp": stamp}), 401, "webhook_stale")
    refused(callback(server, {"version": "x"}), 400, "webhook_malformed")
    refused(callback(server, {"app": "auto", "version": ["x"]}), 400, "webhook_malformed")


def test_no_secret_no_webhook(tmp_path):
    """An installation that has none takes none, whatever they are signed with; a network that is not listed neither."""
    with serve(tmp_path / "none", SHOP) as server:
        refused(send(server, push("a"), X_Hub_Signature_256=signed(json.dumps(push("a")).encode(), "")), 401, "webhook_no_secret")
        refused(callback(server, {"app": "auto", "version": "1"}, secret=""), 401, "webhook_no_secret")
    with serve(tmp_path / "far", SHOP, GITHUB_WEBHOOK_SECRET=SECRET, WEBHOOK_NETWORKS="192.0.2.0/24, 2001:db8::/32") as server:
        refused(send(server, push("a")), 403, "webhook_network")
        refused(send(server, push("a"), X_Forwarded_For="192.0.2.1"), 403, "webhook_network")
    with serve(tmp_path / "near", SHOP, GITHUB_WEBHOOK_SECRET=SECRET, WEBHOOK_NETWORKS="127.0.0.0/8") as server:
        assert send(server, sample("ping"), event="ping").status_code == 200


def test_what_a_dead_server_kept_the_next_one_does(tmp_path, monkeypatch):
    """Accepted, and the process died before it worked on it."""
    from gitops.cicd import work
    with monkeypatch.context() as broken:
        broken.setattr(work, "waiting", lambda services: None)
        with serve(tmp_path, SHOP, GITHUB_WEBHOOK_SECRET=SECRET) as server:
            assert send(server, push("a"), id="kept").status_code == 202
    monkeypatch.setattr("web.rest.hooks.LOOK", 0.05)
    with serve(tmp_path, {"note.md": "x"}, GITHUB_WEBHOOK_SECRET=SECRET) as server:
        assert outcome(server, "kept")[0]["status"] == "committed"
