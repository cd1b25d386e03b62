"""Numbers as people write them: digits, native and Sino-Korean words, English words. Returns None for what is none."""

import re

_ONES = {"하나": 1, "한": 1, "둘": 2, "두": 2, "셋": 3, "세": 3, "석": 3, "넷": 4, "네": 4, "넉": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9}
_TENS = {"열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90, "백": 100}
_SINO = {"영": 0, "공": 0, "일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9}
_ENGLISH = {word: value for value, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split())}
_ENGLISH |= {"a": 1, "an": 1, "single": 1, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "a hundred": 100, "dozen": 12, "a dozen": 12}

NATIVE = rf"(?:(?:{'|'.join(_TENS)})\s?)?(?:{'|'.join(_ONES)})|{'|'.join(_TENS)}"
SINO = r"[일이삼사오육칠팔구]?백(?:[일이삼사오육칠팔구]?십)?[일이삼사오육칠팔구]?|[일이삼사오육칠팔구]?십[일이삼사오육칠팔구]?|[영일이삼사오육칠팔구]"
ENGLISH = "|".join(sorted((word for word in _ENGLISH if word not in ("a", "an")), key=len, reverse=True))
DIGITS = r"\d{1,3}(?:,\d{3})+|\d{1,9}"


def value(text):
    """The number `text` says."""
    text = re.sub(r"[\s,]", "", text) if re.match(r"\d", text) else text.strip()
    if text.isascii() and text.isdigit():
        return int(text)
    if text in _ENGLISH:
        return _ENGLISH[text]
    return _native(text.replace(" ", "")) if _native(text.replace(" ", "")) is not None else _sino(text)


def _native(text):
    for tens, base in _TENS.items():
        if text.startswith(tens):
            rest = text[len(tens):]
            return base if not rest else base + _ONES[rest] if rest in _ONES else None
    return _ONES.get(text)


def _sino(text):
    total, digit = 0, None
    for char in text:
        if char in "십백":
            total, digit = total + (1 if digit is None else digit) * (10 if char == "십" else 100), None
        elif char in _SINO and digit is None:
            digit = _SINO[char]
        else:
            return None
    return total + (digit or 0) if text else None
