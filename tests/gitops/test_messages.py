"""Every code that is raised has its text in both languages, and its placeholders are given."""

import ast
import string
from collections import Counter
from pathlib import Path

import pytest

from gitops import errors, messages
from gitops.messages import MESSAGES

ROOT = Path(__file__).parent.parent.parent
ERRORS = {name for name in dir(errors) if isinstance(getattr(errors, name), type) and issubclass(getattr(errors, name), Exception)}
PLACES = {"path", "line", "retry_after"}


def sources():
    for package in ("gitops", "controller", "nlp", "web"):
        yield from (path for path in (ROOT / package).rglob("*.py") if "devcluster" not in path.parts)


def raised():
    """(where, code, names given) of every error made in the source; None for names that are passed on."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None)) in ERRORS and node.args:
                names = {each.arg for each in node.keywords}
                for code in codes(node.args[0]):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", code, None if None in names else names


def codes(node):
    """The constant codes an expression can give."""
    if isinstance(node, ast.Constant):
        return [node.value]
    return [*codes(node.body), *codes(node.orelse)] if isinstance(node, ast.IfExp) else []


def placeholders(text):
    return {name.partition(".")[0].partition("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_scan_finds_the_errors():
    """The law below is about something: dozens of codes are found."""
    assert len({code for _, code, _ in raised()}) > 80


def test_every_code_raised_has_a_text():
    """An error without a text would be an error about the error."""
    assert [(where, code) for where, code, _ in raised() if code not in MESSAGES] == []


def test_every_placeholder_is_given():
    """What a text speaks of is among the details of each raise."""
    missing = [(where, code, name) for where, code, names in raised() if names is not None
               for name in sorted(placeholders("".join(MESSAGES.get(code, ("", "")))) - (names - PLACES))]
    assert missing == []


@pytest.mark.parametrize("code", MESSAGES)
def test_both_languages_say_the_same(code):
    """English and Korean use the same details, and both say something."""
    english, korean = MESSAGES[code]
    assert english.strip() and korean.strip()
    assert placeholders(english) == placeholders(korean)
    given = {name: "x" for name in placeholders(english)}
    assert messages.text(code, "en", given) and messages.text(code, "ko", given) and messages.text(code, "fr", given) == messages.text(code, "en", given)


def test_no_code_is_defined_twice():
    """One code, one text: two modules, or two lines of one, would hide each other."""
    keys = []
    for path in (ROOT / "gitops" / "messages").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Dict):
                keys += [key.value for key in node.keys if isinstance(key, ast.Constant)]
    assert [code for code, count in Counter(keys).items() if count > 1] == []


def test_warnings_have_texts_that_need_nothing():
    """A plan's warnings are bare codes, so their texts speak of nothing that would have to be given."""
    found = {each.value for path in sources() for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.keyword) and node.arg == "warnings"
             for each in ast.walk(node.value) if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    assert found and {code for code in found if code not in MESSAGES or placeholders(MESSAGES[code][0])} == set()
