"""The administrator's side of misreadings: what was marked, a phrase tried and proposed, a misreading closed. Must not edit klepaas.yaml by itself: a phrase is a command like any other."""

from flask import Blueprint, g

from gitops.errors import Invalid, NotFound
from gitops.types import Command
from web import body, cards, chat, identity, lexicon
from web.api import answer
from web.context import services

blueprint = Blueprint("teaching", __name__, url_prefix="/api/v1/nlp")
SETTLED = ("accepted", "dismissed")
RECENT = 1000  # confirmed sentences of the installation that a phrase is tried against


@blueprint.get("/lexicon")
def phrases():
    """The phrases of this installation, and whether each is used: one that changes how a known sentence is read is not (admin:read)."""
    identity.need("admin:read")
    catalog = services().head()[1]
    used = lexicon.used(catalog)
    return answer({"items": [{"say": say, "means": means, "used": say in used} for say, means in catalog.config.lexicon.items()]})


@blueprint.post("/lexicon")
def teach():
    """Try a phrase for a misreading against the corpus and what was confirmed here, and preview its change of klepaas.yaml: `{feedback, say, means}` (admin:write)."""
    identity.need("admin:write")
    asked = body.only(body.json_object(), "feedback", "say", "means")
    say, means, found = body.text(asked, "say", required=True).strip(), body.text(asked, "means", required=True).strip(), _open(asked.get("feedback"))
    catalog = services().head()[1]
    read = lexicon.tried(catalog, say, means, found["text"], found["meant"], _confirmed(found))
    command = Command("teach", None, _strictest(catalog), {"say": say, "means": means}, text=found["text"])
    return answer({"read": {name: read[name] for name in ("command", "app", "environment", "args")}, "tried": len(lexicon.known()[0]), **cards.card(chat.actor(), command, cards.planned(chat.actor(), command))})


@blueprint.post("/feedback/<id>")
def settle(id):
    """Close a misreading: `{status}` accepted or dismissed (admin:write)."""
    identity.need("admin:write")
    status = body.text(body.only(body.json_object(), "status"), "status", required=True)
    if status not in SETTLED:
        raise Invalid("bad_field", field="status", wanted=" or ".join(SETTLED))
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
