"""Whether what was applied came up: the health of an app's objects, judged at every change, and the end of the sync that waits for it."""

import time

from controller import health as healths
from gitops import values
from gitops.errors import KlepaasError
from gitops.types import Health, SyncResult

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
DEADLINE = 900    # seconds a rollout may take before the sync is failed, beyond the workload's own deadline


def judge(world, state, pods=None):
    """Tell what is seen of an app, where it is new; a sync that waits for health ends here.

    Its pods are asked after now and then (`pods`, as World.look has them), not at every change of a rollout: that would be the cluster's load.
    """
    seen = health(world, state, pods)
    _end(world, state, seen)
    _tell(world, state, seen)
    if seen.status in ("progressing", "degraded"):
        world.waiting.setdefault(state.app, time.monotonic())
    else:
        world.waiting.pop(state.app, None)


def _tell(world, state, found):
    wanted, up = (sum(each[place] for each in _all(world, state)) for place in (1, 2))
    seen = {"health": found.status, "message": found.message, "replicas": {"desired": wanted, "ready": up}, "version": state.version}
    if state.waiting_since is None and state.error is None:
        seen |= {"commit": state.revision}
    if state.told != seen:
        state.told = seen
        world.tell(world.ledger.observe, state.app, world.environment.name, **seen)


def health(world, state, pods=None):
    """The worst Health of the app's objects, and of the pods of those that are not up: as seen now, or when last asked after."""
    found = [each[0] for each in _all(world, state)]
    for key in [key for key in state.desired if key.kind in WORKLOADS]:
        found.append(_of_pods(world, state, key, pods))
    return healths.worst(found)


def _all(world, state):
    return [_seen(world, state, key) for key in tuple(state.desired)]


def _seen(world, state, key):
    """(Health, pods wanted, pods ready, generation) of an object of the app's, looked at once a version."""
    version, known = world.cache.version(key), state.seen.get(key)
    if known is None or known[0] != version:
        known = state.seen[key] = version, _looked_at(key, world.cache.get(key))
    return known[1]


def _looked_at(key, live):
    if live is None:
        return Health("missing", f"{key.kind} {key.name} is not there"), 0, 0, None
    wanted = up = 0
    if key.kind in WORKLOADS:
        status = live.get("status") or {}
        wanted = live["spec"].get("replicas", status.get("desiredNumberScheduled", 0))
        up = status.get("readyReplicas", status.get("numberReady", 0))
    return healths.of(live), wanted, up, live["metadata"].get("generation")


def _of_pods(world, state, key, pods):
    seen, _, _, generation = _seen(world, state, key)
    live = world.cache.get(key) if pods and seen.status == "progressing" else None
    if live is not None:
        state.pods[key] = generation, pods.health(live)
    elif seen.status != "progressing":
        state.pods.pop(key, None)
    asked, known = state.pods.get(key, (None, healths.HEALTHY))
    return known if asked == generation else healths.HEALTHY


def _end(world, state, seen):
    """The sync that waits: succeeded when healthy, failed when degraded or past its deadline."""
    if state.waiting_since is None:
        return
    late = time.monotonic() - state.waiting_since > DEADLINE
    status = "succeeded" if seen.status in ("healthy", "suspended") else "failed" if seen.status == "degraded" or late else "progressing"
    if state.ended == (status, state.started):
        return
    state.ended = (status, state.started)
    if status == "succeeded" or late:
        state.waiting_since = None  # a degraded rollout may still recover
    world.tell(world.ledger.record_sync, SyncResult(
        state.app, world.environment.name, state.revision or "", status, state.actions, seen, state.started or time.time(),
        time.time() if status != "progressing" else None, seen.message if status == "failed" else None))


def version(world, target):
    """What the app's files say at the key `version`."""
    try:
        found = values.lookup(values.parse(world.tree.read(target.values_path), target.values_path), target.keys["version"]) if target.values_path else None
    except KlepaasError:
        return None
    return str(found) if found is not None else None
