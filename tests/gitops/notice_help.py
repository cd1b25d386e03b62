"""Channels and their receivers for tests: what each kind's settings say, and a mail server that does as it is told."""

import contextlib
import socket
import threading

import orjson
from aiosmtpd.controller import Controller

from gitops import config
from gitops.ledger.events import Event
from gitops.notices import message, places
from gitops.notices.channels import KINDS
from gitops.services import Services
from gitops.types import Health, SyncResult
from tests.gitops.path_help import FILES
from tests.servers import free_port

SECRET = "receiver-secret-0123456789"
TOKEN = "xoxb-0123456789-abcdefghij"
ACKNOWLEDGED = {"slack": (200, "ok", {}), "bot": (200, {"ok": True, "ts": "1.2", "channel": "C1"}, {}), "pagerduty": (202, {"status": "success", "dedup_key": "x"}, {}), "webhook": (200, {}, {}), "teams": (202, "", {})}
HTTP = tuple(ACKNOWLEDGED)
CONFIG = FILES["klepaas.yaml"] + "notify:\n  routes:\n  - {channels: [ops], group: 0s}\n"


def given(kind, url):
    """What NOTIFY_CHANNELS says of a channel of the kind at a URL."""
    return {"slack": {"kind": "slack", "url": f"{url}/services/T1/B1/{SECRET}"}, "bot": {"kind": "slack", "token": TOKEN, "channel": "#deploys", "api": url}, "webhook": {"kind": "webhook", "url": f"{url}/in", "secret": SECRET},
            "pagerduty": {"kind": "pagerduty", "routing_key": SECRET, "api": url}, "teams": {"kind": "teams", "url": f"{url}/workflows/{SECRET}"},
            "email": {"kind": "email", "server": url, "from": "klepaas@example.org", "to": ["team@example.org"]}}[kind]


def settings(**channels):
    return config.load({"NOTIFY_CHANNELS": orjson.dumps(channels).decode()}, None)


def place(kind, url):
    return places.of(settings(ops=given(kind, url)), "ops")


def send(kind, url, said):
    found = place(kind, url)
    KINDS[found.kind].send(found, said)


def event(kind="sync", app="web", environment="staging", id=1, **data):
    return Event(id, kind, app, environment, data, 1_800_000_000.0)


def failed(app="web", error="CrashLoopBackOff: web-1 exits with 1"):
    return {"kind": "deployment.failed", "severity": "critical", "app": app, "environment": "production", "at": 1_800_000_000.0, "facts": {"version": "1.27", "author": "Kim", "error": error}}


def composed(*news, language="en", template=None, base="https://klepaas.example.org"):
    return message.composed({"id": 7, "news": list(news), "count": len(news), "language": language}, "abcd1234", base, template)


class Mailbox:
    """Takes mail, or says what it is told at a step: {"RCPT": "550 no such user"}."""

    def __init__(self):
        self.mails, self.says = [], {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return self.says.get("RCPT", "250 OK")

    async def handle_DATA(self, server, session, envelope):
        if "DATA" not in self.says:
            self.mails.append(envelope)
        return self.says.get("DATA", "250 OK")


@contextlib.contextmanager
def mailserver(**more):
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **more)
    controller.start()
    try:
        box.url = f"smtp://127.0.0.1:{controller.port}"
        yield box
    finally:
        controller.stop()


@contextlib.contextmanager
def mute(says):
    """A mail server that says these bytes and then nothing; None: it closes at once."""
    server, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def run():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    if says is not None:
                        connection.sendall(says)
                        over.wait(10)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{server.getsockname()[1]}"
    finally:
        over.set()
        server.close()


def routed(world, text=CONFIG, files=None, **channels):
    """Services whose klepaas.yaml has these routes and whose settings have these channels."""
    world.write({"klepaas.yaml": text, **(files or {})})
    found = settings(**channels)
    found._values["KLEPAAS_HOME"] = str(world.services.settings.home)
    return Services(found, world.services.repo, world.services.ledger, world.services.renderer)


def sync(world, status, app="web", started=1.0, environment="staging", error=None, actions=({"action": "changed", "kind": "Deployment", "name": "web"},)):
    world.services.ledger.record_sync(SyncResult(app, environment, world.services.repo.head(), status, actions, Health("healthy"), started, started + 42, error))
