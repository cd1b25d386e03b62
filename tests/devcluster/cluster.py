"""The embedded cluster as its users start it, and a client that speaks plain HTTP to it."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import requests

TOKEN = "token-of-the-tests"
PATCH = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"


@dataclass
class Cluster:
    """`ask` returns the answer; `get`, `create`, ... its body, and fail unless it is a success."""

    process: subprocess.Popen
    url: str
    state: object
    token: str | None = TOKEN

    def ask(self, method, path, body=None, **headers):
        found = ({"Authorization": f"Bearer {self.token}"} if self.token else {}) | headers
        return requests.request(method, self.url + path, json=body, headers=found, timeout=30)

    def get(self, path):
        return _body(self.ask("GET", path))

    def create(self, path, body):
        return _body(self.ask("POST", path, body))

    def patch(self, path, body, kind=PATCH):
        return _body(self.ask("PATCH", path, body, **{"Content-Type": kind}))

    def apply(self, path, body, manager="klepaas", force=False):
        return _body(self.ask("PATCH", f"{path}?fieldManager={manager}&force={str(force).lower()}", body, **{"Content-Type": APPLY}))

    def delete(self, path, body=None):
        return _body(self.ask("DELETE", path, body))

    def namespace(self, name):
        """A new namespace; its core and its apps path."""
        self.create("/api/v1/namespaces", {"metadata": {"name": name}})
        return f"/api/v1/namespaces/{name}", f"/apis/apps/v1/namespaces/{name}"

    def until(self, path, wanted, seconds=20):
        """The object, once `wanted` of it is true."""
        deadline = time.monotonic() + seconds
        while not wanted(found := self.ask("GET", path).json()):
            assert time.monotonic() < deadline, f"{path} is still {found}"
            time.sleep(0.05)
        return found

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(10)


def _body(answer):
    assert answer.ok, answer.text
    return answer.json()


def start(state, *options):
    process = subprocess.Popen([sys.executable, "-m", "controller.devcluster", "--state", str(state), *options], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "KLEPAAS_DEVCLUSTER_TOKEN": TOKEN})
    url = process.stdout.readline().strip()
    assert url.startswith("http://127.0.0.1:"), url
    return Cluster(process, url, state)
