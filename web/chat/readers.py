"""Who reads a sentence: which models may be asked, what is kept of their answers' cost, and what a person is told when they fail. Must not read one itself."""

import re

from gitops import checks, messages
from nlp.models import chain
from web import context, metrics

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
SECRET_WORDS = re.compile(r"비밀 ?번호|비번|패스워드|암호|토큰|시크릿")


def models(text):
    """The models that may be asked about the text; none where it may hold a secret: what is said here stays here."""
    return None if _secret(text) else context.models()


def _secret(text):
    return bool(checks.secret_in(text) or SECRET_WORDS.search(text) or any(checks.SECRET_NAME.search(word) for word in WORD.findall(text)))


def who(reading):
    """The reader, its model, and the tokens of every model that was asked, as history keeps them."""
    for each in reading.calls:
        metrics.MODELS.labels(each.provider, each.problem.code if each.problem else "answered").inc()
        metrics.TOKENS.labels(each.provider, "in").inc(each.tokens_in or 0)
        metrics.TOKENS.labels(each.provider, "out").inc(each.tokens_out or 0)
    tokens_in, tokens_out = ([value for each in reading.calls if (value := getattr(each, name)) is not None] for name in ("tokens_in", "tokens_out"))
    return {"parser": reading.parser, "model": _model(reading), "tokens_in": sum(tokens_in) if tokens_in else None, "tokens_out": sum(tokens_out) if tokens_out else None}


def _model(reading):
    return next((each.model for each in reading.calls if each.provider == reading.parser), None)


def note(reading, asked, language):
    """What a person is told of models that failed, or were not asked for a secret's sake; None where all went well."""
    if asked is None and context.models() is not None and reading.clarification:
        return messages.text("models_secret", language, {})
    answered = next((each.model for each in reading.calls if each.problem is None), None)
    return chain.note(reading.calls, answered, language)


def told(found, note, reading):
    """The answer with the note in its question, where the rules stand alone: every door shows that."""
    return {**found, "question": f"{found['question']} {note}"} if note and reading.parser == "rules" and found.get("question") else found
