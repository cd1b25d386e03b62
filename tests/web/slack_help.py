"""A Slack for tests, over real HTTP, that speaks as Slack documents its Web API, and sends what Slack sends: signed commands, buttons, events.

It takes no blocks that Slack would not take, and no token that it has not given.
"""

import contextlib
import hashlib
import hmac
import itertools
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import requests

SIGNING, CLIENT, SECRET, TEAM, CHANNEL = "signing-s3cret-0123456789", "123.456", "client-s3cret-987", "T1", "C1"
PEOPLE = {"UANN": "ann@example.org", "UBOB": "bob@example.org", "UEVE": "eve@example.org", "UNIL": "nil@example.org", "UOUT": "nobody@elsewhere.org"}
COUNTER = itertools.count(1)


@dataclass
class Slack:
    """`posted` are (method, arguments, answer) of the calls, `said` the answers at response_urls, by their order."""

    url: str = ""
    people: dict = field(default_factory=lambda: dict(PEOPLE))
    users: dict = field(default_factory=dict)
    tokens: set = field(default_factory=set)
    codes: set = field(default_factory=set)
    messages: dict = field(default_factory=dict)
    posted: list = field(default_factory=list)
    said: list = field(default_factory=list)
    errors: dict = field(default_factory=dict)
    granted: dict = field(default_factory=dict)
    back: str = ""  # where what was asked last is answered

    @property
    def settings(self):
        return {"SLACK_CLIENT_ID": CLIENT, "SLACK_CLIENT_SECRET": SECRET, "SLACK_SIGNING_SECRET": SIGNING, "SLACK_API_URL": f"{self.url}/api"}

    # --- the Web API ---------------------------------------------------------------------------------------------------

    def answer(self, method, token, form):
        if method in self.errors:
            return {"ok": False, "error": self.errors[method]}
        if method == "oauth.v2.access":
            return self._exchanged(form)
        if token not in self.tokens:
            return {"ok": False, "error": "invalid_auth"}
        form = {name: json.loads(value) if name == "blocks" else value for name, value in form.items()}
        if (wrong := invalid(form.get("blocks") or [])):
            return {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": [wrong]}}
        found = getattr(self, "_" + method.replace(".", "_"))(form)
        self.posted.append((method, form, found))
        return found

    def _exchanged(self, form):
        if form.get("code") not in self.codes or (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return {"ok": False, "error": "invalid_code"}
        self.codes.discard(form["code"])
        token = f"xoxb-{secrets.token_hex(20)}"
        self.tokens.add(token)
        return {"ok": True, "access_token": token, "token_type": "bot", "scope": "chat:write", "bot_user_id": "UBOT", "app_id": "A1", "team": {"name": "Acme", "id": TEAM}, "enterprise": None,
                "authed_user": {"id": "UANN"}, "is_enterprise_install": False, **self.granted}

    def _users_info(self, form):
        id = form["user"]
        if id not in self.people:
            return {"ok": False, "error": "user_not_found"}
        user = {"id": id, "team_id": TEAM, "deleted": False, "is_bot": False, "is_email_confirmed": True, "locale": "en-US", "profile": {"email": self.people[id]}}
        return {"ok": True, "user": user | self.users.get(id, {})}

    def _chat_postMessage(self, form):
        ts = f"1700000000.{next(COUNTER):06}"
        self.messages[ts] = form
        return {"ok": True, "channel": CHANNEL, "ts": ts, "message": {"text": form.get("text")}}

    def _chat_update(self, form):
        if form["ts"] not in self.messages:
            return {"ok": False, "error": "message_not_found"}
        self.messages[form["ts"]] = form
        return {"ok": True, "channel": form["channel"], "ts": form["ts"], "text": form.get("text")}

    def _chat_postEphemeral(self, form):
        self.said.append({"to": "ephemeral", **form})
        return {"ok": True, "message_ts": f"1700000000.{next(COUNTER):06}"}

    def _auth_revoke(self, form):
        self.tokens.clear()
        return {"ok": True, "revoked": True}

    # --- what Slack sends ----------------------------------------------------------------------------------------------

    def signed(self, base, path, data, content_type="application/x-www-form-urlencoded", stamp=None, secret=SIGNING, **headers):
        stamp = str(int(time.time()) if stamp is None else stamp)
        signature = "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + data, hashlib.sha256).hexdigest()
        return requests.post(f"{base}/api/v1/slack/{path}", data=data, headers={"Content-Type": content_type, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature, **headers}, timeout=10)

    def _back(self):
        self.back = f"/respond/{next(COUNTER)}"
        return self.url + self.back

    def command(self, base, text, user="UANN", **more):
        form = {"token": "legacy", "team_id": TEAM, "team_domain": "acme", "channel_id": CHANNEL, "channel_name": "deploys", "user_id": user, "user_name": "x", "command": "/klepaas", "text": text, "api_app_id": "A1",
                "response_url": self._back(), "trigger_id": f"1.{next(COUNTER)}"}
        return self.signed(base, "commands", urlencode(form | more).encode())

    def press(self, base, action, value, user="UANN", word=None, home=TEAM):
        values = {f"word:{value}": {"word": {"type": "plain_text_input", "value": word}}} if word is not None else {}
        payload = {"type": "block_actions", "user": {"id": user, "team_id": home}, "team": {"id": TEAM, "domain": "acme"}, "channel": {"id": CHANNEL, "name": "deploys"}, "api_app_id": "A1", "trigger_id": f"1.{next(COUNTER)}",
                   "response_url": self._back(), "state": {"values": values}, "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": "1.1"}]}
        return self.signed(base, "actions", urlencode({"payload": json.dumps(payload)}).encode())

    def event(self, base, kind, team=TEAM, **event):
        self.back = "ephemeral"
        body = {"token": "legacy", "team_id": team, "api_app_id": "A1", "type": "event_callback", "event_id": event.pop("event_id", f"Ev{next(COUNTER)}"), "event_time": int(time.time()), "event": {"type": kind, **event}}
        return self.signed(base, "events", json.dumps(body).encode(), "application/json")

    def install(self, base, browser):
        """An administrator's browser goes to Slack, agrees and comes back."""
        there = browser.get(f"{base}/auth/slack/install", allow_redirects=False)
        assert there.status_code == 302 and there.headers["Location"].startswith(f"{self.url}/oauth/v2/authorize?"), there.text
        query = dict(parse_qsl(urlsplit(there.headers["Location"]).query))
        code = secrets.token_hex(8)
        self.codes.add(code)
        return browser.get(f"{base}/auth/slack/callback", params={"code": code, "state": query["state"]}, allow_redirects=False)

    def until(self, test, seconds=60):
        end = time.monotonic() + seconds
        while not (found := test()):
            assert time.monotonic() < end, (self.posted[-3:], self.said[-3:])
            time.sleep(0.02)
        return found

    def answered(self, ask):
        """What comes back after `ask()` was answered at once, and to that alone."""
        before = len(self.said)
        answer = ask()
        assert answer.status_code == 200, answer.text
        return self.until(lambda: [each for each in self.said[before:] if each["to"] == self.back])[0]


def texts(message):
    return "\n".join(each["text"]["text"] for each in message["blocks"] if each["type"] == "section")


def buttons(message):
    """action -> value of every button of a message."""
    return {each["action_id"]: each.get("value") for block in message["blocks"] if block["type"] == "actions" for each in block["elements"]}


def invalid(blocks):
    """What Slack would not take of blocks, or None."""
    if len(blocks) > 50:
        return "more than 50 blocks"
    for block in blocks:
        if block["type"] == "section" and not 0 < len(block["text"]["text"]) <= 3000:
            return "a section of 1 to 3000 characters"
        elements = block["elements"] if block["type"] == "actions" else []
        if block["type"] == "actions" and not (0 < len(elements) <= 25 and len({each["action_id"] for each in elements}) == len(elements)):
            return "1 to 25 elements of different action_ids"
        for each in elements:
            if not 0 < len(each["text"]["text"]) <= 75 or len(each.get("value", "x")) > 2000 or each.get("style") not in (None, "primary", "danger"):
                return "a button"
    return None


@contextlib.contextmanager
def serve(**more):
    found = Slack(**more)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            data = self.rfile.read(int(self.headers["Content-Length"])).decode()
            path = urlsplit(self.path).path
            if path.startswith("/respond/"):
                body = json.loads(data)
                wrong = invalid(body["blocks"])
                found.said.append({"to": path, **body} | ({"wrong": wrong} if wrong else {}))
                return self._send(b"ok")
            form = {name: values[0] for name, values in parse_qs(data, keep_blank_values=True).items()}
            answer = found.answer(path.removeprefix("/api/"), self.headers.get("Authorization", "").removeprefix("Bearer "), form)
            self._send(json.dumps(answer).encode())

        def _send(self, data):
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            """Tests are silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
