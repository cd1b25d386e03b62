"""Several clusters: an environment names a context of the kubeconfig, and one that is away or hangs slows no other."""

import socket
import time

import pytest
import yaml

from tests.controller.house import configmap

TWO = {"manifests/staging/near/map.yaml": configmap("near"), "manifests/production/far/map.yaml": configmap("far")}


@pytest.fixture
def silent():
    """A server that accepts connections and never answers: its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:
        yield server.getsockname()[1]


def kubeconfig(made, port):
    """The cluster's own, with a context `far` whose server is at another port."""
    found = yaml.safe_load((made.cluster.state / "kubeconfig").read_text())
    found["clusters"].append({"name": "far", "cluster": {"server": f"http://127.0.0.1:{port}"}})
    found["contexts"].append({"name": "far", "context": {"cluster": "far", "user": found["contexts"][0]["context"]["user"]}})
    path = made.home / "kubeconfig"
    path.write_text(yaml.safe_dump(found))
    return str(path)


def far(made):
    return f"name: {made.name}\nenvironments:\n  staging: {{namespace: {made.namespace()}}}\n  production: {{namespace: {made.namespace('production')}, cluster: far}}\n"


@pytest.mark.parametrize("how", ["hangs", "is away"])
def test_a_cluster_that_is_away_slows_no_other(house, silent, how):
    """Its apps say so, each; the others are synced and healed as ever, and their leases kept."""
    made = house()
    made.commit({"klepaas.yaml": far(made)} | TWO)
    made.start(KUBECONFIG=kubeconfig(made, silent if how == "hangs" else 1))
    made.synced("near")
    for number in range(3):
        made.cluster.delete(made.path("configmaps", "near"))
        made.wait(lambda: made.value("near") == "one", 5)
        made.commit({"manifests/staging/near/map.yaml": configmap("near", f"v{number}")})
        made.wait(lambda: made.value("near") == f"v{number}", 5)
        made.commit({"manifests/staging/near/map.yaml": configmap("near")})
        made.wait(lambda: made.value("near") == "one", 5)
    said = made.wait(lambda: made.state("far", "production").get("message"), 60)
    assert made.state("far", "production")["health"] == "unknown" and ("cluster" in said)
    renewed = made.live("leases", f"klepaas-{made.name}-staging")["spec"]["renewTime"]
    time.sleep(6)
    assert made.live("leases", f"klepaas-{made.name}-staging")["spec"]["renewTime"] > renewed


def test_a_context_nobody_has(house):
    """A name that the kubeconfig does not know: said on the environment's apps."""
    made = house()
    made.commit({"klepaas.yaml": far(made).replace("cluster: far", "cluster: nowhere")} | TWO)
    made.start()
    made.synced("near")
    assert "nowhere" in made.wait(lambda: made.state("far", "production").get("message"))
