"""What is not done before a person says that it is meant: held with its reason, and let go by `release`."""

import logging

log = logging.getLogger(__name__)


def hold(world, why, *, releasable=True):
    """Wait for a person, and say how to go on."""
    if releasable:
        why = f"{why}. To go on: klepaas submit release -e {world.environment.name} revision={(world.proposed or world.head or '')[:7]}"
    if world.held != why:
        world.held = why
        log.warning("%s is held: %s", world.environment.name, why)
        world.tell(world.ledger.event, "notice", None, world.environment.name, held=why)


def release(world, revisions):
    """Somebody says that what these revisions bring is meant."""
    world.released |= revisions
    world.pruned_at = None
    for app in [app for app, state in world.states.items() if state.error is not None and state.error.code == "renders_nothing"]:
        world.enqueue(app, "retry")
