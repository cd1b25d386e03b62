"""A verb and the clause it was said in, made into readings: which app, which environment, which arguments, and what is still to be asked."""

import re
from dataclasses import dataclass, replace

from gitops.errors import Invalid
from gitops.types import Command
from gitops.verbs import VERBS, check
from nlp import arguments, guards, names, places
from nlp.entities import Thing
from nlp.lexicon import plain, talk, things
from nlp.reading import CERTAIN, DOUBTFUL, FROM_CONTEXT, Reading, clarify
from nlp.text import pattern

_IT, _THERE = re.compile(talk.IT), re.compile(talk.THERE)
_NOT_THIS_APP = re.compile(r"^(?: ?앱)?(?:은|는)? ?(?:말고|아니고|아니라)")
_EITHER = pattern(plain.EITHER)
_JOINED_STRANGER = re.compile(r"Ⓐ(?:와|과|랑|이랑|하고|,| and| &)? ?(?:와|과|랑|이랑|하고|,|and|&) ?(?P<x>[a-z][a-z0-9-]*[a-z0-9])(?![a-z0-9])|(?<![\w-])(?P<y>[a-z][a-z0-9-]*[a-z0-9])(?:와|과|랑|이랑|하고|,| and| &) ?Ⓐ")
_BY_STEP = re.compile(r"Ⓟ(?!으로|로|까지| ?으로| ?로|만? ?띄|만? ?(?:유지|운영|돌)| for| of)(?:를|만|을)? ?(?:만 ?)?(?:늘|줄|증설|증대|감축|축소|추가|올|내|높|낮|빼|키|확장|증가|감소)")
_WITHOUT_CONTEXT = ("approve", "merge", "reject", "create_app")
_PLACED = "ⓃⓅⓋⒸⒷⒾⓈⓌⒼⓁⒹⓄⓇⒿ"  # things that say what a change is about
_PLACES = {"scale": "ⓅⓃ", "rollback": "ⓋⒸⒼ", "deploy": "ⓋⒸⒷⒾ", "set_env": "ⓈⓌ", "unset_env": "Ⓦ", "create_app": "ⒾⓋⓅ", "release": "Ⓒ", "delete_manifest": "Ⓙ", "approve": "ⓇⓃ", "merge": "ⓇⓃ", "reject": "ⓇⓃ", "apply_manifest": "ⓃⓅⓋⒸⒷⒾⓈⓌ"}
HIGH = frozenset(name for name, verb in VERBS.items() if verb.risk == "high" and verb.kind == "change")


@dataclass(frozen=True, slots=True)
class Speaking:
    """A clause and all that was known when it was said."""

    scene: object
    clause: object
    head: object
    found: tuple
    topic: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Assembled:
    """A reading; `guard` is the code if it only says why nothing is done; `needs_app`: a later clause may name it."""

    reading: Reading
    guard: str | None = None
    needs_app: bool = False


def named_apps(clause):
    """Apps named in the clause and not ruled out."""
    found, place = [], -1
    for thing in (each for each in clause.things if each.kind == things.APP):
        place = clause.text.index(things.APP, place + 1)
        before, after = clause.text[:place], clause.text[place + 1:]
        if not _NOT_THIS_APP.match(after) and not re.search(r"\bnot (?:the )?$", before):
            found.append(thing)
    return found


def question(speaking, verb):
    """The readings of a read."""
    return _readings(speaking, verb)


def change(speaking):
    """The readings of a change that was asked for, or what must be asked first."""
    head, clause = speaking.head, speaking.clause
    if speaking.scene.cut:
        return [Assembled(clarify("cut"), "cut")]
    if head.choices:
        return [Assembled(clarify("verb", ["command"], head.choices, None, _because(speaking, "?"), **_known(speaking)))]
    if guards.everything(clause.text) and not named_apps(clause) and VERBS[head.verb].app == "required":
        return [Assembled(clarify("all", ["app"], speaking.scene.apps[:10], head.verb), "all")]
    if head.verb == "scale" and _BY_STEP.search(clause.text) and arguments.replicas(clause)[1] is None and "에서" not in clause.text:
        return [Assembled(clarify("relative", ["replicas"], (), "scale", _because(speaking, "scale"), **_known(speaking)))]
    return _readings(speaking, head.verb)


def _known(speaking):
    apps, spots = named_apps(speaking.clause), places.meant(speaking.clause)
    return {"app": apps[0].value if len(apps) == 1 and not apps[0].doubt else None, "environment": spots[0].value if len(spots) == 1 else None}


def _because(speaking, verb):
    said = speaking.head.said if speaking.head else speaking.clause.text.strip()
    marks = tuple(f"{thing.said!r} is {thing.value!r}" + (f" ({thing.doubt})" if thing.doubt else "") for thing in speaking.clause.things)
    return (f"{verb} by {said!r}",) + marks


def _readings(speaking, verb):
    spots, problem = _environments(speaking, verb)
    if problem:
        return [Assembled(replace(problem, app=_known(speaking)["app"]))]
    if VERBS[verb].app == "none":
        return [_one(speaking, verb, None, spot, CERTAIN) for spot in spots]
    if verb == "create_app":
        return [_one(speaking, verb, arguments.new_app(speaking.clause, speaking.scene.apps), spot, CERTAIN) for spot in spots[:1]]
    found, problem = _apps(speaking, verb)
    if problem:
        return [Assembled(problem, needs_app=problem.clarification["missing"] == ["app"] and not problem.clarification["choices"][10:] and problem.because[-1:] == ("asked back: app",))]
    paired = _paired(speaking, verb, found)
    return [_one(speaking, verb, app, spot or inherited, sure, paired.get(place)) for place, (app, inherited, sure) in enumerate(found) for spot in spots]


def _paired(speaking, verb, found):
    """`nginx 3, redis 2`: each app its own number."""
    counts = arguments.values(speaking.clause, things.PODS, things.NUMBER)
    return {place: {"replicas": count} for place, count in enumerate(counts)} if verb == "scale" and len(found) > 1 and len(counts) == len(found) else {}


def _environments(speaking, verb):
    """([name or None], problem): what was named; None where nothing was."""
    clause, scene = speaking.clause, speaking.scene
    if verb == "promote":
        return [None], None
    spots = places.meant(clause)
    strange = [spot for spot in spots if spot.value is None] or _strange_places(clause)
    if strange and (VERBS[verb].kind != "read"):
        return [], clarify("unknown_environment", ["environment"], scene.environments, verb, _because(speaking, verb))
    known = list(dict.fromkeys(spot.value or spot.said for spot in spots))
    if len(known) > 1 and not places.together(clause):
        if VERBS[verb].kind == "read":
            return known, None
        return [], clarify("several_environments", ["environment"], known, verb, _because(speaking, verb))
    if not known and VERBS[verb].environment != "none":
        return [_carried(speaking)], None
    return (known or [None]) if VERBS[verb].environment != "none" else [None], None


def _strange_places(clause):
    """Unknown names that stand where an environment would."""
    said = re.findall(r"(?<![\w./-])([a-z0-9][a-z0-9-]*[a-z0-9])(?:에서|에(?=\s))|\b(?:in|on|to|into) (?:the )?([a-z0-9][a-z0-9-]*[a-z0-9])(?= environment| env| cluster|\W*$)", clause.text)
    return [word for pair in said for word in pair if word in arguments.residue(clause.text)]


def _carried(speaking):
    """An environment said earlier in the same sentence goes on; `there` is the context's."""
    if _THERE.search(speaking.clause.text):
        return speaking.scene.context.environment
    return next((each.reading.environment for each in reversed(speaking.found) if each.reading.environment), None)


def _apps(speaking, verb):
    """([(app, environment that comes with it, confidence)], problem)."""
    clause, scene = speaking.clause, speaking.scene
    named = named_apps(clause)
    if verb in ("deploy",) and not named:
        named = _image_apps(clause, scene)
    doubt = next((thing for thing in named if thing.doubt), None)
    changes = VERBS[verb].kind == "change" or VERBS[verb].risk == "high"
    if doubt and (doubt.doubt == "ambiguous" and changes or verb in HIGH):
        return [], clarify("typo" if doubt.doubt == "typo" else "ambiguous_app", ["app"], doubt.choices, verb, _because(speaking, verb), environment=_known(speaking)["environment"])
    if changes and len({thing.value for thing in named}) > 1 and _EITHER.search(clause.text):
        return [], clarify("ambiguous_app", ["app"], list(dict.fromkeys(thing.value for thing in named)), verb, _because(speaking, verb), environment=_known(speaking)["environment"])
    stranger = _JOINED_STRANGER.search(clause.text) if changes and named else None
    if stranger and (stranger.group("x") or stranger.group("y")) in arguments.residue(clause.text):
        return [], clarify("unknown_app", ["app"], scene.apps[:10], verb, _because(speaking, verb))
    if named:
        return list({thing.value: (thing.value, None, DOUBTFUL if thing.doubt else CERTAIN) for thing in named}.values()), None
    return _unnamed(speaking, verb, changes)


def _image_apps(clause, scene):
    """An image of an app's own name names the app."""
    last = [arguments.image(said)["image"].rpartition("/")[2] for said in arguments.values(clause, things.IMAGE)]
    return [Thing(things.APP, name, said=name) for name in last if name in scene.apps]


def _unnamed(speaking, verb, changes):
    """The app is not in the clause: an unknown name, `it`, the one spoken of, or none."""
    clause, scene = speaking.clause, speaking.scene
    pointed = _IT.search(clause.text) is not None
    strange = _strangers(speaking, verb, changes and not pointed)
    if strange:
        close = [thing.name for word in strange for thing in names.find_apps(word, scene.apps)]
        return [], clarify("unknown_app", ["app"], close or scene.apps[:10], verb, _because(speaking, verb) + (f"{strange[0]!r} is no known app",), environment=_known(speaking)["environment"])
    owner = next((app for said in arguments.values(clause, things.POD) for app in sorted(scene.apps, key=len, reverse=True) if said.lower().startswith(app.lower() + "-")), None)
    if owner:
        return [(owner, None, CERTAIN)], None
    before = next((each.reading for each in reversed(speaking.found) if each.reading.app), None)
    if before is not None:
        return [(before.app, before.environment, CERTAIN)], None
    if speaking.topic is not None:
        return [(speaking.topic.value, None, FROM_CONTEXT)], None
    wanted = VERBS[verb].app == "required" or pointed or verb in ("history", "diff", "sync", "retry", "cancel", "release", "get_service", "get_deployment")
    if wanted and verb not in _WITHOUT_CONTEXT and scene.context.app and not (verb.startswith("get_") and arguments.take(verb, clause)):
        return [(scene.context.app, scene.context.environment, FROM_CONTEXT)], None
    if VERBS[verb].app == "required" or verb.startswith("get_") and not arguments.take(verb, clause):
        return [], clarify("app", ["app"], scene.apps[:10], verb, _because(speaking, verb), environment=_known(speaking)["environment"], args=arguments.take(verb, clause, speaking.head))
    return [(None, None, CERTAIN)], None


def _strangers(speaking, verb, strict):
    """Names nobody knows. For a change every word must be known before the context's app is taken for it."""
    clause = speaking.clause
    if verb.startswith("get_") or verb in ("delete_manifest", "approve", "merge", "reject", "diff"):
        return []
    latin = [thing.said for thing in clause.things if thing.kind == things.REPOSITORY] + arguments.residue(clause.text)
    if latin or not strict or speaking.head is None:
        return latin
    left = re.sub(r"[Ⓐ-Ⓩ][가-힣]*|[^가-힣\s]", " ", clause.text[:speaking.head.start])
    words = [re.sub(plain.PARTICLE, "", word) or word for word in left.split()]
    return [word for word in words if len(word) > 1 and word not in plain.KNOWN and not re.fullmatch(plain.FILLERS, word) and not re.fullmatch(r".*(?:된|한|던|린|온|는|은|인)|.+[아어여려혀해돼] ?있", word)]


def _one(speaking, verb, app, environment, sure, extra=None):
    """One reading, or the question that completes it."""
    args = dict(arguments.take(verb, speaking.clause, speaking.head)) | (extra or {})
    if verb == "promote":
        source, target = places.promotion(speaking.clause)
        if any(spot is not None and spot.value is None for spot in (source, target)):
            return Assembled(clarify("unknown_environment", ["environment"], speaking.scene.environments, verb, _because(speaking, verb), app=app))
        environment, args = target and target.value, {"from": source.value} if source else {}
    if verb == "deploy" and args.get("image") == app:
        args.pop("image")
    if verb == "apply_manifest" and speaking.scene.manifest:
        args["manifest"] = speaking.scene.manifest
    return _asked_first(speaking, verb, app, environment, args) or Assembled(Reading(verb, app, environment, args, sure, because=_because(speaking, verb)))


def _asked_first(speaking, verb, app, environment, args):
    """What must be asked before the command is complete, or None."""
    left = _unplaced(speaking, verb, args)
    if left:
        return Assembled(clarify("unplaced", ["command"], [thing.said for thing in left], verb, _because(speaking, verb), app=app, environment=environment, args=args))
    missing, code = _missing(speaking, verb, app, environment, args)
    if missing:
        choices = _choices(speaking, missing[0], args)
        return Assembled(clarify(code or missing[0], missing, choices, verb, _because(speaking, verb), app=app, environment=environment, args=args))
    wrong = _out_of_bounds(verb, args)
    if wrong:
        return Assembled(clarify("out_of_range", [wrong], (), verb, _because(speaking, verb), app=app, environment=environment))
    return None


def _out_of_bounds(verb, args):
    """The argument the catalogue would refuse, or None."""
    try:
        check(Command(verb, "app" if VERBS[verb].app != "none" else None, None, args))
    except Invalid as error:
        return error.details.get("argument", "command")
    return None


def _unplaced(speaking, verb, args):
    """What was named and has no place in this change: then something else may be meant."""
    if VERBS[verb].kind == "read":
        return []
    known = _PLACES.get(verb, "") + (things.NUMBER if "steps_back" in args and things.STEPS not in speaking.clause.text else "")
    return [thing for thing in speaking.clause.things if thing.kind in _PLACED and thing.kind not in known]


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
