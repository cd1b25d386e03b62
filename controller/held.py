"""What is not done before a person says that it is meant: held with its reason, and let go by `release`."""

import logging

log = logging.getLogger(__name__)


def say(world, **marks):
    """Of the environment as a whole, where it is news."""
    news = {name: value for name, value in marks.items() if value != world.told.get(name)}
    if news:
        world.told |= news
        world.tell(world.ledger.mark, world.environment.name, **news)


def hold(world, why, *, releasable=True):
    """Wait for a person, and say how to go on."""
    revision = (world.proposed or world.head or "")[:7] if releasable else None
    if releasable:
        why = f"{why}. To go on: klepaas submit release -e {world.environment.name} revision={revision}"
    if world.held != why:
        world.held = why
        log.warning("%s is held: %s", world.environment.name, why)
        say(world, held=why, release=revision)


def clear(world):
    """Nothing waits for a person any more."""
    if world.held:
        say(world, held=None, release=None)
    world.held = None


def release(world, revisions):
    """Somebody says that what these revisions bring is meant."""
    world.released |= revisions
    world.pruned_at = None
    for app in [app for app, state in world.states.items() if state.error is not None and state.error.code == "renders_nothing"]:
        world.enqueue(app, "retry")
