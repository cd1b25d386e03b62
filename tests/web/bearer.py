"""A proxy on loopback that adds a token to what it passes on, for clients that cannot bring one."""

import contextlib
import http.client
import http.server
import threading
from urllib.parse import urlsplit

HOPS = ("connection", "transfer-encoding", "content-length", "date", "server")


@contextlib.contextmanager
def passing(url, token):
    """The URL of the proxy."""
    to = urlsplit(url)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def passed_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            sent = {name: value.replace(self.own, to.netloc) for name, value in self.headers.items() if name.lower() not in HOPS}
            upstream = http.client.HTTPConnection(to.hostname, to.port, timeout=30)
            upstream.request(self.command, self.path, body, {**sent, "Authorization": f"Bearer {token}"})
            with contextlib.suppress(OSError), contextlib.closing(upstream):
                self._answered(upstream.getresponse())

        @property
        def own(self):
            return f"127.0.0.1:{self.server.server_port}"

        def _answered(self, answer):
            """As it comes, in chunks: a stream has no length."""
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOPS:
                    self.send_header(name, value)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while data := answer.read1(65536):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.write(b"0\r\n\r\n")

        do_GET = do_POST = do_DELETE = do_OPTIONS = passed_on

        def log_message(self, *args):
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
