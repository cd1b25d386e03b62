"""Jobs and CronJobs."""

import time
from datetime import UTC, datetime

from controller.devcluster.clock import now
from controller.devcluster.workloads.world import active, condition, pod_of, ready


def job(world, obj):
    spec, before = obj["spec"], obj.get("status") or {}
    if any(each["type"] in ("Complete", "Failed") and each["status"] == "True" for each in before.get("conditions") or ()):
        return _expire(world, obj)
    pods = world.owned(obj, "pods")
    done, failed, live = ([pod for pod in pods if test(pod)] for test in (_phase("Succeeded"), _phase("Failed"), active))
    wanted = spec.get("completions") or 1
    too_often = len(failed) > spec["backoffLimit"]
    complete = len(done) >= wanted
    if not (too_often or complete or spec.get("suspend")):
        for _ in range(min(spec["parallelism"], wanted - len(done)) - len(live)):
            made = world.create("pods", obj, pod_of(spec["template"], prefix=f"{obj['metadata']['name']}-"))
            world.event(obj, "Normal", "SuccessfulCreate", f"Created pod: {made['metadata']['name']}", "job-controller")
        live = [pod for pod in world.owned(obj, "pods") if active(pod)]
    if too_often or spec.get("suspend"):
        for pod in live:
            world.delete("pods", pod)
        live = []
    _job_status(world, obj, before, done, failed, live, complete, too_often)


def _phase(wanted):
    return lambda pod: (pod.get("status") or {}).get("phase") == wanted


def _job_status(world, obj, before, done, failed, live, complete, too_often):
    status = {"startTime": before.get("startTime") or now(), "terminating": 0, "uncountedTerminatedPods": {}, "ready": sum(map(ready, live))}
    status |= {name: len(found) for name, found in (("active", live), ("succeeded", done), ("failed", failed)) if found}
    known = {each["type"]: each for each in before.get("conditions") or ()}
    if complete:
        status["conditions"] = [_dated(known, "SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods"),
                                _dated(known, "Complete", "CompletionsReached", "Reached expected number of succeeded pods")]
        status["completionTime"] = before.get("completionTime") or now()
        world.event(obj, "Normal", "Completed", "Job completed", "job-controller")
    elif too_often:
        status["conditions"] = [_dated(known, "FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit"),
                                _dated(known, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")]
        world.event(obj, "Warning", "BackoffLimitExceeded", "Job has reached the specified backoff limit", "job-controller")
    world.status("jobs.batch", obj, status)


def _dated(known, kind, reason, message):
    return {"lastProbeTime": now(), **condition(known.get(kind), kind, "True", reason, message)}


def _expire(world, obj):
    ttl = obj["spec"].get("ttlSecondsAfterFinished")
    if ttl is None:
        return
    ended = max(each["lastTransitionTime"] for each in obj["status"]["conditions"])
    left = ttl - (time.time() - datetime.fromisoformat(ended).timestamp())
    if left <= 0:
        world.delete("jobs.batch", obj)
    else:
        world.after(left, "jobs.batch", obj)


def cronjob(world, obj):
    """A Job for each minute that is due; what a schedule means is read in five fields."""
    if obj["spec"].get("suspend"):
        return
    moment = datetime.now(UTC)
    minute = int(moment.timestamp() // 60)
    name = f"{obj['metadata']['name']}-{minute}"
    if _due(obj["spec"]["schedule"], moment) and datetime.fromisoformat(obj["metadata"]["creationTimestamp"]).timestamp() < minute * 60 + 60 \
            and world.store.get("jobs.batch", obj["metadata"]["namespace"], name) is None and (obj.get("status") or {}).get("lastScheduleTime") != _stamp(minute):
        template = obj["spec"]["jobTemplate"]
        metadata = {**(template.get("metadata") or {}), "name": name, "annotations": {"batch.kubernetes.io/cronjob-scheduled-timestamp": _stamp(minute)}}
        if datetime.fromisoformat(obj["metadata"]["creationTimestamp"]).timestamp() <= minute * 60:
            world.create("jobs.batch", obj, {"metadata": metadata, "spec": template["spec"]})
            world.status("cronjobs.batch", obj, {**(obj.get("status") or {}), "lastScheduleTime": _stamp(minute)})
    world.after(60 - moment.timestamp() % 60 + 0.1, "cronjobs.batch", obj)


def _stamp(minute):
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _due(schedule, moment):
    aliases = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}
    fields = aliases.get(schedule, schedule).split()
    found = (moment.minute, moment.hour, moment.day, moment.month, moment.isoweekday() % 7)
    return len(fields) == 5 and all(_fits(field, value) for field, value in zip(fields, found))


def _fits(field, value):
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        low = 0 if span == "*" else int(first)
        high = 99 if span == "*" or step and not last else int(last or first)
        if low <= value <= high and (value - low) % int(step or 1) == 0:
            return True
    return False
