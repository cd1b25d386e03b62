"""Rights: what roles and bindings give, to users, groups and service accounts, by their tokens or by impersonation."""

import pytest
import requests

RBAC = "/apis/rbac.authorization.k8s.io/v1"


def asked(still, method, path, body=None, **headers):
    return still.ask(method, path, body, **headers).status_code


def granted(still, namespace, rules, subject, kind="Role"):
    where = f"{RBAC}/namespaces/{namespace}" if kind == "Role" else RBAC
    still.create(f"{where}/{kind.lower()}s", {"metadata": {"name": f"r-{namespace}"}, "rules": rules})
    still.create(f"{RBAC}/namespaces/{namespace}/rolebindings", {"metadata": {"name": "b"}, "subjects": [subject], "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": f"r-{namespace}"}})


@pytest.mark.parametrize("kind", ["Role", "ClusterRole"])
def test_a_service_account_may_what_its_role_says(still, kind):
    """There, and nowhere else: by verb, resource, name and namespace; by its token as by impersonation."""
    name = f"rights-{kind.lower()}"
    core, apps = still.namespace(name)
    still.create(f"{core}/serviceaccounts", {"metadata": {"name": "robot"}})
    granted(still, name, [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "create"]}, {"apiGroups": ["apps"], "resources": ["deployments"], "resourceNames": ["web"], "verbs": ["*"]}],
            {"kind": "ServiceAccount", "name": "robot", "namespace": name}, kind)
    token = still.create(f"{core}/serviceaccounts/robot/token", {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})["status"]["token"]
    for headers in ({"Authorization": f"Bearer {token}"}, {"Impersonate-User": f"system:serviceaccount:{name}:robot"}):
        assert asked(still, "GET", f"{core}/configmaps/a", **headers) == 404
        assert asked(still, "GET", f"{core}/configmaps", **headers) == 403
        assert asked(still, "GET", "/api/v1/namespaces/default/configmaps/a", **headers) == 403
        assert asked(still, "GET", f"{apps}/deployments/web", **headers) == 404
        assert asked(still, "GET", f"{apps}/deployments/other", **headers) == 403
        assert asked(still, "GET", f"{core}/secrets/a", **headers) == 403


def test_who_may_not_impersonate(still):
    """Acting as somebody is a right of its own."""
    core, _ = still.namespace("rights-as")
    still.create(f"{core}/serviceaccounts", {"metadata": {"name": "robot"}})
    token = still.create(f"{core}/serviceaccounts/robot/token", {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})["status"]["token"]
    answer = still.ask("GET", f"{core}/configmaps", Authorization=f"Bearer {token}", **{"Impersonate-User": "boss"})
    assert answer.status_code == 403 and 'cannot impersonate resource "users"' in answer.json()["message"]


def test_nobody_known(still):
    """No token may nothing but ask for health; one that nobody made is refused."""
    assert requests.get(f"{still.url}/api/v1/namespaces", timeout=10).status_code == 403
    assert requests.get(f"{still.url}/healthz", timeout=10).status_code == 200
    assert requests.get(f"{still.url}/api/v1/namespaces", headers={"Authorization": "Bearer made-up"}, timeout=10).status_code == 401
