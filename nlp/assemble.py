"""A verb and the clause it was said in, made into readings: which app, which environment, which arguments, and what is still to be asked."""

import re
from dataclasses import replace

from gitops.errors import Invalid
from gitops.types import Command
from gitops.verbs import REVIEW_VERBS, VERBS, check
from nlp import arguments, guards, places, targets
from nlp.lexicon import things
from nlp.reading import CERTAIN, Reading, clarify
from nlp.speaking import Assembled, because, known, named_apps

_SUBJECT = re.compile(r"([ⓋⒸⒷⒾ])(?:이|가)(?=\s)")
_BY_STEP = re.compile(r"Ⓟ(?!으로|로|까지| ?으로| ?로|만? ?띄|만? ?(?:유지|운영|돌)| for| of)(?:를|만|을)? ?(?:만 ?)?(?:늘|줄|증설|증대|감축|축소|추가|올|내|높|낮|빼|키|확장|증가|감소)")
_PLACED = "ⓃⓅⓋⒸⒷⒾⓈⓌⒼⓁⒹⓄⓇⒿ"  # things that say what a change is about
_PLACES = {"scale": "ⓅⓃ", "rollback": "ⓋⒸⒼ", "deploy": "ⓋⒸⒷⒾ", "set_env": "ⓈⓌ", "unset_env": "Ⓦ", "create_app": "ⒾⓋⓅ", "release": "Ⓒ", "delete_manifest": "Ⓙ", "approve": "ⓇⓃ", "merge": "ⓇⓃ", "reject": "ⓇⓃ", "apply_manifest": "ⓃⓅⓋⒸⒷⒾⓈⓌ"}


def question(speaking, verb):
    """The readings of a read."""
    return _readings(speaking, verb)


def change(speaking):
    """The readings of a change that was asked for, or what must be asked first."""
    head, clause = speaking.head, speaking.clause
    if speaking.scene.cut:
        return [Assembled(clarify("cut"), "cut")]
    if head.choices:
        return [Assembled(clarify("verb", ["command"], head.choices, None, because(speaking, "?"), **known(speaking)))]
    if guards.everything(clause.text) and not named_apps(clause) and VERBS[head.verb].app == "required":
        return [Assembled(clarify("all", ["app"], speaking.scene.apps[:10], head.verb), "all")]
    if head.verb == "scale" and _BY_STEP.search(clause.text) and arguments.replicas(clause)[1] is None and "에서" not in clause.text:
        return [Assembled(clarify("relative", ["replicas"], (), "scale", because(speaking, "scale"), **known(speaking)))]
    return _readings(speaking, head.verb)


def _readings(speaking, verb):
    spots, problem = targets.environments(speaking, verb)
    if problem:
        return [Assembled(replace(problem, app=known(speaking)["app"]))]
    if VERBS[verb].app == "none":
        return [_one(speaking, verb, None, spot, CERTAIN) for spot in spots]
    if verb == "create_app":
        return [_one(speaking, verb, arguments.new_app(speaking.clause, speaking.scene.apps), spot, CERTAIN) for spot in spots[:1]]
    found, problem = targets.apps(speaking, verb)
    if problem:
        return [Assembled(problem, needs_app=problem.clarification["missing"] == ["app"] and not problem.clarification["choices"][10:] and problem.because[-1:] == ("asked back: app",))]
    paired = _paired(speaking, verb, found)
    return [_one(speaking, verb, app, spot or inherited, sure, paired.get(place)) for place, (app, inherited, sure) in enumerate(found) for spot in spots]


def _paired(speaking, verb, found):
    """`nginx 3, redis 2`: each app its own number."""
    counts = arguments.values(speaking.clause, things.PODS, things.NUMBER)
    return {place: {"replicas": count} for place, count in enumerate(counts)} if verb == "scale" and len(found) > 1 and len(counts) == len(found) else {}


def _one(speaking, verb, app, environment, sure, extra=None):
    """One reading, or the question that completes it."""
    args = dict(arguments.take(verb, speaking.clause, speaking.head)) | (extra or {})
    if verb == "promote":
        source, target = places.promotion(speaking.clause)
        if any(spot is not None and spot.value is None for spot in (source, target)):
            return Assembled(clarify("unknown_environment", ["environment"], speaking.scene.environments, verb, because(speaking, verb), app=app))
        environment, args = target and target.value, {"from": source.value} if source else {}
    if verb == "deploy" and not args and speaking.topic.new:
        args = arguments.take(verb, replace(speaking.clause, things=speaking.topic.things))
    if verb == "deploy" and args.get("image") == app:
        args.pop("image")
    if verb in REVIEW_VERBS and "review" not in args:
        args |= next(({"review": each.reading.args["review"]} for each in reversed(speaking.found) if "review" in each.reading.args), {})
    if verb == "apply_manifest" and speaking.scene.manifest:
        args["manifest"] = speaking.scene.manifest
    return _asked_first(speaking, verb, app, environment, args) or Assembled(Reading(verb, app, environment, args, sure, because=because(speaking, verb)))


def _asked_first(speaking, verb, app, environment, args):
    """What must be asked before the command is complete, or None."""
    strange = _strange_words(speaking, verb, args)
    if strange:
        return Assembled(clarify("unplaced", ["command"], strange, verb, because(speaking, verb) + (f"{strange[0]!r} is not known",), app=app, environment=environment, args=args))
    left = _unplaced(speaking, verb, args)
    if left:
        return Assembled(clarify("unplaced", ["command"], [thing.said for thing in left], verb, because(speaking, verb), app=app, environment=environment, args=args))
    missing, code = _missing(speaking, verb, app, environment, args)
    if missing:
        choices = _choices(speaking, missing[0], args)
        return Assembled(clarify(code or missing[0], missing, choices, verb, because(speaking, verb), app=app, environment=environment, args=args))
    wrong = _out_of_bounds(verb, args)
    if wrong:
        return Assembled(clarify("out_of_range", [wrong], (), verb, because(speaking, verb), app=app, environment=environment))
    return None


def _out_of_bounds(verb, args):
    """The argument the catalogue would refuse, or None."""
    try:
        check(Command(verb, "app" if VERBS[verb].app != "none" else None, None, args))
    except Invalid as error:
        return error.details.get("argument", "command")
    return None


def _strange_words(speaking, verb, args):
    """Latin words of a change that nobody knows and no argument took: something was said that would be dropped."""
    if VERBS[verb].kind == "read" or verb in ("create_app", "apply_manifest"):
        return []
    taken = {str(value).lower() for value in args.values()}
    return [word for word in arguments.residue(speaking.clause.text) if word not in taken]


def _unplaced(speaking, verb, args):
    """What was named and has no place in this change: then something else may be meant."""
    if VERBS[verb].kind == "read":
        return []
    taken = _PLACES.get(verb, "") + (things.NUMBER if "steps_back" in args and things.STEPS not in speaking.clause.text else "")
    spoken = "".join(_SUBJECT.findall(speaking.clause.text))  # `1.3 is the problem`: not what is to be deployed
    taken = "".join(kind for kind in taken if kind not in spoken)
    said = [thing for thing in speaking.topic.things if thing.kind in taken] if verb == "deploy" and not args else []
    return said + [thing for thing in speaking.clause.things if thing.kind in _PLACED and thing.kind not in taken]


def _missing(speaking, verb, app, environment, args):
    needed = [argument.name for argument in VERBS[verb].arguments if argument.required and argument.name not in args]
    if VERBS[verb].app == "required" and app is None:
        needed.insert(0, "app")
    if verb == "promote" and environment is None:
        needed.append("environment")
    code = arguments.replicas(speaking.clause)[1] if needed[:1] == ["replicas"] else "name" if verb == "create_app" and needed[:1] == ["app"] else None
    return needed, code


def _choices(speaking, missing, args):
    if missing == "environment":
        return [name for name in speaking.scene.environments if name != args.get("from")]
    return ()


def _with_app(each, later):
    asked, verb = each.reading, VERBS[each.reading.clarification["command"]]
    if any(argument.required and argument.name not in asked.args for argument in verb.arguments) or verb.name == "promote":
        return each
    because = asked.because[:-1] + (f"app {later.app!r} is said after it",)
    return Assembled(Reading(verb.name, later.app, asked.environment or later.environment, asked.args, CERTAIN, because=because))


def backwards(found):
    """A clause without an app takes the one that a later clause names: `restart and scale nginx`."""
    out = []
    for place, each in enumerate(found):
        later = next((after.reading for after in found[place + 1:] if after.reading.app and after.guard is None), None)
        if each.needs_app and later is not None:
            each = _with_app(each, later)
        out.append(each)
    return out
