"""Sentences worth saying now: about what is not well first, then what the person says often, then examples. Each is one that the rules can read."""

from nlp import interpret
from nlp.lexicon.questions import SUGGESTIONS
from web import reads

MOST, LONGEST = 6, 80
TROUBLE = {"en": ("why is {app} down in {environment}?", "logs of {app} in {environment}"), "ko": ("{environment} {app} 왜 안 돼?", "{environment} {app} 로그 보여줘")}
ALWAYS = {"en": ("overview", "history of {app}"), "ko": ("전체 상황 보여줘", "{app} 배포 이력")}
NO_APPS = {"en": "create app hello image nginx:1.27", "ko": "hello 앱 만들어줘, 이미지는 nginx:1.27"}
ILL = ("degraded", "missing")


def of(services, actor, language):
    """At most MOST sentences."""
    cards = reads.apps(services, actor)["items"]
    ill = [each for each in cards if each["health"] in ILL or each["sync"] == "failed"]
    found = [text.format(**each) for each in ill[:1] for text in TROUBLE[language]] + _often(services, actor, language)
    if cards:
        app = next((each["app"] for each in cards if not each.get("problem")), cards[0]["app"])
        found += [text.format(app=app) for text in (*SUGGESTIONS[language], *ALWAYS[language])]
    return list(dict.fromkeys(found or (NO_APPS[language],)))[:MOST]


def _often(services, actor, language):
    """What this person asked for more than once of late, as far as it can be said alone."""
    messages = [each for each in services.ledger.messages(actor.email, limit=100) if each["kind"] in ("answer", "preview") and each["language"] == language and len(each["text"]) < LONGEST]
    said = [each["text"] for each in messages]
    return [each["text"] for each in {each["text"]: each for each in messages}.values() if said.count(each["text"]) > 1 and _alone(services, each)][:2]


def _alone(services, message):
    catalog = services.readable()[1]
    reading = interpret.interpret(message["text"], None, list(catalog.app_names), list(catalog.environments))
    return [reading.command, reading.app] == [message["readings"][0][name] for name in ("command", "app")]
