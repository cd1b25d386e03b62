"""Chat: sentences, previews and their confirmation over HTTP and a websocket. Must not read or decide: see web/conversations and web/confirmations."""

from flask import Blueprint, g, request

from gitops import policy, verbs
from gitops.errors import Invalid
from gitops.types import Actor
from web import body, cards, confirmations, conversations, identity, suggestions
from web.api import answer, number, receipt
from web.context import services
from web.errors import language

blueprint = Blueprint("chat", __name__, url_prefix="/api/v1/nlp")
NOTE = 1000  # characters of what a person says about a misreading
MOST = 20  # previews that one sentence may stand for


def actor():
    """Who speaks, at this door."""
    return Actor(g.actor.name, g.actor.email, g.actor.scopes, "chat", g.actor.agent, g.actor.session)


def turn(asked):
    """The Turn that a body asks for: `{text, session_id?, pending?}`; without a conversation a new one."""
    text, session_id, pending = body.text(asked, "text", required=True), body.text(asked, "session_id"), asked.get("pending")
    if pending is not None and not (isinstance(pending, list) and len(pending) <= MOST and all(isinstance(each, str) for each in pending)):
        raise Invalid("bad_field", field="pending", wanted="a list of command ids")
    return conversations.begun(actor(), session_id or services().ledger.conversation_open(g.actor.email), text, pending)


@blueprint.post("/process")
def process():
    """Read a sentence: `{text, session_id?, pending?}` -> preview, answer, done, cancelled, clarify or unknown."""
    asked = body.only(body.json_object(), "text", "session_id", "pending")
    *_, (_, found) = conversations.spoken(turn(asked))
    return answer(found)


@blueprint.post("/preview")
def previewed():
    """A preview of a typed command, as a button asks for it, or as an edited card does in place of `command_id`: `{verb, app, environment, args, text?, session_id?, command_id?}`."""
    asked = body.only(body.json_object(), *body.COMMAND_FIELDS, "session_id", "command_id")
    command, edited, session_id = body.command(asked), body.text(asked, "command_id"), body.text(asked, "session_id")
    return answer(cards.edited(actor(), command, edited, session_id))


@blueprint.post("/confirm")
def confirm():
    """Carry out a preview, or cancel it: `{session_id?, command_id, confirmed, word?}`; high risk needs its word or the app's name."""
    asked = body.only(body.json_object(), "session_id", "command_id", "confirmed", "word")
    id, session_id = body.text(asked, "command_id", required=True), body.text(asked, "session_id")
    if asked.get("confirmed") not in (True, False):
        raise Invalid("bad_field", field="confirmed", wanted="true or false")
    found = cards.waiting(actor(), id, session_id)
    if not asked["confirmed"]:
        services().ledger.preview_cancel(id, actor())
        return answer({"kind": "cancelled", "command_id": id})
    confirmations.sure(found, body.text(asked, "word"), language())
    return receipt(confirmations.confirmed(actor(), id))


@blueprint.get("/history")
def history():
    """What was said, the newest first: how it was read, by rules or which model, how long it took, what became of it; `q`, `session_id`, `parser`, `before`, `limit`, `everyone` (admin:read)."""
    everyone = request.args.get("everyone") == "true"
    if everyone:
        identity.need("admin:read")
    before = number("before", 0, 0, 2**63 - 1) or None
    return answer({"items": cards.history(None if everyone else g.actor.email, request.args.get("session_id"), request.args.get("q"), request.args.get("parser"), before, number("limit", 50, 1, 200))})


@blueprint.get("/conversations")
def listed():
    """One's conversations, the newest first."""
    found = services().ledger.conversations(g.actor.email, number("limit", 50, 1, 200))
    return answer({"items": [{"session_id": each["id"], **{name: each[name] for name in ("title", "created", "updated")}} for each in found]})


@blueprint.get("/conversations/<session_id>")
def one(session_id):
    """One conversation: what was said, the previews that still wait, `pending`: those that a typed word stands for, and what "it" means."""
    found = services().ledger.conversation(session_id, g.actor.email)
    there = cards.waiting_in(actor(), session_id)
    return answer({"session_id": found["id"], "title": found["title"], "context": {name: found["context"].get(name) for name in cards.CARRIED},
                   "items": cards.history(g.actor.email, session_id, limit=number("limit", 50, 1, 200)), "waiting": there,
                   "pending": [each["command_id"] for each in there if each["command_id"] in found["context"].get("waiting", ())]})


@blueprint.post("/feedback")
def marked():
    """Say that a message of one's own was read wrongly: `{message, meant?, note?}`; `meant` in words."""
    asked = body.only(body.json_object(), "message", "meant", "note")
    if type(asked.get("message")) is not int or not 0 < asked["message"] < 2**63:
        raise Invalid("bad_field", field="message", wanted="the id of a message")
    found = services().ledger.message(asked["message"], g.actor.email)
    meant, note = (conversations.masked(body.text(asked, name) or "")[:NOTE] or None for name in ("meant", "note"))
    return answer({"feedback": services().ledger.feedback_keep(found["id"], g.actor.email, "wrong", found["text"], found["readings"], meant, note)}, 201)


@blueprint.get("/feedback")
def feedback():
    """What was corrected or marked as read wrongly, the newest first; `status` open, accepted or dismissed (admin:read)."""
    identity.need("admin:read")
    return answer({"items": services().ledger.feedback(request.args.get("status"), number("limit", 100, 1, 500))})


@blueprint.get("/suggestions")
def suggested():
    """Sentences worth saying now, in the language of the answer."""
    policy.authorise(g.actor, verbs.VERBS["list_apps"], None)
    return answer({"items": suggestions.of(services(), g.actor, language())})
