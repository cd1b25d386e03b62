"""The resource tree of one app as the cluster has it: what git put there, and what came of that, each with its health. Read-only; of Secrets their names."""

from controller import health as healths
from controller.observe import REPLICASET, age
from controller.whose import owned_by
from gitops.errors import Forbidden

OWNING = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
DEEP = {"Deployment": REPLICASET, "CronJob": ("batch", "Job")}  # what stands between a workload and its pods


def tree(observer, environment, app, kinds):
    """([{kind, name, health, message, age, children}], {kind: why}): the live objects of the app among these (group, kind), and the kinds that the cluster does not show us.

    Missing ones are left to the sync to tell.
    """
    found, hidden = [], {}
    for kind in dict.fromkeys(kinds):
        try:
            found += [each for each in observer.list(environment, kind) if owned_by(each, app)]
        except Forbidden as error:
            hidden[kind[1]] = error.text()
    return [_node(each, _below(observer, environment, each)) for each in sorted(found, key=_place)], hidden


def _place(obj):
    return obj["kind"] not in OWNING, obj["kind"], obj["metadata"]["name"]


def _below(observer, environment, obj):
    if obj["kind"] not in OWNING:
        return []
    between = _children(observer.list(environment, DEEP[obj["kind"]], **_selected(obj)), obj) if obj["kind"] in DEEP else [obj]
    pods = observer.list(environment, "Pod", **_selected(obj)) if between else []
    if obj["kind"] not in DEEP:
        return [_node(each, []) for each in _children(pods, obj)]
    return [_node(each, [_node(pod, []) for pod in _children(pods, each)]) for each in between if _alive(each)]


def _alive(obj):
    """An old ReplicaSet that holds nothing any more is history."""
    return obj["kind"] != "ReplicaSet" or (obj["spec"].get("replicas") or 0) > 0 or ((obj.get("status") or {}).get("replicas") or 0) > 0


def _selected(obj):
    labels = ((obj["spec"].get("selector") or {}).get("matchLabels") or {}) if obj["kind"] != "CronJob" else {}
    return {"labels": ",".join(f"{name}={value}" for name, value in labels.items())} if labels else {}


def _children(objects, owner):
    uid = owner["metadata"]["uid"]
    return sorted((each for each in objects if any(one.get("uid") == uid for one in each["metadata"].get("ownerReferences") or ())), key=lambda each: each["metadata"]["name"])


def _node(obj, children):
    health = healths.of(obj)
    problem = healths.pod_problem(obj) if obj["kind"] == "Pod" else None
    status, spec = obj.get("status") or {}, obj.get("spec") or {}
    counted = {"ready": status.get("readyReplicas", status.get("numberReady", 0)), "desired": spec.get("replicas", status.get("desiredNumberScheduled"))}
    return {"kind": obj["kind"], "name": obj["metadata"]["name"], "health": health.status, "message": problem or health.message, "age": age(obj), "going": bool(obj["metadata"].get("deletionTimestamp")),
            "replicas": counted if counted["desired"] is not None and obj["kind"] in (*OWNING, "ReplicaSet") else None, "children": children}
