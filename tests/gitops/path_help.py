"""A whole product below its doors for tests of the one path: real git, a real ledger, real Helm."""

from pathlib import Path

import pytest

from gitops import config, submit
from gitops.charts import Renderer
from gitops.errors import KlepaasError
from gitops.ledger import Ledger
from gitops.repo import Repository
from gitops.services import Services
from gitops.types import SCOPES, Actor, Command
from tests import servers
from tests.gitops.repo_help import git, land, raw

ALL = frozenset(SCOPES)
ANN = Actor("Ann", "ann@example.org", ALL, "rest", session=True)
BOB = Actor("Bob 밥", "bob@example.org", ALL, "chat", session=True)
CAT = Actor("Cat", "cat@example.org", ALL, "chat", session=True)
AGENT = Actor("Ann", "ann@example.org", ALL, "rest", agent=True)
MCP = Actor("Ann", "ann@example.org", ALL, "mcp")
CLI = Actor("Bob 밥", "bob@example.org", ALL, "cli")

WEB = "# 웹 🚀\nreplicaCount: 2  # 평소\nimage: {repository: nginx, tag: '1.25'}\nenv:\n  MODE: dark\n"
FILES = {
    "klepaas.yaml": "environments:\n  staging: {}\n  production: {review: required, promotes_from: staging}\n",
    "values/staging/web.yaml": WEB,
    "values/staging/auto.yaml": "image: {repository: nginx, tag: '1'}\nautoscaling: {enabled: true, minReplicas: 1, maxReplicas: 5}\n",
    "values/staging/fixed.yaml": "klepaas: {chart: charts/fixed}\nreplicaCount: 1\n",
    "values/staging/listed.yaml": "replicaCount: 1\nenv:\n- name: MODE\n  value: dark\n- name: KEY\n  valueFrom: {secretKeyRef: {name: s, key: k}}\n",
    "values/production/web.yaml": WEB.replace("1.25", "1.24"),
    "values/production/safe.yaml": "image: {repository: nginx, tag: '1'}\n",
    "manifests/staging/plain/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: '1'}\n",
    "manifests/staging/plain/more.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n",
    "charts/fixed/Chart.yaml": "apiVersion: v2\nname: fixed\nversion: 1.0.0\n",
    "charts/fixed/templates/all.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fixed}\ndata: {n: '{{ .Values.replicaCount }}'}\n",
}


class World:
    """`say` submits and `preview` previews as an actor; the rest is what plain git says."""

    def __init__(self, services):
        self.services, self.path = services, services.repo.path

    def say(self, verb, app="web", environment="staging", actor=ANN, **more):
        return submit.submit(self.services, actor, command(verb, app, environment, **more))

    def preview(self, verb, app="web", environment="staging", actor=ANN, **more):
        return submit.preview(self.services, actor, command(verb, app, environment, **more))

    def refused(self, *said, **more):
        """The error of a submission that must fail and change nothing; the preview fails alike."""
        before, call = self.refs(), more.pop("call", self.say)
        with pytest.raises(KlepaasError) as caught:
            call(*said, **more)
        assert caught.value.text("en") and caught.value.text("ko") and self.refs() == before
        return caught.value

    def write(self, files):
        """What somebody else pushed: path -> text, or None to remove."""
        land(self.services.repo, {path: text.encode() if isinstance(text, str) else text for path, text in files.items()})

    def read(self, path, revision="main"):
        return raw(self.path, "show", f"{revision}:{path}").decode()

    def refs(self):
        return git(self.path, "for-each-ref")

    def count(self, ref="main"):
        return int(git(self.path, "rev-list", "--count", ref))

    def lines(self, sha):
        """The lines that a commit takes and gives."""
        shown = git(self.path, "show", "--format=", "--unified=0", sha).splitlines()
        return [line for line in shown if line[:1] in ("+", "-") and line[:4] not in ("+++ ", "--- ")]

    def trailers(self, sha):
        shown = git(self.path, "log", "-1", "--format=%(trailers:only,unfold)", sha)
        return dict(line.split(": ", 1) for line in shown.splitlines() if line)


def command(verb, app="web", environment="staging", id=None, text=None, reason=None, args=None, **more):
    return Command(verb, app, environment, args if args is not None else {name.rstrip("_"): value for name, value in more.items()}, id, text, reason)


@pytest.fixture(scope="session")
def renderer():
    made = Renderer()
    yield made
    made.close()


def services(folder, database=None, renderer=None, url=None):
    """Services with their state in a folder, on the config.git there or at a URL."""
    settings = config.load({"CONFIG_REPO": url or str(folder / "config.git"), "KLEPAAS_HOME": str(folder), **({"DATABASE_URL": database} if database else {})}, None)
    ledger = Ledger.open(settings.database, folder)
    ledger.migrate()
    return Services(settings, Repository.open(settings.config_repo, folder), ledger, renderer or Renderer())


@pytest.fixture
def database():
    return None


@pytest.fixture
def world(tmp_path, renderer, database):
    Repository.create(Path(tmp_path, "config.git"))
    opened = services(tmp_path, database, renderer)
    made = World(opened)
    made.write(FILES)
    yield made
    opened.ledger.close()
    opened.repo.close()


@pytest.fixture(params=["sqlite", "postgres"])
def both(request):
    """For tests that shall hold on both databases: use as `database`."""
    if request.param == "sqlite":
        yield None
        return
    with servers.postgres().database() as url:
        yield url
