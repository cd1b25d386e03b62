"""Fields that git no longer names, fields that others own, and what a server understands better than we do."""

import base64

import pytest

from tests.controller.house import MERGE, configmap, values


def container(made, app="web"):
    return made.live("deployments", app)["spec"]["template"]["spec"]["containers"][0]


@pytest.mark.pods
def test_what_git_no_longer_says_goes(house):
    """A variable, a label, a key that a commit removes is removed from the cluster, too; what others added stays."""
    made = house({"values/staging/web.yaml": values(env="{A: one, B: two}", podLabels="{tier: back}"),
                  "manifests/staging/one/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {a: one, b: two}\n"})
    made.start()
    made.synced("web")
    made.synced("one")
    made.cluster.patch(made.path("configmaps", "one"), {"data": {"theirs": "three"}}, MERGE)
    made.commit({"values/staging/web.yaml": values(env="{A: one}"),
                 "manifests/staging/one/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {a: one}\n"})
    made.synced("web")
    made.synced("one")
    assert [each["name"] for each in container(made).get("env", [])] == ["A"]
    assert "tier" not in made.live("deployments", "web")["spec"]["template"]["metadata"]["labels"]
    assert made.live("configmaps", "one")["data"] == {"a": "one", "theirs": "three"}


def test_a_secrets_text_that_git_no_longer_says_goes(house):
    """stringData is sent as data: sent as it is, a server would keep the keys that are no longer sent."""
    text = "apiVersion: v1\nkind: Secret\nmetadata: {{name: keys}}\nstringData: {{{}}}\n"
    made = house({"manifests/staging/one/secret.yaml": text.format("a: one, b: two")})
    made.start()
    made.synced("one")
    made.commit({"manifests/staging/one/secret.yaml": text.format("a: one")})
    made.synced("one")
    assert made.cluster.get(f"/api/v1/namespaces/{made.namespace()}/secrets/keys")["data"] == {"a": base64.b64encode(b"one").decode()}


@pytest.mark.pods
def test_ignored_fields_keep_their_live_value(house):
    """`ignore` holds when other fields of the object are written, too; a list's item may be named by its place."""
    ignore = "klepaas: {ignore: [{kind: Deployment, pointers: [/spec/template/spec/containers/0/image]}]}\n"
    made = house({"values/staging/web.yaml": ignore + values("1.27")})
    made.start()
    made.synced("web")
    made.cluster.patch(made.path("deployments", "web"), {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "nginx:1.28"}]}}}})
    made.commit({"values/staging/web.yaml": ignore + values("1.27", replicaCount=3)})
    made.synced("web")
    live = made.live("deployments", "web")
    assert live["spec"]["replicas"] == 3 and container(made)["image"] == "nginx:1.28" and not made.events("drift")


@pytest.mark.pods
def test_an_autoscaler_takes_over_the_replicas_it_finds(house):
    """To leave the replicas to an autoscaler does not drop them to one on the way."""
    made = house({"values/staging/web.yaml": values(replicaCount=3)})
    made.start()
    made.synced("web")
    made.commit({"values/staging/web.yaml": values("1.28", replicaCount=3, autoscaling="{enabled: true, minReplicas: 2, maxReplicas: 5, targetCPUUtilizationPercentage: 80}")})
    made.wait(lambda: container(made)["image"] == "nginx:1.28")
    assert made.live("deployments", "web")["spec"]["replicas"] == 3
    made.cluster.patch(made.path("deployments", "web") + "/scale", {"spec": {"replicas": 4}}, MERGE)
    made.commit({"values/staging/web.yaml": values("1.29", replicaCount=3, autoscaling="{enabled: true, minReplicas: 2, maxReplicas: 5, targetCPUUtilizationPercentage: 80}")})
    made.wait(lambda: container(made)["image"] == "nginx:1.29")
    assert made.live("deployments", "web")["spec"]["replicas"] == 4 and not made.events("drift")


def test_what_the_server_takes_for_the_same_is_no_drift(house):
    """A value that the server writes otherwise is applied once, to no effect, and then neither reported nor written again."""
    claim = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: most}\nspec: {hard: {pods: 0.01k}}\n"
    made = house({"manifests/staging/one/quota.yaml": claim, "manifests/staging/one/map.yaml": configmap("one")})
    made.start()
    made.synced("one")
    made.commit({"manifests/staging/one/map.yaml": configmap("one", "two")})
    found = made.synced("one")
    assert [each["name"] for each in made.ledger.syncs("one")[0]["actions"]] == ["one"] and found["health"] == "healthy" and not made.events("drift")


def test_where_conflicts_fail_it_is_said_who_owns_what(house):
    """`conflicts: fail`: a field that somebody else took is left to them, and the app names the field and who; it mends itself once they agree with git."""
    made = house({"manifests/staging/web/a.yaml": configmap("a"), "manifests/staging/other/b.yaml": configmap("b")}, of=", conflicts: fail")
    made.start()
    made.synced("web")
    path = made.path("configmaps", "a")
    made.cluster.patch(f"{path}?fieldManager=somebody", {"data": {"value": "theirs"}}, MERGE)
    error = made.failed("web")
    assert "somebody" in error and "value" in error and "ConfigMap a" in error, error
    made.commit({"manifests/staging/other/b.yaml": configmap("b", "two")})
    made.wait(lambda: made.value("b") == "two")
    assert made.value("a") == "theirs"
    made.cluster.patch(f"{path}?fieldManager=somebody", {"data": {"value": "one"}}, MERGE)
    made.wait(lambda: made.state("web").get("sync") == "succeeded" and made.state("web")["error"] is None, 40)
