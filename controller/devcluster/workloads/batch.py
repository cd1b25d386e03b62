"""Jobs: pods until as many succeeded as asked. CronJobs: a Job for each minute that is due."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

from controller.devcluster.clock import now
from controller.devcluster.cron import Schedule
from controller.devcluster.workloads.world import active, condition, pod_of, ready

TRACKED = "batch.kubernetes.io/job-tracking"
JOB, CRONJOB = "jobs.batch", "cronjobs.batch"
SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp"


def job(world, obj):
    if _ended(obj):
        return _expire(world, obj)
    spec, pods = obj["spec"], world.owned(obj, "pods")
    done, failed = (sum(_phase(pod) == phase for pod in pods) for phase in ("Succeeded", "Failed"))
    wanted = spec.get("completions") or 1
    ending = "Complete" if done >= wanted else "Failed" if failed > spec["backoffLimit"] or _restarts(pods) > max(spec["backoffLimit"] - 1, 0) else None
    live = [pod for pod in pods if active(pod)]
    if not ending and not spec.get("suspend"):
        _start(world, obj, min(spec["parallelism"], wanted - done) - len(live))
    else:
        for pod in live:
            world.delete("pods", pod)
    _job_status(world, obj, {"succeeded": done, "failed": failed}, ending)
    for pod in world.owned(obj, "pods"):
        if not active(pod) and TRACKED in (pod["metadata"].get("finalizers") or ()):
            world.update("pods", pod, {**pod, "metadata": {**pod["metadata"], "finalizers": [each for each in pod["metadata"]["finalizers"] if each != TRACKED]}})


def _restarts(pods):
    """How often containers of pods that restart in place did so."""
    return sum(each.get("restartCount", 0) for pod in pods if pod["spec"].get("restartPolicy") == "OnFailure" for each in (pod.get("status") or {}).get("containerStatuses") or ())


def _phase(pod):
    return (pod.get("status") or {}).get("phase")


def _ended(obj):
    return any(each["type"] in ("Complete", "Failed") and each["status"] == "True" for each in (obj.get("status") or {}).get("conditions") or ())


def _start(world, obj, count):
    for _ in range(count):
        pod = pod_of(obj["spec"]["template"], prefix=f"{obj['metadata']['name']}-")
        pod["metadata"]["finalizers"] = [TRACKED]
        made = world.create("pods", obj, pod)
        world.event(obj, "Normal", "SuccessfulCreate", f"Created pod: {made['metadata']['name']}", "job-controller")


def _job_status(world, obj, counts, ending):
    before, live = obj.get("status") or {}, [pod for pod in world.owned(obj, "pods") if active(pod)]
    started = {} if obj["spec"].get("suspend") else {"startTime": before.get("startTime") or now()}
    status = {**started, "terminating": 0, "uncountedTerminatedPods": {}, "ready": sum(map(ready, live))}
    status |= {name: count for name, count in {"active": len(live), **counts}.items() if count}
    if obj["spec"].get("suspend"):
        status["conditions"] = [_dated(before, "Suspended", "JobSuspended", "Job suspended")]
    if ending == "Complete":
        status["conditions"] = [_dated(before, kind, "CompletionsReached", "Reached expected number of succeeded pods") for kind in ("SuccessCriteriaMet", "Complete")]
        status["completionTime"] = now()
        world.event(obj, "Normal", "Completed", "Job completed", "job-controller")
    elif ending:
        status["conditions"] = [_dated(before, kind, "BackoffLimitExceeded", "Job has reached the specified backoff limit") for kind in ("FailureTarget", "Failed")]
        world.event(obj, "Warning", "BackoffLimitExceeded", "Job has reached the specified backoff limit", "job-controller")
    world.status(JOB, obj, status)


def _dated(before, kind, reason, message):
    known = next((each for each in before.get("conditions") or () if each["type"] == kind), None)
    return {"lastProbeTime": known["lastProbeTime"] if known else now(), **condition(known, kind, "True", reason, message)}


def _expire(world, obj):
    ttl = obj["spec"].get("ttlSecondsAfterFinished")
    if ttl is None:
        return
    ended = max(each["lastTransitionTime"] for each in obj["status"]["conditions"])
    left = ttl - (time.time() - datetime.fromisoformat(ended).timestamp())
    if left <= 0:
        world.delete(JOB, obj)
    else:
        world.after(left, JOB, obj)


# --- CronJobs ---------------------------------------------------------------------------------------------------------


def cronjob(world, obj):
    """The newest run that is due and not yet made; those missed before it are left out."""
    jobs = world.owned(obj, JOB)
    status = _running(obj, jobs)
    schedule, zone = Schedule(obj["spec"]["schedule"]), ZoneInfo(obj["spec"].get("timeZone") or "UTC")
    due = None if obj["spec"].get("suspend") else schedule.last(_since(obj).astimezone(zone), datetime.now(zone))
    if due and not (obj["spec"]["concurrencyPolicy"] == "Forbid" and status.get("active")):
        if obj["spec"]["concurrencyPolicy"] == "Replace":
            for each in jobs:
                _ended(each) or world.delete(JOB, each)
        made = _run(world, obj, due)
        status = {**_running(obj, [*jobs, made]), "lastScheduleTime": _stamp(due)}
    world.status(CRONJOB, obj, status)
    _forget(world, obj, jobs)
    if not obj["spec"].get("suspend"):
        world.after(60 - time.time() % 60 + 0.1, CRONJOB, obj)


def _since(obj):
    return datetime.fromisoformat((obj.get("status") or {}).get("lastScheduleTime") or obj["metadata"]["creationTimestamp"])


def _running(obj, jobs):
    """The status with references to the Jobs that run."""
    status = {name: value for name, value in (obj.get("status") or {}).items() if name != "active"}
    live = [{"kind": "Job", "namespace": each["metadata"]["namespace"], "name": each["metadata"]["name"], "uid": each["metadata"]["uid"], "apiVersion": "batch/v1",
             "resourceVersion": each["metadata"]["resourceVersion"]} for each in jobs if not _ended(each)]
    ended = [each["status"]["completionTime"] for each in jobs if (each.get("status") or {}).get("completionTime")]
    known = {each["name"]: each for each in (obj.get("status") or {}).get("active") or ()}
    return status | ({"active": [known.get(each["name"], each) for each in live]} if live else {}) | ({"lastSuccessfulTime": max(ended)} if ended else {})


def _run(world, obj, due):
    template = obj["spec"]["jobTemplate"]
    metadata = template.get("metadata") or {}
    name = f"{obj['metadata']['name']}-{int(due.timestamp() // 60)}"
    there = world.store.get(JOB, obj["metadata"]["namespace"], name)
    if there is not None:
        return there
    made = world.create(JOB, obj, {"metadata": {**metadata, "name": name, "annotations": {**(metadata.get("annotations") or {}), SCHEDULED: _stamp(due)}}, "spec": template["spec"]})
    world.event(obj, "Normal", "SuccessfulCreate", f"Created job {name}", "cronjob-controller")
    return made


def _stamp(moment):
    return moment.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


def _forget(world, obj, jobs):
    """Jobs that ended go, but for the last few that went well and the last that failed."""
    for kind, limit in (("Complete", obj["spec"]["successfulJobsHistoryLimit"]), ("Failed", obj["spec"]["failedJobsHistoryLimit"])):
        ended = [each for each in jobs if any(one["type"] == kind for one in (each.get("status") or {}).get("conditions") or ())]
        for each in sorted(ended, key=lambda one: one["metadata"]["creationTimestamp"])[:max(len(ended) - limit, 0)]:
            world.delete(JOB, each)
