"""Helm's hooks: Jobs (and what they need) around an install, an upgrade, a rollback and a delete, each once a rendering.

What ran is written on the hook's own object, so a controller that dies goes on where it was: an object of this event and this
rendering is not made again. Deleting those that succeeded is therefore left to the end of the whole operation, when that is remembered elsewhere.
Rules: helm.sh/docs/topics/charts_hooks.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from controller import health, order, ownership
from controller.pods import Pods
from gitops.errors import Conflict, Invalid, KlepaasError
from gitops.render import sops

WEIGHT, POLICY, RAN = "helm.sh/hook-weight", "helm.sh/hook-delete-policy", "klepaas.io/hook"
BEFORE, SUCCEEDED, FAILED = "before-hook-creation", "hook-succeeded", "hook-failed"
WAITED_FOR = ("Job", "Pod")
DEADLINE = 900  # seconds a hook may take, where it does not say so itself
SETTLING, RARELY = 10, 15  # seconds in which a pod that comes up has nothing to explain; between questions after pods, at most


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook: the object as it is sent, but for what says when it ran."""

    key: ownership.Key
    events: tuple
    weight: int
    policies: tuple
    obj: dict


def read(objects, claim):
    """The Hooks among rendered objects, in the order they run in; `claim` makes an object ours."""
    found = []
    for each in objects:
        notes = each["metadata"].get("annotations") or {}
        events, policies = (tuple(part.strip() for part in str(notes.get(name, "")).split(",") if part.strip()) for name in (order.HOOK, POLICY))
        weight = str(notes.get(WEIGHT, "0"))
        obj = claim(each)
        found.append(Hook(ownership.key(obj), events, int(weight) if weight.lstrip("+-").isdigit() else 0, policies or (BEFORE,), obj))
    return tuple(sorted(found, key=lambda hook: (hook.weight, order.place(hook.obj))))


def due(state):
    """Whether the rendering's hooks have not all run."""
    return bool(state.hooks) and state.hooked != state.digest


def event(world, state, target):
    """"install", "upgrade" or "rollback": what the rendering is to what was there before it."""
    if state.event is None or state.event[0] != state.digest:
        state.event = state.digest, _event(world, target)
    return state.event[1]


def _event(world, target):
    if _new(world, target):
        return "install"
    newest = world.repo.history(tuple(path for path in (target.values_path, target.manifests_path) if path), limit=1, ref=world.head)
    return "rollback" if newest and newest[0].trailers.get("Verb") == "rollback" else "upgrade"


def _new(world, target):
    """Whether git did not have it at the revision synced last. What is there of it says less: an install may have been cut short."""
    try:
        _, catalog = world.past()
        return target.app not in {each.app for each in catalog.targets(target.environment)}
    except KlepaasError:
        return not world.cache.keys_of(target.app) or world.known(target.app).get("sync") != "succeeded"


def ran_before(world, state, target):
    """Whether this very rendering was synced whole before this process began."""
    known = world.known(state.app).get("hooked")
    return known == state.digest if known else _before(world, target) == state.digest


def _before(world, target):
    """The digest of the app as it was at the revision synced last, or None."""
    try:
        tree, catalog = world.past()
        return world.renderer.render(tree, catalog.target(target.app, target.environment), world.environment).digest
    except KlepaasError:
        return None


def run(world, state, hooks, name):
    """Run the hooks of an event one after the other. None when all are done, else what is waited for; Invalid when one failed."""
    for hook in (each for each in hooks if name in each.events):
        waits = _one(world, state, hook, name)
        if waits:
            return waits
    return None


def _one(world, state, hook, name):
    kind, mark = world.kube.kind(hook.key.group, hook.key.kind), f"{name}:{state.digest[:16]}"
    live = world.kube.get(kind, hook.key.namespace, hook.key.name)
    if live is not None and ((live["metadata"].get("annotations") or {}).get(RAN) != mark or state.again and health.of(live).status == "degraded"):
        return _make_room(world, hook, kind, live, name)
    if live is None:
        live, state.again = _make(world, state, hook, kind, mark), False
    return _outcome(world, state, hook, kind, live, name)


def _make_room(world, hook, kind, live, name):
    """The one of an earlier event goes first, whatever its policy: a Job cannot be changed."""
    if not ownership.was_ours(live, world.repository, world.environment.name):
        raise Conflict("not_ours", kind=hook.key.kind, name=hook.key.name, environment=world.environment.name)
    if not live["metadata"].get("deletionTimestamp"):
        world.lease.check()
        world.hands.delete(kind, live)
    return f"{name} hook {hook.key.kind} {hook.key.name} makes room for itself"


def _make(world, state, hook, kind, mark):
    world.lease.check()
    metadata = hook.obj["metadata"]
    obj = {**hook.obj, "metadata": {**metadata, "annotations": {**metadata["annotations"], RAN: mark}}}
    live, _ = world.hands.apply(kind, obj, False)
    world.cache.written(live)
    state.done.append({"action": "hook", "event": mark.partition(":")[0], "kind": hook.key.kind, "namespace": hook.key.namespace, "name": hook.key.name})
    return live


def _outcome(world, state, hook, kind, live, name):
    if hook.key.kind not in WAITED_FOR:
        return None
    seen = health.of(live)
    late = _age(live) > live["spec"].get("activeDeadlineSeconds", DEADLINE) + 30
    if seen.status == "healthy" and (hook.key.kind == "Job" or (live.get("status") or {}).get("phase") == "Succeeded"):
        return None
    over = seen.status == "degraded" or late
    said = _pods_say(world, state, hook, live, over)
    if over:
        if FAILED in hook.policies:
            world.hands.delete(kind, live)
        why = seen.message if seen.status == "degraded" else f"not done after {int(_age(live))} s"
        raise Invalid("hook_failed", event=name, kind=hook.key.kind, name=hook.key.name, detail=f"{why}: {said}" if said and said != why else why)
    return f"{name} hook {hook.key.kind} {hook.key.name} runs" + (f": {said}" if said else "")


def _pods_say(world, state, hook, live, over):
    """What keeps the hook's pods from succeeding, and what they said last; "" where they are well. The longer it runs, the rarer they are asked."""
    uid, at, known = state.pods.get(hook.key, (None, 0, None))
    known = known if uid == live["metadata"]["uid"] else None
    if over or known is None or time.monotonic() - at > min(_age(live) / 10, RARELY):
        found = Pods(world.kube, world.environment.namespace, 1).find(live, known and known.words)
        known = found if found and found.health.message else known  # pods of a Job that ran out of time are gone
        state.pods[hook.key] = live["metadata"]["uid"], time.monotonic(), known
    settling = not over and known and known.health.status != "degraded" and _age(live) < SETTLING
    return sops.hidden(known.health.message, state.secrets) if known and not settling else ""


def _age(live):
    return time.time() - datetime.fromisoformat(live["metadata"]["creationTimestamp"]).astimezone(UTC).timestamp()


def tidy(world, hooks):
    """After the operation, at once or by whoever follows on a crash: those that succeeded and ask for it are deleted."""
    for hook in hooks:
        if SUCCEEDED in hook.policies and world.cache.version(hook.key):
            kind = world.kube.kind(hook.key.group, hook.key.kind)
            live = world.kube.get(kind, hook.key.namespace, hook.key.name)
            if live is not None and RAN in (live["metadata"].get("annotations") or {}) and health.of(live).status == "healthy":
                world.lease.check()
                world.hands.delete(kind, live)
