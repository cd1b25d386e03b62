"""Who asked for what a sync brings: the ids of the command, for logs and for the trace that began at its door. Must not hold up a sync."""

import contextlib
import logging
import time

from gitops.origin import about
from gitops.telemetry import tracing

log = logging.getLogger(__name__)
NOBODY = {}
MOST = 100  # parts of one sync that are kept


def heard(worlds, ledger, event):
    """A command has made a commit: its ids are kept for the sync that brings it."""
    world = worlds.get(event.environment)
    if event.kind == "command" and event.data.get("commit") and world:
        keep(world, event.app, ledger.command_by_uid(event.data["uid"]))


def keep(world, app, row):
    """The ids of a command, for the syncs of an app (None: of any)."""
    world.asked[app] = {"commit": row["commit"], "trace": row["trace"], "command_id": row["uid"], "request_id": row["request"]}


def ids(world, app, *commits):
    """What is known of who asked for what the app is now: a command whose commit made it (or one of these), or an order."""
    state = world.states.get(app)
    if state is None:
        return NOBODY
    found = next((each for each in (world.asked.get(app), world.asked.get(None)) if each and each["commit"] in (None, state.made, *commits)), None)
    if found:
        world.asked.pop(app, None)
        state.asked = found
    return state.asked


def fresh(state):
    """Other files make the app now: who asked before did not ask for these."""
    state.parts, state.applied = (), None
    if state.asked.get("commit") != state.made:
        state.asked = NOBODY


def told(world, app, *commits):
    """The ids as logs have them."""
    return {name: value for name, value in ids(world, app, *commits).items() if name in ("command_id", "request_id")}


@contextlib.contextmanager
def timed(state, part):
    """The block is a part of the sync at work, for its trace."""
    began = time.time()
    try:
        yield
    finally:
        state.parts = (*state.parts[-MOST:], (part, began, time.time()))


def over(world, state, result):
    """The sync has ended: logged with who asked for it, and what it took told to who follows the trace."""
    if result.status not in ("succeeded", "failed") or not state.parts:
        return
    rollout = (("rollout", state.applied, time.time()),) if state.applied else ()
    asked = ids(world, state.app)
    with about(app=state.app, environment=world.environment.name, revision=result.revision, **told(world, state.app)):
        log.info("sync %s: %s", result.status, result.error or result.health.message or result.health.status)
    tracing.done(f"sync {state.app}/{world.environment.name}", asked.get("trace"), (*state.parts, *rollout), result.status if result.status == "failed" else None,
                 app=state.app, environment=world.environment.name, revision=result.revision, command_id=asked.get("command_id"))
    state.parts, state.applied = (), None
