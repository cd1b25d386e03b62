"""Deployments: one ReplicaSet a template, exchanged as the strategy says."""

import math
import time
from datetime import UTC, datetime

from controller.devcluster.clock import now
from controller.devcluster.workloads.world import template_hash

HASH, REVISION = "pod-template-hash", "deployment.kubernetes.io/revision"
DESIRED, MAXIMUM = "deployment.kubernetes.io/desired-replicas", "deployment.kubernetes.io/max-replicas"


def reconcile(world, deployment):
    sets = sorted(world.owned(deployment, "replicasets.apps"), key=lambda each: each["metadata"]["creationTimestamp"])
    new = next((each for each in sets if _same(each["spec"]["template"], deployment["spec"]["template"])), None)
    if deployment["spec"].get("paused"):
        return _status(world, deployment, sets, new)
    if new is None:
        new = _create(world, deployment, sets)
        sets.append(new)
    deployment, new = _revised(world, deployment, sets, new)
    old = [each for each in sets if each["metadata"]["uid"] != new["metadata"]["uid"]]
    if deployment["spec"]["strategy"]["type"] == "Recreate":
        new = _recreate(world, deployment, new, old)
    else:
        new = _roll(world, deployment, new, old)
    _clean_up(world, deployment, old)
    _status(world, deployment, world.owned(deployment, "replicasets.apps"), new)


def _same(one, other):
    def plain(template):
        metadata = template.get("metadata") or {}
        labels = {key: value for key, value in (metadata.get("labels") or {}).items() if key != HASH}
        return {**template, "metadata": {**{key: value for key, value in metadata.items() if key != "creationTimestamp"}, "labels": labels}}
    return plain(one) == plain(other)


def _create(world, deployment, sets):
    spec, name = deployment["spec"], deployment["metadata"]["name"]
    digest = template_hash(spec["template"])
    metadata = spec["template"].get("metadata") or {}
    labels = {**(metadata.get("labels") or {}), HASH: digest}
    template = {**spec["template"], "metadata": {**{key: value for key, value in metadata.items() if value is not None}, "labels": labels}}
    selector = {**spec["selector"], "matchLabels": {**(spec["selector"].get("matchLabels") or {}), HASH: digest}}
    count = _new_count(deployment, 0, sum(each["spec"]["replicas"] for each in sets)) if spec["strategy"]["type"] != "Recreate" or not sets else 0
    annotations = {key: value for key, value in (deployment["metadata"].get("annotations") or {}).items() if not key.startswith(("kubectl.kubernetes.io/last", "deployment.kubernetes.io/"))}
    annotations |= {REVISION: str(_next(sets)), DESIRED: str(spec["replicas"]), MAXIMUM: str(spec["replicas"] + _surge(deployment))}
    made = world.create("replicasets.apps", deployment, {"metadata": {"name": f"{name}-{digest}", "labels": labels, "annotations": annotations},
                                                        "spec": {"replicas": count, "selector": selector, "template": template}})
    _scaled(world, deployment, made, 0, count)
    return made


def _next(sets):
    return max((int((each["metadata"].get("annotations") or {}).get(REVISION, 0)) for each in sets), default=0) + 1


def _revised(world, deployment, sets, new):
    """The newest set has the highest revision, and the deployment says it."""
    newest = max(int((each["metadata"].get("annotations") or {}).get(REVISION, 0)) for each in sets)
    revision = int((new["metadata"].get("annotations") or {}).get(REVISION, 0))
    if revision < newest or not revision:
        new = _annotated(world, "replicasets.apps", new, {REVISION: str(newest + 1)})
        revision = newest + 1
    if (deployment["metadata"].get("annotations") or {}).get(REVISION) != str(revision):
        deployment = _annotated(world, "deployments.apps", deployment, {REVISION: str(revision)}, "status")
    return deployment, new


def _annotated(world, resource, obj, annotations, subresource=""):
    after = {**(obj["metadata"].get("annotations") or {}), **annotations}
    return world.update(resource, obj, {**obj, "metadata": {**obj["metadata"], "annotations": after}}, subresource)


def _share(value, replicas, up):
    if isinstance(value, str) and value.endswith("%"):
        exact = int(value[:-1]) * replicas / 100
        return math.ceil(exact) if up else math.floor(exact)
    return int(value)


def _surge(deployment):
    rolling = deployment["spec"]["strategy"].get("rollingUpdate")
    return _share(rolling["maxSurge"], deployment["spec"]["replicas"], True) if rolling else 0


def _unavailable(deployment):
    replicas, rolling = deployment["spec"]["replicas"], deployment["spec"]["strategy"].get("rollingUpdate")
    if not rolling or not replicas:
        return 0
    allowed = min(_share(rolling["maxUnavailable"], replicas, False), replicas)
    return allowed if allowed or _surge(deployment) else 1


def _new_count(deployment, current, total):
    wanted = deployment["spec"]["replicas"]
    return min(wanted, current + max(wanted + _surge(deployment) - total, 0))


def _scale(world, deployment, each, count):
    before = each["spec"]["replicas"]
    if before == count:
        return each
    annotations = {**(each["metadata"].get("annotations") or {}), DESIRED: str(deployment["spec"]["replicas"]), MAXIMUM: str(deployment["spec"]["replicas"] + _surge(deployment))}
    after = world.update("replicasets.apps", each, {**each, "metadata": {**each["metadata"], "annotations": annotations}, "spec": {**each["spec"], "replicas": count}})
    _scaled(world, deployment, each, before, count)
    return after


def _scaled(world, deployment, each, before, count):
    if before != count:
        way = "up" if count > before else "down"
        world.event(deployment, "Normal", "ScalingReplicaSet", f"Scaled {way} replica set {each['metadata']['name']} from {before} to {count}")


def _roll(world, deployment, new, old):
    wanted, live = deployment["spec"]["replicas"], [each for each in old if each["spec"]["replicas"]]
    if not live:
        return _scale(world, deployment, new, wanted)
    if new["spec"]["replicas"] > wanted:
        new = _scale(world, deployment, new, wanted)
    new = _scale(world, deployment, new, _new_count(deployment, new["spec"]["replicas"], new["spec"]["replicas"] + sum(each["spec"]["replicas"] for each in live)))
    minimum = wanted - _unavailable(deployment)
    total = new["spec"]["replicas"] + sum(each["spec"]["replicas"] for each in live)
    spare = total - minimum - max(new["spec"]["replicas"] - _available(new), 0)
    for each in live:
        dead = each["spec"]["replicas"] - _available(each)  # those that never came up go first, and cost nothing
        down = min(each["spec"]["replicas"], max(spare, 0), max(dead, 0)) if dead > 0 else 0
        spare -= down
        kept = each["spec"]["replicas"] - down
        more = min(kept, max(min(spare, _available(new) + sum(_available(one) for one in live) - minimum), 0))
        spare -= more
        _scale(world, deployment, each, kept - more)
    return new


def _recreate(world, deployment, new, old):
    for each in old:
        _scale(world, deployment, each, 0)
    if any(world.owned(each, "pods") for each in old):
        world.after(0.2, "deployments.apps", deployment)
        return new
    return _scale(world, deployment, new, deployment["spec"]["replicas"])


def _available(each):
    return (each.get("status") or {}).get("availableReplicas", 0)


def _clean_up(world, deployment, old):
    """Old sets beyond the history's limit go."""
    idle = [each for each in old if not each["spec"]["replicas"] and not (each.get("status") or {}).get("replicas")]
    idle.sort(key=lambda each: int((each["metadata"].get("annotations") or {}).get(REVISION, 0)))
    for each in idle[:max(len(idle) - deployment["spec"].get("revisionHistoryLimit", 10), 0)]:
        world.delete("replicasets.apps", each)


# --- status -----------------------------------------------------------------------------------------------------------


def _status(world, deployment, sets, new):
    live = world.store.get("deployments.apps", deployment["metadata"]["namespace"], deployment["metadata"]["name"])
    if live is None:
        return
    new = new and next((each for each in sets if each["metadata"]["uid"] == new["metadata"]["uid"]), new)
    counts = {name: sum((each.get("status") or {}).get(name, 0) for each in sets) for name in ("replicas", "readyReplicas", "availableReplicas", "terminatingReplicas")}
    counts["updatedReplicas"] = (new.get("status") or {}).get("replicas", 0) if new else 0
    counts["unavailableReplicas"] = max(sum(each["spec"]["replicas"] for each in sets) - counts["availableReplicas"], 0)
    status = {"observedGeneration": live["metadata"]["generation"], **{name: count for name, count in counts.items() if count and name != "terminatingReplicas"},
              "terminatingReplicas": counts["terminatingReplicas"]}
    before = live.get("status") or {}
    status["conditions"] = _conditions(world, live, new, counts, before)
    if {**status, "conditions": _untimed(status)} != {**before, "conditions": _untimed(before)}:
        world.update("deployments.apps", live, {**live, "status": status}, "status")


def _untimed(status):
    return [{key: value for key, value in each.items() if key != "lastUpdateTime"} for each in status.get("conditions") or ()]


def _conditions(world, deployment, new, counts, before):
    known = {each["type"]: each for each in before.get("conditions") or ()}
    enough = counts["availableReplicas"] >= deployment["spec"]["replicas"] - _unavailable(deployment)
    available = ("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.") if enough else \
                ("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    found = {"Available": _dated(known.get("Available"), *available)}
    progress = _progress(world, deployment, new, counts, before, known.get("Progressing"))
    if progress:
        found["Progressing"] = progress
    return [found[name] for name in sorted(found, key=lambda name: (list(known).index(name) if name in known else 9, name))]


def _dated(before, kind, status, reason, message, moved=False):
    if before and (before["status"], before["reason"], before["message"]) == (status, reason, message) and not moved:
        return before
    since = before["lastTransitionTime"] if before and before["status"] == status else now()
    return {"type": kind, "status": status, "lastUpdateTime": now(), "lastTransitionTime": since, "reason": reason, "message": message}


def _progress(world, deployment, new, counts, before, known):
    name, wanted = new["metadata"]["name"] if new else "", deployment["spec"]["replicas"]
    if deployment["spec"].get("paused"):
        return _dated(known, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused") if known is None or known["reason"] != "ProgressDeadlineExceeded" else known
    if known and known["reason"] == "DeploymentPaused":
        known = _dated(known, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed")
    complete = counts["updatedReplicas"] == wanted and counts["replicas"] == wanted and counts["availableReplicas"] == wanted
    if complete:
        return _dated(known, "Progressing", "True", "NewReplicaSetAvailable", f'ReplicaSet "{name}" has successfully progressed.')
    moved = [counts[each] for each in ("updatedReplicas", "readyReplicas", "availableReplicas")] > [before.get(each, 0) for each in ("updatedReplicas", "readyReplicas", "availableReplicas")]
    if known is None:
        known = _dated(None, "Progressing", "True", "NewReplicaSetCreated", f'Created new replica set "{name}"')
    if moved or known["reason"] in ("NewReplicaSetAvailable", "NewReplicaSetCreated") and f'"{name}"' not in known["message"] or known["reason"] == "NewReplicaSetAvailable":
        return _dated(known, "Progressing", "True", "ReplicaSetUpdated", f'ReplicaSet "{name}" is progressing.', moved)
    deadline = deployment["spec"].get("progressDeadlineSeconds", 600)
    waited = time.time() - datetime.fromisoformat(known["lastUpdateTime"]).astimezone(UTC).timestamp()
    if waited > deadline and known["status"] != "False":
        return _dated(known, "Progressing", "False", "ProgressDeadlineExceeded", f'ReplicaSet "{name}" has timed out progressing.')
    world.after(max(deadline - waited, 0) + 1, "deployments.apps", deployment)
    return known
