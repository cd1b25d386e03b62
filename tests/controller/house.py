"""A controller as operators run it: a bare repository, the embedded cluster, real `python -m controller` processes."""

import itertools
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

from gitops.ledger import Ledger
from gitops.repo import Draft, Repository
from gitops.types import Actor, Change, Command
from tests.devcluster.cluster import APPLY, PATCH, Cluster
from tests.product import environment as clean_environment

ROOT = Path(__file__).parent.parent.parent
NUMBERS = itertools.count()
RUN = secrets.token_hex(3)  # a cluster that is there already may hold what another run made
MERGE = "application/merge-patch+json"
PATHS = {"deployments": "/apis/apps/v1/namespaces/{}/deployments", "configmaps": "/api/v1/namespaces/{}/configmaps", "services": "/api/v1/namespaces/{}/services",
         "claims": "/api/v1/namespaces/{}/persistentvolumeclaims", "leases": "/apis/coordination.k8s.io/v1/namespaces/{}/leases"}
__all__ = ["APPLY", "MERGE", "PATCH", "Cluster", "House", "configmap", "values"]


class House:
    """One installation: its repository, its namespaces and its controllers. Another one over the same cluster shares nothing."""

    def __init__(self, home, cluster, files=None, database=None, environments=("staging",), **more):
        self.home, self.cluster, self.running = home, cluster, []
        self.name = f"h{RUN}-{next(NUMBERS)}"
        home.mkdir(parents=True)
        self.repo = Repository.open(str(Repository.create(home / "config.git")), home)
        self.env = {**clean_environment(home, 1), "CONFIG_REPO": str(home / "config.git"), "DATABASE_URL": database or f"sqlite:///{home / 'ledger.db'}",
                    "KUBECONFIG": str(cluster.state / "kubeconfig"), "POLL_SECONDS": "1"}
        self.ledger = Ledger.open(self.env["DATABASE_URL"], home)
        self.ledger.migrate()
        self.commit({"klepaas.yaml": self.config(*environments, **more)} | (files or {}))

    def config(self, *environments, more="", of=""):
        listed = "".join(f"  {each}: {{namespace: {self.namespace(each)}{of}}}\n" for each in environments)
        return f"name: {self.name}\nenvironments:\n{listed}{more}"

    def namespace(self, environment="staging"):
        return f"{self.name}-{environment}"

    # --- git -----------------------------------------------------------------------------------------------------------

    def commit(self, files, message="Change\n"):
        """One commit of path -> text (None: gone); tell nobody, as a push does."""
        def draft(tree):
            return Draft(tuple(Change(path, tree.read(path), None if text is None else text.encode()) for path, text in files.items()), message, ("Test", "test@example.com"))
        return self.repo.land(draft, lambda sha: None)

    def git(self, *words, given=None):
        settings = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        return subprocess.run(["git", "--git-dir", self.home / "config.git", *settings, *words], input=given, capture_output=True, text=True, check=True).stdout.strip()

    def push(self, tree, *parents):
        """A commit of a tree as main, whatever was there; its sha."""
        made = self.git("commit-tree", tree, "-m", "Pushed", *(word for each in parents for word in ("-p", each)))
        self.git("update-ref", "refs/heads/main", made)
        return made

    def order(self, verb, app=None, environment="staging", **args):
        """An order as the one path records it."""
        actor = Actor("Kim", "kim@example.com", frozenset(), "cli")
        with self.ledger.command(actor, Command(verb, app, environment, args), f"{verb}-{next(NUMBERS)}") as entry:
            entry.finish("accepted", {"plan": {"summary": verb}})

    def did(self, verb, app, environment="staging"):
        """A change as the one path records it once it is committed."""
        actor = Actor("Kim", "kim@example.com", frozenset(), "cli")
        with self.ledger.command(actor, Command(verb, app, environment, {}), f"{verb}-{next(NUMBERS)}") as entry:
            entry.finish("committed", {"plan": {"summary": verb}}, commit=self.repo.head())

    # --- controllers ---------------------------------------------------------------------------------------------------

    def start(self, **more):
        with (self.home / "controller.log").open("a") as log:
            process = subprocess.Popen([sys.executable, "-m", "controller"], cwd=ROOT, env={**self.env, **more}, stdout=log, stderr=log)
        self.running.append(process)
        return process

    def once(self, **more):
        """The exit status of `--once`, and what it said."""
        done = subprocess.run([sys.executable, "-m", "controller", "--once"], cwd=ROOT, env={**self.env, **more}, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stderr

    def kill(self, process, how=signal.SIGKILL):
        process.send_signal(how)
        process.wait(20)

    def close(self):
        for process in self.running:
            if process.poll() is None:
                self.kill(process)
        self.ledger.close()
        self.repo.close()

    # --- what is there -------------------------------------------------------------------------------------------------

    def path(self, kind, name=None, environment="staging"):
        return PATHS[kind].format(self.namespace(environment)) + (f"/{name}" if name else "")

    def live(self, kind, name, environment="staging"):
        """The live object, or None."""
        answer = self.cluster.ask("GET", self.path(kind, name, environment))
        return answer.json() if answer.ok else None

    def value(self, name, environment="staging"):
        found = self.live("configmaps", name, environment)
        return found["data"].get("value") if found else None

    def wait(self, test, seconds=20):
        """What `test()` answers once it is true."""
        end = time.monotonic() + seconds
        while not (found := test()):
            assert time.monotonic() < end, (self.home / "controller.log").read_text()[-3000:] + repr(self.events("notice")[-3:])
            time.sleep(0.05)
        return found

    def state(self, app, environment="staging"):
        return self.ledger.state(app, environment) or {}

    def synced(self, app, revision=None, environment="staging", status="succeeded"):
        """The app's state once it is at the revision (default: main's tip)."""
        revision = revision or self.repo.head()
        return self.wait(lambda: (found := self.state(app, environment)).get("sync") == status and found.get("revision") == revision and found)

    def followed(self, revision=None, environment="staging"):
        """Until the lease says that the revision (default: main's tip) was brought to the cluster."""
        revision = revision or self.repo.head()
        self.wait(lambda: ((self.live("leases", f"klepaas-{self.name}-{environment}") or {}).get("metadata") or {}).get("annotations", {}).get("klepaas.io/revision") == revision)

    def failed(self, app, environment="staging"):
        """The error of an app that failed at main's tip."""
        return self.synced(app, environment=environment, status="failed")["error"]

    def events(self, kind):
        return [each for each in self.ledger.events(0, limit=5000) if each.kind == kind]

    def marks(self, environment="staging"):
        """What is said of the environment as a whole."""
        return self.ledger.marks().get(environment) or {}

    def held(self):
        return [each.data["held"] for each in self.events("notice") if each.data.get("held")]


def values(tag="1.27", **more):
    return f"image: {{repository: nginx, tag: \"{tag}\"}}\n" + "".join(f"{name}: {text}\n" for name, text in more.items())


def configmap(name, value="one", **metadata):
    """A manifest: quick to apply, healthy at once."""
    more = "".join(f"\n  {key}: {text}" for key, text in metadata.items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}{more}\ndata:\n  value: \"{value}\"\n"
