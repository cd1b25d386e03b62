"""Which apps and which environments a command is for: named, pointed at, or spoken of before. Where it is not certain a question comes out, never a guess."""

import re

from gitops.verbs import VERBS
from nlp import arguments, leftovers, names, places
from nlp.entities import Thing
from nlp.lexicon import plain, talk, things
from nlp.reading import CERTAIN, DOUBTFUL, FROM_CONTEXT, clarify
from nlp.speaking import because, known, named_apps
from nlp.text import pattern

_IT, _THERE = re.compile(talk.IT), re.compile(talk.THERE)
_KOREAN_PLACE = re.compile(r"(?<![가-힣a-z])([가-힣]{2,8}?)(?:에서는|에서만|에서|에다가|에다|에는|에선|에만|엔|에)(?= |$)")
_EITHER = pattern(plain.EITHER)
_JOINED, _ALIKE = pattern(plain.JOINED), pattern(plain.ALIKE)
_JOINED_STRANGER = re.compile(r"Ⓐ(?:와|과|랑|이랑|하고|,| and| &)? ?(?:와|과|랑|이랑|하고|,|and|&) ?(?P<x>[a-z][a-z0-9-]*[a-z0-9])(?![a-z0-9])|(?<![\w-])(?P<y>[a-z][a-z0-9-]*[a-z0-9])(?:와|과|랑|이랑|하고|,| and| &) ?Ⓐ")
_WITHOUT_CONTEXT = ("approve", "merge", "reject", "create_app")
HIGH = frozenset(name for name, verb in VERBS.items() if verb.risk == "high" and verb.kind == "change")


def environments(speaking, verb):
    """([name or None], problem): what was named; None where nothing was."""
    clause, scene = speaking.clause, speaking.scene
    if verb == "promote":
        odd = _strange_places(clause)
        return ([], clarify("unknown_environment", ["environment"], scene.environments, verb, because(speaking, verb))) if odd else ([None], None)
    spots = places.meant(clause)
    if VERBS[verb].kind == "read":
        spots = [spot for spot in spots if spot.doubt != things.PERHAPS]
    strange = [spot for spot in spots if spot.value is None] or _strange_places(clause)
    if strange and (VERBS[verb].kind != "read"):
        return [], clarify("unknown_environment", ["environment"], scene.environments, verb, because(speaking, verb))
    named = list(dict.fromkeys(spot.value or spot.said for spot in spots))
    if len(named) > 1 and not places.together(clause):
        if VERBS[verb].kind == "read":
            return named, None
        return [], clarify("several_environments", ["environment"], named, verb, because(speaking, verb))
    if not named and VERBS[verb].environment != "none":
        return _carried(speaking, verb)
    return (named or [None]) if VERBS[verb].environment != "none" else [None], None


def _strange_places(clause):
    """Unknown names that stand where an environment would."""
    korean = [word for word in _KOREAN_PLACE.findall(clause.text) if word not in plain.KNOWN and not re.fullmatch(plain.TIMES, word)]
    said = re.findall(r"(?<![\w./-])([a-z0-9][a-z0-9-]*[a-z0-9])(?:에서|에(?=\s))|\b(?:in|on|to|into) (?:the )?([a-z0-9][a-z0-9-]*[a-z0-9])(?= environment| env| cluster|\W*$)", clause.text)
    return korean + [word for pair in said for word in pair if word in arguments.residue(clause.text)]


def _carried(speaking, verb):
    """([name or None], problem): an environment said before in the same message goes on, `there` is the context's; one that was only spoken of is asked about before a change."""
    if _THERE.search(speaking.clause.text):
        return [speaking.scene.context.environment], None
    before = next((each.reading.environment for each in reversed(speaking.found) if each.reading.environment), None)
    spoken = list(dict.fromkeys(spot.value for spot in speaking.topic.places))
    if before or not spoken:
        return [before], None
    goes_along = speaking.topic.wrong or speaking.topic.app is not None and not named_apps(speaking.clause)
    if len(spoken) == 1 and spoken[0] and goes_along:
        return spoken, None
    return ([None], None) if VERBS[verb].kind == "read" else ([], clarify("environment", ["environment"], speaking.scene.environments, verb, because(speaking, verb)))


def apps(speaking, verb):
    """([(app, environment that comes with it, confidence)], problem)."""
    clause, scene = speaking.clause, speaking.scene
    named = named_apps(clause)
    if verb in ("deploy",) and not named:
        named = _image_apps(clause, scene)
    doubt = next((thing for thing in named if thing.doubt), None)
    changes = VERBS[verb].kind != "read"
    if doubt and (doubt.doubt == "ambiguous" and changes or verb in HIGH):
        return [], clarify("typo" if doubt.doubt == "typo" else "ambiguous_app", ["app"], doubt.choices, verb, because(speaking, verb), environment=known(speaking)["environment"])
    if changes and len({thing.value for thing in named}) > 1 and (_EITHER.search(clause.text) or not _joined(clause, named)) or changes and named and _ALIKE.search(clause.text):
        return [], clarify("ambiguous_app", ["app"], list(dict.fromkeys(thing.value for thing in named)), verb, because(speaking, verb), environment=known(speaking)["environment"])
    stranger = _JOINED_STRANGER.search(clause.text) if changes and named else None
    if stranger and (stranger.group("x") or stranger.group("y")) in arguments.residue(clause.text):
        return [], clarify("unknown_app", ["app"], scene.apps[:10], verb, because(speaking, verb))
    if named:
        return list({thing.value: (thing.value, None, DOUBTFUL if thing.doubt else CERTAIN) for thing in named}.values()), None
    return _unnamed(speaking, verb, changes)


def _joined(clause, named):
    """Are all apps that stand in the clause meant alike? Not where one is only the place, the cause or the measure."""
    between = re.findall(r"Ⓐ([^Ⓐ]*)(?=Ⓐ)", clause.text)
    return len(between) != len(named) - 1 or all(_JOINED.fullmatch(each) for each in between)


def _image_apps(clause, scene):
    """An image of an app's own name names the app."""
    last = [arguments.image(said)["image"].rpartition("/")[2] for said in arguments.values(clause, things.IMAGE)]
    return [Thing(things.APP, name, said=name) for name in last if name in scene.apps]


def _unnamed(speaking, verb, changes):
    """The app is not in the clause: an unknown name, `it`, the one spoken of, or none."""
    clause, scene = speaking.clause, speaking.scene
    pointed = _IT.search(clause.text) is not None
    if changes and any(thing.kind == things.APP for thing in clause.things):  # named, but ruled out
        return [], clarify("except", ["app"], scene.apps[:10], verb, because(speaking, verb), environment=known(speaking)["environment"])
    strange = _strangers(speaking, verb, changes and not pointed)
    if strange:
        close = [thing.name for word in strange for thing in names.find_apps(word, scene.apps)]
        return [], clarify("unknown_app", ["app"], close or scene.apps[:10], verb, because(speaking, verb) + (f"{strange[0]!r} is no known app",), environment=known(speaking)["environment"])
    owner = next((app for said in arguments.values(clause, things.POD) for app in sorted(scene.apps, key=len, reverse=True) if said.lower().startswith(app.lower() + "-")), None)
    if owner:
        return [(owner, None, CERTAIN)], None
    before = next((each.reading for each in reversed(speaking.found) if each.reading.app), None)
    if before is not None:
        return [(before.app, before.environment, CERTAIN)], None
    if speaking.topic.app is not None:
        doubt = speaking.topic.app.doubt if changes else None
        if doubt and (doubt == "ambiguous" or verb in HIGH):
            return [], clarify("typo" if doubt == "typo" else "ambiguous_app", ["app"], speaking.topic.app.choices, verb, because(speaking, verb))
        return [(speaking.topic.app.value, None, FROM_CONTEXT)], None
    wanted = VERBS[verb].app == "required" or pointed or verb in ("history", "diff", "sync", "retry", "cancel", "release", "get_service", "get_deployment")
    if wanted and verb not in _WITHOUT_CONTEXT and scene.context.app and not (verb.startswith("get_") and arguments.take(verb, clause)):
        return [(scene.context.app, scene.context.environment, FROM_CONTEXT)], None
    if VERBS[verb].app == "required" or verb.startswith("get_") and not arguments.take(verb, clause):
        return [], clarify("app", ["app"], scene.apps[:10], verb, because(speaking, verb), environment=known(speaking)["environment"], args=arguments.take(verb, clause, speaking.head))
    return [(None, None, CERTAIN)], None


def _strangers(speaking, verb, strict):
    """Names nobody knows. For a change every word must be known before the context's app is taken for it."""
    clause = speaking.clause
    if verb.startswith("get_") or verb in ("delete_manifest", "approve", "merge", "reject", "diff"):
        return []
    latin = [thing.said for thing in clause.things if thing.kind == things.REPOSITORY] + arguments.residue(clause.text)
    if latin or not strict or speaking.head is None:
        return latin
    return leftovers.korean(speaking)
