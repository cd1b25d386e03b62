"""Health of an object: one function a kind, object -> Health. Pure. SEVERITY orders them, the worst last.

The rules follow kstatus (sigs.k8s.io/cli-utils) and Argo CD's gitops-engine; where they differ, or we differ, the rule says why.
What is said of a healthy object is for people alone: nothing waits for it.
"""

from controller import trouble
from gitops.types import Health

SEVERITY = ("healthy", "suspended", "progressing", "missing", "degraded", "unknown")
HEALTHY, PROGRESSING = Health("healthy"), "progressing"
BAD_WORDS = ("fail", "error", "invalid", "denied", "forbidden", "notfound", "rejected", "unsupported")


def of(obj):
    """The health of any object; kinds without a rule of their own are judged by their conditions."""
    metadata = obj["metadata"]
    if metadata.get("deletionTimestamp"):
        held = metadata.get("finalizers")
        return Health(PROGRESSING, f"being deleted: waits for the finalizers {', '.join(held)}" if held else "being deleted")
    return RULES.get((obj["apiVersion"].rpartition("/")[0], obj["kind"]), _custom)(obj)


def worst(found):
    """The worst of several Healths, of equal ones the first that says something; healthy when there is none."""
    return max(found, key=lambda each: (SEVERITY.index(each.status), bool(each.message)), default=HEALTHY)


def pod_problem(obj):
    """What keeps a pod from running and does not pass by itself, or that no node fits it; None when nothing does."""
    found = trouble.of(obj)
    return found.text if found and (found.grave or found.unplaced) else None


def _status(obj):
    found = obj.get("status")
    return found if isinstance(found, dict) else {}


def _conditions(obj):
    """By type. Those of custom resources may have any shape."""
    found = _status(obj).get("conditions")
    return {each["type"]: each for each in found if isinstance(each, dict) and isinstance(each.get("type"), str)} if isinstance(found, list) else {}


def _is(conditions, kind, status="True"):
    return conditions.get(kind, {}).get("status") == status


def _says(condition, otherwise=""):
    """A condition's message, else its reason."""
    return trouble.short(str(condition.get("message") or condition.get("reason") or "")) or otherwise


def _behind(obj, seen):
    """Whether a controller has looked at an older generation alone; some kinds keep the number as text."""
    return str(seen).isdigit() and int(seen) < obj["metadata"].get("generation", 0)


def unseen(obj):
    """The Health of a workload that its controller has not taken up as it is now, or None."""
    seen = _status(obj).get("observedGeneration")
    if seen is None and "generation" in obj["metadata"]:
        return Health(PROGRESSING, "waiting for the rollout to start: no controller has taken it up yet")
    return Health(PROGRESSING, "waiting for the rollout to start") if _behind(obj, seen) else None


# --- workloads ----------------------------------------------------------------------------------------------------------


def deployment(obj):
    status, wanted, conditions = _status(obj), obj["spec"].get("replicas", 1), _conditions(obj)
    if obj["spec"].get("paused"):
        return Health("suspended", "paused")
    if waiting := unseen(obj):
        return waiting
    if conditions.get("Progressing", {}).get("reason") == "ProgressDeadlineExceeded":
        return Health("degraded", f"the rollout exceeded its deadline: {_says(conditions['Progressing'])}")
    if _is(conditions, "ReplicaFailure"):
        return Health("degraded", _says(conditions["ReplicaFailure"], "pods cannot be created"))
    return _rolled(status.get("updatedReplicas", 0), status.get("replicas", 0), status.get("availableReplicas", 0), wanted)


def _rolled(updated, total, available, wanted):
    if updated < wanted:
        return Health(PROGRESSING, f"{updated} of {wanted} pods are updated")
    if total > updated:
        return Health(PROGRESSING, "1 old pod stays until the new ones are up" if total - updated == 1 else f"{total - updated} old pods stay until the new ones are up")
    if available < wanted:
        return Health(PROGRESSING, f"{available} of {wanted} pods are available")
    return _going(total, wanted)


def _going(total, wanted):
    return Health(PROGRESSING, "1 pod is going" if total - wanted == 1 else f"{total - wanted} pods are going") if total > wanted else HEALTHY


def statefulset(obj):
    """Pods below the partition, and all of them under OnDelete, are left at the old revision on purpose."""
    spec, status, wanted = obj["spec"], _status(obj), obj["spec"].get("replicas", 1)
    if waiting := unseen(obj):
        return waiting
    field, what = ("availableReplicas", "available") if spec.get("minReadySeconds") else ("readyReplicas", "ready")
    if (up := status.get(field, 0)) < wanted:
        return Health(PROGRESSING, f"{up} of {wanted} pods are {what}")
    if (going := _going(status.get("replicas", 0), wanted)) != HEALTHY:
        return going
    strategy, updated = spec.get("updateStrategy") or {}, status.get("updatedReplicas", 0)
    if strategy.get("type") == "OnDelete" or status.get("currentRevision") == status.get("updateRevision"):
        return HEALTHY
    renewed = wanted - ((strategy.get("rollingUpdate") or {}).get("partition") or 0)
    return Health(PROGRESSING, f"{updated} of {renewed} pods are updated") if updated < renewed else HEALTHY


def daemonset(obj):
    status, spec = _status(obj), obj["spec"]
    if waiting := unseen(obj):
        return waiting
    wanted = status.get("desiredNumberScheduled", 0)
    on_delete = (spec.get("updateStrategy") or {}).get("type") == "OnDelete"
    for field, what in (("currentNumberScheduled", "placed"), ("updatedNumberScheduled", "updated"), ("numberAvailable", "available")):
        if status.get(field, 0) < wanted and not (what == "updated" and on_delete):
            return Health(PROGRESSING, f"{status.get(field, 0)} of {wanted} pods are {what}")
    return HEALTHY


def replicaset(obj):
    wanted, status, conditions = obj["spec"].get("replicas", 1), _status(obj), _conditions(obj)
    if waiting := unseen(obj):
        return waiting
    if _is(conditions, "ReplicaFailure"):
        return Health("degraded", _says(conditions["ReplicaFailure"], "pods cannot be created"))
    if status.get("availableReplicas", 0) < wanted:
        return Health(PROGRESSING, f"{status.get('availableReplicas', 0)} of {wanted} pods are available")
    return _going(status.get("replicas", 0), wanted)


def pod(obj):
    found = trouble.of(obj)
    if found is None:
        return HEALTHY
    return Health("degraded" if pod_problem(obj) else PROGRESSING, found.text)


def job(obj):
    spec, status, conditions = obj["spec"], _status(obj), _conditions(obj)
    if _is(conditions, "Failed"):
        return Health("degraded", ": ".join(filter(None, (conditions["Failed"].get("reason"), conditions["Failed"].get("message")))) or "the job failed")
    if _is(conditions, "Complete"):
        return HEALTHY
    if spec.get("suspend"):
        return Health("suspended", "suspended")
    wanted, failed = spec.get("completions") or spec.get("parallelism", 1), status.get("failed", 0)
    return Health(PROGRESSING, f"the job runs: {status.get('succeeded', 0)} of {wanted} pods succeeded" + (f", {failed} failed" if failed else ""))


def cronjob(obj):
    """As git says, so healthy; suspended or not, nothing is to come (Argo CD holds it so since its issue 24428)."""
    status = _status(obj)
    if obj["spec"].get("suspend"):
        return Health("healthy", "suspended: it starts no jobs")
    last, good = status.get("lastScheduleTime"), status.get("lastSuccessfulTime")
    return Health("healthy", "its last job did not succeed") if last and good and good < last and not status.get("active") else HEALTHY


# --- what pods need and are reached by ----------------------------------------------------------------------------------


def service(obj):
    if obj["spec"].get("type") == "LoadBalancer" and not _addresses(obj):
        return Health(PROGRESSING, "waiting for an address: no load balancer has given it one yet")
    return HEALTHY


def ingress(obj):
    """Healthy without an address too, as kstatus has it: many controllers never write one."""
    return HEALTHY if _addresses(obj) else Health("healthy", "no ingress controller has given it an address")


def _addresses(obj):
    return (_status(obj).get("loadBalancer") or {}).get("ingress")


def claim(obj):
    phase, spec, conditions = _status(obj).get("phase"), obj["spec"], _conditions(obj)
    if phase == "Lost":
        return Health("degraded", f"its volume {spec.get('volumeName', '')} is lost")
    if phase != "Bound":
        return Health(PROGRESSING, f"waiting for a volume of class {spec['storageClassName']}" if spec.get("storageClassName") else "waiting for a volume")
    resizing = next((each for each in conditions.values() if each.get("status") == "True"), None)
    return Health("healthy", _says(resizing)) if resizing else HEALTHY


def autoscaler(obj):
    """Metrics that are not there are not there yet after every rollout: that is no failure, unlike a target that cannot be scaled."""
    conditions = _conditions(obj)
    for kind in ("AbleToScale", "ScalingActive"):
        if _is(conditions, kind, "False"):
            return _unscaling(conditions[kind])
    return HEALTHY if conditions else Health("healthy", "no controller has looked at it yet")


def _unscaling(condition):
    reason = condition.get("reason") or ""
    if reason == "ScalingDisabled":
        return Health("healthy", _says(condition))
    return Health(PROGRESSING if reason.endswith("Metric") else "degraded", _says(condition, reason))


def budget(obj):
    """That no pod may be disrupted now is no fault (Argo CD's issue 20171)."""
    if _behind(obj, _status(obj).get("observedGeneration")):
        return Health(PROGRESSING, "not observed yet")
    allowed = _conditions(obj).get("DisruptionAllowed", {})
    return Health("degraded", _says(allowed)) if allowed.get("status") == "False" and allowed.get("reason") == "SyncFailed" else HEALTHY


# --- the API itself -------------------------------------------------------------------------------------------------------


def definition(obj):
    conditions = _conditions(obj)
    established = conditions.get("Established", {})
    if _is(conditions, "NamesAccepted", "False"):
        return Health("degraded", _says(conditions["NamesAccepted"]))
    if established.get("status") == "True":
        return Health("healthy", _says(conditions["NonStructuralSchema"])) if _is(conditions, "NonStructuralSchema") else HEALTHY
    if established.get("status") == "False" and established.get("reason") != "Installing":
        return Health("degraded", _says(established))
    return Health(PROGRESSING, "not established yet")


def api_service(obj):
    found = _conditions(obj).get("Available", {})
    return HEALTHY if found.get("status") == "True" else Health(PROGRESSING, _says(found, "not available yet"))


def _custom(obj):
    """As kstatus does: observedGeneration, Reconciling and Stalled, then Ready or Available; nothing said is healthy.

    kstatus calls whatever is not Ready in progress; a reason that names a failure is told as one.
    """
    conditions = _conditions(obj)
    if _behind(obj, _status(obj).get("observedGeneration")):
        return Health(PROGRESSING, "not observed yet")
    if _is(conditions, "Reconciling") or _is(conditions, "Issuing"):
        return Health(PROGRESSING, _says(conditions.get("Reconciling") or conditions["Issuing"], "reconciling"))
    if _is(conditions, "Stalled"):
        return Health("degraded", _says(conditions["Stalled"], "stalled"))
    found = conditions.get("Ready") or conditions.get("Available")
    if found is None or found.get("status") == "True" and not _behind(obj, found.get("observedGeneration")):
        return HEALTHY
    return Health("degraded" if found.get("status") == "False" and _bad(found) else PROGRESSING, _says(found, "not ready"))


def _bad(condition):
    reason = str(condition.get("reason") or "").lower()
    return any(word in reason for word in BAD_WORDS)


RULES = {("apps", "Deployment"): deployment, ("apps", "StatefulSet"): statefulset, ("apps", "DaemonSet"): daemonset, ("apps", "ReplicaSet"): replicaset, ("", "Pod"): pod,
         ("batch", "Job"): job, ("batch", "CronJob"): cronjob, ("", "Service"): service, ("networking.k8s.io", "Ingress"): ingress, ("", "PersistentVolumeClaim"): claim,
         ("autoscaling", "HorizontalPodAutoscaler"): autoscaler, ("policy", "PodDisruptionBudget"): budget,
         ("apiextensions.k8s.io", "CustomResourceDefinition"): definition, ("apiregistration.k8s.io", "APIService"): api_service}
