"""Local servers of forges over a real bare repository, which they serve by git too; how each speaks is in forge_dialects."""

import contextlib
import http.server
import json
import re
import subprocess
import threading
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from tests.gitops import faults
from tests.gitops.repo_help import CLEAN, Handler, git, raw

TOKEN = "forge-t0ken-0123456789"
PAGE = 2  # items of a listing: every second one needs its next page
BASE = "main"


class Forge:
    """What a forge knows: its pulls and their comments. `people` merge and close there; `fail` breaks the next requests."""

    def __init__(self, path):
        self.path, self.pulls, self.comments, self.tags, self.lock = path, {}, {}, {}, threading.RLock()
        self.statuses = {}  # (repository, sha, context) -> (state, description)
        self.asked, self.broken, self.merge_ways, self.last = [], [], {"merge", "rebase", "squash"}, 0
        self.shop = {}  # branch -> {path: content} of another repository, acme/shop; its default branch is trunk
        self.people, self.heads = {}, {}  # of acme/shop: login -> permission; number of a pull -> (branch, state, repository of its head or None)
        self.deployments = []  # {id, sha, environment, task, said: [(state, …)], …}
        self.tips, self.runs, self.dispatched = {"trunk": "a" * 40, "feature/x": "f" * 40}, [], []  # of acme/shop: see forge_shop

    def tip(self, branch):
        """Read as git keeps it, since this is asked at every request."""
        loose = Path(self.path, "refs", "heads", branch)
        if loose.is_file():
            return loose.read_text().strip()
        found = raw(self.path, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}").decode().strip()
        return found or None

    def has(self, branch):
        return branch in self.shop or self.tip(branch)

    def open(self, branch, title, body, base=BASE):
        """The new pull, or None when there is one open."""
        if any(each["branch"] == branch and each["state"] == "open" for each in self.pulls.values()):
            return None
        self.last += 1
        self.pulls[self.last] = {"number": self.last, "branch": branch, "title": title, "body": body, "base": base, "state": "open", "head": self.tip(branch),
                                 "merged": None, "by": None, "labels": [], "reviewers": [], "approved": [], "author": "klepaas-bot"}
        return self.pulls[self.last]

    def pull(self, number):
        found = self.pulls.get(number)
        if found and found["state"] == "open":
            found["head"] = self.tip(found["branch"]) or found["head"]
        return found

    def merge(self, number, way="merge", by="klepaas-bot"):
        """As a real forge: without a work tree; None when there is a conflict."""
        found = self.pull(number)
        main = self.tip(found["base"])
        done = _quiet(self.path, "merge-tree", "--write-tree", main, found["head"])
        if done is None:
            return None
        tree = done.splitlines()[0]
        parents = ["-p", main, *(["-p", found["head"]] if way == "merge" else [])]
        message = git(self.path, "log", "-1", "--format=%B", found["head"]) if way != "merge" else f"Merge pull request #{number}"
        sha = git(self.path, "commit-tree", tree, *parents, "-m", message)
        git(self.path, "update-ref", f"refs/heads/{found['base']}", sha, main)
        found.update(state="merged", merged=sha, by=by)
        return sha


def _quiet(path, *args):
    done = subprocess.run(["git", "-C", str(path), *args], env=CLEAN, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None


class Server(Handler):
    """Git under /acme/, the interface elsewhere. `wanted` is the header that lets in."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.path.startswith("/acme/"):
            return super().do_GET()
        forge = self.server.forge
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with forge.lock:
            forge.asked.append((self.command, unquote(self.path)))
            broken = next((each for each in forge.broken if each[0] == self.command and each[1] in unquote(self.path)), None)
            if broken:
                forge.broken.remove(broken)
            answer = self._asked(json.loads(data) if data else {}) if broken is None or broken[2] == "lost" else None
        if broken is None:
            return self.say(*answer)
        if broken[2] == "lost":
            self.close_connection = True
            return None
        return getattr(faults.Handler, f"_{broken[2]}")(self) if isinstance(broken[2], str) else self.say(*broken[2])

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def _asked(self, body):
        name, value = self.server.dialect.header(TOKEN)
        if not self.path.startswith("/app") and "/installation" not in self.path and self.headers.get(name) != value:
            return 401, {"message": "Bad credentials"}
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        for method, pattern, act in self.server.dialect.ROUTES:
            found = re.fullmatch(pattern, unquote(parts.path))
            if method == self.command and found:
                return act(self.server.forge, *found.groups(), query, body)
        return 404, {"message": f"no route {self.command} {parts.path}"}

    def say(self, status, body, headers=()):
        if self.command == "GET" and urlsplit(self.path).path.rpartition("/")[2] == self.server.dialect.PAGED:
            body, headers = self._paged(body)
        data = json.dumps(body).encode()
        self.send_response(status)
        for key, value in {"Content-Length": str(len(data)), **dict(headers)}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)

    def _paged(self, items):
        parts = urlsplit(self.path)
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        after = {"Link": f'<http://{self.headers["Host"]}{parts.path}?page={page + 1}>; rel="next"'} if len(items) > page * PAGE else {}
        return items[(page - 1) * PAGE:page * PAGE], after


@contextlib.contextmanager
def serve(dialect, folder):
    """A forge with the repository acme/config; `url`, `forge`."""
    path = Path(folder, "acme", "config.git")
    git(path, "config", "http.receivepack", "true")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.root, server.wanted, server.redirect, server.seen = folder, None, None, []
    server.forge, server.dialect = Forge(path), dialect
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    with faults.running(server):
        yield server
