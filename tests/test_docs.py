"""The documents say what the code says: verbs, settings and routes in their tables, and every route has a sentence."""

import re
from pathlib import Path

import pytest

from tests import docs

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", docs.FILES)
def test_tables_are_the_codes(name):
    """Verbs, settings and routes of the README are those of the code; `python -m tests.docs` writes them."""
    text = (ROOT / name).read_text()
    for table in docs.tables():
        assert f"<!-- {table} -->" in text
    assert docs.written(text) == text


def test_every_route_says_what_it_is():
    """A route without a sentence would be an empty cell."""
    assert not [line for line in docs.tables()["routes"].splitlines() if re.search(r"\|\s*\|$", line)]


@pytest.mark.parametrize("name", [*docs.FILES, "docs/operating.md"])
def test_files_that_documents_name_are_there(name):
    """Every path in backquotes that looks like one of ours exists."""
    text = (ROOT / name).read_text()
    for path in re.findall(r"`((?:gitops|controller|nlp|web|static|tests|docs|deploy)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path
