"""What counts as different: only what we render, as Kubernetes reads it."""

import base64

import pytest

from controller import diff


def deployment(container=None, **spec):
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {**spec, "template": {"spec": {"containers": [{"name": "web", **(container or {})}]}}}}


SIDECAR = {"name": "istio-proxy", "image": "proxy"}
SAME = {
    "a default that the server filled in": (deployment({"image": "a"}), deployment({"image": "a", "imagePullPolicy": "Always"})),
    "an injected sidecar": (deployment({"image": "a"}), {**deployment(), "spec": {"template": {"spec": {"containers": [SIDECAR, {"name": "web", "image": "a"}]}}}}),
    "variables in another order": (deployment({"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}), deployment({"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]})),
    "1000m of cpu is 1": (deployment({"resources": {"limits": {"cpu": "1000m", "memory": "1024Mi"}}}), deployment({"resources": {"limits": {"cpu": "1", "memory": "1Gi"}}})),
    "cpu as a number": (deployment({"resources": {"requests": {"cpu": 0.5}}}), deployment({"resources": {"requests": {"cpu": "500m"}}})),
    "a port without its protocol": (deployment({"ports": [{"containerPort": 80}]}), deployment({"ports": [{"containerPort": 80, "protocol": "TCP"}]})),
    "null and nothing": (deployment(strategy=None), deployment()),
    "empty and nothing": (deployment({"env": [], "resources": {}}), deployment()),
    "an empty text the server drops": (deployment({"workingDir": ""}), deployment()),
    "its status": ({**deployment(), "status": {"replicas": 1}}, {**deployment(), "status": {"replicas": 2}}),
}
DIFFERENT = {
    "an image": (deployment({"image": "a"}), deployment({"image": "b"}), "/spec/template/spec/containers/web/image"),
    "a container that is gone": (deployment({"image": "a"}), {**deployment(), "spec": {"template": {"spec": {"containers": [SIDECAR]}}}}, "/spec/template/spec/containers/web"),
    "a quantity": (deployment({"resources": {"limits": {"memory": "1Gi"}}}), deployment({"resources": {"limits": {"memory": "1G"}}}), "/spec/template/spec/containers/web/resources/limits/memory"),
    "true and 1": (deployment(paused=True), deployment(paused=1), "/spec/paused"),
    "arguments in another order": (deployment({"args": ["a", "b"]}), deployment({"args": ["b", "a"]}), "/spec/template/spec/containers/web/args/0"),
    "an argument more": (deployment({"args": ["a"]}), deployment({"args": ["a", "b"]}), "/spec/template/spec/containers/web/args"),
    "zero where there is one": (deployment(replicas=0), deployment(replicas=1), "/spec/replicas"),
    "a label with a slash": ({**deployment(), "metadata": {"name": "web", "labels": {"a/b": "1"}}}, {**deployment(), "metadata": {"name": "web", "labels": {"a/b": "2"}}}, "/metadata/labels/a~1b"),
    "text that only looks like a quantity": (deployment({"command": ["1000m"]}), deployment({"command": ["1"]}), "/spec/template/spec/containers/web/command/0"),
}


@pytest.mark.parametrize("case", SAME)
def test_the_same_said_otherwise_is_no_difference(case):
    """Defaults, order, units and what others add are no drift."""
    assert diff.differences(*SAME[case]) == []


@pytest.mark.parametrize("case", DIFFERENT)
def test_a_difference_is_named_by_its_pointer(case):
    """The path of the rendered field whose live value is another."""
    desired, live, pointer = DIFFERENT[case]
    assert [each for each in diff.differences(desired, live) if each.startswith(pointer)] != []


@pytest.mark.parametrize("ignored", ["/spec/replicas", "/spec"])
def test_ignored_fields_are_left(ignored):
    """`ignore` covers a field and all beneath it, and nothing whose name only begins so."""
    assert diff.differences(deployment(replicas=1, replicasOther=1), deployment(replicas=2, replicasOther=1), (ignored,)) == []
    assert diff.differences(deployment(replicasOther=1), deployment(replicasOther=2), ("/spec/replicas",)) == ["/spec/replicasOther"]


def test_a_secrets_text_is_compared_as_the_server_keeps_it():
    """stringData becomes data; keys that others added are left."""
    desired = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"a": "one"}}
    live = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"a": base64.b64encode(b"one").decode(), "other": "eA=="}}
    assert diff.differences(diff.as_kept(desired), live) == []
    assert diff.differences(diff.as_kept({**desired, "stringData": {"a": "two"}}), live) == ["/data/a"]


@pytest.mark.parametrize("scaler", [{"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}},
                                    {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "spec": {"scaleTargetRef": {"name": "web"}}}])
def test_an_autoscaler_owns_the_replicas_of_its_target(scaler):
    """What scales by itself has no replicas in git; others keep theirs."""
    other = {**deployment(replicas=2), "metadata": {"name": "other"}}
    found = diff.without_scaled([deployment(replicas=2), other, {**scaler, "metadata": {"name": "web"}}])
    assert "replicas" not in found[0]["spec"] and found[1]["spec"]["replicas"] == 2


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("1500m", 1.5), ("1Ki", 1024), ("1k", 1000), ("1e3", 1000), (2, 2), ("many", None), ("", None), ("NaN m", None)])
def test_quantities(text, number):
    """As Kubernetes writes numbers; None for what is none."""
    found = diff.quantity(text)
    assert found is None if number is None else float(found) == number


POLICY = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"}}


def test_a_list_without_keys_is_compared_whole():
    """A port that somebody adds to a NetworkPolicy is drift: that list belongs to who applies it."""
    wanted, found = ({**POLICY, "spec": {"ingress": [{"ports": [{"protocol": "TCP", "port": port} for port in ports]}]}} for ports in ([80], [80, 22]))
    assert diff.differences(wanted, found) == ["/spec/ingress/0/ports"]


OWNED = {"f:metadata": {"f:labels": {"f:a/b": {}, "f:c": {}}, "f:finalizers": {".": {}, 'v:"x/y"': {}}},
         "f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"web"}': {".": {}, "f:image": {}, "f:ports": {'k:{"containerPort":80,"protocol":"TCP"}': {"f:containerPort": {}}}}}}}}}
DROPPED = {
    "nothing": ({"labels": {"a/b": "1", "c": "2"}, "finalizers": ["x/y"]}, {"image": "a", "ports": [{"containerPort": 80}]}, []),
    "a label": ({"labels": {"c": "2"}, "finalizers": ["x/y"]}, {"image": "a", "ports": [{"containerPort": 80}]}, ["/metadata/labels/a~1b"]),
    "all labels": ({"finalizers": ["x/y"]}, {"image": "a", "ports": [{"containerPort": 80}]}, ["/metadata/labels"]),
    "an item of a set": ({"labels": {"a/b": "1", "c": "2"}, "finalizers": []}, {"image": "a", "ports": [{"containerPort": 80}]}, ["/metadata/finalizers/x/y"]),
    "an item of a list": ({"labels": {"a/b": "1", "c": "2"}, "finalizers": ["x/y"]}, {"image": "a", "ports": []}, ["/spec/template/spec/containers/web/ports/80+TCP"]),
    "another item in its place": ({"labels": {"a/b": "1", "c": "2"}, "finalizers": ["x/y"]}, {"image": "a", "ports": [{"containerPort": 81}]}, ["/spec/template/spec/containers/web/ports/80+TCP"]),
}


@pytest.mark.parametrize("case", DROPPED)
def test_what_we_applied_and_render_no_more_is_a_difference(case):
    """Fields of ours that git no longer says have to go."""
    metadata, container, pointers = DROPPED[case]
    desired = {**deployment(container), "metadata": {"name": "web", **metadata}}
    live = {**deployment({"image": "a", "ports": [{"containerPort": 80}, {"containerPort": 81}]}), "metadata": {"name": "web", "labels": {"a/b": "1", "c": "2"}, "finalizers": ["x/y"]}, "$owned": OWNED}
    assert diff.differences(desired, live) == pointers


def test_an_ignored_place_in_a_list_is_its_items():
    """`ignore` takes JSON pointers with places; the item there is meant wherever it stands in the cluster."""
    desired, live = deployment({"image": "a"}), {**deployment(), "spec": {"template": {"spec": {"containers": [SIDECAR, {"name": "web", "image": "b"}]}}}}
    assert diff.differences(desired, live, ("/spec/template/spec/containers/0/image",)) == []
    assert diff.yielding(desired, live, ("/spec/template/spec/containers/0/image",)) == deployment({"image": "b"})


def test_replicas_that_we_still_own_are_kept_when_given_up():
    """To leave out a field that nobody else owns would remove it."""
    live = {**deployment(replicas=3), "$owned": {"f:spec": {"f:replicas": {}}}}
    assert diff.yielding(deployment(), live, ())["spec"]["replicas"] == 3
    assert "replicas" not in diff.yielding(deployment(), {**live, "$owned": {}}, ())["spec"]
