"""ReplicaSets, StatefulSets and DaemonSets: so many pods of one template."""

from controller.devcluster import selectors
from controller.devcluster.workloads.world import active, adopted, pod_of, ready, revise

REVISION = "controller-revision-hash"
NODE = "embedded"


def replicaset(world, obj):
    pods = adopted(world, obj, "pods", selectors.of_selector(obj["spec"]["selector"]))
    live = [pod for pod in pods if active(pod)]
    wanted = obj["spec"]["replicas"]
    for _ in range(wanted - len(live)):
        made = world.create("pods", obj, pod_of(obj["spec"]["template"], prefix=f"{obj['metadata']['name']}-"))
        world.event(obj, "Normal", "SuccessfulCreate", f"Created pod: {made['metadata']['name']}", "replicaset-controller")
    for pod in sorted(live, key=_least_worth)[:max(len(live) - wanted, 0)]:
        world.delete("pods", pod)
        world.event(obj, "Normal", "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}", "replicaset-controller")
    _replicaset_status(world, obj)


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
    revision = f"{name}-{revise(world, obj)}"
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


def _claims(world, obj, name):
    """The claims of one pod, made from the templates; they stay when the pod goes."""
    labels = obj["spec"]["selector"].get("matchLabels") or {}
    for template in obj["spec"].get("volumeClaimTemplates") or ():
        claim = {"name": f"{template['metadata']['name']}-{name}", "namespace": obj["metadata"]["namespace"], "labels": {**(template["metadata"].get("labels") or {}), **labels}}
        if world.store.get("persistentvolumeclaims", claim["namespace"], claim["name"]) is None:
            world.create("persistentvolumeclaims", None, {"metadata": claim, "spec": template["spec"]})
        yield {"name": template["metadata"]["name"], "persistentVolumeClaim": {"claimName": claim["name"]}}


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
    if world.store.get("pods", obj["metadata"]["namespace"], name) is not None:
        return
    volumes = [*(obj["spec"]["template"]["spec"].get("volumes") or ()), *_claims(world, obj, name)]
    more = {"hostname": name, "subdomain": obj["spec"].get("serviceName"), "volumes": volumes}
    pod = pod_of(obj["spec"]["template"], prefix=f"{obj['metadata']['name']}-", name=name, **{key: value for key, value in more.items() if value})
    pod["metadata"]["labels"] = {**(pod["metadata"].get("labels") or {}), REVISION: revision, "statefulset.kubernetes.io/pod-name": name, "apps.kubernetes.io/pod-index": str(number)}
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
    revision = revise(world, obj)
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
