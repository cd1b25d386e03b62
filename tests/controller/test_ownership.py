"""Whose an object is: only what says so of itself, and what `klepaas` applied."""

import pytest

from controller import ownership

APPLIED = [{"manager": "klepaas", "operation": "Apply"}]


def ours(**metadata):
    obj = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "staging", "managedFields": APPLIED}}
    found = ownership.claimed(obj, "shop", "staging", "web")
    return {**found, "metadata": {**found["metadata"], **metadata}}


def test_what_we_applied_is_ours():
    """The owner is read off the object alone; labels and annotations of others stay."""
    assert ownership.app_of(ours(), "shop", "staging") == "web"
    labelled = ownership.claimed({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"x": "y"}, "annotations": {"p": "q"}}}, "shop", "staging", "web")
    assert labelled["metadata"]["labels"]["x"] == "y" and labelled["metadata"]["annotations"]["p"] == "q"


@pytest.mark.parametrize("foreign", [
    ours(name="web-7d9f"), ours(namespace="elsewhere"), {**ours(), "kind": "ReplicaSet"}, {**ours(), "apiVersion": "example.com/v1"},
    ours(labels={}), ours(annotations={}), ours(managedFields=[]), ours(managedFields=[{"manager": "klepaas", "operation": "Update"}]),
    ours(managedFields=[{"manager": "velero", "operation": "Apply"}]), ours(annotations={ownership.OWNER: "nonsense"})],
    ids=["child", "copied-namespace", "other-kind", "other-group", "no-label", "no-annotation", "no-fields", "only-updated", "restored", "nonsense"])
def test_a_copy_of_our_marks_is_not_ours(foreign):
    """A child, a copy or a restored backup carries our annotation, and was not applied by us under that name."""
    assert ownership.app_of(foreign, "shop", "staging") is None


@pytest.mark.parametrize("place", [("shop", "production"), ("other", "staging"), ("shop-staging", "staging")])
def test_another_environments_object_is_not_ours(place):
    """Two environments, or two repositories, in one namespace keep apart."""
    assert ownership.app_of(ours(), *place) is None


def test_names_that_together_look_alike_keep_apart():
    """`a` in `b-c` and `a-b` in `c` have the same label, and not the same owner."""
    obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m", "namespace": "n", "managedFields": APPLIED}}
    claimed = ownership.claimed(obj, "a", "b-c", "web")
    assert ownership.app_of(claimed, "a", "b-c") == "web" and ownership.app_of(claimed, "a-b", "c") is None


@pytest.mark.parametrize(("kind", "annotations", "why"), [
    ("PersistentVolumeClaim", {}, "PersistentVolumeClaim"), ("Namespace", {}, "Namespace"), ("CustomResourceDefinition", {}, "CustomResourceDefinition"),
    ("ConfigMap", {"helm.sh/resource-policy": "keep"}, "helm.sh/resource-policy: keep"), ("ConfigMap", {"klepaas.io/prune": "disabled"}, "klepaas.io/prune: disabled"), ("ConfigMap", {}, None)])
def test_what_is_never_pruned(kind, annotations, why):
    """Data and definitions, and what says so of itself."""
    assert ownership.protected({"kind": kind, "metadata": {"annotations": annotations}}) == why
