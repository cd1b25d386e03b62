"""The controller's own port: /healthz and /readyz for whoever runs it, /metrics for loopback or a token with admin:read.

Must not wait for what the loop waits for: it answers while git, the cluster or the ledger are away.
"""

import ipaddress
import logging
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from controller import metrics
from gitops import policy
from gitops.errors import KlepaasError, Unavailable

log = logging.getLogger(__name__)
STALE = 600     # seconds without a tick: the loop hangs; a first fetch may take half of it
SLOW = 5        # seconds a client may take
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


def serve(settings, ledger):
    """Answer at METRICS_PORT from a thread of its own; a port that is taken stops no sync."""
    try:
        server = Server((settings.metrics_host, settings.metrics_port), Handler)
    except (OSError, OverflowError, UnicodeError) as error:
        log.error("METRICS_PORT %s:%s: %s", settings.metrics_host, settings.metrics_port, error)
        return None
    server.began, server.gate = time.time(), Gate(ledger, settings.admins)
    threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()
    return server


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address, handler):
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)

    def handle_error(self, request, client_address):
        log.debug("a client at %s went away", client_address[0])


class Gate:
    """Who may read the metrics from elsewhere. A token that was good stays good while the ledger is away: that is when they are wanted."""

    def __init__(self, ledger, admins):
        self.ledger, self.admins, self.known = ledger, admins, set()

    def admits(self, header):
        kind, _, text = (header or "").partition(" ")
        if kind.lower() != "bearer" or not text.strip():
            return False
        try:
            allowed = self._holds(self.ledger.token_actor(text.strip()))
        except Unavailable:
            return text in self.known
        (self.known.add if allowed else self.known.discard)(text)
        return allowed

    def _holds(self, token):
        """As web does it: a token never has more than its user holds today."""
        if token is None:
            return False
        return policy.holds(token["scopes"], "admin:read") and (token["email"].lower() in self.admins or policy.holds(token["user_scopes"], "admin:read"))


class Outside:
    """What this process's calls of the world outside came to (gitops/outside/http, gitops/outside/breakers)."""

    def collect(self):
        return [each for each in REGISTRY.collect() if each.name.startswith("circuit_breaker") or "_external_request" in each.name]


class Handler(BaseHTTPRequestHandler):
    timeout, server_version, sys_version = SLOW, "klepaas", ""

    def do_GET(self):
        path, _, query = self.path.partition("?")
        status, kind, body = self._answer(path, query == "own")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, path, own):
        if path == "/metrics":
            return self._metrics(own)
        ticked = metrics.TICK.collect()[0].samples[0].value
        if path == "/healthz":
            alive = time.time() - max(ticked, self.server.began) < STALE
            return _plain(alive, "ok" if alive else f"no tick for {STALE} s")
        if path == "/readyz":
            return _plain(ticked > 0, "ready" if ticked else "the first tick is running")
        return 404, "text/plain", b"not found\n"

    def _metrics(self, own):
        """`own`: for web, which has the same names for its own calls of the world outside."""
        try:
            admitted = self._from_here() or self.server.gate.admits(self.headers.get("Authorization"))
        except KlepaasError as error:
            return 503, "text/plain; charset=utf-8", f"{error}\n".encode()
        if not admitted:
            return 401, "text/plain", b"a token with admin:read is needed\n"
        return 200, CONTENT_TYPE_LATEST, generate_latest(metrics.REGISTRY) + (b"" if own else generate_latest(Outside()))

    def _from_here(self):
        return ipaddress.ip_address(self.client_address[0]).is_loopback and not any(name in self.headers for name in FORWARDED)

    def log_message(self, *_):
        """Every few seconds somebody asks."""


def _plain(good, text):
    return 200 if good else 503, "text/plain", f"{text}\n".encode()
