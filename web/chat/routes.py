"""Chat: sentences, previews and their confirmation over HTTP and a websocket. Must not read or decide: see web/chat/conversations and web/chat/confirmations."""

from flask import Blueprint, g

from gitops import policy, verbs
from gitops.errors import Invalid
from gitops.types import Actor
from gitops.verbs import Argument
from web.chat import cards, confirmations, conversations, suggestions
from web.context import services
from web.errors import language
from web.people import identity
from web.rest import body, pages, shown
from web.rest.api import answer, receipt
from web.rest.described import says

blueprint = Blueprint("chat", __name__, url_prefix="/api/v1/nlp")
NOTE = 1000  # characters of what a person says about a misreading
MOST = 20  # previews that one sentence may stand for
LONGEST = 512 * 1024  # characters of a sentence: as much as a body holds
TEXT = Argument("text", ("the sentence", "문장"), required=True, max_length=LONGEST)
SESSION = Argument("session_id", ("the conversation; without a new one", "대화. 없으면 새 대화"))
TURN = (TEXT, SESSION, Argument("pending", ("previews that a typed word stands for", "입력한 말이 가리키는 미리보기"), "strings"))
PREVIEW = (Argument("verb", ("what is asked for", "요청할 동작"), required=True), Argument("app", ("the app", "앱")), Argument("environment", ("the environment", "환경")),
           Argument("args", ("its arguments", "인자"), "object"), Argument("text", ("one's own words", "요청한 말"), max_length=LONGEST), Argument("reason", ("why", "이유")),
           Argument("id", ("the command's id", "명령의 ID")), Argument("preview", ("without meaning here", "여기서는 뜻이 없습니다"), "boolean"), SESSION, Argument("command_id", ("the card it takes the place of", "대신할 카드")))
CONFIRM = (SESSION, Argument("command_id", ("the preview", "미리보기"), required=True), Argument("confirmed", ("false cancels it", "false면 취소"), "boolean", required=True),
           Argument("word", ("what high risk asks for", "위험도가 높을 때 입력하는 말")))
MARKED = (Argument("message", ("the message's id", "메시지 ID"), "integer", required=True, minimum=1, maximum=2**63 - 1), Argument("meant", ("what was meant, in words", "뜻한 말")), Argument("note", ("anything else", "덧붙일 말")))
FOUND = (Argument("q", ("a text in them", "찾을 말"), max_length=300), Argument("session_id", ("of one conversation", "대화 하나"), max_length=64), Argument("parser", ("who read it: rules, or a model", "무엇이 읽었는지: rules 또는 모델"), max_length=40),
         Argument("everyone", ("what everybody said (admin:read)", "모든 사람의 말 (admin:read)"), "boolean"))
CANCELLED = shown.thing(kind={"const": "cancelled"}, command_id=shown.TEXT)
ANSWERS = {"errors": (404, 409, 504)}


def actor():
    """Who speaks, at this door."""
    return Actor(g.actor.name, g.actor.email, g.actor.scopes, "chat", g.actor.agent, g.actor.session)


def turn(asked):
    """The Turn that the fields TURN ask for; without a conversation a new one."""
    if len(asked["pending"] or ()) > MOST:
        raise Invalid("bad_field", field="pending", wanted=f"at most {MOST} command ids")
    return conversations.begun(actor(), asked["session_id"] or services().ledger.conversation_open(g.actor.email), asked["text"], asked["pending"])


@blueprint.post("/process")
@says("문장을 읽습니다: 미리보기, 답, 완료, 취소, 되물음 또는 모름.", body=TURN, answers=shown.TURN, **ANSWERS)
def process(asked):
    """Read a sentence: `{text, session_id?, pending?}` -> preview, answer, done, cancelled, clarify or unknown."""
    *_, (_, found) = conversations.spoken(turn(asked))
    return answer(found)


@blueprint.post("/preview")
@says("버튼이나 고친 카드처럼, 입력된 명령의 미리보기를 만듭니다.", body=PREVIEW, answers=shown.PREVIEW, **ANSWERS)
def previewed(asked):
    """A preview of a typed command, as a button asks for it, or as an edited card does in place of `command_id`: `{verb, app, environment, args, text?, session_id?, command_id?}`."""
    return answer(cards.edited(actor(), body.command(asked), asked["command_id"], asked["session_id"]))


@blueprint.post("/confirm")
@says("미리보기를 실행하거나 취소합니다. 위험도가 높으면 정해진 말이나 앱 이름이 필요합니다.", body=CONFIRM, answers={200: {"anyOf": [shown.RECEIPT, CANCELLED]}, 201: shown.RECEIPT, 202: shown.RECEIPT}, **ANSWERS)
def confirm(asked):
    """Carry out a preview, or cancel it: `{session_id?, command_id, confirmed, word?}`; high risk needs its word or the app's name."""
    id = asked["command_id"]
    found = cards.waiting(actor(), id, asked["session_id"])
    if not asked["confirmed"]:
        services().ledger.preview_cancel(id, actor())
        return answer({"kind": "cancelled", "command_id": id})
    confirmations.sure(found, asked["word"], language())
    return receipt(confirmations.confirmed(actor(), id))


@blueprint.get("/history")
@says("나눈 말을 최신순으로: 어떻게, 무엇이, 얼마 만에 읽었고 어떻게 되었는지.", *FOUND, *pages.by(50, 200), answers=shown.page(shown.SAID))
def history(q, session_id, parser, everyone, limit, cursor):
    """What was said, the newest first: how it was read, by rules or which model, how long it took, what became of it; `everyone` (admin:read)."""
    if everyone:
        identity.need("admin:read")
    return answer(_said(None if everyone else g.actor.email, session_id, q, parser, limit, cursor))


def _said(email, session_id, q, parser, limit, cursor):
    found = cards.history(email, session_id, q, parser, (pages.at(cursor) or (None,))[0], limit + 1)
    return pages.page(found, limit, lambda each: (each["id"],))


@blueprint.get("/conversations")
@says("자신의 대화를 최신순으로 봅니다.", *pages.by(50, 200), answers=shown.page(shown.TALK))
def listed(limit, cursor):
    """One's conversations, the newest first."""
    found = services().ledger.conversations(g.actor.email, limit + 1, pages.at(cursor))
    return answer(pages.page(found, limit, lambda each: (each["updated"], each["id"]), lambda each: {"session_id": each["id"], **{name: each[name] for name in ("title", "created", "updated")}}))


@blueprint.get("/conversations/<session_id>")
@says("대화 하나: 나눈 말, 아직 기다리는 미리보기, 입력한 말이 가리키는 것, '그것'의 뜻.", *pages.by(50, 200), errors=(504,), answers=shown.page(
    shown.SAID, session_id=shown.TEXT, title=shown.TEXT, context=shown.OBJECT, waiting=shown.many(shown.PREVIEW), pending=shown.many(shown.TEXT)))
def one(session_id, limit, cursor):
    """One conversation: what was said, the previews that still wait, `pending`: those that a typed word stands for, and what "it" means."""
    found = services().ledger.conversation(session_id, g.actor.email)
    there = cards.waiting_in(actor(), session_id)
    return answer({"session_id": found["id"], "title": found["title"], "context": {name: found["context"].get(name) for name in cards.CARRIED},
                   **_said(g.actor.email, session_id, None, None, limit, cursor), "waiting": there,
                   "pending": [each["command_id"] for each in there if each["command_id"] in found["context"].get("waiting", ())]})


@blueprint.post("/feedback")
@says("자신의 메시지가 잘못 읽혔다고 알립니다.", body=MARKED, answers={201: shown.thing(feedback=shown.WHOLE)}, errors=(404,))
def marked(asked):
    """Say that a message of one's own was read wrongly: `{message, meant?, note?}`; `meant` in words."""
    found = services().ledger.message(asked["message"], g.actor.email)
    meant, note = (conversations.masked(asked[name] or "")[:NOTE] or None for name in ("meant", "note"))
    return answer({"feedback": services().ledger.feedback_keep(found["id"], g.actor.email, "wrong", found["text"], found["readings"], meant, note)}, 201)


@blueprint.get("/feedback")
@says("고쳐졌거나 잘못 읽혔다고 표시된 것을 최신순으로 봅니다 (admin:read).", Argument("status", ("of these alone", "이 상태만"), choices=("open", "accepted", "dismissed")), *pages.by(100), answers=shown.page(shown.MISREADING))
def feedback(status, limit, cursor):
    """What was corrected or marked as read wrongly, the newest first; `status` open, accepted or dismissed (admin:read)."""
    identity.need("admin:read")
    found = services().ledger.feedback(status, limit + 1, pages.at(cursor))
    return answer(pages.page(found, limit, lambda each: (each["id"],)))


@blueprint.get("/suggestions")
@says("지금 말해 볼 만한 문장을 답의 언어로.", answers=shown.thing(items=shown.many(shown.TEXT)))
def suggested():
    """Sentences worth saying now, in the language of the answer."""
    policy.authorise(g.actor, verbs.VERBS["list_apps"], None)
    return answer({"items": suggestions.of(services(), g.actor, language())})
