"""One turn of a conversation: a sentence in; previews, answers or questions out, told as they come. What waits and what "it" means is the ledger's.

Nothing is changed by a sentence but what it confirms, and that by the one path (web/chat/confirmations).
"""

import re
import time
from dataclasses import dataclass, replace

from flask import g

from gitops import checks, verbs, views
from gitops.errors import Conflict, Invalid, KlepaasError
from gitops.types import Command
from nlp import followups, interpret
from nlp.hangul import has_korean
from nlp.reading import Reading
from web import metrics, reads
from web.chat import answers, cards, confirmations, lexicon, readers
from web.context import cluster, services
from web.external import spoken as others

QUESTIONS = ("clarify", "unknown")
LONGEST = 1000  # characters of the words that a question was asked about
NOTHING = {"en": "There is nothing to confirm.", "ko": "확인할 내용이 없습니다."}


@dataclass(frozen=True, slots=True)
class Turn:
    """One sentence under way. `waiting` are the previews that a typed word stands for."""

    actor: object
    conversation: str
    text: str
    context: dict
    waiting: tuple
    message: int = 0
    language: str = "en"


def begun(actor, conversation, text, shown=None):
    """The Turn; `shown` are the ids of the previews its sender sees waiting, if they say so."""
    talk = services().ledger.conversation(conversation, actor.email)
    wanted = talk["context"].get("waiting", ()) if shown is None else shown
    waiting = tuple(each for each in services().ledger.previews(actor, conversation) if each["id"] in wanted)
    return Turn(actor, conversation, text, talk["context"], waiting, language="ko" if has_korean(text) else "en")


def spoken(turn):
    """(event, value) as they come: `reading` how it was read, `item` each answer, last of all `answer`, the whole."""
    reading, read_by, note = _reading(turn)
    metrics.WORDS.labels(reading.command, reading.parser).inc()
    every = (reading, *reading.more)
    g.language = turn.language
    message = services().ledger.said(turn.conversation, turn.actor.email, masked(turn.text, every), language=turn.language, readings=[_plain(each) for each in every], **read_by)
    turn = replace(turn, message=message)
    how = {**cards.read_by(read_by), "note": note, "why": [[masked(line, every) for line in each.because] for each in every]}
    yield "reading", {"message": message, "commands": [each.command for each in every], **how}
    try:
        found = yield from _answered(turn, every)
    except KlepaasError as error:
        _refused(turn, every[-1], error)
        raise
    found = readers.told(found, note, reading)
    services().ledger.answered(message, found["kind"], _outcome(found))
    yield "answer", {"waiting": [each["id"] for each in turn.waiting], **found, "session_id": turn.conversation, "message": message, "language": turn.language, "reading": how}


def _refused(turn, reading, error):
    """Kept with its reason, and spoken of still: what follows may correct it. The error says in which conversation."""
    services().ledger.answered(turn.message, "refused", {"code": error.code, "text": error.text(turn.language)})
    if reading.command in verbs.VERBS:
        _remember(turn, reading, reading.command, stands=())
    error.details |= {"session_id": turn.conversation, "message": turn.message}


def _reading(turn):
    """(the Reading; who made it, in how many ms, with how many tokens; what is told of models, or None)."""
    began, catalog = time.perf_counter(), services().readable()[1]
    asked = readers.models(turn.text)
    reading = _worded(turn) or others.reading(turn.text, catalog, turn.language, lambda: interpret.interpret(lexicon.rewritten(turn.text, lexicon.used(catalog)), turn.context, list(catalog.app_names), list(catalog.environments), asked))
    return reading, readers.who(reading) | {"latency": (time.perf_counter() - began) * 1000}, readers.note(reading, asked, turn.language)


def _worded(turn):
    """A reading of the words that only make sense beside what waits: a high risk's own, or its app's name."""
    high = [each for each in turn.waiting if each["risk"] == "high"]
    if high and all(confirmations.given(each, turn.text) for each in high):
        return Reading("confirm", confidence=1.0, because=("the words that the preview asks for",))
    return None


def _answered(turn, every):
    reading = every[0]
    if reading.command == "confirm":
        return _confirmed(turn) if turn.waiting else {"kind": "clarify", "question": NOTHING[turn.language], "choices": [], "missing": []}
    if reading.command == "cancel" and reading.app is None:  # with an app it is the order that stops a sync
        return _cancelled(turn)
    if reading.command == others.COMMAND:
        return {**others.answer(turn.actor, reading, turn.language), "waiting": [each["id"] for each in turn.waiting]}
    if reading.command in QUESTIONS and len(every) == 1:
        context = _remember(turn, reading, (reading.clarification or {}).get("command"), stands=(), asked=_words(turn))
        return {**_question(reading), "waiting": context["waiting"]}
    return (yield from _carried_out(turn, every))


def _confirmed(turn):
    """Each that waits, in order; what is refused of it is said beside what is not. Nothing of it where a word is wanting."""
    try:
        for each in turn.waiting:
            confirmations.sure(each, turn.text, turn.language)
    except Invalid as error:
        return {"kind": "clarify", "question": error.text(turn.language), "choices": [], "missing": ["word"], "code": error.code}
    items = [_tried(turn, lambda each=each: views.receipt(confirmations.confirmed(turn.actor, each["id"]))) for each in turn.waiting]
    return {"kind": "done", "items": items, "waiting": []}


def _cancelled(turn):
    items = [_tried(turn, lambda each=each: services().ledger.preview_cancel(each["id"], turn.actor)) for each in turn.waiting]
    return {"kind": "cancelled", "items": [each for each in items if each], "cancelled": [each["id"] for each in turn.waiting], "waiting": []}


def _question(reading):
    found = reading.clarification or {}
    question = (found.get("question") or {}).get(reading.language) or (found.get("question") or {}).get("en", "")
    more = {"suggestions": found.get("choices", [])} if reading.command == "unknown" else {"choices": found.get("choices", []), "missing": found.get("missing", [])}
    return {"kind": reading.command, "question": question, **more}


def _carried_out(turn, every):
    """Reads are answered, changes and orders previewed, in the order they were said."""
    items = []
    for each in every:
        items.append(_one(turn, each) if len(every) == 1 else _tried(turn, lambda each=each: _one(turn, each, corrects=False)))
        yield "item", items[-1]
    context = _remember(turn, every[-1], every[-1].command, [each["command_id"] for each in items if each.get("command_id")])
    return {"kind": "preview" if any("plan" in each for each in items) else "answer", "items": items, "waiting": context["waiting"], "context": {name: context[name] for name in cards.CARRIED}}


def _words(turn):
    """The person's words with those that a question was asked about before."""
    return "\n".join(filter(None, [turn.context.get("asked"), turn.text]))[-LONGEST:]


def _remember(turn, reading, command, fresh=(), stands=None, asked=None):
    """What "it", a correction and a typed word mean in the next sentence: the new previews; after a read those before it; after a question none, but its words."""
    stands = turn.waiting if stands is None and (_corrects(turn) or not fresh) else stands or ()
    wanted = {each["id"] for each in stands} | set(fresh)
    waiting = [each["id"] for each in services().ledger.previews(turn.actor, turn.conversation) if each["id"] in wanted]
    context = {"app": reading.app, "environment": reading.environment, "command": command, "args": cards.short(reading.args), "waiting": waiting, "asked": asked and masked(asked, [reading])}
    services().ledger.remember(turn.conversation, context)
    return context


def _tried(turn, do):
    """What it gives, or what refused it as an item: one of several does not stop the others."""
    try:
        return do()
    except KlepaasError as error:
        return {"question": error.text(turn.language), "choices": list(error.details.get("choices", ())), "missing": [], "code": error.code}


def _one(turn, reading, corrects=True):
    if reading.command in QUESTIONS:
        return _question(reading)
    answers_a_question = turn.context.get("asked") and reading.command == turn.context.get("command")
    command = Command(reading.command, reading.app, reading.environment, dict(reading.args), text=_words(turn) if answers_a_question else turn.text)
    if verbs.find(reading.command).kind == "read":
        found = reads.read(services(), cluster(), turn.actor, command)
        return found | {"summary": answers.sentence(found, turn.language), "command": cards.shown(command), "language": turn.language}
    last = _withdrawn(turn) if corrects else None
    if last is not None:
        command = replace(command, text="\n".join(filter(None, [last["command"].text, turn.text])))
    plan = cards.planned(turn.actor, command)
    if last is not None:
        _keep_correction(turn, last, command, plan)
    same = next((each["id"] for each in turn.waiting if each != last and _same(each["command"], command, plan)), None)
    found = cards.card(turn.actor, command, plan, conversation=turn.conversation, message=turn.message, replaces=same)
    return found | {"language": turn.language, "replaces": last["id"] if last else found["command_id"] and same}


# --- corrections ---------------------------------------------------------------------------------------------------------


def _corrects(turn):
    return followups.amended(turn.text.lower()) is not None


def _withdrawn(turn):
    """The waiting preview that `no, staging` corrects: it waits no more, whatever comes in its place. None where there is none, or it was confirmed before."""
    if not turn.waiting or not _corrects(turn):
        return None
    try:
        services().ledger.preview_withdraw(turn.waiting[-1]["id"], turn.actor)
    except Conflict:
        return None
    return turn.waiting[-1]


def _same(waiting, command, plan):
    """Whether both are about one thing, so that confirming both would make no sense."""
    return (waiting.verb, waiting.app, waiting.environment, waiting.args.get("name")) == (command.verb, plan["app"], plan["environment"], plan["args"].get("name"))


def _keep_correction(turn, last, command, plan):
    """What a person corrects is kept, so that somebody can teach the words."""
    if last["message"] is None:
        return
    first = services().ledger.message(last["message"], turn.actor.email)
    meant = {"command": command.verb, "app": plan["app"], "environment": plan["environment"], "args": cards.short(dict(command.args))}
    services().ledger.feedback_keep(first["id"], turn.actor.email, "corrected", first["text"], first["readings"], meant)


# --- what is kept of it ------------------------------------------------------------------------------------------------------


def masked(text, readings=()):
    """The text without what looks like a secret: what is said is kept."""
    for pattern in checks.SECRETS.values():
        text = re.sub(pattern, "***", text)
    for each in readings:
        name, value = (str(each.args.get(key, "")) for key in ("name", "value"))
        if value and checks.looks_secret(name, value):
            text = text.replace(value, "***")
    return text


def _plain(reading):
    """A reading as history shows it; no values of variables, no manifests."""
    args = {name: value for name, value in cards.short(reading.args).items() if name not in ("value", "manifest")}
    return {"command": reading.command, "app": reading.app, "environment": reading.environment, "args": args}


def _outcome(found):
    if "items" not in found:
        return {"question": found.get("question")}
    return {"summary": [each.get("summary") or each.get("question") or each.get("status") for each in found["items"]]}
