"""The corpus: what people say, and what must be read from it. `held` is never tuned to."""

import pytest

from gitops.verbs import VERBS
from tests.nlp import evaluate

LEAST = {"tuned": 0.97, "held": 0.95}


@pytest.fixture(scope="module", params=LEAST)
def part(request):
    return request.param, evaluate.score(request.param)


def test_no_reading_is_unsafe(part):
    """No change is ever read where none, or another one, was meant."""
    assert [(each.text, each.unsafe) for each in part[1] if each.unsafe] == []


def test_accuracy(part):
    """Verb, app, environment and every argument are right for most of what people say."""
    name, scores = part
    assert evaluate.accuracy(scores) >= LEAST[name]


def test_the_corpus_is_large_and_korean_first():
    """Two thirds are Korean, every verb that a sentence can name is there, and fifty or more must not become a change."""
    rows = evaluate.load("tuned") + evaluate.load("held")
    said = {command for row in rows for command in row["expect"]["command"].split("|")}
    korean = [row for row in rows if any("가" <= char <= "힣" or "ㄱ" <= char <= "ㅣ" for char in row["text"])]
    guarded = [row for row in rows if "clarify" in row["expect"]["command"] or "unknown" in row["expect"]["command"]]
    assert len(rows) >= 250 and len(korean) >= len(rows) * 0.6 and len(guarded) >= 50
    assert set(VERBS) - said <= {"apply_manifest"}


def test_no_sentence_is_in_both_parts():
    """What is only scored was not tuned to."""
    tuned, held = ({(row["text"], str(row.get("context"))) for row in evaluate.load(name)} for name in ("tuned", "held"))
    assert tuned & held == set()
