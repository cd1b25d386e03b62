"""A kubelet without containers: pods come up in about a second, and fail on demand.

An image tag containing `broken` cannot be pulled, `crash` crash-loops, `slow` takes 20 s; a Job's pod succeeds.
"""

import time

from controller.devcluster.clock import micro, now
from controller.devcluster.workloads.sets import NODE

UP, SLOW, DOWN = 0.7, 20, 0.3        # seconds to be ready, to be ready when slow, to be gone
CRASH, BACKOFF = 1.0, (2, 4, 8, 16, 30)  # seconds a crashing container runs, and waits before the next time
LINES = 1000


class Kubelet:
    def __init__(self, world):
        self.world, self.due, self.lines, self.addresses = world, {}, {}, 0

    def changed(self, pod, kind):
        """A pod to look at at a time."""
        metadata, status = pod["metadata"], pod.get("status") or {}
        key = metadata["namespace"], metadata["name"]
        if kind == "DELETED":
            self.due.pop(key, None)
            self.lines.pop(metadata["uid"], None)
        elif metadata.get("deletionTimestamp"):
            self.due.setdefault((*key, "gone"), time.monotonic() + min(DOWN, metadata.get("deletionGracePeriodSeconds", 0) or 0))
        elif status.get("phase") == "Pending" and key not in self.due and not status.get("containerStatuses"):
            self.due[key] = time.monotonic() + (SLOW if _tag(pod, "slow") else UP)
        elif _other_image(pod):
            self.due[key] = time.monotonic() + UP

    def found(self, pod):
        """A pod there was before this process: what it waits for is waited for again."""
        self.changed(pod, "MODIFIED")
        status = pod.get("status") or {}
        unsettled = status.get("containerStatuses") and status.get("phase") in ("Pending", "Running") and not pod["metadata"].get("deletionTimestamp")
        if unsettled and (_once(pod) or not all(each["ready"] for each in status["containerStatuses"])):
            self.due[pod["metadata"]["namespace"], pod["metadata"]["name"]] = time.monotonic() + UP

    def tick(self):
        for key in [key for key, at in self.due.items() if at <= time.monotonic()]:
            del self.due[key]
            pod = self.world.store.get("pods", *key[:2])
            if pod is not None and len(key) == 3:
                self.world.api.deletion.delete(self.world.api.resources["pods"], pod, {"gracePeriodSeconds": 0})
            elif pod is not None and not pod["metadata"].get("deletionTimestamp"):
                self._step(key, pod)

    def _step(self, key, pod):
        if not pod["spec"].get("nodeName"):
            pod = self._bound(pod)
            self.due.pop(key, None)  # its own change is nothing new to it
        if _tag(pod, "broken"):
            self._pull_fails(key, pod)
        elif _once(pod) and (pod["spec"]["restartPolicy"] == "Never" or not _tag(pod, "crash")):
            self._run_once(key, pod)
        elif _tag(pod, "crash"):
            self._crash(key, pod)
        else:
            self._runs(pod)

    def _bound(self, pod):
        self.world.event(pod, "Normal", "Scheduled", f"Successfully assigned {pod['metadata']['namespace']}/{pod['metadata']['name']} to {NODE}", "default-scheduler")
        return self.world.update("pods", pod, {**pod, "spec": {**pod["spec"], "nodeName": NODE}})

    def _status(self, pod, phase, ready, containers):
        self.addresses += 0 if (pod.get("status") or {}).get("podIP") else 1
        address = (pod.get("status") or {}).get("podIP") or f"10.244.{self.addresses // 250 % 250}.{self.addresses % 250 + 1}"
        known = {each["type"]: each for each in (pod.get("status") or {}).get("conditions") or ()}
        done = phase in ("Succeeded", "Failed")
        conditions = [_condition(known, kind, on, "" if on else "PodFailed" if phase == "Failed" else "PodCompleted" if done else "ContainersNotReady", pod) for kind, on in (
            ("PodReadyToStartContainers", not done), ("Initialized", True), ("Ready", ready), ("ContainersReady", ready), ("PodScheduled", True))]
        status = {**(pod.get("status") or {}), "phase": phase, "conditions": conditions, "hostIP": "10.0.0.1", "hostIPs": [{"ip": "10.0.0.1"}], "podIP": address, "podIPs": [{"ip": address}],
                  "startTime": (pod.get("status") or {}).get("startTime") or now(), "containerStatuses": containers}
        live = self.world.store.get("pods", pod["metadata"]["namespace"], pod["metadata"]["name"])
        return self.world.api.update(self.world.api.resources["pods"], live, {**live, "status": status}, "kubelet", "status")

    def _runs(self, pod):
        for each in pod["spec"]["containers"]:
            self._event(pod, "Normal", "Pulled", f'Container image "{each["image"]}" already present on machine')
            self._event(pod, "Normal", "Started", f"Started container {each['name']}")
            self._say(pod, each["name"], [f"{each['name']}: starting {each['image']}", f"{each['name']}: listening"])
        self._status(pod, "Running", True, [_container(each, {"running": {"startedAt": now()}}, True) for each in pod["spec"]["containers"]])

    def _run_once(self, key, pod):
        if (pod.get("status") or {}).get("phase") == "Running":
            bad = _tag(pod, "crash")
            for each in pod["spec"]["containers"] if bad else ():
                self._say(pod, each["name"], [f"{each['name']}: fatal: cannot continue, exit status 1"])
            state = {"exitCode": int(bad), "reason": "Error" if bad else "Completed", "startedAt": pod["status"]["startTime"], "finishedAt": now()}
            self._status(pod, "Failed" if bad else "Succeeded", False, [_container(each, {"terminated": state}, False) for each in pod["spec"]["containers"]])
        else:
            self._runs(pod)
            self.due[key] = time.monotonic() + UP

    def _pull_fails(self, key, pod):
        tries = sum((each.get("state") or {}).get("waiting", {}).get("reason") == "ErrImagePull" for each in (pod.get("status") or {}).get("containerStatuses") or ())
        reason = "ImagePullBackOff" if tries else "ErrImagePull"
        waiting = []
        for each in pod["spec"]["containers"]:
            message = f'Back-off pulling image "{each["image"]}"' if tries else f'failed to pull and unpack image "{each["image"]}": not found'
            self._event(pod, "Warning", "BackOff" if tries else "Failed", message if tries else f'Failed to pull image "{each["image"]}": not found')
            waiting.append(_container(each, {"waiting": {"reason": reason, "message": message}}, False, started=False))
        self._status(pod, "Pending", False, waiting)
        if not tries:
            self.due[key] = time.monotonic() + UP

    def _crash(self, key, pod):
        before = {each["name"]: each for each in (pod.get("status") or {}).get("containerStatuses") or ()}
        running = any("running" in (each.get("state") or {}) for each in before.values())
        if running:
            return self._crashed(key, pod, before)
        for each in pod["spec"]["containers"]:
            self._say(pod, each["name"], [f"{each['name']}: starting {each['image']}", f"{each['name']}: fatal: cannot continue, exit status 1"], fresh=True)
        states = [_container(each, {"running": {"startedAt": now()}}, False, before.get(each["name"])) for each in pod["spec"]["containers"]]
        self._status(pod, "Running", False, states)
        self.due[key] = time.monotonic() + CRASH

    def _crashed(self, key, pod, before):
        states = []
        for each in pod["spec"]["containers"]:
            known = before[each["name"]]
            ended = {"exitCode": 1, "reason": "Error", "startedAt": known["state"]["running"]["startedAt"], "finishedAt": now()}
            known = {**known, "restartCount": known.get("restartCount", 0) + 1, "lastState": {"terminated": ended}}
            name = f"{pod['metadata']['name']}_{pod['metadata']['namespace']}({pod['metadata']['uid']})"
            message = f"back-off {BACKOFF[min(known['restartCount'] - 1, len(BACKOFF) - 1)]}s restarting failed container={each['name']} pod={name}"
            states.append(_container(each, {"waiting": {"reason": "CrashLoopBackOff", "message": message}}, False, known))
            self._event(pod, "Warning", "BackOff", f"Back-off restarting failed container {each['name']} in pod {name}")
        self._status(pod, "Running", False, states)
        self.due[key] = time.monotonic() + BACKOFF[min(states[0]["restartCount"] - 1, len(BACKOFF) - 1)]

    def _event(self, pod, kind, reason, message):
        self.world.event(pod, kind, reason, message, "kubelet")

    # --- logs -------------------------------------------------------------------------------------------------------

    def _say(self, pod, container, texts, fresh=False):
        said = self.lines.setdefault(pod["metadata"]["uid"], {}).setdefault(container, [[], []])
        if fresh:
            said[:] = [[], said[0]]
        said[0] += [(micro(), text) for text in texts]
        del said[0][:-LINES]

    def log(self, pod, container, previous):
        """[(time, line)] of a container, or of the one before its last restart; None when there is none."""
        said = self.lines.get(pod["metadata"]["uid"], {}).get(container)
        if said is None and (pod.get("status") or {}).get("phase") == "Running" and not previous:
            return [(pod["status"].get("startTime") or pod["metadata"]["creationTimestamp"], f"{container}: running since before this cluster was restarted")]
        return (said[1] or None if previous else said[0]) if said else None


def _once(pod):
    return pod["spec"].get("restartPolicy") in ("Never", "OnFailure")


def _tag(pod, word):
    return any(word in each.get("image", "").rpartition("/")[2].partition(":")[2] for each in pod["spec"]["containers"])


def _other_image(pod):
    """Whether a container's image was changed in place, which the pod's status does not show yet."""
    wanted = {each["name"]: each["image"] for each in pod["spec"]["containers"]}
    return any(wanted.get(each["name"], each["image"]) != each["image"] for each in (pod.get("status") or {}).get("containerStatuses") or ())


def _container(each, state, ready, before=None, started=True):
    kept = {key: before[key] for key in ("restartCount", "lastState") if key in before} if before else {}
    return {"name": each["name"], "state": state, "lastState": {}, "ready": ready, "restartCount": 0, **kept, "image": each["image"], "imageID": each["image"] if started else "",
            "started": "running" in state}


def _condition(known, kind, on, reason, pod):
    status, before = "True" if on else "False", known.get(kind)
    since = before["lastTransitionTime"] if before and before["status"] == status else now()
    why = {"reason": reason, **({"message": f"containers with unready status: [{' '.join(each['name'] for each in pod['spec']['containers'])}]"} if reason == "ContainersNotReady" else {})} if reason else {}
    return {"type": kind, "status": status, "lastProbeTime": None, "lastTransitionTime": since, **why}
