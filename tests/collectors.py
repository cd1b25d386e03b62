"""Servers that take what the product tells of its work: an OpenTelemetry collector and a Sentry, over real HTTP; or nobody who answers."""

import contextlib
import gzip
import json
import socket
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Span:
    process: str
    name: str
    trace: str
    id: str
    parent: str
    told: dict
    failed: str


class Collector:
    """`spans()` of the traces, `events()` of the reports, `headers` of every request."""

    def __init__(self, server):
        self.url, self.bodies, self.headers = f"http://127.0.0.1:{server.server_port}", [], []
        self.dsn = self.url.replace("//", "//public@") + "/1"

    def spans(self):
        return [_span(resource, each) for path, body in tuple(self.bodies) if path == "/v1/traces" for resource in ExportTraceServiceRequest.FromString(body).resource_spans
                for scope in resource.scope_spans for each in scope.spans]

    def events(self):
        return [json.loads(body.split(b"\n")[2]) for path, body in tuple(self.bodies) if path == "/api/1/envelope/"]

    def until(self, test, seconds=30):
        """What `test()` gives, once it is something."""
        end = time.monotonic() + seconds
        while not (found := test()):
            assert time.monotonic() < end, [(each.process, each.name, each.trace[:6]) for each in self.spans()]
            time.sleep(0.1)
        return found


def _span(resource, each):
    process = next(one.value.string_value for one in resource.resource.attributes if one.key == "service.name")
    return Span(process, each.name, each.trace_id.hex(), each.span_id.hex(), each.parent_span_id.hex(), {one.key: one.value.string_value for one in each.attributes}, each.status.message)


@contextlib.contextmanager
def listening():
    """A Collector on a free port."""
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.headers.append(dict(self.headers))
            found.bodies.append((self.path, gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words):
            """Nothing of it is said."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Collector(server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def hanging():
    """The URL of a server that takes connections and answers none."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(100)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
