"""What an order would come to: what it cannot do is refused, what it does later or not at all is said before it is given. Reads git and the ledger."""

import re

from gitops import messages, windows
from gitops.errors import Invalid, KlepaasError

REVISION = re.compile(r"revision=([0-9a-f]{7})\b")  # in the command that whatever is held says
GOING = ("progressing", "failed", "held")           # syncs that go on by themselves
CANCELLED = "cancelled; "                           # how the reason of a sync begins that somebody has cancelled


def warnings(services, command, catalog):
    """What a person should see before giving the order, in both languages; Invalid where nothing waits for it."""
    return _ORDERS[command.verb](services, command, catalog) if command.verb in _ORDERS else ()


def _released(services, command, catalog):
    where, wanted = command.environment, command.args["revision"].lower()
    waiting = sorted(_waiting(services, where, catalog.tree.revision))
    if not waiting:
        raise Invalid("nothing_held", environment=where)
    if not any(wanted.startswith(each[:7]) or each.startswith(wanted) for each in waiting):
        raise Invalid("other_held", environment=where, revision=wanted[:12], waiting=[each[:7] for each in waiting])
    return ()


def _waiting(services, environment, tip):
    """The revisions that somebody may let go on there: the environment's as a whole, those of single apps, that of a deletion that waits."""
    marks = services.ledger.marks().get(environment) or {}
    states = [state for (_, place), state in services.ledger.states().items() if place == environment and state.get("sync") == "held"]
    apps = {state["revision"] for state in states if (said := REVISION.search(state.get("error") or "")) and (state.get("revision") or "").startswith(said[1])}
    return apps | {each for each in (marks.get("release"), marks.get("leaving") and tip) if each}


def _synced(services, command, catalog):
    environment = catalog.environment(command.environment)
    opens = windows.opens(environment.sync.windows)
    later = [_said("order_later", environment=environment.name, opens=windows.said(opens))] if opens else []
    if _suspended(catalog, command):
        return (_said("order_suspended", app=command.app, environment=environment.name),)
    return tuple(later)


def _suspended(catalog, command):
    try:
        return command.app is not None and catalog.target(command.app, command.environment).suspend
    except KlepaasError:
        return False  # its sync says what is wrong with it


def _cancelled(services, command, catalog):
    states = services.ledger.states().items()
    found = [state for (app, environment), state in states if environment == command.environment and command.app in (None, app)]
    if any(state.get("sync") in GOING and not (state.get("error") or "").startswith(CANCELLED) for state in found):
        return ()
    return (_said("nothing_to_cancel", environment=command.environment),)


def _said(code, **details):
    return {language: messages.text(code, language, details) for language in messages.LANGUAGES}


_ORDERS = {"release": _released, "sync": _synced, "retry": _synced, "cancel": _cancelled}
