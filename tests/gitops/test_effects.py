"""What a change does to pods, as every preview and review says it."""

import pytest

from gitops import effects
from gitops.forges import text
from tests.gitops.path_help import ANN, database, renderer, world  # noqa: F401 (fixtures)


def workload(kind="Deployment", replicas=2, image="a"):
    return {"kind": kind, "spec": {**({"replicas": replicas} if replicas is not None else {}), "template": {"spec": {"containers": [{"image": image}]}}}}


@pytest.mark.parametrize(("old", "new", "expected"), [
    (workload(), workload(), None), (workload(), workload(replicas=3), (False, 2, 3)), (workload(), workload(image="b"), (True, 2, 2)),
    (workload(), workload(image="b", replicas=1), (True, 2, 1)), (None, workload(), (False, 0, 2)), (workload(), None, (False, 2, 0)),
    (workload("DaemonSet", None), workload("DaemonSet", None, "b"), (True, None, None)), (workload("Service", None), workload("Service", None, "b"), None),
    (workload("StatefulSet"), workload("StatefulSet", image="b"), (True, 2, 2)), ({"kind": "Deployment", "spec": "odd"}, workload(), (True, None, 2))])
def test_which_pods_are_started_anew(old, new, expected):
    """Another template starts all of them anew; another number does not touch those that stay; what is no workload says nothing."""
    found = effects.of(old, new)
    assert (found and tuple(found.values())) == expected
    assert not found or effects.said(found)


def test_a_preview_says_it(world):
    """Before anything is confirmed, at every door alike, and in the pull request's text."""
    (scaled,) = [each for each in world.preview("scale", replicas=5).manifests if each["kind"] == "Deployment"]
    assert scaled["effect"] == {"restarts": False, "before": 2, "after": 5}
    plan = world.preview("deploy", version="2")
    (deployed,) = [each for each in plan.manifests if each["kind"] == "Deployment"]
    assert deployed["effect"] == {"restarts": True, "before": 2, "after": 2}
    assert "`web`: restarts its pods\n" in text.body(plan, ANN, None, None)
