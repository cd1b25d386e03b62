"""Previews as cards: made from a command, edited in place, shown again after a reload; and what was said with what became of it."""

from dataclasses import replace

from gitops import checks, submit, views
from gitops.errors import KlepaasError, NotFound
from web.chat import confirmations
from web.context import services

CARRIED = ("app", "environment", "command")
SHOWN = 10   # previews that a reload shows again
SHORT = 200  # characters of an argument that are remembered


def planned(actor, command):
    return views.plan(submit.preview(services(), actor, command))


def card(actor, command, plan, **where):
    """A preview as a card shows it; `command_id` is what confirms it, None where there is nothing to do."""
    waits = bool(plan["changes"] or plan["delivery"] == "order")
    id = confirmations.kept(actor, command, plan, **where) if waits else None
    return {"command": {**shown(command), "id": id, "app": plan["app"], "environment": plan["environment"]}, "command_id": id, "plan": plan,
            "status": "preview" if waits else "unchanged", "word": confirmations.word(command, plan["risk"]) if waits else None}


def shown(command):
    return {"verb": command.verb, "app": command.app, "environment": command.environment, "args": dict(command.args), "text": command.text}


def edited(actor, command, id=None, session_id=None):
    """A preview asked for by a button, or in place of an edited one, whose conversation goes on about it."""
    if id is None:
        if session_id is not None:
            services().ledger.conversation(session_id, actor.email)
        return card(actor, command, planned(actor, command), conversation=session_id)
    old = waiting(actor, id, session_id)
    command = replace(command, text=command.text or old["command"].text, reason=command.reason or _edits(old["command"], command))
    found = card(actor, command, planned(actor, command), conversation=old["conversation"], message=old["message"], replaces=id)
    if old["conversation"]:
        _goes_on(actor, old, command, found)
    return found


def _edits(old, command):
    """What was changed in the card, so that the words beside it in history do not mislead; None for nothing that was said."""
    changed = [f"{name}={value}" for name, value in {"environment": command.environment or old.environment, **command.args}.items() if value != {"environment": old.environment, **old.args}.get(name)]
    return f"edited before it was confirmed: {' '.join(changed)}" if changed and old.text else None


def _goes_on(actor, old, command, found):
    context = services().ledger.conversation(old["conversation"], actor.email)["context"]
    ids = [found["command_id"] if each == old["id"] else each for each in context.get("waiting", ())]
    about = {"app": found["plan"]["app"], "environment": found["plan"]["environment"], "command": command.verb, "args": short(dict(command.args))}
    services().ledger.remember(old["conversation"], about | {"waiting": [each for each in ids if each]})


def waiting(actor, id, session_id=None):
    """The preview of that id, which must be of the conversation, if one is named."""
    found = services().ledger.preview(id, actor)
    if session_id is not None and found["conversation"] not in (None, session_id):
        raise NotFound("no_such_preview", id=id[:64])
    return found


def waiting_in(actor, session_id):
    """The newest previews of a conversation that still wait, planned anew; without those that would do something else by now."""
    return [each for found in services().ledger.previews(actor, session_id)[-SHOWN:] if (each := _again(actor, found)) is not None]


def _again(actor, found):
    command = found["command"]
    try:
        plan = planned(actor, command)
    except KlepaasError:
        return None  # what is refused by now cannot be confirmed either
    if plan["hash"] != found["hash"]:
        return None
    return {"command": {**shown(command), "id": found["id"]}, "command_id": found["id"], "plan": plan, "status": "preview", "word": confirmations.word(command, plan["risk"])}


def history(email, session_id=None, search=None, parser=None, before=None, limit=50):
    """Messages with what became of their previews; without an e-mail everybody's."""
    found = services().ledger.messages(email, session_id, search, parser, before, limit)
    came = services().ledger.previews_of_messages([each["id"] for each in found])
    return [_told(each, [preview for preview in came if preview["message"] == each["id"]]) for each in found]


def _told(message, came):
    previews = [{"command_id": each["id"], "verb": each["command"].verb, "app": each["command"].app, "environment": each["command"].environment,
                 "status": each["status"], **(each["outcome"] and {"outcome": each["outcome"]} or {})} for each in came]
    return {"id": message["id"], "session_id": message["conversation"], "by": message["email"], "text": message["text"], "language": message["language"], "kind": message["kind"],
            "commands": message["readings"], "outcome": message["outcome"], "previews": previews, "at": message["at"], **read_by(message)}


def read_by(row):
    return {"parser": row["parser"], "model": row["model"], "latency_ms": row["latency"] and round(row["latency"], 2), "tokens": {"in": row["tokens_in"], "out": row["tokens_out"]}}


def short(args):
    """The arguments as far as they are remembered: nothing long, and no secrets."""
    secret = checks.looks_secret(str(args.get("name", "")), str(args.get("value", "")))
    return {name: value for name, value in args.items() if len(str(value)) < SHORT and not (secret and name == "value") and not checks.secret_in(str(value))}
