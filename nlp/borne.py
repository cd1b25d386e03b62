"""Whether a text bears out what a model read in it: pure decisions. The rules' guards come first and nothing overrules them.

A change is refused where the words negate, ask, report or put off; doubted where it is not what the rules saw, or speaks of a place that was not named.
"""

import re
from dataclasses import dataclass, replace

from gitops.verbs import VERBS
from nlp import arguments, clauses, guards, heads, numbers, places, speaking
from nlp.schema import changes

ANSWERED = frozenset("hidden control letters cut injection instructions negated condition later except relative all verb typo ambiguous_app out_of_range".split())  # the rules know better than any model
NO_CHANGE = frozenset({"asked", "reported"})  # a model may find the question that was asked, and nothing to change
UNPLACED = frozenset({"unplaced", "several_environments"})
LAST = {"steps_back": 1}  # "the one before" is a number that nobody says
MENTIONS = {r"\brestart|\breboot|재시작|리부트": ("restart",), r"\bscal(?:e|ing)|스케일": ("scale",), r"\broll(?:ing)?[ -]?back|\brevert|롤백": ("rollback",), r"\bdeploy|\bship|\bupgrad|배포": ("deploy",),
            r"\bpromot|승격": ("promote",), r"\bdelet|\bremov|삭제|제거": ("delete_app", "delete_manifest", "unset_env"), r"\bsuspend|\bpaus": ("suspend",), r"\bresum": ("resume",)}
_POLITE = re.compile(r"줘|주|줄|부탁|\bplease\b|\b(?:can|could|would|will) (?:you|u)\b|\bwould you mind\b")
_NUMBERS = re.compile(rf"(?<![\w.])(?:{numbers.DIGITS})(?![\d.]*\d)|(?<![가-힣])(?:{numbers.NATIVE}|{numbers.SINO})(?= ?(?:개|대|번|줄|건|파드|인스턴스|레플리카))|\b(?:{numbers.ENGLISH})\b")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a change is not offered as it is, and of which part of it (app, environment, command, or an argument). `open`: a second model may settle it."""

    code: str
    part: str
    open: bool = True


def code(reading):
    return (reading.clarification or {}).get("code")


def commands(by_rules):
    """What of the message the rules read."""
    return [each for each in (by_rules, *by_rules.more) if each.clarification is None]


def sure(by_rules):
    """Whether no model is needed: every reading is a command, or the rules know why there is none."""
    every = (by_rules, *by_rules.more)
    return all(each.clarification is None or code(each) in ANSWERED for each in every)


def guarded(text, marked):
    """The guard that makes the text no request, or None: stricter than the rules' own look, for here no verb of theirs was found."""
    told = " ".join(each.text for each in clauses.split(marked, lambda piece: bool(heads.find(piece))) if not each.background)
    if guards.whole(marked.text) or guards.sentence(marked.text):
        return guards.whole(marked.text) or guards.sentence(marked.text)
    if guards.negated(marked.text):
        return "negated"
    asking = "?" in text and not _POLITE.search(marked.text) or guards.wonders(marked.text) or guards.permission(marked.text) or guards.how(marked.text)
    return "asked" if asking else guards.none_of(told)


def placed(readings, scene, marked):
    """The app spoken of, where neither it nor a place is named, is meant where it was spoken of: as the rules take it."""
    whole = _whole(marked)
    if speaking.named_apps(whole) or places.meant(whole) or scene.context.app is None:
        return readings
    return [replace(each, environment=scene.context.environment) if each.app == scene.context.app and each.environment is None and each.command != "promote" else each for each in readings]


def keeps(by_rules, readings):
    """Whether what the rules were sure of is among the model's readings, with all that was said of it."""
    return all(any((each.command, each.app) == (other.command, other.app) and dict(each.args).items() <= dict(other.args).items() for other in readings) for each in commands(by_rules))


def doubts(by_rules, scene, marked, line, readings):
    """Every Doubt about the changes among the readings."""
    places_meant = {place for each in readings for place in _places(each)}
    return [doubt for each in readings if changes(each) for doubt in _doubts((by_rules, *by_rules.more), scene, marked, line, _meant(each), places_meant)]


def _meant(reading):
    """What asks is looked at as what it would become."""
    return reading if reading.clarification is None else replace(reading, command=reading.clarification["command"])


def _doubts(by_rules, scene, marked, line, reading, places_meant):
    asked = {code(each) for each in by_rules}
    found = [Doubt("unplaced", "command")] if asked & UNPLACED else []
    found += _of_verb(by_rules, line, reading)
    found += _of_app(by_rules, asked, scene, marked, line, reading)
    found += _of_environment(asked, scene, marked, reading, places_meant)
    return found + [Doubt(name, name, False) for name, value in reading.args.items() if not _said(name, value, scene, marked, line)]


def _of_verb(by_rules, line, reading):
    """What the rules saw of another verb stands against it; of a high risk they must have seen something themselves."""
    seen = _seen(by_rules) or _mentioned(line)
    if reading.command in seen or not seen and VERBS[reading.command].risk != "high":
        return []
    reads = seen and all(VERBS[each].kind == "read" for each in seen)
    return [Doubt("verb", "command", not reads)]


def _seen(by_rules):
    """The verbs that the rules read or would complete."""
    return ({each.command for each in by_rules} | {each.clarification["command"] for each in by_rules if each.clarification}) & set(VERBS)


def _mentioned(line):
    """The verbs whose words stand in the text, in whatever form."""
    heads_there = {verb for head in heads.find(line.lower()) for verb in (head.verb, *head.choices)}
    return (heads_there | {verb for stem, verbs in MENTIONS.items() if re.search(stem, line.lower()) for verb in verbs}) & set(VERBS)


def _of_app(by_rules, asked, scene, marked, line, reading):
    """The app is the one named, or the rules' own, or, where none is named, the one spoken of; a name that nobody knows may be another word for one."""
    if reading.command == "create_app":
        return [] if reading.app is None or reading.app in line.lower() else [Doubt("name", "app", False)]
    if reading.app is None:
        return []
    named = [thing for thing in speaking.named_apps(_whole(marked)) if thing.doubt is None or thing.doubt == "typo" and VERBS[reading.command].risk != "high"]
    strangers = arguments.residue(marked.text)
    if "unknown_app" in asked:
        meant = reading.app in {thing.value for thing in named} and not strangers
        alike = not strangers or any(word in reading.app for word in strangers)
        return [] if meant else [Doubt("typo", "app", alike)]
    seen = {each.app for each in by_rules if each.app} or {thing.value for thing in named} or {scene.context.app}
    return [] if reading.app in seen else [Doubt("typo", "app", False)]


def _whole(marked):
    return clauses.Clause(marked.text, marked.things, 0)


def _places(reading):
    return {each for each in (reading.environment, reading.args.get("from")) if each}


def _of_environment(asked, scene, marked, reading, places_meant):
    """Every environment named is meant by some command and no other by this one, but for that of the app spoken of; one that nobody knows is asked about."""
    named = {thing.value for thing in places.meant(_whole(marked))}
    if "unknown_environment" in asked or None in named:
        return [] if code(reading) == "unknown_environment" else [Doubt("environment", "environment", False)]
    if named:
        return [] if _places(reading) and _places(reading) <= named <= places_meant else [Doubt("environment", "environment", False)]
    carried = reading.app is not None and reading.app == scene.context.app and _places(reading) <= {scene.context.environment}
    return [] if carried or not _places(reading) else [Doubt("environment", "environment")]


def _said(name, value, scene, marked, line):
    """Whether a value stands in the text or was spoken of before; `from` was looked at as an environment."""
    if name in ("from", "kind") or LAST.get(name) == value or scene.context.args.get(name, None) == value:
        return True
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return value in {numbers.value(each) for each in _NUMBERS.findall(line.lower())} | {thing.value for thing in marked.things if isinstance(thing.value, int)}
    return str(value).lower() in line.lower()
