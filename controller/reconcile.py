"""One app in one environment brought to its desired objects: source, diff, apply. Pruning is the environment's (controller/prune)."""

import time
from dataclasses import dataclass, field

import orjson

from controller import diff, handover, hooks, metrics, order, ownership
from gitops import constraints, tenancy
from gitops.errors import Conflict, Invalid, KlepaasError, Unavailable
from gitops.types import Problem

SERVERS = ("managedFields", "resourceVersion", "uid", "creationTimestamp", "generation")  # what only a server says
REPLACE = "klepaas.io/replace"
UNCHANGEABLE = ("immutable", "may not change once set", "updates to statefulset spec", "updates to parameters are forbidden")  # in a server's words
GOING = 5  # seconds a replaced object may take to go
HEALS, HEAL_WINDOW = 5, 60  # repairs of one app in so many seconds, before it backs off


@dataclass
class AppState:
    """What the loop knows of one app; only its own sync, which is serial, changes it."""

    app: str
    environment: str
    inputs: tuple | None = None        # ids of what it is rendered from
    desired: dict = field(default_factory=dict)   # Key -> compact JSON
    ignored: dict = field(default_factory=dict)   # Key -> JSON pointers
    same: dict = field(default_factory=dict)      # Key -> digest of a live object that differs in words alone: an apply changed nothing
    rendered: bool = True              # whether `desired` is what the files say
    adopt: bool = False                # whether objects of others are taken over
    stages: dict = field(default_factory=dict)    # Key -> its stage, where there are several
    depends_on: tuple = ()
    secrets: tuple = ()                # texts that were encrypted in git: never told
    hooks: tuple = ()
    digest: str | None = None          # of all that was rendered, hooks too
    hooked: str | None = None          # the digest whose hooks have all run
    event: tuple | None = None         # (digest, which hooks it runs)
    again: bool = False                # whether a hook that failed may run once more
    done: list = field(default_factory=list)      # what was done and is not among `actions` yet: hooks, writes before one that failed
    cancelled: bool = False            # nothing is written until a commit or an order
    revision: str | None = None        # synced last
    made: str | None = None            # the newest commit that changed what the app is made from
    commit: tuple | None = None        # (digest, the commit that made the app what it is)
    error: KlepaasError | None = None
    attempts: int = 0
    next_try: float = 0.0              # monotonic
    heals: list = field(default_factory=list)     # times of the last repairs, monotonic
    heal_at: float | None = None       # when to look again after backing off, monotonic
    left: list | None = None           # drift that was told and not repaired
    stopped: tuple | None = None       # (status, why) where a sync went no further
    waiting_since: float | None = None
    told: dict | None = None           # what was last observed, to tell only what is new
    ended: tuple | None = None         # how the last sync ended, likewise
    started: float = 0.0
    begun: float = 0.0                 # monotonic, likewise
    looked: float = 0.0                # when its pods were asked after last, monotonic
    actions: tuple = ()
    asked: dict = field(default_factory=dict)     # the ids of who asked for it, see controller/asked
    parts: tuple = ()                  # (name, from, to) of what the sync took so far
    applied: float | None = None       # when something was written last, as the clock says
    version: str | None = None         # what the files say at the key of that name
    seen: dict = field(default_factory=dict)      # Key -> (resourceVersion, what rollout made of the object)
    pods: dict = field(default_factory=dict)      # Key -> (generation, Health) of a workload's pods when last asked after


def render(state, world, target):
    """Put the target's objects into the state; the (group, kind) of those it defines itself. Raises what the repository's files are at fault for."""
    rendered = metrics.rendered(world.renderer.render, world.tree, target, world.environment)
    constraints.check(rendered.objects, world.environment, world.tree, target)
    defined = _defined(rendered.objects)
    objects = [placed(each, world, defined) for each in diff.without_scaled([each for each in rendered.objects if not order.is_hook(each)])]
    there = len(world.cache.keys_of(target.app))
    if not objects and there and world.head not in world.released:
        raise Invalid("renders_nothing", path=target.values_path or target.manifests_path, app=target.app, count=there, environment=target.environment, revision=(world.head or "")[:7])
    claimed = [ownership.claimed(each, world.repository, world.environment.name, target.app) for each in order.ordered(objects)]
    for other in world.claims.take(state.app, state.inputs, [ownership.key(each) for each in claimed]):
        world.enqueue(other)  # it looks again at what it renders
    state.hooks = hooks.read([each for each in rendered.objects if order.is_hook(each)], lambda obj: world.claimed(target.app, obj))
    state.secrets = rendered.secrets
    state.digest, state.adopt, state.depends_on = rendered.digest, target.adopt, target.depends_on
    stages = {ownership.key(each): order.stage(each) for each in claimed}
    state.stages = stages if len(set(stages.values())) > 1 else {}
    state.desired = {ownership.key(each): orjson.dumps(each) for each in claimed}
    state.same, state.seen = {}, {}
    state.ignored = {ownership.key(each): pointers for each in claimed if (pointers := _ignored(each, target))}
    return set(defined)


def keys(world, app):
    """The keys of an app's objects as its files are now; Invalid where that cannot be said."""
    target = world.target(app)
    if isinstance(target, Problem):
        raise Invalid("file_problem", path=target.path, line=target.line, detail=target.message)
    found = world.renderer.render(world.tree, target, world.environment).objects
    defined = _defined(found)
    return {ownership.key(placed(each, world, defined)) for each in found if not order.is_hook(each)}


def placed(obj, world, defined):
    """In the environment's namespace, where the kind has one and the manifest names none; Invalid where it may not be there."""
    key = obj["apiVersion"].rpartition("/")[0], obj["kind"]
    namespaced = defined[key] if key in defined else world.namespaced(*key)
    tenancy.check(obj, world.environment, namespaced)
    metadata = {name: value for name, value in obj["metadata"].items() if name not in SERVERS and (namespaced or name != "namespace")}
    if namespaced:
        metadata["namespace"] = world.environment.namespace
    return {**{name: value for name, value in diff.as_kept(obj).items() if name != "status"}, "metadata": metadata}


def _defined(objects):
    """(group, kind) -> whether it has a namespace, of the kinds that these objects define."""
    specs = [each["spec"] for each in objects if each["kind"] == "CustomResourceDefinition" and isinstance(each.get("spec"), dict)]
    return {(spec.get("group"), (spec.get("names") or {}).get("kind")): spec.get("scope") == "Namespaced" for spec in specs}


def _ignored(obj, target):
    return tuple(pointer for each in target.ignore if each.kind == obj["kind"] and each.name in (None, obj["metadata"]["name"]) for pointer in each.pointers)


def pending(state, world):
    """What differs: [(desired object, live object or None, JSON pointers)], in the order of writing. What moved to another app is that one's."""
    found = [differing(state, key, world.cache.get(key)) for key in tuple(state.desired) if world.claims.holds(state.app, key)]
    return [each for each in found if each]


def differing(state, key, live):
    """(what to write, the live object or None, JSON pointers of what differs) of an object of the app's; None when nothing does."""
    desired, ignored = orjson.loads(state.desired[key]), state.ignored.get(key, ())
    if live is None:
        return desired, None, [""]
    if live["metadata"].get("deletionTimestamp"):
        return None  # made again when it is gone
    wanted = diff.yielding(desired, live, ignored)
    found = diff.differences(wanted, live, ignored)
    return (wanted, live, found) if found and state.same.get(key) != diff.digest(live) else None


def apply(state, world, changes):
    """Write what differs; the actions taken, which the state keeps where a later one fails. The lease is asked before every write."""
    actions = []
    try:
        for desired, live, pointers in changes:
            if state.cancelled:
                break
            world.lease.check()
            if world.claims.holds(state.app, ownership.key(desired)):
                actions += _write(world, state, desired, live, pointers)
    except KlepaasError:
        state.done += actions
        raise
    return actions


def _write(world, state, desired, live, pointers):
    key = ownership.key(desired)
    kind, adopt = world.kube.kind(key.group, key.kind), world.environment.sync.adopt or state.adopt or ownership.adopts(desired)
    world.cache.watch(kind)
    there = world.kube.get(kind, key.namespace, key.name) if live is None and world.cache.stranger(key) else None
    traces = there is not None and ownership.was_ours(there, world.repository, world.environment.name)
    if there is not None and not adopt and not traces:
        raise Conflict("not_ours", kind=key.kind, name=key.name, environment=world.environment.name)
    force = world.environment.conflicts != "fail" and (live is not None or adopt or traces)
    obj, created = _applied(world, kind, desired, force, live or there)
    obj = handover.hand_over(world.hands, kind, obj) if there is not None else obj
    world.cache.written(obj)
    if live and obj["metadata"]["resourceVersion"] == live["metadata"]["resourceVersion"]:
        state.same[key] = diff.digest(obj)
        return []
    return [{"action": "created" if created and not live else "replaced" if created else "changed", "kind": key.kind, "namespace": key.namespace, "name": key.name,
            **({} if created and not live else {"fields": pointers[:20], "others": (live or {}).get("$others", [])})}]


def _applied(world, kind, desired, force, live):
    """As Kube.apply; what cannot be changed in place is deleted and made again, where that is allowed."""
    try:
        return world.hands.apply(kind, desired, force)
    except Invalid as error:
        said = str(error.details.get("detail"))
        if live is None or not any(words in said for words in UNCHANGEABLE):
            raise
        if desired["kind"] != "Job" and (desired["metadata"].get("annotations") or {}).get(REPLACE) != "enabled":
            raise Invalid("immutable", kind=desired["kind"], name=desired["metadata"]["name"], detail=said) from None
    world.lease.check()
    world.hands.delete(kind, live)
    _gone(world, kind, live)
    return world.hands.apply(kind, desired, False)


def _gone(world, kind, live):
    """Return when the object is gone; Unavailable names what holds it."""
    name, end, found = live["metadata"]["name"], time.monotonic() + GOING, live
    while found is not None and found["metadata"]["uid"] == live["metadata"]["uid"]:
        if time.monotonic() > end:
            raise Unavailable("being_deleted", kind=kind.kind, name=name, waits_for=", ".join(found["metadata"].get("finalizers") or ["-"]))
        time.sleep(0.05)
        found = world.kube.get(kind, live["metadata"].get("namespace"), name)


def heal_allowed(state, now=None):
    """Whether a repair may run now: after so many it backs off, for somebody keeps changing it back."""
    now = time.monotonic() if now is None else now
    state.heals = [at for at in state.heals if at > now - HEAL_WINDOW]
    return len(state.heals) < HEALS
