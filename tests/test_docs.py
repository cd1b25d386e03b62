"""The documents say what the code says: verbs, settings and routes in their tables, and every route has a sentence."""

import re
from pathlib import Path

import pytest

from gitops.contract import notify, table
from tests import docs

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", docs.FILES)
def test_tables_are_the_codes(name):
    """Verbs, settings and routes of the README are those of the code; `python -m tests.docs` writes them."""
    text = (ROOT / name).read_text()
    for table in docs.tables():
        assert f"<!-- {table} -->" in text
    assert docs.written(text, docs.FILES[name]) == text


def test_every_route_says_what_it_is():
    """A route without a sentence would be an empty cell, in either language."""
    assert not [line for language in docs.FILES.values() for line in docs.tables(language)["routes"].splitlines() if re.search(r"\|\s*\|$", line)]


@pytest.mark.parametrize("name", [*docs.FILES, "docs/operating.md", "docs/repository.md", "docs/promises.md"])
def test_files_that_documents_name_are_there(name):
    """Every path in backquotes that looks like one of ours exists."""
    text = (ROOT / name).read_text()
    for path in re.findall(r"`((?:gitops|controller|nlp|web|static|tests|docs|deploy)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path


def test_every_promise_is_held():
    """What the page of promises names is a test that is there; every line names one."""
    text = (ROOT / "docs/promises.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ") and "held by" not in line]
    assert rows and not [row for row in rows if "::" not in row]
    for path, name in re.findall(r"`(tests/[\w./]+)::(\w+)`", text):
        assert f"\ndef {name}(" in (ROOT / path).read_text(), f"{path}::{name}"


SECTIONS = {"klepaas.yaml": table.TOP, "An environment": table.ENVIRONMENT, "An analysis of gates": table.ANALYSIS, "policy": table.POLICY, "A rule of protected": table.PROTECTED, "A rule of images": table.IMAGE, "A pipeline": table.PIPELINE, "sync": table.SYNC, "A rule of cicd": table.RULE, "notify": notify.TOP, "A route of notify": notify.ROUTE, "The `klepaas:` section of a values file": table.SECTION}


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_of_the_repository_is_documented(title):
    """The page says exactly the keys that are read, and names those that have no effect yet."""
    part = (ROOT / "docs/repository.md").read_text().partition(f"## {title}\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"(?m)^\| (\w+) \|", part)) - {"key"}
    later = set(table.LATER) - named if title == "klepaas.yaml" else set()
    assert named | later == set(SECTIONS[title])
    assert all(f"`{key}`" in part for key in later)


def test_every_annotation_is_documented():
    """Exactly those that the controller and the files heed or write, as the code names them."""
    part = (ROOT / "docs/repository.md").read_text().partition("## Annotations of objects\n")[2].partition("\n## ")[0]
    code = "".join(path.read_text() for folder in ("controller", "gitops") for path in (ROOT / folder).rglob("*.py") if "devcluster" not in path.parts)
    assert set(re.findall(r"(?m)^\| ([a-z.]+/[\w-]+) \|", part)) == set(re.findall(r"\"((?:klepaas\.io|helm\.sh)/[\w-]+)\"", code))
