"""Health of an object: one function a kind, object -> Health. Pure. SEVERITY orders them, the worst last."""

from gitops.types import Health

SEVERITY = ("healthy", "suspended", "progressing", "missing", "degraded", "unknown")
HEALTHY, PROGRESSING = Health("healthy"), "progressing"
FAILING = ("CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "CreateContainerConfigError", "CreateContainerError", "RunContainerError")


def of(obj):
    """The health of any object; kinds without a rule of their own are judged by their Ready or Available condition."""
    if obj["metadata"].get("deletionTimestamp"):
        return Health(PROGRESSING, "being deleted")
    return RULES.get((obj["apiVersion"].rpartition("/")[0], obj["kind"]), _custom)(obj)


def worst(found):
    """The worst of several Healths; healthy when there is none."""
    return max(found, key=lambda each: SEVERITY.index(each.status), default=HEALTHY)


def _status(obj):
    return obj.get("status") or {}


def _conditions(obj):
    return {each["type"]: each for each in _status(obj).get("conditions") or () if "type" in each}


def _unseen(obj):
    seen = _status(obj).get("observedGeneration")
    return seen is not None and seen < obj["metadata"].get("generation", 0) or seen is None and "generation" in obj["metadata"]


def deployment(obj):
    status, wanted, conditions = _status(obj), obj["spec"].get("replicas", 1), _conditions(obj)
    if obj["spec"].get("paused"):
        return Health("suspended", "paused")
    if _unseen(obj):
        return Health(PROGRESSING, "waiting for the rollout to start")
    if conditions.get("Progressing", {}).get("reason") == "ProgressDeadlineExceeded":
        return Health("degraded", conditions["Progressing"].get("message") or "the rollout exceeded its deadline")
    if (failure := conditions.get("ReplicaFailure", {})).get("status") == "True":
        return Health("degraded", failure.get("message", "pods cannot be created"))
    return _rolled(status.get("updatedReplicas", 0), status.get("replicas", 0), status.get("availableReplicas", 0), wanted)


def _rolled(updated, total, available, wanted):
    if updated < wanted:
        return Health(PROGRESSING, f"{updated} of {wanted} pods are updated")
    if total > updated:
        return Health(PROGRESSING, f"{total - updated} old pods are going")
    if available < wanted:
        return Health(PROGRESSING, f"{available} of {wanted} pods are available")
    return HEALTHY


def statefulset(obj):
    status, wanted = _status(obj), obj["spec"].get("replicas", 1)
    if _unseen(obj):
        return Health(PROGRESSING, "waiting for the rollout to start")
    if status.get("readyReplicas", 0) < wanted:
        return Health(PROGRESSING, f"{status.get('readyReplicas', 0)} of {wanted} pods are ready")
    if status.get("updateRevision") and status.get("currentRevision") != status["updateRevision"]:
        return Health(PROGRESSING, f"{status.get('updatedReplicas', 0)} of {wanted} pods are updated")
    return HEALTHY


def daemonset(obj):
    status = _status(obj)
    if _unseen(obj):
        return Health(PROGRESSING, "waiting for the rollout to start")
    wanted = status.get("desiredNumberScheduled", 0)
    for field, what in (("updatedNumberScheduled", "updated"), ("numberAvailable", "available")):
        if status.get(field, 0) < wanted:
            return Health(PROGRESSING, f"{status.get(field, 0)} of {wanted} pods are {what}")
    return HEALTHY


def replicaset(obj):
    wanted, there = obj["spec"].get("replicas", 1), _status(obj).get("availableReplicas", 0)
    return HEALTHY if there >= wanted else Health(PROGRESSING, f"{there} of {wanted} pods are available")


def pod(obj):
    status = _status(obj)
    if problem := pod_problem(obj):
        return Health("degraded", problem)
    if status.get("phase") == "Succeeded":
        return HEALTHY
    if status.get("phase") == "Failed":
        return Health("degraded", status.get("message") or status.get("reason") or "the pod failed")
    return HEALTHY if _conditions(obj).get("Ready", {}).get("status") == "True" else Health(PROGRESSING, f"the pod is {status.get('phase', 'Pending')}")


def pod_problem(obj):
    """What keeps a pod from running, in a person's words; None when nothing does."""
    for each in [*(_status(obj).get("initContainerStatuses") or ()), *(_status(obj).get("containerStatuses") or ())]:
        waiting = (each.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in FAILING:
            return f"{each['name']}: {waiting['reason']}: {waiting.get('message', '')}".rstrip(": ")
    scheduled = _conditions(obj).get("PodScheduled", {})
    if scheduled.get("status") == "False" and scheduled.get("reason") == "Unschedulable":
        return f"Unschedulable: {scheduled.get('message', '')}"
    return None


def job(obj):
    conditions = _conditions(obj)
    if conditions.get("Failed", {}).get("status") == "True":
        return Health("degraded", conditions["Failed"].get("message", "the job failed"))
    if conditions.get("Complete", {}).get("status") == "True":
        return HEALTHY
    return Health("suspended", "suspended") if obj["spec"].get("suspend") else Health(PROGRESSING, "the job runs")


def cronjob(obj):
    return Health("suspended", "suspended") if obj["spec"].get("suspend") else HEALTHY


def service(obj):
    if obj["spec"].get("type") == "LoadBalancer" and not (_status(obj).get("loadBalancer") or {}).get("ingress"):
        return Health(PROGRESSING, "waiting for an address")
    return HEALTHY


def claim(obj):
    phase = _status(obj).get("phase")
    return {"Bound": HEALTHY, "Lost": Health("degraded", "its volume is lost")}.get(phase, Health(PROGRESSING, "waiting for a volume"))


def autoscaler(obj):
    able = _conditions(obj).get("AbleToScale", {})
    return Health("degraded", able.get("message", "")) if able.get("status") == "False" else HEALTHY


def definition(obj):
    conditions = _conditions(obj)
    if conditions.get("NamesAccepted", {}).get("status") == "False":
        return Health("degraded", conditions["NamesAccepted"].get("message", ""))
    return HEALTHY if conditions.get("Established", {}).get("status") == "True" else Health(PROGRESSING, "not established yet")


def api_service(obj):
    found = _conditions(obj).get("Available", {})
    return HEALTHY if found.get("status") == "True" else Health(PROGRESSING, found.get("message", "not available yet"))


def _custom(obj):
    """As kstatus does: observedGeneration, then Ready or Available; nothing said is healthy."""
    seen, conditions = _status(obj).get("observedGeneration"), _conditions(obj)
    if seen is not None and seen < obj["metadata"].get("generation", 0):
        return Health(PROGRESSING, "not observed yet")
    if conditions.get("Stalled", {}).get("status") == "True":
        return Health("degraded", conditions["Stalled"].get("message", "stalled"))
    found = conditions.get("Ready") or conditions.get("Available")
    if found is None or found.get("status") == "True":
        return HEALTHY
    return Health("degraded" if found.get("status") == "False" and found.get("reason") not in ("Progressing", "Reconciling") else PROGRESSING, found.get("message", ""))


RULES = {("apps", "Deployment"): deployment, ("apps", "StatefulSet"): statefulset, ("apps", "DaemonSet"): daemonset, ("apps", "ReplicaSet"): replicaset, ("", "Pod"): pod,
         ("batch", "Job"): job, ("batch", "CronJob"): cronjob, ("", "Service"): service, ("", "PersistentVolumeClaim"): claim, ("autoscaling", "HorizontalPodAutoscaler"): autoscaler,
         ("apiextensions.k8s.io", "CustomResourceDefinition"): definition, ("apiregistration.k8s.io", "APIService"): api_service}
