"""A real HTTP server between a controller and its cluster that does wrong as it is told, by verb and path.

A fault is a function of the request (a Handler): it answers and returns True, or returns a false value and the request is passed on.
`after=True` faults come when the cluster has answered and the controller does not know yet.
"""

import http.client
import json
import re
import socket
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SILENT = ("/leases/", "/leases?", "/events")  # neither counts as a write of what git says
WRITES = ("POST", "PUT", "PATCH", "DELETE")
HOP = ("connection", "transfer-encoding", "content-length", "keep-alive", "date", "server")


@dataclass
class Rule:
    """One fault; `times` None is until it is taken away."""

    fault: object
    verb: str
    path: re.Pattern
    times: int | None
    after: bool

    def meets(self, method, path, after):
        return self.times != 0 and self.after == after and self.verb in ("*", method) and self.path.search(path)


class Proxy:
    """`url` stays the same while it is down; `writes` are (method, path, status) of what the cluster did."""

    def __init__(self, target):
        self.target = target.partition("//")[2]
        self.rules, self.writes, self.seen, self.lock = [], [], [], threading.Lock()
        self.server, self.port = None, 0
        self.up()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def up(self):
        self.server = _Server(("127.0.0.1", self.port), Handler)
        self.server.proxy, self.port = self, self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self):
        """Nobody listens, and every connection is cut."""
        if self.server:
            server, self.server = self.server, None
            server.shutdown()
            server.server_close()
            self.cut(server)

    def cut(self, server=None):
        """End every connection, watches too."""
        with self.lock:
            for each in tuple((server or self.server).open):
                _shut(each)

    def on(self, fault, verb="*", path="", times=None, after=False):
        """Do this from now on; the rule, for `mend`."""
        rule = Rule(fault, verb, re.compile(path), times, after)
        with self.lock:
            self.rules.append(rule)
        return rule

    def mend(self):
        """No fault any more."""
        with self.lock:
            self.rules = []

    def fault(self, method, path, after):
        """The first that is meant for a request; taken from its number."""
        with self.lock:
            for rule in self.rules:
                if rule.meets(method, path, after):
                    rule.times = rule.times and rule.times - 1
                    return rule.fault
        return None

    def kubeconfig(self, cluster, path):
        """The cluster's own kubeconfig, through this server."""
        text = (cluster.state / "kubeconfig").read_text()
        assert self.target in text
        path.write_text(text.replace(self.target, f"127.0.0.1:{self.port}"))
        return str(path)


class _Server(ThreadingHTTPServer):
    daemon_threads, allow_reuse_address, request_queue_size = True, True, 128

    def __init__(self, *words):
        self.open = set()
        super().__init__(*words)

    def handle_error(self, request, client_address):
        """Who asked is gone, or was cut off."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.open.add(self.connection)

    def finish(self):
        self.server.open.discard(self.connection)
        super().finish()

    def do_GET(self):
        proxy = self.server.proxy
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with proxy.lock:
            proxy.seen.append((self.command, self.path))
        before = proxy.fault(self.command, self.path, False)
        if before is None or not before(self):
            self.pass_on(proxy)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def pass_on(self, proxy):
        upstream = http.client.HTTPConnection(proxy.target, timeout=400)
        try:
            upstream.request(self.command, self.path, self.body or None, dict(self.headers))
            answer = upstream.getresponse()
            if self.command in WRITES and not any(part in self.path for part in SILENT) and "dryRun" not in self.path:
                with proxy.lock:
                    proxy.writes.append((self.command, self.path.partition("?")[0], answer.status))
            after = proxy.fault(self.command, self.path, True)
            self.say(answer, after)
        except OSError:
            _shut(self.connection)
        finally:
            upstream.close()

    def say(self, answer, after):
        if "watch=true" in self.path and answer.status == 200:
            return self.stream(answer)
        data = answer.read()
        if after is None or not after(self, answer.status, data):
            self.answer(answer.status, data, {name: value for name, value in answer.getheaders() if name.lower() not in HOP})

    def stream(self, answer):
        self.close_connection = True
        self.send_response_only(answer.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        while chunk := answer.read1(1 << 16):
            self.wfile.write(chunk)

    def answer(self, status, data, headers=()):
        self.send_response_only(status)
        for name, value in {"Content-Length": str(len(data)), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        return True

    def log_message(self, *words):
        """Tests are quiet."""


def _shut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself


# --- faults -------------------------------------------------------------------------------------------------------------

def status(code, message="made to fail", **headers):
    """A Status as an API server words it."""
    body = json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code}).encode()
    more = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return lambda handler: handler.answer(code, body, {"Content-Type": "application/json", **more})


def page(code=200):
    """What something between the server and us says in its place."""
    return lambda handler, *_: handler.answer(code, b"<html>a gateway's page</html>", {"Content-Type": "text/html"})


def slow(seconds):
    """The true answer, late."""
    return lambda handler: time.sleep(seconds)


def held(gate):
    """Not passed on before the gate (an Event) opens."""
    return lambda handler: not gate.wait(60)


def closed(handler, *_):
    """The connection ends without an answer."""
    handler.close_connection = True
    _shut(handler.connection)
    return True


def half(handler, code, data):
    """What the cluster did is answered with the first half alone."""
    handler.send_response_only(code)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data[:len(data) // 2])
    return closed(handler)
