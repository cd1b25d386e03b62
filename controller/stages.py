"""What of an app's changes is written now: its hooks before, then definitions and waves, each when the one before is up, its hooks after."""

import time

from controller import health, hooks, order, ownership
from gitops.errors import Timeout

DEADLINE = 3600  # seconds one sync may take in all: each of its rollouts and hooks has a deadline of its own


def next_step(world, state, target, changes):
    """(the changes to write now, what the rest waits for or None, the keys of the objects that have to be up before it)."""
    name = hooks.event(world, state, target) if hooks.due(state) else hooks.tidy(world, state.hooks)
    if name and (waits := hooks.run(world, state, state.hooks, f"pre-{name}")):
        return [], _in_time(state, waits), ()
    now, waits, keys = _wave(world, state, changes)
    if name and not now and not waits:
        waits = _down(world, state, keys)
        return now, _in_time(state, waits or _after(world, state, name)), keys if waits else ()
    return now, _in_time(state, waits), keys


def _after(world, state, name):
    """What the hooks after it wait for; None once all have run."""
    if waits := hooks.run(world, state, state.hooks, f"post-{name}"):
        return waits
    state.hooked = state.digest
    world.remember(state.app, hooked=state.digest)  # before those that succeeded go: who follows on a crash would run them again
    return hooks.tidy(world, state.hooks)


def _wave(world, state, changes):
    """As `next_step`: the changes of the first wave that has any, once all waves before it are up."""
    if not state.stages or not changes:
        return changes, None, tuple(state.desired)
    stages = {id(each): order.stage(each[0]) for each in changes}
    first = min(stages.values())
    before = [key for key, stage in state.stages.items() if stage < first]
    if down := _down(world, state, before):
        return [], down, before
    now = [each for each in changes if stages[id(each)] == first]
    return now, _named(now[-1][0]) if len(now) < len(changes) else None, [key for key, stage in state.stages.items() if stage <= first]


def _down(world, state, keys):
    """The first of the objects that is not up, as something to wait for."""
    for key in keys:
        live = world.cache.get(key)
        seen = health.of(live) if live else None
        if seen is None or seen.status not in ("healthy", "suspended"):
            return f"waits for {key.kind} {key.name}" + (f": {seen.message}" if seen and seen.message else "")
    return None


def _named(obj):
    key = ownership.key(obj)
    return f"waits for {key.kind} {key.name}"


def _in_time(state, waits):
    if waits and time.monotonic() - state.begun > DEADLINE:
        raise Timeout("sync_late", minutes=DEADLINE // 60, waits=waits)
    return waits
