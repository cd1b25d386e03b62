"""Whether what was applied came up: the health of an app's objects, judged at every change, and the end of the sync that waits for it."""

import logging
import time
from dataclasses import replace

from controller import health as healths
from controller import asked, hooks
from controller.pods import Pods
from gitops import values
from gitops.errors import KlepaasError
from gitops.types import Health, SyncResult

log = logging.getLogger(__name__)
LOOK, RARELY = 0.9, 15  # seconds between looks at the pods of an app that is not well
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
PODDED = (*WORKLOADS, "ReplicaSet", "Job", "Pod")
DEADLINE = 900    # seconds a rollout may take before the sync is failed, beyond the workload's own deadline
NOTHING = (healths.HEALTHY, 0, 0, None)


def look(world):
    """Apps that are not healthy are looked at again: their pods say what no workload's status does. The longer it lasts, the rarer."""
    now = time.monotonic()
    due = [app for app, since in tuple(world.waiting.items()) if app not in world.queued and _due(world.states.get(app), since) <= now]
    pods = Pods(world.kube, world.environment.namespace, len(due))
    for app in due:
        _looked(world, app, now, pods)


def _due(state, since):
    """When to look at an app that has not been well since then."""
    return state.looked + min(max((state.looked - since) / 10, LOOK), RARELY) if state else 0


def _looked(world, app, now, pods):
    """What is odd about one app's objects is no other's matter."""
    state = world.states.get(app)
    if state is None:
        world.waiting.pop(app, None)
        return
    state.looked = now
    try:
        judge(world, state, pods)
    except Exception:
        log.exception("health of %s/%s", world.environment.name, app)


def judge(world, state, pods=None):
    """Tell what is seen of an app, where it is new; a sync that waits for health ends here.

    Its pods are asked after now and then (`pods`, as `look` has them), not at every change of a rollout: that would be the cluster's load.
    """
    found = _all(world, state, pods)
    ended = _end(world, state, _worst(state, found))
    _observed(world, state, found)
    if ended:  # after what is seen, so that who reads of the end sees it too
        world.tell(world.ledger.record_sync, ended)


def observe(world, state):
    """Tell what is seen of an app whose sync goes no further: its health and replicas are what they are."""
    _observed(world, state, _all(world, state, None))


def staged(world, state, keys):
    """Tell what is seen of an app of which the rest is written once these objects are up; whether its sync failed, because one of them will not be.

    What is not written yet is not missing, and what the rest replaces says nothing of these.
    """
    since = state.waiting_since
    if _due(state, since or state.looked) <= (now := time.monotonic()):
        state.looked, pods = now, Pods(world.kube, world.environment.namespace, 1)
    else:
        pods = None
    found = {key: each for key in tuple(state.desired) if (each := _found(world, state, key, pods))[0].status != "missing"}
    _said(world, state, list(found.values()))
    seen = _worst(state, [found[key] for key in keys if key in found])
    if seen.status in ("healthy", "suspended") or seen.status != "degraded" and since and now - since <= DEADLINE:
        return False
    if ended := _end(world, state, seen):
        world.tell(world.ledger.record_sync, ended)
    return True


def _observed(world, state, found):
    seen = _said(world, state, found)
    if seen.status in ("progressing", "degraded"):
        world.waiting.setdefault(state.app, time.monotonic())
    else:
        world.waiting.pop(state.app, None)


def _said(world, state, found):
    """The worst Health of what was found, told where it is new."""
    worst = _worst(state, found)
    wanted, up = (sum(each[place] for each in found) for place in (1, 2))
    seen = {"health": worst.status, "message": worst.message, "replicas": {"desired": wanted, "ready": up}, "version": state.version, "drift": state.left}
    if state.waiting_since is None and state.error is None:
        seen |= {"commit": state.commit[1] if state.commit else None}
    if state.told != seen:
        state.told = seen
        world.tell(world.ledger.observe, state.app, world.environment.name, **seen)
    return worst


def health(world, state, pods=None):
    """The worst Health of the app's objects, and of the pods of those that are not up: as seen now, or when last asked after."""
    return _worst(state, _all(world, state, pods))


def _worst(state, found):
    """Of an app that was never rendered nothing is known, which is not health."""
    return healths.worst([each[0] for each in found]) if state.desired or state.rendered else Health("unknown")


def _all(world, state, pods):
    """(Health, pods wanted, pods ready, generation) of each object: most apps have a few, some have thousands that say nothing."""
    return [seen for key in tuple(state.desired) if (seen := _found(world, state, key, pods)) is not NOTHING]


def _found(world, state, key, pods):
    seen = _seen(world, state, key)
    return _with_pods(world, state, key, seen, pods) if seen[0].status in ("progressing", "degraded") or key in state.pods else seen


def _seen(world, state, key):
    """What an object of the app's is, looked at once a version; NOTHING where there is nothing to tell."""
    version, known = world.cache.version(key), state.seen.get(key)
    if known is None or known[0] != version:
        known = state.seen[key] = version, _looked_at(state, key, world.cache.get(key))
    return known[1]


def _looked_at(state, key, live):
    if live is None:
        return Health("missing", f"{key.kind} {key.name} is not there"), 0, 0, None
    found = _named(state, key, healths.of(live))
    if key.kind not in WORKLOADS:
        return NOTHING if found == healths.HEALTHY else (found, 0, 0, live["metadata"].get("generation"))
    status = live.get("status") or {}
    wanted, up = live["spec"].get("replicas", status.get("desiredNumberScheduled", 0)), status.get("readyReplicas", status.get("numberReady", 0))
    return found, wanted, up, live["metadata"].get("generation")


def _named(state, key, found):
    """The message says which object it is about, unless that is the app's own workload."""
    own = key.kind in WORKLOADS and key.name == state.app
    return replace(found, message=f"{key.kind} {key.name}: {found.message}") if found.message and not own else found


def _with_pods(world, state, key, seen, pods):
    """What is seen of a workload that is not up, with what its pods said when last asked: of this generation."""
    health, wanted, up, generation = seen
    if key.kind not in PODDED or health.status not in ("progressing", "degraded"):
        state.pods.pop(key, None)
        return seen
    asked, finding = state.pods.get(key, (None, None))
    live = world.cache.get(key) if pods else None
    if live is not None and (fresh := pods.find(live, finding.words if finding else None)):
        asked, finding = state.pods[key] = generation, fresh
    if finding is None or asked != generation or finding.health == healths.HEALTHY:
        return seen
    said = finding.health.message if key.kind == "Pod" else f"{health.message}: {finding.health.message}"
    return replace(healths.worst([health, finding.health]), message=said), wanted, up, generation


def _end(world, state, seen):
    """The SyncResult of the sync that waits, where that is new: succeeded when healthy, failed when degraded or past its deadline."""
    if state.waiting_since is None:
        return None
    late = time.monotonic() - state.waiting_since > DEADLINE
    status = "succeeded" if seen.status in ("healthy", "suspended") else "failed" if seen.status == "degraded" or late else "progressing"
    if status == "succeeded" and hooks.due(state):
        world.enqueue(state.app, "hooks")
        return None
    if state.ended == (status, state.started):
        return None
    state.ended = (status, state.started)
    if status == "succeeded" or late:
        state.waiting_since = None  # a degraded rollout may still recover
    why = f"not up after {DEADLINE // 60} minutes: {seen.message}" if late and seen.status != "degraded" else seen.message
    if status == "failed":
        world.failed(state, why)
    result = SyncResult(
        state.app, world.environment.name, state.revision or "", status, state.actions, seen, state.started or time.time(),
        time.time() if status != "progressing" else None, why if status == "failed" else None, state.made)
    asked.over(world, state, result)
    return result


def version(world, target):
    """What the app's files say at the key `version`."""
    try:
        found = values.lookup(values.parse(world.tree.read(target.values_path), target.values_path), target.keys["version"]) if target.values_path else None
    except KlepaasError:
        return None
    return str(found) if found is not None else None
