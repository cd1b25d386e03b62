"""ReplicaSets, StatefulSets and DaemonSets: so many pods of one template."""

from controller.devcluster import selectors
from controller.devcluster.workloads.world import active, pod_of, ready, template_hash

REVISION = "controller-revision-hash"
NODE = "embedded"


def replicaset(world, obj):
    pods = _adopted(world, obj)
    live = [pod for pod in pods if active(pod)]
    wanted = obj["spec"]["replicas"]
    for _ in range(wanted - len(live)):
        made = world.create("pods", obj, pod_of(obj["spec"]["template"], prefix=f"{obj['metadata']['name']}-"))
        world.event(obj, "Normal", "SuccessfulCreate", f"Created pod: {made['metadata']['name']}", "replicaset-controller")
    for pod in sorted(live, key=_least_worth)[:max(len(live) - wanted, 0)]:
        world.delete("pods", pod)
        world.event(obj, "Normal", "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}", "replicaset-controller")
    _replicaset_status(world, obj)


def _adopted(world, obj):
    """Owned pods; those that fit and have no owner are taken, those that cease to fit are let go."""
    fits, uid = selectors.of_selector(obj["spec"]["selector"]), obj["metadata"]["uid"]
    for pod in world.owned(obj, "pods"):
        if not fits(pod["metadata"].get("labels") or {}):
            others = [each for each in pod["metadata"]["ownerReferences"] if each["uid"] != uid]
            world.update("pods", pod, {**pod, "metadata": {**pod["metadata"], "ownerReferences": others}})
    for pod in world.store.list("pods", obj["metadata"]["namespace"]):
        if not pod["metadata"].get("ownerReferences") and active(pod) and fits(pod["metadata"].get("labels") or {}):
            owner = {"apiVersion": obj["apiVersion"], "kind": obj["kind"], "name": obj["metadata"]["name"], "uid": uid, "controller": True, "blockOwnerDeletion": True}
            world.update("pods", pod, {**pod, "metadata": {**pod["metadata"], "ownerReferences": [owner]}})
    return world.owned(obj, "pods")


def _least_worth(pod):
    """Pods that are not ready go first, then the youngest."""
    return ready(pod), [-ord(letter) for letter in pod["metadata"]["creationTimestamp"]]


def _replicaset_status(world, obj):
    pods = [pod for pod in world.owned(obj, "pods")]
    live = [pod for pod in pods if active(pod)]
    up, going = sum(map(ready, live)), sum(bool(pod["metadata"].get("deletionTimestamp")) for pod in pods)
    labels = (obj["spec"]["template"].get("metadata") or {}).get("labels") or {}
    full = sum(labels.items() <= (pod["metadata"].get("labels") or {}).items() for pod in live)
    counts = {"fullyLabeledReplicas": full, "readyReplicas": up, "availableReplicas": up}
    live_obj = world.store.get("replicasets.apps", obj["metadata"]["namespace"], obj["metadata"]["name"])
    world.status("replicasets.apps", obj, {"replicas": len(live), **{name: count for name, count in counts.items() if count}, "terminatingReplicas": going,
                                           "observedGeneration": live_obj["metadata"]["generation"]})


def statefulset(world, obj):
    """Pods in order, each when the one before is ready; the last goes first."""
    name, wanted = obj["metadata"]["name"], obj["spec"]["replicas"]
    revision = f"{name}-{template_hash(obj['spec']['template'])}"
    _revision(world, obj, revision)
    pods = {int(pod["metadata"]["name"].rpartition("-")[2]): pod for pod in world.owned(obj, "pods")}
    _order(world, obj, pods, wanted, revision)
    live = [pod for pod in world.owned(obj, "pods") if active(pod)]
    updated = [pod for pod in live if (pod["metadata"].get("labels") or {}).get(REVISION) == revision]
    before = obj.get("status") or {}
    done = len(updated) == wanted == sum(map(ready, live))
    current = revision if done or not before.get("currentRevision") else before["currentRevision"]
    counts = {"readyReplicas": sum(map(ready, live)), "currentReplicas": sum((pod["metadata"].get("labels") or {}).get(REVISION) == current for pod in live), "updatedReplicas": len(updated)}
    fresh = world.store.get("statefulsets.apps", obj["metadata"]["namespace"], name)
    world.status("statefulsets.apps", obj, {"observedGeneration": fresh["metadata"]["generation"], "replicas": len(live), **{key: count for key, count in counts.items() if count},
                                            "currentRevision": current, "updateRevision": revision, "collisionCount": 0, "availableReplicas": counts["readyReplicas"]})


def _revision(world, obj, revision):
    if world.store.get("controllerrevisions.apps", obj["metadata"]["namespace"], revision) is None:
        count = len(world.owned(obj, "controllerrevisions.apps"))
        labels = (obj["spec"]["selector"].get("matchLabels") or {}) | {"controller.kubernetes.io/hash": revision.rpartition("-")[2]}
        world.create("controllerrevisions.apps", obj, {"metadata": {"name": revision, "labels": labels}, "data": {"spec": {"template": obj["spec"]["template"]}}, "revision": count + 1})


def _order(world, obj, pods, wanted, revision):
    parallel = obj["spec"].get("podManagementPolicy") == "Parallel"
    for number in range(wanted):
        pod = pods.get(number)
        if pod is None:
            _stateful_pod(world, obj, number, revision)
        if pod is None or not ready(pod):
            if not parallel:
                break
    else:
        _exchange(world, obj, pods, wanted, revision)
    extra = sorted((number for number in pods if number >= wanted), reverse=True)
    for number in extra[:len(extra) if parallel else 1]:
        _remove(world, obj, pods[number])


def _stateful_pod(world, obj, number, revision):
    name = f"{obj['metadata']['name']}-{number}"
    pod = pod_of(obj["spec"]["template"], name=name, hostname=name, subdomain=obj["spec"].get("serviceName", ""))
    pod["metadata"]["labels"] = {**(pod["metadata"].get("labels") or {}), REVISION: revision, "statefulset.kubernetes.io/pod-name": name, "apps.kubernetes.io/pod-index": str(number)}
    pod["spec"] = {key: value for key, value in pod["spec"].items() if value != ""}
    if world.store.get("pods", obj["metadata"]["namespace"], name) is None:
        world.create("pods", obj, pod)
        world.event(obj, "Normal", "SuccessfulCreate", f"create Pod {name} in StatefulSet {obj['metadata']['name']} successful", "statefulset-controller")


def _exchange(world, obj, pods, wanted, revision):
    """The last pod of an old revision, when all are ready."""
    if obj["spec"]["updateStrategy"]["type"] != "RollingUpdate":
        return
    partition = (obj["spec"]["updateStrategy"].get("rollingUpdate") or {}).get("partition", 0)
    stale = [number for number in range(partition, wanted) if (pods[number]["metadata"].get("labels") or {}).get(REVISION) != revision]
    if stale:
        _remove(world, obj, pods[stale[-1]])


def _remove(world, obj, pod):
    if not pod["metadata"].get("deletionTimestamp"):
        world.delete("pods", pod)
        name = pod["metadata"]["name"]
        world.event(obj, "Normal", "SuccessfulDelete", f"delete Pod {name} in StatefulSet {obj['metadata']['name']} successful", "statefulset-controller")


def daemonset(world, obj):
    """One pod on the one node; without pods there is no node."""
    revision = template_hash(obj["spec"]["template"])
    pods = [pod for pod in world.owned(obj, "pods") if active(pod)]
    current = [pod for pod in pods if (pod["metadata"].get("labels") or {}).get(REVISION) == revision]
    for pod in pods:
        if pod not in current:
            world.delete("pods", pod)
    if world.pods and not world.owned(obj, "pods"):
        pod = pod_of(obj["spec"]["template"], prefix=f"{obj['metadata']['name']}-")
        pod["metadata"]["labels"] = {**(pod["metadata"].get("labels") or {}), REVISION: revision}
        world.create("pods", obj, pod)
    wanted, up = int(world.pods), sum(map(ready, current))
    fresh = world.store.get("daemonsets.apps", obj["metadata"]["namespace"], obj["metadata"]["name"])
    counts = {"updatedNumberScheduled": len(current), "numberAvailable": up, "numberUnavailable": wanted - up}
    world.status("daemonsets.apps", obj, {"currentNumberScheduled": len(current), "numberMisscheduled": 0, "desiredNumberScheduled": wanted, "numberReady": up,
                                          "observedGeneration": fresh["metadata"]["generation"], **{name: count for name, count in counts.items() if count}})
