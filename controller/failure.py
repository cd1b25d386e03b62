"""What is done about a rollout that failed, where the environment says `on_failure: rollback`: one commit that restores what was healthy last.

It goes the path of every change, under an id made of the commit it answers, so it happens once, whoever is killed. What it
made itself it never answers.
"""

import hashlib
import logging
import threading

from controller import rollout
from gitops import submit
from gitops.errors import KlepaasError
from gitops.services import Services
from gitops.types import Actor, Command

log = logging.getLogger(__name__)
ACTOR = Actor("K-Le-PaaS", "controller@klepaas.invalid", frozenset({"deploy:execute"}), "controller")
LASTS = 10  # seconds
SYNCS = 50  # of the last ones, among which the healthy one is looked for


def later(world, state, message):
    """Answer a failure that lasts: a pull that failed once, or a first crash, may mend itself."""
    if world.environment.on_failure == "rollback" and state.commit and world.writes:
        timer = threading.Timer(LASTS, lambda: world.executor.submit(answer, world, state.app, state.commit, message))
        timer.daemon = True
        timer.start()


def answer(world, app, commit, message):
    """Roll the app back if it is still the commit's and still not well; say so either way."""
    state = world.states.get(app)
    if state is None or state.commit != commit or not world.active() or rollout.health(world, state).status not in ("degraded", "progressing"):
        return
    try:
        _roll_back(world, state, message)
    except KlepaasError as error:
        log.warning("on_failure of %s/%s: %s", world.environment.name, app, error)
        world.tell(world.ledger.event, "notice", app, world.environment.name, not_rolled_back=error.text())


def _roll_back(world, state, message):
    bad, where = state.commit[1], world.environment.name
    made = world.ledger.command_of_commit(bad)
    if made and made["channel"] == ACTOR.channel:
        return
    healthy = next((each["revision"] for each in world.ledger.syncs(state.app, where, SYNCS) if each["status"] == "succeeded"), None)
    if healthy is None:
        world.tell(world.ledger.event, "notice", state.app, where, not_rolled_back="no sync of it was healthy before")
    elif world.repo.differs(healthy, world.head, _paths(world.target(state.app))):  # else these very files were healthy: it is not their fault
        command = Command("rollback", state.app, where, {"commit": healthy}, id=_id(where, state.app, bad), reason=f"on_failure: {message.partition(chr(10))[0]}"[:500])  # a container's own words stay out of git
        receipt = submit.submit(Services(world.settings, world.repo, world.ledger, world.renderer), ACTOR, command)
        world.tell(world.ledger.event, "notice", state.app, where, rolled_back=receipt.commit, to=healthy, why=message)


def _paths(target):
    return tuple(path for path in (target.values_path, target.manifests_path) if path)


def _id(*parts):
    return f"on-failure-{hashlib.sha256('/'.join(parts).encode()).hexdigest()[:40]}"
