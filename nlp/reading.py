"""What a text was read as. Plain values, so that every door can show them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gitops.types import NOTHING
from nlp.lexicon.questions import TEXTS

CERTAIN, FROM_CONTEXT, FROM_MODEL, DOUBTFUL, ASKING, NONE = 0.95, 0.85, 0.7, 0.6, 0.5, 0.0  # ordered, not measured: a door may compare them


@dataclass(frozen=True, slots=True)
class Reading:
    """`command` is a verb of gitops/verbs, or confirm, cancel, clarify, unknown.

    `clarification`: None or {code, question {en, ko}, missing, choices, command (the verb it would complete, or None)}.
    `because` says word by word why it was read so; `more` holds the further commands of the text.
    `parser` is rules, or the provider of the model that read it; `calls` are the questions to models (nlp/models/chain), whoever read it.
    """

    command: str
    app: str | None = None
    environment: str | None = None
    args: Mapping = field(default_factory=lambda: NOTHING)
    confidence: float = NONE
    parser: str = "rules"
    clarification: Mapping | None = None
    more: tuple = ()
    language: str = "en"
    because: tuple = ()
    calls: tuple = ()


def clarification(code, missing=(), choices=(), command=None):
    """The question of that code (nlp/lexicon/questions) in both languages."""
    english, korean = TEXTS[code]
    return {"code": code, "question": {"en": english, "ko": korean}, "missing": list(missing), "choices": list(choices), "command": command}


def clarify(code, missing=(), choices=(), command=None, because=(), **known):
    """A reading that asks; `known` is what was understood so far."""
    return Reading("clarify", confidence=ASKING, clarification=clarification(code, missing, choices, command), because=tuple(because) + (f"asked back: {code}",), **known)
