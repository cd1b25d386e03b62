"""Hangul arithmetic: syllables with another final consonant, and the forms of a verb the endings attach to. No vocabulary here."""

_FINALS = "\0ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_FIRST, _LAST, _FINAL_COUNT = 0xAC00, 0xD7A3, 28


def is_syllable(char):
    return _FIRST <= ord(char) <= _LAST


def has_korean(text):
    return any(is_syllable(char) or "ㄱ" <= char <= "ㅣ" for char in text)


def final(char):
    """The final consonant of a syllable, or None."""
    index = (ord(char) - _FIRST) % _FINAL_COUNT if is_syllable(char) else 0
    return _FINALS[index] if index else None


def with_final(word, consonant):
    """`늘리` with ㄹ is `늘릴`; a word that ends in a consonant takes the syllable form (`넣` with ㄹ is `넣을`)."""
    last = word[-1]
    if final(last) is None:
        return word[:-1] + chr(ord(last) + _FINALS.index(consonant))
    if final(last) == "ㄹ":
        return word[:-1] + chr(ord(last) - _FINALS.index("ㄹ") + _FINALS.index(consonant))
    return word + {"ㄹ": "을", "ㄴ": "은", "ㅂ": "읍", "ㅁ": "음"}[consonant]


def past(infinitive):
    """`늘려` is `늘렸`, `하여` speakers write `했`: the infinitive's last syllable with ㅆ."""
    return infinitive[:-1] + chr(ord(infinitive[-1]) + _FINALS.index("ㅆ")) if final(infinitive[-1]) is None else infinitive
