"""A marked text cut into clauses, one command or remark each. Must not say what a clause means."""

import re
from dataclasses import dataclass, replace

from nlp.lexicon import links

NEAR = 200  # letters behind a comma or `and` in which a verb must follow for it to end a clause
MOST_CUTS = 24  # in one sentence: nobody says more, and each costs a search
_END = re.compile(r"[.!?;\n]+(?=\s|$|[가-힣])|\n")
_LINK, _REASON, _SOFT, _RULED_OUT = (re.compile(each) for each in (links.LINK, links.REASON, links.SOFT, links.RULED_OUT))
_REASON_BEFORE = re.compile(links.REASON_BEFORE)


@dataclass(frozen=True, slots=True)
class Clause:
    """`background`: a reason or circumstance, itself no command. `linked`: goes on into the next clause of its sentence."""

    text: str
    things: tuple
    sentence: int
    background: bool = False
    linked: bool = False


def split(marked, speaks):
    """The clauses in order. `speaks(text)` says whether a piece holds a verb: lists of names are not torn apart."""
    clauses, start = [], 0
    for sentence, end in enumerate([match.end() for match in _END.finditer(marked.text)] + [len(marked.text)]):
        if marked.text[start:end].strip():
            clauses += [_clause(marked, sentence, *place) for place in _pieces(marked.text, start, end, speaks)]
        start = end
    return clauses


def _clause(marked, sentence, start, end, background, linked):
    things = tuple(thing for thing in marked.things if start <= thing.at < end)
    return without(Clause(marked.text[start:end], things, sentence, background, linked), _RULED_OUT)


def without(clause, pattern):
    """The clause without the things that the pattern finds, as what is named only to rule it out (`2.0 말고 1.9로`). Apps and environments are told apart later."""
    for match in reversed(list(pattern.finditer(clause.text))):
        place = match.start("x") if match.group("x") else match.start("y")
        kind = clause.text[place]
        out = [thing for thing in clause.things if thing.kind == kind][clause.text[:place].count(kind)]
        clause = replace(clause, text=clause.text[:match.start()] + " " * len(match.group()) + clause.text[match.end():], things=tuple(thing for thing in clause.things if thing is not out))
    return clause


def _pieces(text, start, end, speaks):
    """(start, end, background, linked) of each piece between cuts; a soft cut counts only between two that speak."""
    cuts = [(match.end(), "linked") for match in _LINK.finditer(text, start, end)]
    cuts += [(match.end(), "background") for match in _REASON.finditer(text, start, end)]
    cuts += [(match.end(), "soft") for match in _SOFT.finditer(text, start, end)]
    pieces, at = [], start
    for cut, kind in sorted(dict(sorted(cuts, reverse=True)).items())[:MOST_CUTS]:
        if cut >= end or not text[at:cut].strip():
            continue
        if kind == "soft" and not (speaks(text[at:cut]) and speaks(text[cut:min(end, cut + NEAR)])):
            continue
        english_reason = kind == "background" and _REASON_BEFORE.match(text[cut:end])
        pieces.append((at, cut, kind == "background" and not english_reason, kind == "linked"))
        at = cut
    pieces.append((at, end, bool(_REASON_BEFORE.match(text[at:end])), False))
    return pieces
