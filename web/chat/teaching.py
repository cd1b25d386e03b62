"""The administrator's side of misreadings: what was marked, a phrase tried and proposed, a misreading closed. Must not edit klepaas.yaml by itself: a phrase is a command like any other."""

from flask import Blueprint, g

from gitops.errors import NotFound
from gitops.types import Command
from gitops.verbs import Argument
from web.chat import cards, lexicon
from web.chat import routes as chat
from web.context import services
from web.people import identity
from web.rest import shown
from web.rest.api import answer
from web.rest.described import says

blueprint = Blueprint("teaching", __name__, url_prefix="/api/v1/nlp")
RECENT = 1000  # confirmed sentences of the installation that a phrase is tried against
SOMETHING = r"[\s\S]*\S[\s\S]*"
TEACH = (Argument("feedback", ("the misreading", "잘못 읽힌 것"), "integer", required=True, minimum=1, maximum=2**63 - 1), Argument("say", ("the phrase", "표현"), required=True, pattern=SOMETHING, max_length=80),
         Argument("means", ("the words it stands for", "그 표현이 뜻하는 말"), required=True, pattern=SOMETHING, max_length=80))
SETTLE = (Argument("status", ("what became of it", "처리 결과"), required=True, choices=("accepted", "dismissed")),)


@blueprint.get("/lexicon")
@says("이 설치의 표현과 각각이 쓰이는지. 알려진 문장의 해석을 바꾸는 것은 쓰이지 않습니다 (admin:read).", answers=shown.thing(items=shown.many(shown.thing(say=shown.TEXT, means=shown.TEXT, used=shown.FLAG))))
def phrases():
    """The phrases of this installation, and whether each is used: one that changes how a known sentence is read is not (admin:read)."""
    identity.need("admin:read")
    catalog = services().readable()[1]
    used = lexicon.used(catalog)
    return answer({"items": [{"say": say, "means": means, "used": say in used} for say, means in catalog.config.lexicon.items()]})


@blueprint.post("/lexicon")
@says("표현을 문장 모음과 여기서 확인된 말로 시험하고 klepaas.yaml 변경을 미리 봅니다 (admin:write).", body=TEACH, errors=(404, 409, 504),
      answers=shown.thing(read=shown.READING, tried=shown.COUNT, **shown.PREVIEW["properties"]))
def teach(asked):
    """Try a phrase for a misreading against the corpus and what was confirmed here, and preview its change of klepaas.yaml: `{feedback, say, means}` (admin:write)."""
    identity.need("admin:write")
    say, means, found = asked["say"].strip(), asked["means"].strip(), _open(asked["feedback"])
    catalog = services().head()[1]
    read = lexicon.tried(catalog, say, means, found["text"], found["meant"], _confirmed(found))
    command = Command("teach", None, _strictest(catalog), {"say": say, "means": means}, text=found["text"])
    return answer({"read": {name: read[name] for name in ("command", "app", "environment", "args")}, "tried": len(lexicon.known()[0]), **cards.card(chat.actor(), command, cards.planned(chat.actor(), command))})


@blueprint.post("/feedback/<id>")
@says("잘못 읽힌 것을 처리합니다 (admin:write).", body=SETTLE, answers=shown.thing(feedback=shown.WHOLE, status=shown.TEXT))
def settle(id, asked):
    """Close a misreading: `{status}` accepted or dismissed (admin:write)."""
    identity.need("admin:write")
    status = asked["status"]
    if not (id.isascii() and id.isdigit() and len(id) < 19):
        raise NotFound("no_such_feedback", feedback=id[:20])
    services().ledger.feedback_settle(int(id), status, g.actor)
    return answer({"feedback": int(id), "status": status})


def _open(id):
    found = next((each for each in services().ledger.feedback("open", 1000) if each["id"] == id), None)
    if found is None:
        raise NotFound("no_such_feedback", feedback=str(id)[:20])
    return found


def _strictest(catalog):
    """What klepaas.yaml says concerns every environment: the one that asks for review decides who approves."""
    asking = [each for each in catalog.environments.values() if each.review]
    return max(asking, key=lambda each: each.approvals).name if asking else catalog.first.name


def _confirmed(found):
    """What people said and confirmed was read rightly; but for the sentence in question."""
    messages = services().ledger.messages(limit=RECENT)
    right = {each["message"] for each in services().ledger.previews_of_messages([each["id"] for each in messages]) if each["status"] == "confirmed"}
    return list(dict.fromkeys(each["text"] for each in messages if each["id"] in right and each["text"] != found["text"]))
