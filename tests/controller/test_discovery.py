"""What kinds a cluster has is found whichever way its server tells."""

import pytest

from controller.cluster import discovery
from controller.cluster.kube import Kube
from gitops.errors import Unavailable


@pytest.fixture
def ask(kubernetes):
    kube = Kube(str(kubernetes.state / "kubeconfig"))
    return lambda path, accept, timeout: kube.request("GET", path, accept=accept, timeout=timeout)


def one_by_one(ask, away=()):
    """A server before 1.27, which knows no aggregated answer; a group's own server may be away."""
    def asked(path, accept, timeout):
        if path.startswith(tuple(away)):
            raise Unavailable("cluster_unavailable", detail="503")
        return ask(path, "application/json", timeout)
    return asked


def test_at_once_or_group_by_group(ask):
    """The same kinds, versions and short names; the version that the server prefers comes first."""
    at_once, each = list(discovery.resources(ask)), list(discovery.resources(one_by_one(ask)))
    assert ("apps", "v1", "Deployment", "deployments", True, ("deploy",)) in at_once
    assert sorted(at_once) == sorted(each)
    first = {found[:1] + found[2:3]: found[1] for found in reversed(each)}
    assert first == {found[:1] + found[2:3]: found[1] for found in reversed(at_once)}


def test_a_group_whose_server_is_away_is_left_out(ask):
    """The other groups are known all the same; without the core group nothing is."""
    found = {(group, kind) for group, _, kind, *_ in discovery.resources(one_by_one(ask, ["/apis/policy/"]))}
    assert ("apps", "Deployment") in found and ("policy", "PodDisruptionBudget") not in found
    with pytest.raises(Unavailable):
        list(discovery.resources(one_by_one(ask, ["/api/v1"])))
