"""An environment that names a service account can do what that account may, and no more."""

from tests.controller.house import configmap

RBAC = "/apis/rbac.authorization.k8s.io/v1"


def prepared(house, verbs, files=None):
    """An environment whose account may do so with ConfigMaps."""
    made = house(files, of=", service_account: deployer")
    namespace = made.namespace()
    made.cluster.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
    made.cluster.create(f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": "deployer"}})
    made.cluster.create(f"{RBAC}/namespaces/{namespace}/roles", {"metadata": {"name": "r"}, "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": verbs}]})
    made.cluster.create(f"{RBAC}/namespaces/{namespace}/rolebindings", {"metadata": {"name": "b"}, "subjects": [{"kind": "ServiceAccount", "name": "deployer", "namespace": namespace}],
                                                                         "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}})
    return made


def test_what_the_account_may_is_done(house):
    """Created, changed, healed and pruned as the account."""
    made = prepared(house, ["get", "create", "patch", "delete"], {"manifests/staging/web/a.yaml": configmap("a"), "manifests/staging/other/b.yaml": configmap("b"), "manifests/staging/third/c.yaml": configmap("c")})
    made.start()
    made.synced("web")
    made.cluster.delete(made.path("configmaps", "a"))
    made.wait(lambda: made.value("a") == "one")
    made.commit({"manifests/staging/other/b.yaml": None})
    made.wait(lambda: made.value("b") is None)


def test_what_it_may_not_is_refused_by_the_cluster(house):
    """The app says whom the cluster refused what; a role that is given later mends it without a commit."""
    made = prepared(house, ["get"], {"manifests/staging/web/a.yaml": configmap("a")})
    made.start()
    error = made.failed("web")
    assert f"system:serviceaccount:{made.namespace()}:deployer" in error and "cannot" in error and made.value("a") is None
    made.cluster.patch(f"{RBAC}/namespaces/{made.namespace()}/roles/r", {"rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["*"]}]}, "application/merge-patch+json")
    made.synced("web")
    assert made.value("a") == "one"
