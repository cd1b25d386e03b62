"""The tables of words: complete, consistent, and free of patterns that run away."""

import re

import pytest

from gitops.verbs import VERBS
from nlp import hangul, numbers
from nlp.lexicon import changes_en, changes_ko, endings, questions, reads

CHANGES = {name for name, verb in VERBS.items() if verb.kind != "read"}


@pytest.mark.parametrize("rows", [changes_ko.ROWS, changes_en.ROWS], ids=["ko", "en"])
def test_every_change_can_be_said(rows):
    """Each language names every change and every order of the catalogue, and nothing else."""
    assert {row[0] for row in rows} == CHANGES


def test_every_read_can_be_said():
    """Every read of the catalogue is in the table of questions, and nothing else."""
    assert {row[0] for row in reads.ROWS} == set(VERBS) - CHANGES


def test_every_question_is_asked_in_both_languages():
    """Whatever is asked back has an English and a Korean text."""
    assert all(len(texts) == 2 and not hangul.has_korean(texts[0]) and hangul.has_korean(texts[1]) for texts in questions.TEXTS.values())


@pytest.mark.parametrize("stem, form", [("하", "해주세요"), ("늘리", "늘려줘"), ("늘리", "늘립시다"), ("넣", "넣으세요"), ("만들", "만들어주실래요"), ("바꾸", "바꿨으면좋겠어"), ("풀", "풀자")])
def test_a_request(stem, form):
    """Polite, plain and wishing forms of a verb ask for it."""
    assert form in endings.requests(stem, endings.STEMS[stem])


@pytest.mark.parametrize("stem, form", [("하", "했어"), ("하", "하지마"), ("하", "하면"), ("하", "할까"), ("하", "하래"), ("하", "하라고했어"), ("늘리", "늘렸다"), ("늘리", "늘려도돼"), ("하", "합니다"), ("하", "할게")])
def test_not_a_request(stem, form):
    """Past, negative, conditional, asking and quoting forms ask for nothing."""
    assert form not in endings.requests(stem, endings.STEMS[stem])


@pytest.mark.parametrize("said, value", [("세", 3), ("열두", 12), ("스무", 20), ("스물 다섯", 25), ("four", 4), ("a dozen", 12), ("1,000", 1000), ("삼십이", 32), ("십", 10), ("몇", None)])
def test_numbers(said, value):
    """Digits, native, Sino-Korean and English numbers."""
    assert numbers.value(said) == value


def test_patterns_are_flat():
    """No pattern of the tables repeats a repetition of single characters, which could run away on hostile text."""
    texts = [text for rows in (changes_ko.ROWS, changes_en.ROWS, reads.ROWS) for row in rows for text in row if isinstance(text, str)]
    assert [text for text in texts if re.search(r"\([^()|]*[+*]\)[+*]", text)] == []
