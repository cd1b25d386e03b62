"""A marked text cut into clauses, one command or remark each. Must not say what a clause means."""

import re
from dataclasses import dataclass, replace

from nlp.hangul import with_final
from nlp.lexicon.endings import STEMS

NEAR = 200  # letters behind a comma or `and` in which a verb must follow for it to end a clause
MOST_CUTS = 24  # in one sentence: nobody says more, and each costs a search
_ONE_BREATH = ("끄", "죽이", "빼", "가")  # `끄고 켜` and `빼고` are one clause
_STEMS = sorted((stem for stem in STEMS if stem not in _ONE_BREATH and stem != "하"), key=len, reverse=True)
_LINKED = "|".join(_STEMS + ["보", "(?<![Ⓐ-Ⓩ])하"])
_DONE = "|".join(with_final(stem, "ㄴ") for stem in STEMS)
_INFINITIVES = "|".join(sorted({form for form in STEMS.values() if form != "가"}, key=len, reverse=True))
_END = re.compile(r"[.!?;\n]+(?=\s|$|[가-힣])|\n")
_LINK = re.compile(
    rf"(?:{_LINKED})고(?:서| ?나서| ?난 ?(?:다음|뒤|후)에?)?(?=[\s,])(?! ?(?:싶|있|계|나니|나면|말))|(?:{_DONE}) ?(?:다음|뒤|후)(?:에|엔)?(?=[\s,])"
    rf"|(?:재시작|배포|롤백|스케일|동기화|삭제|승격|변경|리부트|증설|설정|적용) ?(?:후|뒤|다음)(?:에|엔)?(?=[\s,])|(?:{_INFINITIVES})서(?=[\s,])|(?:하|시키|리|이)지 ?말고(?=[\s,])|(?<=[가-힣]) 말고(?=[\s,])|(?<=[가-힣]) ?(?:아니고|아니라)(?=[\s,])")
_REASON = re.compile(r"(?:니까|으니|는데요?|은데요?|인데요?|던데|길래|므로|때문에|라서|돼서|되어서|져서|려서|거든|지만|더니|였고|했고|됐고|느려서|많아서|높아서|없어서|있어서|같아서)(?=[\s,])|,? (?=because\b|since it|as it\b|so that\b)")
_RULED_OUT = re.compile(r"(?P<x>[ⓋⒸⒷⓃⓅⒾⓁⓌ])(?:은|는|이|가)? ?(?:말고|아니고|아니라|대신에?)(?=[\s,])|\bnot (?:to |at )?(?P<y>[ⓋⒸⒷⓃⓅ])")
_SOFT = re.compile(r"\s(?:그리고|그 ?다음(?:에|엔)?|그런 ?다음(?:에)?|그러고 ?나서|그러고|그 ?후에?|그 ?뒤에?|이어서|다음으로|그런데|근데|그래서|또)(?=[\s,])|,? (?:and then|then|after that|afterwards|and also|and finally|and(?! (?:the )?[ⓋⒸⒷ]| running\b)|but|plus|also|so(?! that\b))\b|,(?=\s)|(?:상태|로그|이벤트|이력|히스토리|내역|주소|엔드포인트|헬스)(?:이랑|랑|하고|와|과| 및)(?=\s)|\s?/\s|\s\+\s|\s?->\s(?![Ⓐ-Ⓩ])")


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
    return _without(Clause(marked.text[start:end], things, sentence, background, linked))


def _without(clause):
    """The clause without what it names only to rule it out: `2.0 말고 1.9로`. Apps and environments that are not meant are told apart later."""
    for match in reversed(list(_RULED_OUT.finditer(clause.text))):
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
        english_reason = kind == "background" and re.match(r"because|since|as it|so that", text[cut:end])
        pieces.append((at, cut, kind == "background" and not english_reason, kind == "linked"))
        at = cut
    pieces.append((at, end, bool(re.match(r"because|since|as it|so that", text[at:end])), False))
    return pieces
