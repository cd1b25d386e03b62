"""The tutorial: which of its steps somebody has done, as the ledger shows it. Keeps nothing of its own: to begin again is to look at a later time only."""

from flask import Blueprint, g

from gitops.verbs import Argument
from web.context import services
from web.rest import shown
from web.rest.api import answer
from web.rest.described import says

blueprint = Blueprint("tutorial", __name__, url_prefix="/api/v1")
LOOKED = ("status", "health", "logs", "events", "overview", "list_pods", "endpoint")  # reads that count as checking
DONE = ("committed", "proposed")
LATEST = 200  # rows that are looked through


@blueprint.get("/tutorial")
@says("튜토리얼의 단계와, `since` 뒤에 각각을 언제 했는지.", Argument("since", ("since when (UTC seconds)", "언제부터 (UTC 초)"), "integer", minimum=0, maximum=2**53, default=0),
      answers=shown.thing(steps=shown.many(shown.thing(name=shown.TEXT, at=shown.PERHAPS))))
def tutorial(since):
    """The steps of the tutorial, and when the caller did each after `since` (UTC seconds): from commands, questions in the chat, syncs and reviews."""
    return answer({"steps": steps(services().ledger, g.actor.email, since)})


def steps(ledger, email, since):
    """[{name, at}]: `at` is None while a step is not done."""
    commands = [each for each in ledger.commands_of(email=email, limit=LATEST) if each["created"] >= since]
    changed = [each for each in commands if each["status"] in DONE]
    found = {
        "welcome": since, "deploy": _first(changed, "deploy", "create_app"), "check": _checked(ledger, email, since), "scale": _first(changed, "scale"),
        "break": _broken(ledger, changed), "rollback": _first(changed, "rollback"), "review": _reviewed(ledger, email, since, commands)}
    return [{"name": name, "at": at} for name, at in found.items()]


def _first(commands, *verbs):
    return min((each["created"] for each in commands if each["verb"] in verbs), default=None)


def _checked(ledger, email, since):
    asked = [each for each in ledger.messages(email, limit=LATEST) if each["at"] >= since and any(reading.get("command") in LOOKED for reading in each["readings"])]
    return min((each["at"] for each in asked), default=None)


def _broken(ledger, commands):
    """A deployment of theirs that did not come up."""
    for each in reversed(commands):
        for sync in ledger.syncs(each["app"], each["environment"]) if each["verb"] == "deploy" else ():
            if each["commit"] in (sync.get("commit"), sync["revision"]) and {"degraded", "failed"} & {sync["status"], sync["health"]["status"]}:
                return each["created"]
    return None


def _reviewed(ledger, email, since, commands):
    """They approved one, or one of theirs was merged."""
    merged = [each for each in ledger.reviews("merged") if each.author.lower() == email.lower() and each.created >= since]
    return min([each["created"] for each in commands if each["verb"] == "approve" and each["status"] == "accepted"] + [each.created for each in merged], default=None)
