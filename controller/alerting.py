"""What is done about an alert on an app, where the environment says `on_alert: rollback`: one commit that restores what was healthy before.

As with a rollout that failed (controller/failure): the path of every change, once for the commit that it answers, and never what it made itself.
An alert that only informs, that somebody looks at, or that was first heard of long ago is left to people.
"""

import hashlib
import logging
import time

from controller.failure import ACTOR
from gitops import submit
from gitops.alerts import healthy
from gitops.errors import Conflict, KlepaasError
from gitops.services import Services
from gitops.types import Command

log = logging.getLogger(__name__)
FRESH = 3600      # seconds: an answer by itself comes at once, or not at all
INFORMS = ("info", "none", "debug")
TRIED, AGAIN = 120, 5  # seconds that an attempt is left alone; after which one that another controller has is looked at again
_next = {}        # alert -> when this process looks at it again, monotonic


def look(ledger, worlds):
    """Answer what waits for it; whether some of it has to be looked at again: its app was not synced yet, or the attempt did not end."""
    asking = {name: world for name, world in worlds.items() if world.environment.on_alert == "rollback" and world.writes and world.active()}
    waiting = [each for each in ledger.alerts.unanswered(asking, time.time() - FRESH) if each["severity"] not in INFORMS] if asking else []
    for gone in set(_next) - {each["id"] for each in waiting}:
        del _next[gone]
    for alert in waiting:
        world = asking[alert["environment"]]
        state = world.states.get(alert["app"])
        if state is not None and state.commit is not None and _next.get(alert["id"], 0) <= time.monotonic():
            mine = ledger.claim(f"alert {alert['id']}", TRIED)
            _next[alert["id"]] = time.monotonic() + (TRIED if mine else AGAIN)
            if mine:
                world.executor.submit(answer, world, state, alert)
    return bool(waiting)


def answer(world, state, alert):
    """Roll the app back, and keep what became of that with the alert."""
    try:
        outcome = _roll_back(world, state, alert)
    except KlepaasError as error:
        log.warning("on_alert of %s/%s: %s", world.environment.name, state.app, error)
        if error.transient:
            return
        outcome = {"left": error.text()}
    except Exception:
        log.exception("on_alert of %s/%s", world.environment.name, state.app)
        return
    try:
        world.ledger.alerts.answered(alert["id"], outcome)
        said = {"rolled_back": outcome["rolled_back"], "to": outcome["to"]} if "to" in outcome else {"not_rolled_back": outcome["left"]}
        world.tell(world.ledger.event, "notice", state.app, world.environment.name, **said, why=alert["name"])
    except KlepaasError as error:  # looked at again: the commit's id is the same
        log.warning("on_alert of %s/%s: %s", world.environment.name, state.app, error)


def _roll_back(world, state, alert):
    """{rolled_back, to}, or {left: why}."""
    bad, where = state.commit[1], world.environment.name
    made = world.ledger.command_of_commit(bad)
    if made and made["channel"] == ACTOR.channel:
        return {"left": "what it runs was made by an automatic answer already"}
    services = Services(world.settings, world.repo, world.ledger, world.renderer)
    commit = healthy.wanted(services, alert)
    command = Command("rollback", state.app, where, {"commit": commit}, id=_id(where, state.app, bad), reason=_reason(alert))
    try:
        return {"rolled_back": submit.submit(services, ACTOR, command).commit, "to": commit}
    except Conflict:
        return {"left": "another alert on the same commit was answered"}


def _reason(alert):
    """In one line, as git keeps it; what it says is another server's word, and quoted as such there."""
    said = " ".join(f"{alert['name']} {alert['summary']}".split())
    return f"on_alert: {said}"[:500]


def _id(*parts):
    return f"on-alert-{hashlib.sha256('/'.join(parts).encode()).hexdigest()[:40]}"
