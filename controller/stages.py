"""What of an app's changes is written now: its hooks before, then definitions and waves, each when the one before is up, its hooks after."""

import time

from controller import health, hooks, order, ownership
from gitops.errors import Timeout

DEADLINE = 3600  # seconds one sync may take in all: each of its rollouts and hooks has a deadline of its own


def next_step(world, state, target, changes):
    """(the changes to write now, what the rest waits for or None)."""
    name = hooks.event(world, state, target) if hooks.due(state) else hooks.tidy(world, state.hooks)
    if name and (waits := hooks.run(world, state, state.hooks, f"pre-{name}")):
        return [], _in_time(state, waits)
    now, waits = _wave(world, state, changes)
    if name and not now and not waits and (waits := _down(world, state, state.desired) or hooks.run(world, state, state.hooks, f"post-{name}")) is None:
        state.hooked = state.digest
        world.remember(state.app, hooked=state.digest)  # before those that succeeded go: who follows on a crash would run them again
        hooks.tidy(world, state.hooks)
    return now, _in_time(state, waits)


def _wave(world, state, changes):
    """The changes of the first wave that has any, once all waves before it are up."""
    if not state.stages or not changes:
        return changes, None
    stages = {id(each): order.stage(each[0]) for each in changes}
    first = min(stages.values())
    down = _down(world, state, [key for key, stage in state.stages.items() if stage < first])
    if down:
        return [], down
    now = [each for each in changes if stages[id(each)] == first]
    return now, _named(now[-1][0]) if len(now) < len(changes) else None


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
