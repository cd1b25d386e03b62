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
    wanted, up = _replicas(world, state)
    seen = {"health": found.status, "message": found.message, "replicas": {"desired": wanted, "ready": up}, "version": _version(world, state.app)}
    if state.waiting_since is None and state.error is None:
        seen |= {"commit": state.revision}
    if state.told != seen:
        state.told = seen
        world.tell(world.ledger.observe, state.app, world.environment.name, **seen)


def health(world, state, pods=None):
    """The worst Health of the app's objects, and of the pods of those that are not up: as seen now, or when last asked after."""
    found = []
    for key in state.desired:
        live = world.cache.get(key)
        found.append(healths.of(live) if live is not None else Health("missing", f"{key.kind} {key.name} is not there"))
        if live is not None and key.kind in WORKLOADS:
            found.append(_of_pods(state, key, live, found[-1], pods))
    return healths.worst(found)


def _of_pods(state, key, live, seen, pods):
    if seen.status != "progressing":
        state.pods.pop(key, None)
    elif pods:
        state.pods[key] = live["metadata"].get("generation"), pods.health(live)
    generation, known = state.pods.get(key, (None, healths.HEALTHY))
    return known if generation == live["metadata"].get("generation") else healths.HEALTHY


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


def _replicas(world, state):
    wanted = up = 0
    for key in state.desired:
        live = world.cache.get(key) if key.kind in WORKLOADS else None
        if live is not None:
            status = live.get("status") or {}
            wanted += live["spec"].get("replicas", status.get("desiredNumberScheduled", 0))
            up += status.get("readyReplicas", status.get("numberReady", 0))
    return wanted, up


def _version(world, app):
    try:
        target = world.catalog.target(app, world.environment.name)
        found = values.lookup(values.parse(world.tree.read(target.values_path), target.values_path), target.keys["version"]) if target.values_path else None
    except KlepaasError:
        return None
    return str(found) if found is not None else None
