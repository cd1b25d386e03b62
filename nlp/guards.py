"""Why something said is not to be done: questions, negations, conditions, reports, tricks. Must not say what is to be done instead."""

import re

from nlp.lexicon import guards, plain

_WHOLE = [(code, re.compile(pattern)) for code, pattern in guards.WHOLE]
_SENTENCE = [(code, re.compile(pattern)) for code, pattern in guards.SENTENCE]
_CLAUSE = {code: re.compile(pattern) for code, pattern in guards.CLAUSE}
_RETRACT, _RESTRAINT = re.compile(guards.RETRACT), re.compile(guards.RESTRAINT)
_WONDER, _SYMPTOM = re.compile(plain.WONDER), re.compile(plain.SYMPTOM)
_TOLD = re.compile(plain.TOLD)
_PERMISSION, _HOW = re.compile(plain.PERMISSION), re.compile(plain.HOW)
_ENGLISH_QUESTION = re.compile(r"\b(?:who|what(?!(?:'s| is) (?:in|on|running|live|deployed)\b)|when|why|how|which|where|whether)\b(?! (?:you (?:can|have|get)|possible))")


def whole(text):
    """What makes the whole text no command at all, or None."""
    return next((code for code, pattern in _WHOLE if pattern.search(text)), None)


def sentence(text):
    """What puts off or limits every command of the sentence, or None."""
    return next((code for code, pattern in _SENTENCE if pattern.search(text)), None)


def retracts(text):
    return _RETRACT.match(text) is not None


def negated(text):
    return _CLAUSE["negated"].search(text) is not None


def relative(text):
    return _CLAUSE["relative"].search(text) is not None


def everything(text):
    return _CLAUSE["all"].search(text) is not None


def against(text, head):
    """Why a request, though it has the form of one, is not taken: or None."""
    if negated(text):
        return "negated"
    if wonders(text):
        return "asked"
    if _TOLD.search(text) or head.asked == "plain" and _SYMPTOM.search(text):
        return "reported"
    return "relative" if head.verb == "scale" and relative(text) else None


def wonders(text):
    return bool(_WONDER.search(text) or _ENGLISH_QUESTION.search(text))


def permission(text):
    """`may I`, `would it be safe`, `what happens if`: about an action, not for one."""
    return _PERMISSION.search(text) is not None


def how(text):
    return _HOW.search(text) is not None


def why_not(text):
    """Why a mention of a change is none: the best guess of the kind of sentence."""
    return next((code for code in ("negated", "relative", "asked", "reported") if _CLAUSE[code].search(text)), "asked" if text.rstrip().endswith("?") else "reported")


def none_of(text):
    """Why what is said in words that the rules have no verb for is surely no request, or None."""
    if _RESTRAINT.search(text):
        return "negated"
    return next((code for code in ("negated", "relative", "asked", "reported") if _CLAUSE[code].search(text)), None)
