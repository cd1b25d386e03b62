"""Which of the known apps and environments a text names, however they are spelt. Must not guess between two."""

import re
from dataclasses import dataclass
from functools import lru_cache

from nlp.lexicon import names as lexicon
from nlp.lexicon.particles import AFTER_NAME
from nlp.lexicon.words import KNOWN

_WORD = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*|[가-힣]+")
_LATIN = re.compile(r"[^\W가-힣ㄱ-ㅣ]")
_HANGUL_PARTS = sorted(lexicon.HANGUL_PARTS, key=len, reverse=True)
SPOKEN = 4  # words that one name may be said in
SHORTEST_TYPO = 4  # letters: a shorter name is one edit from too many words


@dataclass(frozen=True, slots=True)
class Found:
    """A name at a place. `doubt` is None, "typo" or "ambiguous" (then `choices` are what it may be)."""

    start: int
    end: int
    name: str
    doubt: str | None = None
    choices: tuple = ()


@lru_cache(maxsize=64)
def index(apps):
    """Names by their letters alone: `payment-api`, `payment api` and `paymentApi` are `paymentapi`."""
    by_letters = {}
    for name in apps:
        by_letters.setdefault(_letters(name), []).append(name)
    return by_letters


def _letters(text):
    return re.sub(r"[\s_-]", "", text.lower())


def find_apps(text, apps):
    """Every app the text names, left to right, exact spellings before typos."""
    known = index(apps)
    words = [_said(text, match) for match in _WORD.finditer(text)]
    found, at = [], 0
    while at < len(words):
        best = _longest(text, words, at, known) or _typo(text, words, at, known)
        found += [best[0]] if best else []
        at += best[1] if best else 1
    return found


def _said(text, match):
    """(start, end, letters, alone): a Hangul word is read by its parts, up to a particle; alone = nothing may follow it in a name."""
    word, start, end = match.group(), match.start(), match.end()
    if word[0].isascii():
        return start, end, word, _inside(text, start, end)
    said, place = "", 0
    while part := next((part for part in _HANGUL_PARTS if word.startswith(part, place)), None):
        said, place = said + lexicon.HANGUL_PARTS[part], place + len(part)
    rest = word[place:]
    return (start, start + place, said, bool(rest)) if said and (not rest or AFTER_NAME.fullmatch(rest)) else (start, end, None, True)


def _inside(text, start, end):
    """Is this word only a piece of a longer one (`foo.nginx`, `нginx`, `nginx/x`)?"""
    before, after = text[start - 1:start], text[end:end + 1]
    return bool(_LATIN.match(before) or before in tuple("./@:$") or _LATIN.match(after) or after == "/" or re.match(r"[.:@][a-z0-9]", text[end:end + 2]))


def _joined(text, words, at, count):
    """The letters of `count` words said together, or None if they cannot be one name."""
    group = words[at:at + count]
    if len(group) < count or any(word[2] is None for word in group) or any(word[3] for word in group[:-1]):
        return None
    if any(text[left[1]:right[0]] not in ("", " ", "-", "_") for left, right in zip(group, group[1:])):
        return None
    last = group[-1]
    return None if _LATIN.match(text[last[0]]) and last[3] else _letters("".join(word[2] for word in group))


def _longest(text, words, at, known):
    for count in range(SPOKEN, 0, -1):
        names = known.get(_joined(text, words, at, count) or "")
        if names:
            return _exact(text, words, at, count, names, known), count
    return None


def _exact(text, words, at, count, names, known):
    start, end = words[at][0], words[at + count - 1][1]
    spelt = [name for name in names if name.lower() == text[start:end]]
    choices = tuple(spelt or names)
    if not spelt and count > 1 and words[at + count - 1][2] in lexicon.GENERIC:
        choices += tuple(known.get(_joined(text, words, at, count - 1) or "", ()))
    return Found(start, end, choices[0], "ambiguous" if len(choices) > 1 else None, choices if len(choices) > 1 else ())


def _typo(text, words, at, known):
    for count in (2, 1):
        said = _joined(text, words, at, count)
        if said is None or len(said) < SHORTEST_TYPO or any(word[2] in KNOWN or not word[2].isascii() for word in words[at:at + count]):
            continue
        names = tuple(sorted(name for letters, group in known.items() if len(letters) >= SHORTEST_TYPO and one_edit(said, letters) for name in group))
        if names:
            return Found(words[at][0], words[at + count - 1][1], names[0], "typo" if len(names) == 1 else "ambiguous", names), count
    return None


def one_edit(left, right):
    """One letter more, fewer, other, or two neighbours swapped; never a digit, for test01 and test02 are two apps."""
    if abs(len(left) - len(right)) > 1 or left == right or re.sub(r"\D", "", left) != re.sub(r"\D", "", right):
        return False
    place = next((place for place, pair in enumerate(zip(left, right)) if pair[0] != pair[1]), min(len(left), len(right)))
    left, right = left[place:], right[place:]
    return left[1:] == right[1:] or left[1:] == right or left == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])


@lru_cache(maxsize=64)
def environment_words(environments):
    """Every way to say each environment, longest first: (word, name); a group no environment belongs to keeps its own name and None."""
    said = {name.lower(): name for name in environments}
    for group, words in lexicon.ENVIRONMENTS.items():
        name = next((name for name in environments if name.lower() in words), None)
        for word in words:
            said.setdefault(word, name)
    return tuple(sorted(said.items(), key=lambda item: len(item[0]), reverse=True))
