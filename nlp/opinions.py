"""When a model is asked beside the rules, and what of its reading is offered. Never raises for a text or an answer, and never writes.

The rules come first: what they read whole needs no model, and where their guards see no request no model makes one. A change that the words do not bear
out (nlp/borne) is offered only if a second model reads the very same; else it is asked about.
"""

import re
from dataclasses import replace

from gitops.verbs import VERBS
from nlp import borne, entities, prompt, schema
from nlp.lexicon.questions import TEXTS
from nlp.reading import clarify

_WORD, _CODE = re.compile(r"[^\W\d_]"), re.compile(r"[{}<>]|\"\s*:")


def wanted(by_rules, read, scene):
    """Whether a model may know more: the rules ask or understood nothing, and the whole message is words beside names, which they may hand on."""
    whole = not (read.manifest or read.cut or read.trick or _CODE.search(read.line))
    return whole and not borne.sure(by_rules) and _WORD.search(entities.find(read, scene.apps, scene.environments).text) is not None


def sought(by_rules, read, scene, models):
    """The rules' reading, or a model's as far as it may be offered; with every call that was made for it."""
    marked, question, until = entities.find(read, scene.apps, scene.environments), prompt.question(read, scene), models.deadline()
    found, call, calls = models.ask(question, _accept(scene, marked), until)
    if not found or not borne.keeps(by_rules, found):
        return replace(by_rules, calls=calls)
    if not any(map(schema.changes, found)):
        return _by(call, calls, found)
    guard = _guard(by_rules, read, marked)
    if guard:
        return replace(_refused(by_rules, guard), calls=calls)
    doubts = borne.doubts(by_rules, scene, marked, read.line, found)
    if doubts and models.verify and all(each.open for each in doubts):
        second, _, more = models.ask(question, _accept(scene, marked), until, without=[each.provider for each in calls])
        doubts, calls = [] if second == found else doubts, calls + more
    offered = _asked(by_rules, found, doubts, scene) if doubts else found
    return _by(call, calls, offered) if offered else replace(by_rules, calls=calls)


def _guard(by_rules, read, marked):
    """Why nothing in the message is a request, by the rules or by a stricter look; None where it may be one."""
    codes = [borne.code(each) for each in (by_rules, *by_rules.more)]
    return next((code for code in codes if code in borne.NO_CHANGE), None) or borne.guarded(read.line, marked)


def _refused(by_rules, guard):
    """What the rules said, if they said as much or read something; else why it is no request."""
    stands = borne.code(by_rules) in borne.NO_CHANGE or borne.commands(by_rules)
    return by_rules if stands else clarify(guard, because=(f"a model read a change, but the words are {guard}",))


def alone(read, scene, models):
    """What the first model that answers reads, unjudged: for scoring models, never for a door."""
    marked = entities.find(read, scene.apps, scene.environments)
    found, call, calls = models.ask(prompt.question(read, scene), _accept(scene, marked), models.deadline())
    return _by(call, calls, found) if found else replace(clarify("command"), command="unknown", calls=calls)


def _accept(scene, marked):
    return lambda data: borne.placed(schema.readings(data, scene.apps, scene.environments), scene, marked)


def _by(call, calls, readings):
    first, *more = (replace(each, parser=call.provider) for each in readings)
    return replace(first, more=tuple(more), calls=calls)


def _asked(by_rules, found, doubts, scene):
    """The question about the one part that is doubted; none of its own where several are, or several things were read: then the rules' answer is as good."""
    parts, first = {each.part for each in doubts}, found[0]
    if len(found) > 1 or first.clarification or len(parts) > 1 or parts == {"app"} and not doubts[0].open:
        return []
    part, = parts
    known = {"app": first.app, "environment": first.environment, "args": dict(first.args)}
    if part == "app":
        return [clarify("typo", ["app"], [first.app], first.command, **known | {"app": None})]
    if part == "environment":
        return [clarify("environment", ["environment"], [first.environment] if first.environment else scene.environments, first.command, **known | {"environment": None})]
    if part == "command":
        return [clarify("verb", ["command"], sorted({first.command, *_seen(by_rules)}), app=first.app)]
    known["args"].pop(part)
    return [clarify(part if part in TEXTS else "out_of_range", [part], (), first.command, **known)]


def _seen(by_rules):
    return [each for each in (by_rules.command, (by_rules.clarification or {}).get("command")) if each in VERBS]
