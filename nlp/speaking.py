"""What is known where a clause is read, and what comes out of it. Must not decide what it means."""

import re
from dataclasses import dataclass

from nlp import places
from nlp.lexicon import things
from nlp.reading import Reading

_NOT_THIS_APP = re.compile(r"^(?: ?앱)?(?:은|는)? ?(?:말고|아니고|아니라)")


@dataclass(frozen=True, slots=True)
class Topic:
    """What clauses that ask for nothing spoke of: an app, places, and things; `wrong`: a complaint, `new`: something that has come out."""

    app: object = None
    places: tuple = ()
    things: tuple = ()
    wrong: bool = False
    new: bool = False


@dataclass(frozen=True, slots=True)
class Speaking:
    """A clause and all that was known when it was said."""

    scene: object
    clause: object
    head: object
    found: tuple
    topic: object
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


def known(speaking):
    """The one app and the one environment that the clause names surely."""
    apps, spots = named_apps(speaking.clause), places.meant(speaking.clause)
    return {"app": apps[0].value if len(apps) == 1 and not apps[0].doubt else None, "environment": spots[0].value if len(spots) == 1 else None}


def because(speaking, verb):
    """Why it is read as that verb, and what each thing in it was taken for."""
    said = speaking.head.said if speaking.head else speaking.clause.text.strip()
    marks = tuple(f"{thing.said!r} is {thing.value!r}" + (f" ({thing.doubt})" if thing.doubt else "") for thing in speaking.clause.things)
    return (f"{verb} by {said!r}",) + marks
