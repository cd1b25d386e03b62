"""The product's processes one by one, as an operator runs them, so that tests can kill and restart each."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

from gitops.repo import Draft, Repository
from gitops.types import Change
from tests.product import Product, environment, free_port
from web.cli import samples

ROOT = Path(__file__).parent.parent


class Parts:
    """Cluster, web server and controller over one home; any of them may die."""

    def __init__(self, home, database=None, files=None, config_repo=None):
        self.home, self.port, self.running = home, free_port(), {}
        home.mkdir(parents=True, exist_ok=True)
        self.repository(files or samples.files())
        self.env = {**environment(home, self.port), "CONFIG_REPO": str(config_repo or home / "config.git"), "DATABASE_URL": database or f"sqlite:///{home / 'ledger.db'}",
                    "WEB_CONCURRENCY": "2", "WEB_THREADS": "16", "KUBECONFIG": str(home / "cluster" / "kubeconfig")}
        self.product = Product(home, self.port, None)

    def repository(self, files):
        repo = Repository.open(str(Repository.create(self.home / "config.git")), self.home)
        changes = tuple(Change(path, None, text.encode()) for path, text in files.items())
        self.first = repo.land(lambda tree: Draft(changes, "First\n", ("Test", "test@example.com")), lambda sha: None)
        repo.close()

    def start(self, name):
        commands = {"cluster": ["-m", "controller.devcluster", "--state", str(self.home / "cluster")], "controller": ["-m", "controller"],
                    "web": ["-m", "gunicorn", "-c", "web/gunicorn_conf.py", "web:create_app()"]}
        with (self.home / f"{name}.log").open("a") as log:
            self.running[name] = subprocess.Popen([sys.executable, *commands[name]], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True)
        return self

    def start_all(self):
        self.start("cluster")
        self.wait(lambda: "http" in (self.home / "cluster.log").read_text())
        self.start("controller").start("web")
        self.wait(self.answers)
        return self

    def answers(self):
        with contextlib.suppress(requests.ConnectionError, requests.Timeout):
            return requests.get(f"{self.product.url}/healthz", timeout=5).ok
        return False

    def wait(self, test, seconds=60):
        end = time.monotonic() + seconds
        while not test():
            assert time.monotonic() < end, {name: (self.home / f"{name}.log").read_text()[-2000:] for name in self.running}
            time.sleep(0.05)

    def kill(self, name):
        """SIGKILL to the process and all it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait()

    def stop(self):
        for name in ("web", "controller", "cluster"):
            if name in self.running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.running[name].pid, signal.SIGTERM)
                try:
                    self.running[name].wait(10)
                except subprocess.TimeoutExpired:
                    self.kill(name)
