"""What holds for every text whatsoever."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops.types import Command
from gitops.verbs import VERBS, check
from nlp.interpret import as_dict, interpret
from tests.nlp import evaluate

PIECES = sorted({word for name in ("tuned", "held") for row in evaluate.load(name) for word in row["text"].split()})
ANSWERS = set(VERBS) | {"confirm", "cancel", "clarify", "unknown"}
TEXTS = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join), st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map("".join))


def read(text):
    return evaluate.flat(as_dict(interpret(text, {"app": "web", "environment": "staging", "command": "scale", "args": {"replicas": 3}}, evaluate.APPS, evaluate.ENVIRONMENTS)))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(TEXTS)
def test_every_text_has_a_reading(text):
    """No text raises, and every answer is a verb of the catalogue or one of four words."""
    assert all(each["command"] in ANSWERS for each in read(text))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(TEXTS)
def test_what_is_offered_passes_the_gate(text):
    """A verb that is read has the arguments the catalogue wants: names of the lists, values within bounds."""
    for each in read(text):
        if each["command"] in VERBS and (each["command"] != "cancel" or each["app"]):
            check(Command(each["command"], each["app"], None, each["args"]))
            assert each["app"] in (None, *evaluate.APPS) or each["command"] == "create_app"


@pytest.mark.parametrize("name", ["tuned", "held"])
def test_capitals_and_spaces_do_not_matter(name):
    """Upper-case Latin letters about names, and doubled spaces, change no verb."""
    for row in evaluate.load(name)[::3]:
        plain, spaced = (interpret(text, row.get("context"), evaluate.APPS, evaluate.ENVIRONMENTS) for text in (row["text"], row["text"].replace(" ", "  ")))
        assert (plain.command, plain.app) == (spaced.command, spaced.app), row["text"]
