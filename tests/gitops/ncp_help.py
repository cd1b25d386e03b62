"""Naver Cloud's services as their documentation says: signed requests, `result` or `error`, projects of SourceBuild and what follows of them."""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import re
import threading
import time
from urllib.parse import urlsplit

from tests.gitops import faults
from tests.gitops.repo_help import Handler as Git

KEY, SECRET = "ncp-access-key-01", "ncp-s3cret-key-0123456789"
GIT = "builder:git-passw0rd"
ERRORS = {"200": (401, "Authentication Failed", "Invalid authentication information."), "210": (401, "Permission Denied", "No permission to access."), "300": (404, "Not Found Exception", "URL not found."),
          "410": (429, "Throttle Limited", "Rate exceeded."), "900": (500, "Unexpected Error", "Unexpected error.")}


class Cloud:
    """`project` is what SourceBuild has of 20632; `builds` its history, newest first; `tags` what each was started with; `broken` are (method, part, error code, fault or answer) of the next requests."""

    def __init__(self, url):
        self.url, self.lock, self.asked, self.broken = url, threading.RLock(), [], []
        self.project = {"id": 20632, "name": "shop", "source": {"type": "SourceCommit", "config": {"repository": "shop", "branch": "main"}}, "linked": {"CloudLogAnalytics": True, "FileSafer": False},
                        "cmd": {"pre": ["make"], "build": [], "post": [], "dockerbuild": {"use": True, "dockerfile": "Dockerfile", "registry": "acme", "image": "shop", "tag": "old", "latest": False}}}
        self.builds, self.tags, self.lines, self.deployments = [], {}, [], []
        self.tasks = [{"id": 1, "name": "image", "type": "SourceBuild", "linkedTasks": [], "config": {"projectId": 20632, "target": {"type": "SourceCommit", "info": {"repository": "shop", "branch": "main"}}}}]
        self.piped = []

    def start(self):
        id = f"9e681620-{len(self.tags)}"
        self.tags[id] = (self.project["source"]["config"]["branch"], self.project["cmd"]["dockerbuild"]["tag"])
        self.builds.insert(0, {"projectId": 20632, "buildId": id, "begin": int(time.time() * 1000), "end": None, "userId": "nb1", "status": "prepare", "failedPhase": None})
        return id

    def ends(self, status, phase=None):
        self.builds[0] |= {"status": status, "failedPhase": phase, "end": int(time.time() * 1000)}
        for each in self.piped[:1]:
            each["status"] = {"fail": "fail"}.get(status, status)


def _change(cloud, body):
    for name, value in body.items():
        cloud.project[name] = value
    return {"projectId": 20632}


def _do(cloud, body):
    build = cloud.start()
    cloud.piped.insert(0, {"projectId": 2101, "id": 5400 + len(cloud.piped), "requestType": "console", "begin": int(time.time() * 1000), "end": None, "status": "inprogress", "build": build})
    return {"historyId": cloud.piped[0]["id"]}


def _piped(cloud, body, id):
    run = next(each for each in cloud.piped if each["id"] == int(id))
    return {"history": {**run, "tasks": [{**each, "status": run["status"], "resultId": run["build"]} for each in cloud.tasks]}}


ROUTES = (
    ("GET", "sourcebuild", r"/project", lambda cloud, body: {"total": 1, "project": [{"id": 20632, "name": "shop", "permission": "Allow"}]}),
    ("GET", "sourcebuild", r"/project/20632", lambda cloud, body: cloud.project),
    ("PATCH", "sourcebuild", r"/project/20632", _change),
    ("POST", "sourcebuild", r"/project/20632/build", lambda cloud, body: {"projectId": 20632, "buildId": cloud.start()}),
    ("GET", "sourcebuild", r"/project/20632/history", lambda cloud, body: {"total": len(cloud.builds), "history": cloud.builds}),
    ("GET", "sourcecommit", r"/repository/shop", lambda cloud, body: {"id": 1, "name": "shop", "git": {"https": f"{cloud.url}/git/shop.git", "ssh": "ssh://x"}}),
    ("GET", "vpcsourcepipeline", r"/project/2101", lambda cloud, body: {"id": 2101, "name": "p", "tasks": cloud.tasks}),
    ("POST", "vpcsourcepipeline", r"/project/2101/do", _do),
    ("GET", "vpcsourcepipeline", r"/project/2101/history", lambda cloud, body: {"historyList": cloud.piped}),
    ("GET", "vpcsourcepipeline", r"/project/2101/history/(\d+)", _piped),
    ("GET", "vpcsourcedeploy", r"/project/77/history", lambda cloud, body: {"historyList": cloud.deployments}),
)


class Server(Git):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.path.startswith("/git/"):
            self.path = self.path.removeprefix("/git")
            return super().do_GET()
        cloud = self.server.cloud
        body = self._body()
        with cloud.lock:
            cloud.asked.append((self.command, self.path))
            broken = next((each for each in cloud.broken if each[0] == self.command and each[1] in self.path), None)
            if broken:
                cloud.broken.remove(broken)
                if broken[2] in ("half", "wrong", "closed", "hang"):
                    return getattr(faults.Handler, f"_{broken[2]}")(self)
            return self._said(*self._result(broken and broken[2], json.loads(body) if body else None))

    do_POST = do_PATCH = do_GET

    def _result(self, broken, body):
        if isinstance(broken, tuple):
            return broken
        if broken or not self._signed():
            return self._error(broken or "200")
        parts = urlsplit(self.path)
        service, _, path = parts.path.lstrip("/").partition("/")
        if (self.command, service, path) == ("POST", "cloudloganalytics", "api/kr-v1/logs/search"):
            first = (body["pageNo"] - 1) * body["pageSize"]
            found = sorted((each for each in self.server.cloud.lines if each["keyword"] == body["keyword"]), key=lambda each: each["logTime"], reverse=True)
            return 200, {"code": 0, "message": "", "result": {"searchResult": found[first:first + body["pageSize"]]}}
        for method, name, pattern, act in ROUTES:
            found = re.fullmatch(pattern, path.removeprefix("api/v1"))
            if (method, name) == (self.command, service) and found:
                return 200, {"result": act(self.server.cloud, body, *found.groups())}
        return self._error("300")

    def _signed(self):
        stamp = self.headers.get("x-ncp-apigw-timestamp", "0")
        wanted = base64.b64encode(hmac.new(SECRET.encode(), f"{self.command} {self.path}\n{stamp}\n{KEY}".encode(), hashlib.sha256).digest()).decode()
        return abs(time.time() * 1000 - int(stamp)) < 300_000 and self.headers.get("x-ncp-iam-access-key") == KEY and self.headers.get("x-ncp-apigw-signature-v2") == wanted and self.headers.get("x-ncp-region_code") == "KR"

    @staticmethod
    def _error(code):
        status, message, details = ERRORS[code]
        return status, {"error": {"errorCode": code, "message": message, "details": details}}

    def _said(self, status, body, headers=()):
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


@contextlib.contextmanager
def serve(folder):
    """`cloud` and `settings`; SourceCommit's repositories are the bare ones in a folder."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.url = f"http://127.0.0.1:{server.server_port}"
    server.root, server.redirect, server.seen = folder, None, []
    server.wanted = "Basic " + base64.b64encode(GIT.encode()).decode()
    server.cloud = Cloud(server.url)
    server.settings = {"NCP_ACCESS_KEY": KEY, "NCP_SECRET_KEY": SECRET, "NCP_API_URL": f"{server.url}/{{service}}", "NCP_GIT_CREDENTIAL": GIT}
    with faults.running(server):
        yield server
