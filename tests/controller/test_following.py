"""Which apps a revision may have changed: what is looked at must not grow with the repository, and must miss nothing."""

from types import SimpleNamespace

import pytest

from controller import following
from gitops import catalog
from gitops.repo import Repository
from tests.controller.house import configmap, values
from tests.gitops.repo_help import land

FILES = {"values/staging/web.yaml": values(), "values/staging/api.yaml": values(), "values/production/web.yaml": values(), "values/staging/own.yaml": "klepaas: {chart: charts/own}\n",
         "charts/own/Chart.yaml": "apiVersion: v2\nname: own\nversion: 1.0.0\n", "manifests/staging/maps/a.yaml": configmap("a"),
         "klepaas.yaml": "environments:\n  staging: {namespace: s}\n  production: {namespace: p}\n"}


@pytest.fixture
def moved(tmp_path):
    """`moved(files)`: what a commit of path -> text may have changed in staging; None: any app."""
    repo = Repository.open(str(Repository.create(tmp_path / "config.git")), tmp_path)
    land(repo, {path: text.encode() for path, text in FILES.items()})
    before = catalog.load(repo.tree(repo.head()))
    world = SimpleNamespace(repo=repo, head=repo.head(), environment=before.environment("staging"), basis=before.basis, targets={each.app: each for each in before.targets("staging")})

    def commit(files):
        land(repo, {path: None if text is None else text.encode() for path, text in files.items()})
        now = catalog.load(repo.tree(repo.head()))
        return following._moved(world, now, now.environments.get("staging", world.environment), repo.head())
    yield commit
    repo.close()


@pytest.mark.parametrize("files, wanted", [
    ({"values/staging/web.yaml": values("1.28")}, {"web", "maps"}), ({"values/staging/web.yaml": None}, {"web", "maps"}), ({"values/staging/new.yaml": values()}, {"new", "maps"}),
    ({"values/production/web.yaml": values("1.28")}, {"maps"}), ({"manifests/staging/maps/b.yaml": configmap("b")}, {"maps"}),
    ({"charts/own/values.yaml": "a: 1\n"}, None), ({"klepaas.yaml": FILES["klepaas.yaml"] + "name: other\n"}, None), ({"somewhere/base.yaml": configmap("x")}, None)],
    ids=["values", "gone", "new", "another environment", "manifests", "a chart", "klepaas.yaml", "elsewhere"])
def test_which_apps_may_have_changed(moved, files, wanted):
    """Those whose files changed, and those of manifests, which may build on anything; all where it is what several share."""
    assert moved(files) == wanted


def test_another_layout_is_another_repository(moved):
    """Without klepaas.yaml the folders say where values are: a file that makes it another layout may concern every app."""
    assert moved({"klepaas.yaml": None, "charts/common-chart/values/web-values.yaml": values()}) is None
