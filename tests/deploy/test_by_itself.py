"""The product installs itself: its chart in a config repository, synced by its controller into the embedded cluster."""

import pytest

from tests.controller.house import PATHS
from tests.deploy.chart import CHART

KINDS = "cluster_kinds: [ClusterRole, ClusterRoleBinding]"
MORE = {"jobs": "/apis/batch/v1/namespaces/{}/jobs", "roles": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles", "bindings": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
        "policies": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies", "budgets": "/apis/policy/v1/namespaces/{}/poddisruptionbudgets"}


def files(hook, replicas=2):
    """A config repository whose app `klepaas` is this chart."""
    chart = {f"charts/klepaas/{path.relative_to(CHART)}": path.read_text() for path in CHART.rglob("*") if path.is_file()}
    values = f"""klepaas: {{chart: charts/klepaas, keys: {{replicas: web.replicas}}}}
existingSecret: klepaas
image: {{repository: klepaas, tag: "0.1.0"}}
settings: {{CONFIG_REPO: "https://git.example.com/shop/config.git"}}
migrations: {{hook: {str(hook).lower()}}}
web:
  replicas: {replicas}
"""
    return chart | {"values/staging/klepaas.yaml": values}


@pytest.fixture
def installed(house):
    """`installed(hook)`: an installation that has synced the chart."""
    def make(hook):
        found = house(files(hook), of=f", {KINDS}")
        found.cluster.create("/api/v1/namespaces", {"metadata": {"name": found.namespace()}})
        found.cluster.create(f"/api/v1/namespaces/{found.namespace()}/secrets", {"metadata": {"name": "klepaas"}, "stringData": {"DATABASE_URL": "postgresql://db/klepaas", "SECRET_KEY": "k"}})
        found.start()
        found.synced("klepaas")
        return found
    return make


def names(found, kind):
    path = {**PATHS, **MORE}[kind].format(found.namespace())
    return {each["metadata"]["name"] for each in found.cluster.get(path)["items"]}


def test_it_comes_up(installed):
    """Everything that the chart renders is there, and its Deployments are ready."""
    found = installed(hook=False)
    assert names(found, "deployments") == {"klepaas-web", "klepaas-controller"}
    assert names(found, "roles") == names(found, "bindings") == names(found, "budgets") == {"klepaas-web", "klepaas-controller"}
    assert {"klepaas-web", "klepaas-controller", "klepaas-migrations"} <= names(found, "policies")
    assert len(names(found, "jobs")) == 1
    for name in ("klepaas-web", "klepaas-controller"):
        assert found.live("deployments", name)["status"]["readyReplicas"] == 2
    assert found.cluster.get(f"/apis/rbac.authorization.k8s.io/v1/clusterroles/{found.namespace()}-klepaas-web")["rules"]


def test_migrations_run_before_it(installed):
    """As a hook the migrations' Job has run and is gone when the rest is there."""
    found = installed(hook=True)
    written = [each["kind"] for told in found.events("sync") for each in told.data["actions"]]
    assert written.index("Job") < written.index("Deployment")
    assert names(found, "jobs") == set()


def test_it_changes_by_one_line(installed):
    """A commit that says three web servers makes three, and touches nothing else."""
    found = installed(hook=False)
    before = {name: found.live("deployments", name)["metadata"]["generation"] for name in ("klepaas-web", "klepaas-controller")}
    found.commit({"values/staging/klepaas.yaml": files(False, 3)["values/staging/klepaas.yaml"]})
    found.synced("klepaas")
    assert found.live("deployments", "klepaas-web")["status"]["readyReplicas"] == 3
    assert found.live("deployments", "klepaas-controller")["metadata"]["generation"] == before["klepaas-controller"]


def test_nothing_of_it_drifts(installed):
    """Synced again it writes nothing: what the server makes of the chart's objects is what the chart says."""
    found = installed(hook=False)
    before = found.live("deployments", "klepaas-web")["metadata"]["resourceVersion"]
    began = len(found.events("drift"))
    found.order("sync", "klepaas")
    found.wait(lambda: len([each for each in found.events("sync") if each.data["status"] == "succeeded"]) >= 2)
    assert [each.data["actions"] for each in found.events("sync") if each.data["status"] == "succeeded"][-1] == []
    assert found.live("deployments", "klepaas-web")["metadata"]["resourceVersion"] == before and len(found.events("drift")) == began
