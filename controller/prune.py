"""What an environment holds of ours that nothing desires any more: deleted, in reverse order. Held when it would be too much."""

import logging
import time
from dataclasses import dataclass

from controller import held, order, ownership, removal
from controller.cluster import kube as kubes
from gitops.errors import KlepaasError

log = logging.getLogger(__name__)
TOLD = 20  # refused deletions that are named
SHOWN = 100  # objects that stay, likewise
OFF = "prune: false"  # what klepaas.yaml says of such an environment


@dataclass(frozen=True, slots=True)
class Refused:
    """A deletion that did not succeed: why, how often, and from when on it is tried again (monotonic)."""

    why: str
    tries: int
    again: float


def run(world):
    """After every app was rendered since the start: what nobody desires goes, unless it is too much."""
    if not world.may_prune():
        return
    if not world.environment.sync.prune:
        return _leave(world)
    removal.begin(world)
    if world.lease.written() == world.head:
        world.ran.clear()
    gone, kept, unsure = candidates(world.cache, world.states, _hooks(world))
    _keep(world, kept)
    if gone and too_much(gone, world.cache, _deleted_by_us(world) | world.gone_apps) and world.head not in world.released:
        apps = ", ".join(sorted({world.cache.app_of(key) or "?" for key in gone})[:TOLD])
        return held.hold(world, f"{len(gone)} of {len(world.cache.keys())} objects would be pruned at {world.head[:7]}, of {apps}")
    actions = delete(world, removal.may_go(world, gone))
    _tell(world, unsure)
    for app, found in actions.items():
        world.tell(world.ledger.event, "sync", app, world.environment.name, status="pruned", actions=found, revision=world.head)
    removal.end(world)
    held.clear(world)


def _hooks(world):
    """Hooks' objects are nobody's desired ones, and go when their order says so."""
    return world.ran.union(hook.key for each in (*world.states.values(), *world.leaving.values()) for hook in each.hooks)


def _leave(world):
    """Where nothing is pruned, nobody is on the way out."""
    gone, kept, _ = candidates(world.cache, world.states, _hooks(world))
    world.leaving.clear()
    _keep(world, kept | dict.fromkeys(gone, OFF))


def _keep(world, kept):
    """What git has no more and stays, told with the reason."""
    world.kept = kept
    found = sorted(({"app": world.cache.app_of(key) or "", "group": key.group, "kind": key.kind, "name": key.name, "why": why} for key, why in kept.items()), key=lambda each: tuple(each.values()))
    held.say(world, kept={"count": len(found), "items": found[:SHOWN]} if found else None)


def everything(world):
    """An environment that klepaas.yaml lost, and somebody released: what is ours there goes, but for what is never pruned."""
    if not world.writes or not world.prepare():
        return
    gone, *_ = candidates(world.cache, {})
    actions = delete(world, gone)
    _tell(world, ())
    for app, found in actions.items():
        world.tell(world.ledger.event, "sync", app, world.environment.name, status="pruned", actions=found, revision=world.proposed)
    for app in {*world.states, *_told_of(world)}:
        world.states.pop(app, None)
        world.tell(world.ledger.forget, app, world.environment.name)
    if not gone:
        held.clear(world)
        held.say(world, lost=None)
        world.over = True


def _told_of(world):
    """Apps that the ledger knows there: another controller may have worked on them."""
    try:
        return [app for app, environment in world.ledger.states() if environment == world.environment.name]
    except KlepaasError:
        return []


def _deleted_by_us(world):
    """Apps of which the last that a verb of the ledger did is to take them away."""
    try:
        found = world.ledger.commands_of(environment=world.environment.name, status="committed", limit=200)
    except KlepaasError:
        return set()
    last = {each["app"]: each["verb"] for each in reversed(found)}
    return {app for app, verb in last.items() if verb == "delete_app"}


def candidates(cache, states, hooks=frozenset()):
    """(keys to delete, in reverse order; {key: reason} of what is kept; keys of which it is unknown); `hooks` are objects that the order of a deletion still needs.

    While an app fails to render it is unknown what it desires: only removed apps' objects go, and not even those while the app
    that fails has nothing here, for it may be another's new name. What an app that is not synced now has is left.
    """
    desired = set().union(*(state.desired for state in states.values())) if states else set()
    broken = {app for app, state in states.items() if not state.rendered}
    stopped = {app for app, state in states.items() if state.stopped}
    renamed = any(not cache.keys_of(app) for app in broken)
    gone, kept, unsure = [], {}, []
    for key, app in cache.keys().items():
        if key in desired or key in hooks or app in stopped:
            continue
        obj = cache.get(key)
        if obj is None or obj["metadata"].get("deletionTimestamp"):
            continue
        why = ownership.protected(obj)
        if why:
            kept[key] = why
        elif renamed or broken and app in states:
            unsure.append(key)
        else:
            gone.append(obj)
    return [ownership.key(each) for each in sorted(gone, key=order.place, reverse=True)], kept, unsure


def too_much(gone, cache, excused):
    """Whether more than half of an environment would go, other than with apps that delete verbs took away."""
    counted = [key for key in gone if cache.app_of(key) not in excused]
    return len(counted) > 1 and len(counted) * 2 > len(cache.keys())


def due(world):
    """Whether a refused deletion is to be tried again."""
    return any(each.again <= time.monotonic() for each in world.refused.values())


def delete(world, gone):
    """Delete each; a refused one stays ours, is told, and is tried again, later each time. The actions by app."""
    actions = {}
    world.refused = {key: world.refused[key] for key in gone if key in world.refused}
    for key in gone:
        obj, app = world.cache.get(key), world.cache.app_of(key)
        if obj is not None and _delete(world, key, obj):
            actions.setdefault(app, []).append({"action": "pruned", "kind": key.kind, "namespace": key.namespace, "name": key.name})
    return actions


def _tell(world, unsure):
    """What is to go and is still there, and why."""
    found = sorted(each.why for each in world.refused.values())[:TOLD]
    if unsure:
        broken = ", ".join(sorted(app for app, state in tuple(world.states.items()) if not state.rendered)[:TOLD])
        found.append(f"{len(unsure)} objects ({', '.join(sorted(f'{key.kind} {key.name}' for key in unsure)[:TOLD])}): they wait until {broken} can be rendered, since what that desires is unknown")
    held.say(world, refused=found or None)


def _delete(world, key, obj):
    """Whether it was deleted, or began to go."""
    refused = world.refused.get(key)
    if refused and refused.again > time.monotonic():
        return False
    try:
        world.lease.check()
        going = world.hands.delete(world.kube.kind(key.group, key.kind), obj)
    except KlepaasError as error:
        log.warning("prune %s: %s", key, error)
        tries = refused.tries + 1 if refused else 1
        world.refused[key] = Refused(f"{key.kind} {key.name}: {error.text()}", tries, time.monotonic() + kubes.backoff(tries - 1))
        return False
    world.cache.written(going) if going else world.cache.deleted(key)
    world.refused.pop(key, None)
    return True
