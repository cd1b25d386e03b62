"""What an environment may hold is said before a commit, and again at the sync."""

import pytest

from gitops import contract
from gitops.errors import Invalid
from gitops.tenancy import check
from tests.gitops.path_help import CLI, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.test_submit import push

MANIFEST = "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: given{more}}}\n"
RULES = "environments:\n  staging: {cluster_kinds: [PriorityClass], forbidden_kinds: [NetworkPolicy]}\n"


@pytest.mark.parametrize(("version", "kind", "more", "code"), [
    ("v1", "ConfigMap", ", namespace: production", "foreign_namespace"), ("rbac.authorization.k8s.io/v1", "ClusterRole", "", "cluster_kind"),
    ("networking.k8s.io/v1", "NetworkPolicy", "", "forbidden_kind"), ("v1", "Namespace", "", "cluster_kind")])
def test_a_preview_refuses_what_the_environment_may_not_have(world, version, kind, more, code):
    """Another environment's namespace, kinds without one that are not listed, forbidden kinds: named, and nothing is committed."""
    push(world.path, {"klepaas.yaml": RULES})
    error = world.refused("apply_manifest", app="plain", actor=CLI, manifest=MANIFEST.format(version=version, kind=kind, more=more))
    assert (error.code, error.details["name"], error.details["environment"]) == (code, "given", "staging")


def test_what_is_listed_may_be(world):
    """A kind of the whole cluster that the environment lists is committed."""
    push(world.path, {"klepaas.yaml": RULES})
    assert world.say("apply_manifest", app="plain", actor=CLI, manifest=MANIFEST.format(version="scheduling.k8s.io/v1", kind="PriorityClass", more="") + "value: 5\n").commit


def test_the_cluster_knows_better(world):
    """A kind of somebody's own that has no namespace is refused where the cluster says so."""
    environment = contract.read(RULES.encode(), "klepaas.yaml").environments["staging"]
    obj = {"apiVersion": "example.org/v1", "kind": "Fleet", "metadata": {"name": "all"}}
    check(obj, environment)
    with pytest.raises(Invalid, match="cluster_kinds"):
        check(obj, environment, namespaced=False)
