"""Messages that only make sense after another: yes, no, `and redis too`, `no, staging`, `4`. Must not read a command that stands alone."""

import re

from gitops.verbs import VERBS
from nlp import arguments, guards, places, speaking
from nlp.clauses import Clause
from nlp.lexicon import talk, things
from nlp.reading import FROM_CONTEXT, Reading, clarify

_CONFIRM, _CANCEL = re.compile(talk.CONFIRM), re.compile(talk.CANCEL)
_ALSO, _ABOUT, _AMEND = re.compile(talk.ALSO), re.compile(talk.ABOUT), re.compile(talk.AMEND)
_ONLY, _OF_PODS = re.compile(talk.ONLY), re.compile(talk.OF_PODS)


def answer(text):
    """confirm, cancel or None: only if the whole message says it."""
    said = text.lower.strip()
    if _CANCEL.fullmatch(said):
        return "cancel"
    return "confirm" if _CONFIRM.fullmatch(said) else None


def amended(text):
    """What stands after `no, …`, or None."""
    found = _AMEND.match(text)
    return found.start("rest") if found else None


def carried_on(marked, scene, amending=False):
    """The context's verb said again of what this message names, or None."""
    verb = VERBS.get(scene.context.command or "")
    if verb is None or not marked.things or guards.sentence(marked.text) or guards.negated(marked.text):
        return None
    clause = Clause(marked.text, marked.things, 0)
    about, also, only = (pattern.fullmatch(marked.text) for pattern in (_ABOUT, _ALSO, _ONLY))
    if also or amending and (about or only):
        return _again(clause, scene, verb, amending)
    if about and verb.kind == "read":
        return _again(clause, scene, verb)
    if about and not only:
        return clarify("asked", because=("a question about the last command",))
    return _completed(clause, scene, verb) if only else None


def _completed(clause, scene, verb):
    """`4`, `v1.2`, `to production`: the one thing that the last command may take."""
    thing = clause.things[0]
    if thing.kind == things.APP and len(clause.things) > 1:
        return None  # `nginx to 3` is a command of its own
    if thing.kind == things.APP and scene.context.app:
        return clarify("command", ["command"], because=("an app alone",), app=thing.value)
    return _again(clause, scene, verb)


def _again(clause, scene, verb, amending=False):
    if scene.cut:
        return clarify("cut")
    apps, spots = speaking.named_apps(clause), places.meant(clause)
    if any(thing.doubt for thing in apps) and verb.kind != "read" or any(spot.value is None for spot in spots):
        return clarify("typo" if apps else "unknown_environment", ["app" if apps else "environment"], apps[0].choices if apps else scene.environments, verb.name)
    args = _args(clause, verb)
    if args is None:
        return None
    app = apps[0].value if apps else scene.context.app
    environment = spots[0].value if spots else None if apps and app != scene.context.app and not amending else scene.context.environment
    if app is None and verb.app == "required":
        return clarify("app", ["app"], scene.apps[:10], verb.name, environment=environment, args=args)
    args = dict(scene.context.args) | args
    missing = [argument.name for argument in verb.arguments if argument.required and argument.name not in args]
    if missing and not amending:
        return clarify(missing[0], missing, (), verb.name, app=app, environment=environment, args=args)
    return Reading(verb.name, app if verb.app != "none" else None, environment, args, FROM_CONTEXT, because=(f"{verb.name} goes on from the last command",))


def _args(clause, verb):
    """The arguments said; None if something was said that the verb cannot take."""
    kinds = {thing.kind for thing in clause.things} - {things.APP, things.ENV}
    args = arguments.take(verb.name, clause)
    if verb.name == "scale" and kinds:
        count = [value for value in arguments.values(clause, things.PODS, things.NUMBER)]
        return {"replicas": count[0]} if len(count) == 1 and isinstance(count[0], int) and 0 <= count[0] <= 100 and not guards.relative(clause.text) else None
    if verb.name == "logs" and kinds & {things.PODS, things.NUMBER} and not any(_OF_PODS.search(thing.said.lower()) for thing in clause.things):
        return {"lines": arguments.values(clause, things.PODS, things.NUMBER)[0]}
    return args if args or not kinds else None
