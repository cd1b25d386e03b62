"""Which environments a clause means, and for a promotion which is the source and which the target."""

import re

from nlp.lexicon import things
from nlp.lexicon.particles import FROM, TO, WITH

_NOT_THIS = re.compile(r"^(?: ?환경)?(?:은|는)? ?(?:말고|아니고|아니라|빼고)|^ (?:말고)")
_NOT_BEFORE = re.compile(r"\bnot (?:in |on |to )?(?:the )?$")
_FROM_BEFORE = re.compile(r"\b(?:from|out of)(?: the)? $")
_TO_BEFORE = re.compile(r"(?:\b(?:to|into|onto|in|on)(?: the)? |(?:->|>) ?)$")
_WHICH_RUNS = re.compile(r"(?:what(?:'s| is)|running|version|live|deployed)(?: currently| now)? (?:in|on) (?:the )?$")
_FROM, _TO = re.compile(rf"(?: ?환경)?{FROM}"), re.compile(rf"(?: ?환경)?{TO}")


def meant(clause):
    """The environments that are not ruled out, as things, in order of speech."""
    return [thing for thing in clause.things if thing.kind == things.ENV and not ruled_out(clause, thing)]


def ruled_out(clause, thing):
    before, after = _around(clause, thing)
    return bool(_NOT_THIS.match(after) or _NOT_BEFORE.search(before))


def _around(clause, thing):
    place = [match.start() for match in re.finditer(thing.kind, clause.text)][[each for each in clause.things if each.kind == thing.kind].index(thing)]
    return clause.text[:place], clause.text[place + 1:]


def together(clause):
    """Are several environments joined by `and`, so that all are meant?"""
    between = re.search(r"Ⓔ([^Ⓔ]*)Ⓔ", clause.text)
    return bool(between and re.fullmatch(rf"(?: ?환경)?{WITH} ?(?:the )?(?:in )?", between.group(1)) or re.search(r"둘 ?다|양쪽|모두|both", clause.text))


def promotion(clause):
    """(source, target) as things, either None."""
    source = target = None
    for thing in meant(clause):
        before, after = _around(clause, thing)
        if _FROM_BEFORE.search(before) or _WHICH_RUNS.search(before) or _FROM.match(after) or re.match(r" ?(?:->|>) ?|'s\b| (?:version|build|image|release|one)\b", after):
            source = thing
        elif target is None or _TO_BEFORE.search(before) or _TO.match(after):
            target = thing
    return source, target
