"""A provider that misbehaves as it is told: the one fault specification, run against whatever speaks through gitops/outside/http.py.

`FAULTS` maps a name to what the server does; `serve(answers)` gives a server that does them one after another, then the last again.
"""

import contextlib
import http.server
import json
import socket
import threading
import time

FAULTS = {
    "401": (401, {"message": "Bad credentials"}, {}), "403": (403, {"message": "Resource not accessible"}, {}), "404": (404, {"message": "Not Found"}, {}),
    "409": (409, {"message": "Merge conflict"}, {}), "422": (422, {"message": "Validation Failed", "errors": [{"message": "no commits"}]}, {}),
    "429": (429, {"message": "slow down"}, {"Retry-After": "3600"}), "500": (500, {"message": "oops"}, {}),
    "hang": "hang", "half": "half", "wrong": "wrong", "closed": "closed"}
KINDS = {"401": "unauthorized", "403": "forbidden", "404": "not_found", "409": "conflict", "422": "bad_request", "429": "rate_limited", "500": "internal",
         "hang": "timeout", "half": "unavailable", "wrong": "internal", "closed": "unavailable"}
TRANSIENT = frozenset({"429", "500", "hang", "half", "wrong", "closed"})
OK = (200, {"ok": True}, {})


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.server.lock:
            self.server.seen.append((self.command, self.path, dict(self.headers), body, time.monotonic()))
            answer = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        (getattr(self, f"_{answer}") if isinstance(answer, str) else lambda: self.say(*answer))()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def say(self, status, body, headers):
        data = json.dumps(body).encode()
        self.send_response_only(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _hang(self):
        self.server.over.wait(30)
        self.close_connection = True

    def _half(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"half": ')
        self.close_connection = True

    def _wrong(self):
        data = b"<html>a proxy's page</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _closed(self):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def log_message(self, *args):
        """Tests are silent."""


@contextlib.contextmanager
def running(server):
    """A server at work in a thread of its own; whoever hangs there is let go at its end."""
    server.daemon_threads, server.over = True, threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def serve(*answers):
    """A server that answers so; `url`, and `seen`: (method, path, headers, body, when) of each request."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.answers, server.seen, server.lock = list(answers), [], threading.Lock()
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    with running(server):
        yield server
