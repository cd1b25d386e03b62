"""Where a clause names a change, and whether it asks for it. Whatever is not certainly a request is a mention.

Must not decide which of several is meant, nor look at the sentence around the clause.
"""

import re
from dataclasses import dataclass

from nlp.hangul import has_korean, past, with_final
from nlp.lexicon import changes_en, changes_ko, plain
from nlp.lexicon.endings import STEMS, noun_requests, requests
from nlp.text import MARKS, pattern

_LINKS = ("고", "고서", "고나서", "고난다음", "고난뒤", "고난후", "면서", "는동시에")
_LINKED = {stem: frozenset({stem + link for link in _LINKS} | {with_final(stem, "ㄴ") + link for link in ("다음", "뒤", "후")} | {infinitive + "서", infinitive + "주고"})
           for stem, infinitive in STEMS.items()}
_REQUESTS = {stem: requests(stem, infinitive) for stem, infinitive in STEMS.items()}
_NOUN_LINKED = frozenset({case + form for case in ("", "을", "를") for stem in ("하", "시키", "진행하", "실행하") for form in (_LINKED[stem] if stem in STEMS else {stem + "고", stem[:-1] + "한다음"})} | {"후", "뒤", "다음"})
_NOUN_REQUESTS = noun_requests()
_PLACED = re.compile(r"[Ⓐ-Ⓩ](?:'s)?(?: ?(?:환경|앱|버전|태그|브랜치|이미지|서비스|네임스페이스|컨테이너|커밋)(?=에|으|로|을|를|의|\s|$))?(?:에서|에다가|에다|에게|으로|로|에|을|를|은|는|도|만|의|까지|쪽|하고|이랑|랑|와|과|이라는|라는)*")
_FILLER, _NOISE = re.compile(plain.FILLER), re.compile(plain.NOISE)
_NEXT = re.compile(plain.NEXT)
_REMARK = re.compile(rf"(?:(?<=[가-힣])|^)[,:]\s|\s(?={plain.DETAIL}(?:은|는|이|를)?[\s:=]*[ⒾⓉⒽⓅ]|[ⒾⓉⒽ])")
_DETAILED = re.compile(rf"[,:.]?\s?(?:{plain.DETAIL}|[ⒾⓉⒽ])")
_ASKS_POLITELY = re.compile("줘|주|줄|부탁")
_AUXILIARY = ("하", "주", "두", "가", "만들", "쓰", "보내")
_OBJECT = re.compile(r"(?:[Ⓐ-Ⓩ](?:개|대)?(?:만|좀)?|(?<!기)(?:으로|로)(?:만|도)?|을|를|에|에게|한테|좀|앱|하나|변수)\s*(?:좀\s*|새로\s*)?$|^\s*$")
LONGEST_ENDING = 160  # letters from a verb to the end of its clause; nobody asks that slowly
_PAST = re.compile(plain.PAST)
_EDGE = r"(?<![가-힣a-z])(?:서버|앱|파드|서비스)?"


@dataclass(frozen=True, slots=True)
class Head:
    """A verb named at a place. `asked`: None (a mention), "plain", "polite" or "linked". `choices`: the verbs it may be, if unsure."""

    verb: str
    start: int
    end: int
    weight: int
    asked: str | None
    said: str
    choices: tuple = ()


def _forms(stem, infinitive):
    return {stem, infinitive, past(infinitive), with_final(stem, "ㄹ"), with_final(stem, "ㄴ"), with_final(stem, "ㅁ"), with_final(stem, "ㅂ")}


def _stems(stems):
    forms = {form: stem for stem in stems for form in _forms(stem, STEMS[stem])}
    return re.compile(r"(?<![가-힣a-z])(?:" + "|".join(sorted(forms, key=len, reverse=True)) + ")|(?<=껐다|끄고|껐따)(?:" + "|".join(forms) + ")|(?<=[로고다시개])(?:" + "|".join(sorted((form for form in forms if len(form) > 1), key=len, reverse=True)) + ")"), forms


def _row(verb, nouns, stems, needs, unless, weight, choices=()):
    noun = pattern(("" if nouns[0] in MARKS else _EDGE) + f"(?:{nouns})") if nouns else None
    return verb, noun, _stems(stems) if stems else None, needs and pattern(needs), unless and pattern(unless), weight, choices


_KO = [_row(*row) for row in changes_ko.ROWS] + [_row("?", nouns, stems, needs, unless, 2, choices) for nouns, stems, needs, unless, choices in changes_ko.UNSURE]
_EN = [(verb, re.compile(rf"(?<![\w-])(?:{said})(?![\w'-])"), needs and re.compile(needs), unless and re.compile(unless), weight, choices) for verb, said, needs, unless, weight, choices in
       [(*row, ()) for row in changes_en.ROWS] + [("?", said, needs, unless, 2, choices) for said, needs, unless, choices in changes_en.UNSURE]]
_BEFORE = re.compile(changes_en.BEFORE.replace("\n", ""))
_BEHIND = re.compile(changes_en.BEHIND.replace("\n", ""))
_MAY = re.compile(r"\b(?:can|could|would|will) (?:you|u)\b|\bplease\b|\bwould you mind\b")
_WORDS_ONLY = re.compile(r"\b(?:restart|reboot|scal|roll|rollback|deploy|releas|promot|delet|remov|suspend|paus|resum|revert|updat|upgrad|ship)(?:e|ed|ing|s|es|ted|ting|led|ling|ment|back)*\b")


def find(text):
    """Every head in the clause."""
    return _korean(text) if has_korean(text) else _english(text)


def mentions(text):
    """Does the clause speak of a change at all, in whatever form?"""
    return bool(find(text)) or _WORDS_ONLY.search(text) is not None


def _korean(text):
    heads = []
    for verb, noun, stems, needs, unless, weight, choices in _KO:
        if needs and not needs.search(text) or unless and unless.search(text):
            continue
        if noun:
            heads += [Head(verb, match.start(), match.end(), weight, _noun_mood(text, match), match.group(), choices) for match in noun.finditer(text)]
        if stems:
            heads += [_verb_head(text, match, stems[1][match.group()], verb, weight, choices) for match in stems[0].finditer(text) if _own(text, match, stems[1])]
    return heads


def _own(text, match, forms):
    """`하` and its like stand alone only behind an object: behind another verb (`늘리려고 해`, `알려 줘`) they belong to it."""
    return forms[match.group()] not in _AUXILIARY or _OBJECT.search(text[:match.start()]) is not None


def _verb_head(text, match, stem, verb, weight, choices):
    mood = _said_mood(text[match.start():], _REQUESTS[stem], _LINKED[stem], {STEMS[stem]})
    return Head(verb, match.start(), match.end(), weight, mood, match.group(), choices)


def _noun_mood(text, match):
    """`the last deploy` names one and asks for none."""
    return None if _PAST.search(text[:match.start()]) else _said_mood(text[match.end():], _NOUN_REQUESTS, _NOUN_LINKED, {"", "해", "고", "ㄱ"})


def _said_mood(said, asked, linked, plainly):
    """A remark after a comma or colon does not take a request back; after a bare noun a comma makes a list of nouns."""
    mood = _mood(_bare(said), asked, linked, plainly) if len(said) <= LONGEST_ENDING else None
    if mood is None and (cut := _REMARK.search(said[:LONGEST_ENDING])):
        before = _bare(said[:cut.start()])
        mood = _mood(before, asked, linked, plainly) if before or said[cut.start()] == ":" or _DETAILED.match(said[cut.start():]) else None
    return mood


def _mood(said, asked, linked, plainly):
    question = said.endswith("?")
    said = said.rstrip("?")
    shorter = said[:-1] if said.endswith(("에", "엔", "요")) else said
    if said in asked and not (question and not _ASKS_POLITELY.search(said)):
        return "plain" if said in plainly else "polite"
    return "linked" if not question and (said in linked or shorter in linked) else None


def _bare(tail):
    """The ending alone: without names, adverbs, spaces and noise."""
    tail = _PLACED.sub(" ", _NEXT.sub("", tail))
    tail = _FILLER.sub(" ", _FILLER.sub(" ", tail))
    return _NOISE.sub("", tail)


def _english(text):
    heads = []
    for verb, said, needs, unless, weight, choices in _EN:
        if needs and not needs.search(text) or unless and unless.search(text):
            continue
        heads += [Head(verb, match.start(), match.end(), weight, _english_mood(text, match), match.group(), choices) for match in said.finditer(text)]
    return heads


def _english_mood(text, match):
    before, behind = text[:match.start()], text[match.end():]
    if not _BEFORE.fullmatch(before) or _BEHIND.search(behind):
        return None
    if behind.rstrip().endswith("?") and not _MAY.search(text):
        return None
    return "polite" if _MAY.search(text) else "plain"
