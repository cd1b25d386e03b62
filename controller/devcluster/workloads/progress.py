"""What a Deployment's status says: counts, and the conditions Available and Progressing. Pure but for the clock.

A condition is replaced only when its status or reason changes, and then stands last.
"""

import time
from datetime import datetime

from controller.devcluster.clock import now

COUNTS = ("replicas", "readyReplicas", "availableReplicas")


def saturated(deployment, new):
    wanted = deployment["spec"]["replicas"]
    return new["spec"]["replicas"] == wanted == (new.get("status") or {}).get("availableReplicas", 0)


def complete(deployment, status):
    wanted = deployment["spec"]["replicas"]
    return all(status.get(name, 0) == wanted for name in ("updatedReplicas", "replicas", "availableReplicas")) and \
        status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]


def _known(status, kind):
    return next((each for each in status.get("conditions") or () if each["type"] == kind), None)


def _with(status, kind, value, reason, message, again=False):
    """The status with a condition; `again`: also where reason and status are those of before."""
    before = _known(status, kind)
    if before and (before["status"], before["reason"]) == (value, reason) and not again:
        return status
    since = before["lastTransitionTime"] if before and before["status"] == value else now()
    found = {"type": kind, "status": value, "lastUpdateTime": now(), "lastTransitionTime": since, "reason": reason, "message": message}
    return {**status, "conditions": [*(each for each in status.get("conditions") or () if each["type"] != kind), found]}


def _progressing(deployment, status, value, reason, message, again=False):
    return _with(status, "Progressing", value, reason, message, again) if deployment["spec"].get("progressDeadlineSeconds") else status


def paused(deployment):
    """The status when a Deployment is found paused, or resumed."""
    status, on = deployment.get("status") or {}, bool(deployment["spec"].get("paused"))
    reason = (_known(status, "Progressing") or {}).get("reason")
    if reason == "ProgressDeadlineExceeded" or (reason == "DeploymentPaused") == on:
        return status
    return _progressing(deployment, status, "Unknown", *(("DeploymentPaused", "Deployment is paused") if on else ("DeploymentResumed", "Deployment is resumed")))


def created(deployment, new):
    return _progressing(deployment, deployment.get("status") or {}, "True", "NewReplicaSetCreated", f'Created new replica set "{new["metadata"]["name"]}"')


def found(deployment, new):
    status = deployment.get("status") or {}
    if _known(status, "Progressing"):
        return status
    return _progressing(deployment, status, "True", "FoundNewReplicaSet", f'Found new replica set "{new["metadata"]["name"]}"')


def counted(deployment, sets, new, missing):
    """The status with the counts of its sets, and whether enough of them are available."""
    before = deployment.get("status") or {}
    counts = {name: sum((each.get("status") or {}).get(name, 0) for each in sets) for name in (*COUNTS, "terminatingReplicas")}
    counts["updatedReplicas"] = (new.get("status") or {}).get("replicas", 0) if new else 0
    counts["unavailableReplicas"] = max(sum(each["spec"]["replicas"] for each in sets) - counts["availableReplicas"], 0)
    kept = {name: before[name] for name in ("conditions", "collisionCount") if name in before}
    status = {"observedGeneration": deployment["metadata"]["generation"], **{name: count for name, count in counts.items() if count or name == "terminatingReplicas"}, **kept}
    if counts["availableReplicas"] >= deployment["spec"]["replicas"] - missing:
        return _with(status, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    return _with(status, "Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")


def judged(deployment, status, new):
    """The status with what is said of a rollout's progress."""
    known = _known(status, "Progressing")
    if status.get("replicas", 0) == status.get("updatedReplicas", 0) and known and known["reason"] == "NewReplicaSetAvailable":
        return status
    what = f'ReplicaSet "{new["metadata"]["name"]}"' if new else f'Deployment "{deployment["metadata"]["name"]}"'
    if complete(deployment, status):
        return _progressing(deployment, status, "True", "NewReplicaSetAvailable", f"{what} has successfully progressed.")
    if _moved(deployment.get("status") or {}, status):
        return _progressing(deployment, status, "True", "ReplicaSetUpdated", f"{what} is progressing.", again=True)
    if _late(deployment, known):
        return _progressing(deployment, status, "False", "ProgressDeadlineExceeded", f"{what} has timed out progressing.")
    return status


def _moved(before, after):
    old, new = (each.get("replicas", 0) - each.get("updatedReplicas", 0) for each in (before, after))
    return new < old or any(after.get(name, 0) > before.get(name, 0) for name in ("updatedReplicas", "readyReplicas", "availableReplicas"))


def _left(deployment, known):
    """Seconds until the deadline of a rollout that is going on; None where there is none."""
    if not known or known["reason"] in ("NewReplicaSetAvailable", "ProgressDeadlineExceeded") or not deployment["spec"].get("progressDeadlineSeconds"):
        return None
    return datetime.fromisoformat(known["lastUpdateTime"]).timestamp() + deployment["spec"]["progressDeadlineSeconds"] - time.time()


def _late(deployment, known):
    left = _left(deployment, known)
    return left is not None and left < 0


def waits(deployment):
    """Seconds after which to look again, should nothing happen."""
    left = _left(deployment, _known(deployment.get("status") or {}, "Progressing"))
    return None if left is None else max(left, 0) + 1
