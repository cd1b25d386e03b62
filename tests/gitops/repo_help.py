"""Plain git as an outsider uses it, and servers for it: what the tests of the commit engine are made against."""

import base64
import contextlib
import gzip
import http.server
import os
import subprocess
import threading
from pathlib import Path

import pytest

from gitops.repo import Draft, Repository
from gitops.types import Change

TOKEN = "s3cr3t-t0ken"
WANTED = "Basic " + base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
PERSON = ("Ann", "ann@example.org")
CLEAN = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "Out", "GIT_AUTHOR_EMAIL": "out@x",
         "GIT_COMMITTER_NAME": "Out", "GIT_COMMITTER_EMAIL": "out@x"}


@pytest.fixture
def bare(tmp_path):
    """The remote: a bare repository that takes pushes over http."""
    path = Repository.create(tmp_path / "served" / "config.git")
    git(path, "config", "http.receivepack", "true")
    return path


@pytest.fixture
def opened(tmp_path):
    """Opens repositories and closes them at the end."""
    made = []

    def open(url, home="home", **options):
        made.append(Repository.open(url, tmp_path / home, TOKEN, **options))
        return made[-1]

    yield open
    for repo in made:
        repo.close()


def raw(path, *args, stdin=None):
    """What a plain `git` says, in a repository or work tree."""
    return subprocess.run(["git", "-C", str(path), *args], env=CLEAN, input=stdin, capture_output=True, check=True).stdout


def git(path, *args, stdin=None):
    return raw(path, *args, stdin=stdin).decode().strip()


def children(word):
    """The processes this one started whose command line holds a word."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # who is gone meanwhile
            found += [int(pid) for pid in (task / "children").read_text().split() if word in _command(pid)]
    return found


def _command(pid):
    return Path("/proc", pid, "cmdline").read_text().split("\0")


def outsider(tmp_path, url):
    """A work tree of somebody who uses plain git."""
    subprocess.run(["git", "clone", "-q", str(url), str(tmp_path / "outsider")], env=CLEAN, check=True, capture_output=True)
    return tmp_path / "outsider"


def push(tree, path, data, branch="main"):
    """Commit one file in the outsider's work tree and push it."""
    git(tree, "pull", "-q", "--rebase", "origin", branch)
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_bytes(data)
    git(tree, "add", "--all")
    git(tree, "commit", "-qm", f"outside: {path}")
    git(tree, "push", "-q", "origin", f"HEAD:{branch}")
    return git(tree, "rev-parse", "HEAD")


def draft(*changes, message="change\n"):
    return Draft(tuple(changes), message, PERSON)


def writing(files, message="write\n"):
    """A plan that sets files (path -> bytes) whatever they hold."""
    return lambda tree: draft(*(Change(path, tree.read(path), data) for path, data in files.items()), message=message)


def adding(path, line):
    """A plan that adds a line to a file: every one of them must be there in the end."""
    return lambda tree: draft(Change(path, tree.read(path), (tree.read(path) or b"") + line), message=f"add {line!r}\n")


def land(repo, files, **options):
    return repo.land(writing(files), lambda sha: None, **options)


class Handler(http.server.BaseHTTPRequestHandler):
    """`git http-backend` behind a check of the Authorization header."""

    def do_GET(self):
        self.server.seen.append((self.command, self.path, self.headers.get("Authorization")))
        if self.server.redirect:
            return self._answer(302, [("Location", self.server.redirect + self.path)])
        if self.server.wanted and self.headers.get("Authorization") != self.server.wanted:
            return self._answer(401, [("WWW-Authenticate", 'Basic realm="x"')])
        head, _, body = self._backend().partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        return self._answer(int(headers.pop("Status", "200").split()[0]), headers.items(), body)

    do_POST = do_GET

    def _backend(self):
        path, _, query = self.path.partition("?")
        env = {**CLEAN, "GIT_PROJECT_ROOT": str(self.server.root), "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_USER": "t", "REMOTE_ADDR": "127.0.0.1",
               "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
               "GIT_PROTOCOL": self.headers.get("Git-Protocol", "")}
        return subprocess.run(["git", "http-backend"], env=env, input=self._body(), capture_output=True, check=True).stdout

    def _body(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Tests are silent."""


@contextlib.contextmanager
def http_server(root, wanted=None, redirect=None, handler=Handler):
    """Serves the bare repositories in a folder; `url` is where, `seen` what was asked."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.root, server.wanted, server.redirect, server.seen = root, wanted, redirect, []
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
