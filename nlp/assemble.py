"""A verb and the clause it was said in, made into readings: which app, which environment, which arguments, and what is still to be asked."""

import re
from dataclasses import replace

from gitops.errors import Invalid
from gitops.types import Command
from gitops.verbs import REVIEW_VERBS, VERBS, check
from nlp import arguments, clauses, guards, leftovers, places, targets
from nlp.lexicon import things
from nlp.reading import CERTAIN, Reading, clarify
from nlp.speaking import Assembled, because, known, named_apps

_SOURCE = re.compile(r"(?P<x>[ⓋⒸⒷⓃⓅ])(?:에서|부터)(?=.*[ⓋⒸⒷⓃⓅ](?:으로|로|까지))|\bfrom (?:version )?(?P<y>[ⓋⒸⓃⓅ])(?= (?:in)?to [ⓋⒸⓃⓅ])")
MOST_AT_ONCE = 10  # variables or reviews of one sentence, as many as a model may answer (nlp/schema); more are asked about
_ONE_EACH = {"set_env": (things.ASSIGN,), "unset_env": (things.VARIABLE,), **dict.fromkeys(REVIEW_VERBS, (things.REVIEW, things.NUMBER))}
_PAIRED = {"scale": ("replicas", (things.PODS, things.NUMBER)), "deploy": ("version", (things.VERSION, things.COMMIT)), "rollback": ("version", (things.VERSION,))}
_BY_STEP = re.compile(r"Ⓟ(?!으로|로|까지| ?으로| ?로|만? ?띄|만? ?(?:유지|운영|돌)| for| of)(?:를|만|을)? ?(?:만 ?)?(?:늘|줄|증설|증대|감축|축소|추가|올|내|높|낮|빼|키|확장|증가|감소)")


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
    return _whole(speaking, [each for part in _parts(_onward(speaking)) for each in _readings(part, head.verb)])


def _onward(speaking):
    """`from 1.2 to 1.3`: where it comes from is no argument."""
    return replace(speaking, clause=clauses.without(speaking.clause, _SOURCE))


def _parts(speaking):
    """One for each thing that a verb takes one at a time: two variables are two changes."""
    kinds = _ONE_EACH.get(speaking.head.verb, ())
    several = [thing for thing in speaking.clause.things if thing.kind in kinds]
    if not 1 < len(several) <= MOST_AT_ONCE:
        return [speaking]
    return [replace(speaking, clause=replace(speaking.clause, things=tuple(thing for thing in speaking.clause.things if thing not in several or thing is each))) for each in several]


def _whole(speaking, found):
    """The readings, if together they took up all that was said."""
    readings = [each.reading for each in found]
    if len({(each.clarification or {}).get("code") for each in readings}) == 1 and readings[0].clarification is not None:
        return found[:1]
    left = leftovers.unused(_onward(speaking), speaking.head.verb, readings) if all(each.clarification is None for each in readings) else []
    return [_left(speaking, speaking.head.verb, left, **known(speaking))] if left else found


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
    """`nginx 3, redis 2`: each app its own number or version."""
    name, kinds = _PAIRED.get(verb, (None, ()))
    said = arguments.values(speaking.clause, *kinds)
    return {place: {name: value} for place, value in enumerate(said)} if name and len(found) > 1 and len(said) == len(found) else {}


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
    strange = leftovers.strange(speaking, verb, args)
    left = strange or leftovers.unplaced(speaking, verb, args) or leftovers.piece(speaking, verb)
    if left:
        return _left(speaking, verb, left, app=app, environment=environment, args=args)
    missing, code = _missing(speaking, verb, app, environment, args)
    if missing:
        choices = _choices(speaking, missing[0], args)
        return Assembled(clarify(code or missing[0], missing, choices, verb, because(speaking, verb), app=app, environment=environment, args=args))
    wrong = _out_of_bounds(verb, args)
    if wrong:
        return Assembled(clarify("out_of_range", [wrong], (), verb, because(speaking, verb), app=app, environment=environment))
    return None


def _left(speaking, verb, left, **known_so_far):
    why = because(speaking, verb) + (f"{left[0]!r} has no place in it",)
    return Assembled(clarify("unplaced", ["command"], left, verb, why, **known_so_far))


def _out_of_bounds(verb, args):
    """The argument the catalogue would refuse, or None."""
    try:
        check(Command(verb, "app" if VERBS[verb].app != "none" else None, None, args))
    except Invalid as error:
        return error.details.get("argument", "command")
    return None


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
