"""A container registry as its specification says: tags a page at a time, a challenge for a token, manifests and configurations."""

import base64
import contextlib
import http.server
import json
import threading
from urllib.parse import parse_qs, urlsplit

PAGE = 2
USER = base64.b64encode(b"puller:pass-w0rd-123").decode()
TOKEN = "pull-t0ken-0123456789"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        server, parts = self.server, urlsplit(self.path)
        query = {name: found[0] for name, found in parse_qs(parts.query).items()}
        server.asked.append((parts.path, self.headers.get("Authorization")))
        if server.broken and str(self.headers.get("Authorization")).startswith("Bearer"):
            return self.say(server.broken.pop(0), {"errors": [{"code": "UNKNOWN", "message": f"failed for {self.headers['Authorization']}"}]})
        if parts.path == "/token":
            return self._token(query)
        if server.login and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.say(401, {"errors": [{"code": "UNAUTHORIZED"}]}, {"WWW-Authenticate": f'Bearer realm="{server.url}/token",service="registry",scope="repository:acme/web:pull"'})
        return self._asked(parts.path, query)

    def _token(self, query):
        if self.headers.get("Authorization") != f"Basic {USER}" or query != {"service": "registry", "scope": "repository:acme/web:pull"}:
            return self.say(401, {"details": "incorrect username or password"})
        return self.say(200, {"token": TOKEN})

    def _asked(self, path, query):
        server = self.server
        if path == "/v2/acme/web/tags/list":
            names = [tag for tag in server.tags if tag > query.get("last", "")]
            last = {"Link": f'</v2/acme/web/tags/list?last={names[PAGE - 1]}>; rel="next"'} if len(names) > PAGE else {}
            return self.say(200, {"name": "acme/web", "tags": names[:PAGE]}, last)
        kind, _, name = path.removeprefix("/v2/acme/web/").partition("/")
        if kind == "manifests" and name.startswith("index-"):
            return self.say(200, {"config": {"digest": name.removeprefix("index-")}})
        if kind == "manifests" and name in server.tags:
            return self.say(200, {"manifests": [{"digest": f"index-{name}"}]})
        if kind == "blobs" and name in server.tags:
            return self.say(200, {"created": server.tags[name]})
        return self.say(404, {"errors": [{"code": "NAME_UNKNOWN", "message": "repository name not known to registry"}]})

    def say(self, status, body, headers=()):
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *words):
        """Tests are quiet."""


@contextlib.contextmanager
def serve(login=False):
    """`url`, `host`, `tags` (tag -> when it was made), `asked`, `broken` (statuses of the next answers)."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.host = f"127.0.0.1:{server.server_port}"
    server.url, server.login, server.tags, server.asked, server.broken = f"http://{server.host}", login, {}, [], []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
