"""What keeps a pod from being ready, in a person's words. Pure: reads one pod, asks nobody.

`grave` troubles do not pass by themselves. That no node fits (`unplaced`) may, where an autoscaler brings one, and so may all others.
"""

from dataclasses import dataclass

LONGEST = 500  # characters of what the cluster says
# The kubelet's and the runtimes' reasons have no list; Argo CD tells them by these endings too (gitops-engine, health_pod.go).
NAMED = ("InvalidImageName", "ErrImageNeverPull", "SignatureValidationFailed")
CRASH = "CrashLoopBackOff"


@dataclass(frozen=True, slots=True)
class Trouble:
    """`container` is the one whose last words would help, and `restarts` its count; `previous`: they are of the container before.

    `event`: the pod's newest warning would say more.
    """

    text: str
    grave: bool = False
    unplaced: bool = False
    container: str | None = None
    restarts: int = 0
    previous: bool = False
    said: str = ""
    event: bool = False


def of(pod):
    """The pod's worst Trouble, or None when it runs, has run, or is going."""
    status = pod.get("status") or {}
    if pod["metadata"].get("deletionTimestamp") or status.get("phase") == "Succeeded" or _condition(status, "Ready").get("status") == "True":
        return None
    found = [trouble for each in _containers(status) if (trouble := _waiting(each) or _ended(each))]
    return found[0] if found else _failed(status) or _unplaced(pod, status) or _pending(pod, status)


def _containers(status):
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]


def _waiting(each):
    waiting = (each.get("state") or {}).get("waiting") or {}
    reason = waiting.get("reason") or ""
    if reason == CRASH:
        return _crash(each, reason, (each.get("lastState") or {}).get("terminated") or {}, False)
    if reason.startswith("Err") or reason.endswith(("Error", "BackOff")) or reason in NAMED:
        return Trouble(f"{each['name']}: {reason}: {short(waiting.get('message'))}".rstrip(": "), True)
    return None


def _ended(each):
    """A container that ended badly and is not back: as grave as a crash loop, which it is between two pauses."""
    state = each.get("state") or {}
    now, before = state.get("terminated") or {}, (each.get("lastState") or {}).get("terminated") or {}
    if now.get("exitCode"):
        return _crash(each, now.get("reason") or "Error", now, False)
    if before.get("exitCode") and "running" in state and not each.get("ready"):
        return _crash(each, before.get("reason") or "Error", before, True)
    return None


def _crash(each, reason, ended, previous):
    restarts = each.get("restartCount", 0)
    how = [*([ended["reason"]] if ended.get("reason") not in (None, "Error", reason) else []), *([_code(ended)] if "exitCode" in ended else []), "1 restart" if restarts == 1 else f"{restarts} restarts"]
    return Trouble(f"{each['name']}: {reason}: {', '.join(how)}", True, container=each["name"], restarts=restarts, previous=previous, said=(ended.get("message") or "").strip())


def _code(ended):
    """The exit code; of a signal, its number is what is above 128."""
    code, signal = ended["exitCode"], ended.get("signal") or max(ended["exitCode"] - 128, 0)
    return f"exit code {code}" + (f" (signal {signal})" if 0 < signal < 65 else "")


def _failed(status):
    if status.get("phase") != "Failed":
        return None
    return Trouble(": ".join(filter(None, (status.get("reason"), short(status.get("message"))))) or "the pod failed", True)


def _unplaced(pod, status):
    """Why no node has it."""
    if pod["spec"].get("nodeName"):
        return None
    said = _condition(status, "PodScheduled")
    if said.get("status") == "False" and said.get("reason"):
        return Trouble(f"{pod['metadata']['name']}: {said['reason']}: {short(said.get('message'))}".rstrip(": "), unplaced=said["reason"] == "Unschedulable")
    return Trouble(f"{pod['metadata']['name']}: Pending: no scheduler has placed it on a node yet")


def _pending(pod, status):
    name = pod["metadata"]["name"]
    if not _containers(status):
        return Trouble(f"{name}: Pending: node {pod['spec']['nodeName']} has not started it yet", event=True)
    making = [each["name"] for each in _containers(status) if "waiting" in (each.get("state") or {})]
    preparing = [each["name"] for each in status.get("initContainerStatuses") or () if "running" in (each.get("state") or {}) and not each.get("ready")]
    if preparing:
        return Trouble(f"{name}: init container {preparing[0]} runs", event=True)
    if making:
        return Trouble(f"{name}: {status.get('phase') or 'Pending'}: container {making[0]} is being made on node {pod['spec']['nodeName']}", event=True)
    return Trouble(f"{name}: not ready: {short(_condition(status, 'Ready').get('message')) or 'its containers run'}", event=True)


def _condition(status, kind):
    return next((each for each in status.get("conditions") or () if each.get("type") == kind), {})


def short(text):
    """What the cluster says, on one line and not longer than a person reads."""
    text = " ".join((text or "").split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
