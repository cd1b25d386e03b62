"""Chat: text in; previews, answers or questions out. A preview is confirmed by its own signed word and nothing else.

The confirmation carries the whole command and its id, so two clicks, two tabs and two processes make one commit.
"""

import time

from flask import Blueprint, g, session

from gitops import submit, verbs, views
from gitops.errors import Invalid, KlepaasError
from gitops.types import Actor, Command
from nlp import interpret
from web import body, confirmations, metrics, reads
from web.api import answer, receipt
from web.context import cluster, services
from web.errors import language

blueprint = Blueprint("chat", __name__, url_prefix="/api/v1/nlp")
CARRIED = ("app", "environment", "command")
CONTEXT = 30 * 60  # seconds "it" is remembered
QUESTIONS = ("clarify", "unknown")
WORDS = {"rollback": ("롤백 확인", "rollback"), "delete_app": ("삭제 확인", "delete"), "delete_manifest": ("삭제 확인", "delete")}


def _actor():
    actor = g.actor
    return Actor(actor.name, actor.email, actor.scopes, "chat", actor.agent, actor.session)


@blueprint.post("/process")
def process():
    """Read a sentence: `{text, context?, pending?}` -> preview, answer, done, cancelled, clarify or unknown."""
    asked = body.only(body.json_object(), "text", "context", "pending", "session_id")
    text, context = body.text(asked, "text", required=True), _context(asked)
    catalog = services().head()[1]
    reading = interpret.interpret(text, context, list(catalog.app_names), list(catalog.environments))
    metrics.WORDS.labels(reading.command, reading.parser).inc()
    if reading.command == "confirm" and asked.get("pending"):
        return answer({"kind": "done", "items": [views.receipt(_confirmed(each, text)) for each in _pending(asked)]})
    if reading.command in ("confirm", "cancel"):
        return answer({"kind": "cancelled"} if reading.command == "cancel" else _nothing_pending())
    if reading.command in QUESTIONS:
        _remember(reading, (reading.clarification or {}).get("command"))
        return answer(_question(reading))
    return answer(_carried_out(reading, text))


def _context(asked):
    """What "it" means: what the client says, else what this session spoke of last."""
    given = asked.get("context")
    if given is not None:
        if not isinstance(given, dict) or not all(isinstance(given.get(name), str | None) for name in CARRIED):
            raise Invalid("bad_field", field="context", wanted="an object of texts")
        return {name: given.get(name) for name in (*CARRIED, "args")}
    kept = session.get("context") or {}
    return kept if kept.get("at", 0) > time.time() - CONTEXT else {}


def _pending(asked):
    found = asked["pending"]
    return found if isinstance(found, list) else [found]


def _nothing_pending():
    texts = {"en": "There is nothing to confirm.", "ko": "확인할 내용이 없습니다."}
    return {"kind": "clarify", "question": texts[language()], "choices": [], "missing": []}


def _question(reading):
    found = reading.clarification or {}
    question = (found.get("question") or {}).get(reading.language) or (found.get("question") or {}).get("en", "")
    more = {"suggestions": found.get("choices", [])} if reading.command == "unknown" else {"choices": found.get("choices", []), "missing": found.get("missing", [])}
    return {"kind": reading.command, "question": question, **more}


def _carried_out(reading, text):
    """Reads are answered, changes and orders previewed, in the order they were said."""
    items = [_one(each, text) if not reading.more else _tried(each, text) for each in (reading, *reading.more)]
    last = (reading, *reading.more)[-1]
    _remember(last, last.command)
    kind = "preview" if any("confirmation" in each for each in items) else "answer"
    return {"kind": kind, "items": items, "context": {name: session["context"][name] for name in CARRIED}}


def _remember(reading, command):
    """What "it" and an amendment ("no, staging") mean in the next sentence."""
    session["context"] = {"app": reading.app, "environment": reading.environment, "command": command, "args": {name: value for name, value in reading.args.items() if len(str(value)) < 200},
                          "at": time.time()}


def _tried(reading, text):
    """One of several commands of a sentence: what is refused of it is said beside what is not."""
    try:
        return _one(reading, text)
    except KlepaasError as error:
        return {"question": error.text(language()), "choices": list(error.details.get("choices", ())), "missing": [], "code": error.code}


def _one(reading, text):
    if reading.command in QUESTIONS:
        return _question(reading)
    command = Command(reading.command, reading.app, reading.environment, dict(reading.args), text=text)
    if verbs.find(reading.command).kind == "read":
        return reads.read(services(), cluster(), _actor(), command) | {"command": _shown(command)}
    return preview(command)


def preview(command):
    """A preview with the confirmation that carries it out."""
    plan = views.plan(submit.preview(services(), _actor(), command))
    id, confirmation = confirmations.made(_actor(), command, plan)
    return {"command": {**_shown(command), "id": id, "app": plan["app"], "environment": plan["environment"]}, "plan": plan, "confirmation": confirmation,
            "status": "preview" if plan["changes"] or plan["delivery"] == "order" else "unchanged"}


def _shown(command):
    return {"verb": command.verb, "app": command.app, "environment": command.environment, "args": dict(command.args), "text": command.text}


@blueprint.post("/preview")
def previewed():
    """A preview of a typed command, as an edited card or a button asks for it: `{verb, app, environment, args, text?}`."""
    asked = body.only(body.json_object(), *body.COMMAND_FIELDS)
    return answer(preview(body.command(asked)))


@blueprint.post("/confirm")
def confirm():
    """Carry out a preview: `{confirmation, word?, confirmed?}`."""
    asked = body.only(body.json_object(), "confirmation", "word", "confirmed", "session_id")
    if asked.get("confirmed") is False:
        return answer({"kind": "cancelled"})
    return receipt(_confirmed(body.text(asked, "confirmation", required=True), body.text(asked, "word") or ""))


def _confirmed(confirmation, word):
    command = confirmations.opened(_actor(), confirmation)
    _sure(command, word)
    found = submit.submit(services(), _actor(), command)
    metrics.DEPLOYMENTS.labels(command.environment or "", found.status).inc()
    return found


def _sure(command, word):
    """High risk is confirmed by its word or the app's name, not by a mere yes."""
    wanted = WORDS.get(command.verb)
    more = "확인" if command.verb == "rollback" else "\0"
    if wanted and not any(each in word.lower() for each in (*wanted, command.app or "\0", more)):
        raise Invalid("word_needed", verb=command.verb, word=wanted[0] if language() == "ko" else wanted[1])
