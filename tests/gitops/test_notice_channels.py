"""Each channel's own format, as its vendor documents it, and what its refusals mean."""

import hashlib
import hmac
import json
import socket
from urllib.parse import parse_qsl

import pytest

from gitops.errors import Invalid, KlepaasError, NotFound
from gitops.notices import places
from gitops.notices.channels import shapes, teams
from gitops.outside import http
from gitops.outside import slack as slackapi
from tests.gitops.faults import FAULTS, KINDS, TRANSIENT, serve
from tests.gitops.notice_help import ACKNOWLEDGED, HTTP, SECRET, TOKEN, composed, failed, given, mailserver, mute, place, send, settings

HOSTILE = "<!channel> <@U1> *x* [a](http://evil) & \u202e\nBcc: evil@example.org"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(shapes, "SECONDS", 0.5)
    monkeypatch.setattr(slackapi, "SECONDS", 0.5)
    monkeypatch.setattr(http, "FIRST", 0.01)


def sent(kind, said):
    """(path, headers, body) of what a receiver of the kind got."""
    with serve(ACKNOWLEDGED[kind]) as server:
        if kind == "slack":
            server.answers = ["plain_ok"]
        send(kind, server.url, said)
        _, path, headers, body, _ = server.seen[0]
        return path, headers, form(body) if kind == "bot" else json.loads(body)


def form(body):
    """What the Web API's methods are asked with: text, and JSON for what is none."""
    return {name: json.loads(value) if value[0] in "[{" else value for name, value in parse_qsl(body.decode())}


@pytest.fixture(autouse=True)
def plain_ok(monkeypatch):
    """Slack's webhooks answer with the two letters, which are no JSON."""
    from tests.gitops.faults import Handler

    def say(self):
        self.send_response_only(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    monkeypatch.setattr(Handler, "_plain_ok", say, raising=False)


# --- formats ---------------------------------------------------------------------------------------------------------


def test_slack_gets_blocks(quick):
    """A title that is a link, the facts, a button; `text` for where blocks are not shown."""
    path, _, body = sent("slack", composed(failed()))
    assert path == f"/services/T1/B1/{SECRET}" and body["text"] == "web 1.27 failed in production"
    title, facts, actions = body["blocks"]
    assert title["text"]["text"] == ":rotating_light: *<https://klepaas.example.org/#/apps/web/production|web 1.27 failed in production>*"
    assert facts["text"]["text"] == "*Author*: Kim\n*Reason*: CrashLoopBackOff: web-1 exits with 1"
    assert actions["elements"][0]["url"] == "https://klepaas.example.org/#/apps/web/production"


def test_slack_by_a_bot(quick):
    """chat.postMessage with the token in the header and nowhere else."""
    path, headers, body = sent("bot", composed(failed()))
    assert (path, headers["Authorization"], body["channel"]) == ("/chat.postMessage", f"Bearer {TOKEN}", "#deploys")
    assert TOKEN not in json.dumps(body)


@pytest.mark.parametrize("kind", ["slack", "bot"])
def test_slack_reads_no_markup_of_others(kind):
    """What a commit or an error says mentions nobody and links nowhere."""
    _, _, body = sent(kind, composed(failed(error=HOSTILE)))
    assert "<!channel>" not in json.dumps(body) and "&lt;!channel&gt; &lt;@U1&gt;" in body["blocks"][1]["text"]["text"] and "\u202e" not in body["blocks"][1]["text"]["text"]
    assert all(each["text"]["verbatim"] for each in body["blocks"] if each["type"] == "section")


def test_slack_takes_no_long_texts():
    """Each block stays within 3,000 characters, whatever an error says."""
    _, _, body = sent("slack", composed(*(failed(f"app-{number}", "x" * 590) for number in range(30))))
    assert all(len(each["text"]["text"]) <= 3000 for each in body["blocks"] if each["type"] == "section") and len(body["blocks"]) <= 50


def test_pagerduty_opens_and_ends_one_incident():
    """A failure triggers, the success of the same app resolves it: under one key; a change that only informs is a change event."""
    news = failed()
    ended, began = ({**news, "kind": f"deployment.{each}", "severity": "info"} for each in ("succeeded", "started"))
    (path, _, trigger), (_, _, resolve), (change_path, _, change) = (sent("pagerduty", composed(each)) for each in (news, ended, began))
    assert (path, trigger["event_action"], trigger["payload"]["severity"], trigger["routing_key"]) == ("/v2/enqueue", "trigger", "critical", SECRET)
    assert trigger["payload"]["summary"] == "web 1.27 failed in production" and trigger["payload"]["source"] == "production/web"
    assert resolve["event_action"] == "resolve" and resolve["dedup_key"] == trigger["dedup_key"]
    assert change_path == "/v2/change/enqueue" and "event_action" not in change


def test_pagerduty_is_not_told_of_its_own():
    """An alert that came from there is no incident of ours there: it would come again, and again."""
    own = {**failed(), "kind": "alert.fired", "facts": {"title": "Down", "fingerprint": "f", "source": "pagerduty"}}
    with serve(ACKNOWLEDGED["pagerduty"]) as server:
        send("pagerduty", server.url, composed(own))
        send("pagerduty", server.url, composed({**own, "facts": {**own["facts"], "source": "alertmanager"}}))
    assert [json.loads(each[3])["dedup_key"] for each in server.seen] == ["klepaas/production/web/alert/f"]


def test_pagerduty_gets_each_of_several():
    """What is one message elsewhere is an incident an app there."""
    with serve(ACKNOWLEDGED["pagerduty"]) as server:
        send("pagerduty", server.url, composed(failed("a"), failed("b")))
    assert len({json.loads(each[3])["dedup_key"] for each in server.seen}) == 2


def test_a_webhook_is_signed():
    """Over the body and the timestamp, as a pipeline's callback is; the id stays the same however often it comes."""
    with serve(ACKNOWLEDGED["webhook"]) as server:
        send("webhook", server.url, composed(failed()))
        send("webhook", server.url, composed(failed()))
    for _, _, headers, body, _ in server.seen:
        assert headers["X-Signature"] == "sha256=" + hmac.new(SECRET.encode(), body + headers["X-Signature-Timestamp"].encode(), hashlib.sha256).hexdigest()
        assert headers["X-Klepaas-Delivery"] == "abcd1234-7" and json.loads(body)["items"][0]["facts"]["error"].startswith("CrashLoop")


def test_teams_gets_a_card():
    """An Adaptive Card of a version that Teams shows; what others wrote is in TextRuns, which read no Markdown."""
    _, _, body = sent("teams", composed(failed(error=HOSTILE), language="ko"))
    content = body["attachments"][0]["content"]
    assert (body["type"], body["attachments"][0]["contentType"], content["type"], content["version"]) == ("message", teams.CARD, "AdaptiveCard", "1.4")
    assert content["body"][0]["inlines"][0]["text"] == "production 배포 실패: web 1.27" and content["actions"][0]["type"] == "Action.OpenUrl"
    assert {each["type"] for each in content["body"]} == {"RichTextBlock"}


def test_mail_arrives():
    """As text, from and to whom the settings say, with an id by which the same mail is known."""
    with mailserver() as box:
        send("email", box.url, composed(failed(error=HOSTILE), language="ko"))
    mail = box.mails[0]
    content = mail.content.decode()
    assert (mail.mail_from, mail.rcpt_tos) == ("klepaas@example.org", ["team@example.org"]) and "Message-ID: <abcd1234-7@klepaas.invalid>" in content
    assert "\nBcc:" not in content.replace("\r", "").partition("\n\n")[0]


def test_a_subject_has_one_line():
    """A line break in a title adds no header."""
    with mailserver() as box:
        send("email", box.url, composed({**failed(), "app": "web\r\nBcc: evil@example.org"}))
    head = box.mails[0].content.decode().replace("\r", "").partition("\n\n")[0]
    assert box.mails[0].rcpt_tos == ["team@example.org"] and "\nBcc:" not in head


def test_a_password_does_not_go_in_clear():
    """A server without STARTTLS gets none."""
    with mailserver() as box, pytest.raises(Invalid) as caught:
        send("email", box.url.replace("smtp://", "smtp://user:hunter2secret@"), composed(failed()))
    assert caught.value.code == "channel_insecure" and box.mails == []


# --- one specification of faults through all of them -----------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", HTTP)
def test_faults_of_receivers(kind, fault):
    """What may pass is told from what never will, with the kind of it and without the secret; nobody but a 2xx is believed."""
    with serve(FAULTS[fault]) as server:
        if fault == "wrong" and kind in ("webhook", "teams"):
            return send(kind, server.url, composed(failed()))  # a 2xx is all that they promise
        with pytest.raises(KlepaasError) as caught:
            send(kind, server.url, composed(failed()))
    error = caught.value
    assert (error.details["kind"], error.transient) == (KINDS[fault], fault in TRANSIENT)
    assert error.retry_after == (3600 if fault == "429" else None) and all(each not in error.text(language) for each in (SECRET, TOKEN) for language in ("en", "ko"))


@pytest.mark.parametrize("kind", HTTP)
def test_a_name_that_is_none(kind):
    """A host that does not resolve may resolve later."""
    with pytest.raises(KlepaasError) as caught:
        send(kind, "http://no-such-host.invalid", composed(failed()))
    assert caught.value.transient and caught.value.details["kind"] == "unavailable"


@pytest.mark.parametrize(("said", "transient"), [("invalid_auth", False), ("channel_not_found", False), ("ratelimited", True), ("internal_error", True)])
def test_slack_says_no_with_200(said, transient):
    """`ok: false` is a refusal, and some of them pass."""
    with serve((200, {"ok": False, "error": said}, {})) as server, pytest.raises(KlepaasError) as caught:
        send("bot", server.url, composed(failed()))
    assert caught.value.transient == transient and said in caught.value.text()


SMTP = {"550": ({"RCPT": "550 no such user"}, "bad_request", False), "450": ({"RCPT": "450 greylisted, come again"}, "unavailable", True), "554": ({"DATA": "554 spam"}, "bad_request", False),
        "451": ({"DATA": "451 disk full"}, "unavailable", True)}


@pytest.mark.parametrize("fault", SMTP)
def test_faults_of_mail_servers(fault):
    """4xx passes, 5xx does not, and its words are told."""
    says, kind, transient = SMTP[fault]
    with mailserver() as box:
        box.says = says
        with pytest.raises(KlepaasError) as caught:
            send("email", box.url, composed(failed()))
    assert (caught.value.details["kind"], caught.value.transient) == (kind, transient) and fault in caught.value.text() and box.mails == []


@pytest.mark.parametrize("says", [b"", b"220 half", None, b"this is no mail server\r\n"])
def test_mail_servers_that_do_not_answer(says):
    """Silence, half a line, a closed socket, another protocol: all may pass."""
    with mute(says) as url, pytest.raises(KlepaasError) as caught:
        send("email", url, composed(failed()))
    assert caught.value.transient and caught.value.details["kind"] == "unavailable"


def test_a_mail_server_that_is_not_there():
    """A name that is none, and a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    for url in ("smtp://no-such-host.invalid:25", f"smtp://127.0.0.1:{port}"):
        with pytest.raises(KlepaasError) as caught:
            send("email", url, composed(failed()))
        assert caught.value.transient and caught.value.details["kind"] == "unavailable"


def test_a_receiver_that_hangs_opens_no_breaker_of_another():
    """Two channels at one host are two: five failures of one keep nobody from the other."""
    with serve((500, {}, {})) as server:
        for _ in range(6):
            with pytest.raises(KlepaasError):
                send("webhook", server.url, composed(failed()))
        server.answers = [ACKNOWLEDGED["webhook"]]
        found = settings(other=given("webhook", server.url))
        from gitops.notices.channels import webhook
        webhook.send(places.of(found, "other"), composed(failed()))
        with pytest.raises(KlepaasError) as caught:
            send("webhook", server.url, composed(failed()))
    assert caught.value.code == "circuit_open"


# --- settings --------------------------------------------------------------------------------------------------------

WRONG = {"no kind": {}, "another kind": {"kind": "fax"}, "no url": {"kind": "slack"}, "both": {"kind": "slack", "url": "https://x/y", "token": TOKEN, "channel": "#x"}, "no channel": {"kind": "slack", "token": TOKEN},
         "unknown key": {"kind": "webhook", "url": "https://x/y", "secret": SECRET, "more": 1}, "no scheme": {"kind": "teams", "url": "x/y"}, "a password in the URL": {"kind": "teams", "url": "https://a:b@x/y"},
         "a short secret": {"kind": "webhook", "url": "https://x/y", "secret": "abc"}, "nobody": {"kind": "email", "server": "smtp://h", "from": "a@b", "to": []}, "no list": {"kind": "email", "server": "smtp://h", "from": "a@b", "to": "c@d"},
         "no object": "https://x"}


@pytest.mark.parametrize("case", WRONG)
def test_a_channel_that_is_wrong_says_where(case):
    """Which channel and which key, and never its value."""
    with pytest.raises(Invalid) as caught:
        places.every(settings(ops=WRONG[case]))
    assert "ops" in caught.value.text() and SECRET not in caught.value.text() and TOKEN not in caught.value.text()


def test_channels_may_be_in_a_file(tmp_path):
    """Read again whenever asked, so that a secret can be changed without a restart."""
    file = tmp_path / "channels.json"
    from gitops import config
    found = config.load({"NOTIFY_CHANNELS": str(file), "SLACK_WEBHOOK_URL": "https://hooks.example/x"}, None)
    file.write_text(json.dumps({"ops": given("teams", "https://one.example")}))
    assert places.of(found, "ops").get("url").startswith("https://one.example") and places.of(found, "slack").kind == "slack"
    file.write_text(json.dumps({"ops": given("teams", "https://two.example")}))
    assert places.of(found, "ops").get("url").startswith("https://two.example")
    with pytest.raises(NotFound):
        places.of(found, "other")
    file.write_text("{")
    with pytest.raises(Invalid):
        places.every(found)


def test_a_place_does_not_show_its_secrets():
    """Whoever prints one."""
    assert SECRET not in repr(place("webhook", "https://x"))
