"""One sync of one app: render if its files changed, see what differs, write it, say how it went. Serial per app."""

import logging
import math
import time
from contextlib import nullcontext

import orjson

from controller import asked, hooks, reconcile, rollout, stages
from controller.cluster import kube as kubes
from gitops import needs, windows
from gitops.errors import Invalid, KlepaasError, Unavailable
from gitops.origin import about
from gitops.render import sops
from gitops.types import Problem, SyncResult

log = logging.getLogger(__name__)
ORDERED = ("retry", "sync")                         # reasons that a person gave
AGAIN = (*ORDERED, "backoff")                       # reasons to render once more what failed
ON = ("backoff", "waited", "hooks")                 # reasons that go on with the sync before
OUTSIDE = ("cluster_refused", "unknown_kind")       # terminal as answers go, but others may mend it in the cluster
NAMED = 10                                          # objects that are named of a drift that stays
PATIENCE = 300                                      # seconds at most that a server's Retry-After is heeded


def guarded(world, app, reason):
    """A sync that fails is its app's, whatever it was."""
    with about(app=app, environment=world.environment.name, revision=world.head, **asked.told(world, app, world.made.get(app))):
        _guarded(world, app, reason)


def _guarded(world, app, reason):
    try:
        _sync(world, app, reason)
    except KlepaasError as error:
        failed(world, app, error)
    except Exception as error:
        log.exception("sync of %s/%s", world.environment.name, app)
        failed(world, app, Unavailable("sync_broke", detail=f"{type(error).__name__}: {error}"[:200]))


def _sync(world, app, reason):
    state, target = world.states.get(app), world.target(app)
    if state is None or target is None or not world.active():
        return None
    inputs = world.inputs(target)
    fresh = state.inputs != inputs
    if fresh or reason in ORDERED:
        state.begun, state.cancelled = time.monotonic(), False
    again = world.claims.lost(app) or state.error is not None and reason in AGAIN
    if fresh or again:
        _render(world, state, target, inputs, fresh, reason)
    drift, changes = reason == "drift" and not fresh and not state.stopped, reconcile.pending(state, world)
    state.stopped, waits, keys = _stopped(world, state, target, changes, drift), None, ()
    if state.stopped:
        _settled(world, state, *state.stopped)
        return rollout.observe(world, state)
    if not drift:
        changes, waits, keys = stages.next_step(world, state, target, changes)
    with asked.timed(state, "apply") if changes else nullcontext():
        actions = _write(world, state, changes, drift)
    state.done += actions
    if not (fresh or reason in ON) and (actions or reason in ORDERED):
        state.actions = ()
    _did(state)
    if fresh or again or actions or reason in ORDERED:
        _began(world, state, fresh)
    if waits:
        state.stopped = "progressing", waits
        return None if keys and rollout.staged(world, state, keys) else _settled(world, state, *state.stopped)
    rollout.judge(world, state)


def _began(world, state, fresh):
    """Something was written, or asked for: the rollout that is looked at from here on."""
    state.revision = world.head
    if state.commit is None or state.commit[0] != state.digest:
        state.commit = state.digest, state.made
    state.waiting_since, state.applied, state.ended = time.monotonic(), time.time(), None
    if fresh or not state.started:
        state.started = time.time()
    world.waiting.pop(state.app, None)


def _did(state):
    """What was done is the sync's: each once, however often it was done over."""
    known = {orjson.dumps(each) for each in state.actions}
    state.actions, state.done = (*state.actions, *(each for each in state.done if orjson.dumps(each) not in known)), []


def _render(world, state, target, inputs, fresh, reason):
    """Into the state. Until it succeeds the state keeps what it desired before, and says so."""
    known = state.inputs is not None
    if fresh:
        state.started, state.attempts, state.actions, state.done = time.time(), 0, (), []
        state.made = world.made.pop(state.app, None) or _made_before(world, state) or world.head
        asked.fresh(state)
    state.inputs, state.rendered = inputs, False
    if isinstance(target, Problem):
        raise Invalid("file_problem", path=target.path, line=target.line, detail=target.message)
    state.version, state.again = rollout.version(world, target), reason in ORDERED
    with asked.timed(state, "render"):
        defined = reconcile.render(state, world, target)
    for group, kind in {(key.group, key.kind) for key in (*state.desired, *(hook.key for hook in state.hooks))} - defined:
        world.cache.watch(world.kube.kind(group, kind))
    if state.hooks and not known and hooks.ran_before(world, state, target):
        state.hooked = state.digest
    state.rendered, state.error = True, None


def _made_before(world, state):
    """The commit of an app that did not change while no controller ran, as the ledger knows it."""
    return world.known(state.app).get("commit") if state.made is None and world.lease.revision else None


def _stopped(world, state, target, changes, drift):
    """(status, why) where the sync goes no further for now, or None; Invalid where it would wait in vain."""
    if isinstance(target, Problem):
        return None
    if target.suspend:
        return "suspended", "syncing is suspended"
    if state.cancelled:
        return "held", f"cancelled; to go on: klepaas submit sync {state.app} -e {state.environment}"
    if not drift and (vain := needs.unmet(world.catalog, target)):
        raise vain
    if not changes:
        return None
    if not world.writes:
        return "held", f"writing is turned off (ENABLE_K8S_DEPLOY): {len(changes)} objects differ"
    if opens := windows.opens(world.environment.sync.windows):
        return "held", f"outside the sync windows; the next one opens {windows.said(opens)}"
    awaited = [] if drift else _awaited(world, target)
    return ("held", f"waits for {', '.join(awaited)}") if awaited else None


def _awaited(world, target):
    """The apps it depends on that are not up at this revision."""
    return [name for name in target.depends_on if not _up(world, name)]


def _up(world, name):
    state, target = world.states.get(name), world.target(name)
    if state is None or target is None or state.error is not None or state.inputs != world.inputs(target):
        return False
    return not reconcile.pending(state, world) and rollout.health(world, state).status == "healthy"


def may_go_on(world, state):
    """Whether what stopped an app does so no longer."""
    if state.stopped[0] == "progressing":
        return True
    if state.stopped[0] != "held" or state.cancelled or not world.writes or not windows.open_now(world.environment.sync.windows):
        return False
    target = world.target(state.app)
    return target is not None and not isinstance(target, Problem) and not _awaited(world, target)


def _write(world, state, changes, drift):
    if not changes:
        state.left = None
    if not drift or not changes:
        return reconcile.apply(state, world, changes)
    if not world.environment.sync.self_heal:
        return _left(world, state, changes)
    if not reconcile.heal_allowed(state):
        state.heal_at = state.heals[0] + reconcile.HEAL_WINDOW
        return _left(world, state, changes)
    actions, state.left = reconcile.apply(state, world, changes), None
    if actions:
        state.heals.append(time.monotonic())
        _tell_drift(world, state, changes, True)
    return actions


def _left(world, state, changes):
    """Drift that is not repaired now: told once, not at every change."""
    seen = {"fields": _fields(changes)[:NAMED], "by": _others(changes)}
    if state.left != seen:
        state.left = seen
        _tell_drift(world, state, changes, False)
    return []


def _tell_drift(world, state, changes, repaired):
    world.tell(world.ledger.event, "drift", state.app, world.environment.name, repaired=repaired, fields=_fields(changes), opponents=_others(changes))


def failed(world, app, error):
    """Transient failures come again by themselves, later each time; terminal ones wait for the next commit."""
    state = world.states.get(app)
    if state is None:
        return
    if state.ended and state.ended[0] == "succeeded":
        state.started, state.actions = time.time(), ()  # that one did: what fails now is another
    state.error = error
    state.attempts += 1
    wait = max(kubes.backoff(state.attempts - 1), min(error.retry_after or 0, PATIENCE))
    state.next_try = time.monotonic() + wait if error.transient or error.code in OUTSIDE else float("inf")
    state.revision, state.waiting_since, state.stopped = world.head, None, None
    _did(state)
    _settled(world, state, "held" if error.code == "renders_nothing" else "failed", sops.hidden(error.text(), state.secrets))
    world.tell(world.ledger.expect, app, world.environment.name, None if math.isinf(state.next_try) else round(time.time() + wait, 1))


def _settled(world, state, status, message):
    """Tell how a sync ended, unless that was told."""
    ended = (status, message, world.head)
    if state.ended == ended:
        return
    state.ended = ended
    seen = rollout.health(world, state)
    result = SyncResult(
        state.app, world.environment.name, world.head or "", status, tuple(state.actions), seen, state.started or time.time(), time.time() if status != "progressing" else None,
        message if status in ("failed", "held", "progressing") else None, state.made)
    asked.over(world, state, result)
    world.tell(world.ledger.record_sync, result)


def _fields(changes):
    return [{"kind": desired["kind"], "name": desired["metadata"]["name"], "fields": pointers[:10] if live is not None else ["deleted"]} for desired, live, pointers in changes]


def _others(changes):
    return sorted({other for _, live, _ in changes for other in (live or {}).get("$others", ())})
