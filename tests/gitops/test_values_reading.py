"""Laws of reading values files and manifests, and of showing what changes in them."""

import pytest
import yaml

from gitops import values
from gitops.types import Change
from tests.gitops.values_help import refusal


def nested(count):
    return "".join(" " * depth + "k:\n" for depth in range(count))


def bomb(item):
    return "a0: &a0 {k: 1}\n" + "".join(f"a{n}: &a{n}\n  {item(n - 1)}\n" for n in range(1, 12))


@pytest.mark.parametrize(("data", "code", "line"), [
    (b"a: 1\nb: \xff\n", "values_not_utf8", 2),
    ("a: 1".encode("utf-16"), "values_not_utf8", 1),
    (b"a: 1\nb: \x01\n", "values_bad_yaml", 2),
    (b"a: 1\n\tb: 1\n", "values_bad_yaml", 2),
    (b"a: 1\nb: [1\n", "values_bad_yaml", 3),
    (b"a: *x\n", "values_bad_yaml", 1),
    (b"<<: 1\n", "values_bad_yaml", 1),
    (b"? [a]\n: 1\n", "values_bad_yaml", 1),
    (b"b: 1\na: " + b"1" * 5000, "values_bad_yaml", 2),
    (b"a: 1\nb: 1\n'a': 1\n", "values_duplicate_key", 3),
    (b"a: {b: 1, b: 2}\n", "values_duplicate_key", 1),
    (b"- a\n", "values_not_a_mapping", 1),
    (b"text\n", "values_not_a_mapping", 1),
    (b"x: 1\na: !!python/object/apply:os.system [ls]\n", "values_unknown_tag", 2),
    (b"x: 1\na: !!int ''\n", "values_unknown_tag", 2),
    (b"a: !!bool maybe\n", "values_unknown_tag", 1),
    (b"a: !!timestamp x\n", "values_unknown_tag", 1),
    (b"a: !!set {b}\n", "values_unknown_tag", 1),
    (b"a: !vault x\n", "values_unknown_tag", 1),
    (b"a: &a [*a]\n", "values_too_deep", 1),
    (b"a: " + b"[" * 100_000, "values_too_deep", 1),
    (nested(1400).encode(), "values_too_deep", 101),
    (bomb(lambda n: f"x: [{','.join([f'*a{n}'] * 10)}]").encode(), "values_bomb", 1),
    (bomb(lambda n: f"<<: [{','.join([f'*a{n}'] * 10)}]").encode(), "values_bomb", 1),
    (b"a:\n" + b"- 1\n" * 250_000, "values_bomb", 200_000),
    (b"#" * (1 << 20) + b"#", "values_too_large", None),
], ids=range(26))
def test_what_cannot_be_read_is_refused(data, code, line):
    """Broken, ambiguous, foreign and hostile YAML: an error with file and line, and quickly."""
    found = refusal(values.parse, data, "values/web.yaml")
    assert found[:2] == (code, "values/web.yaml")
    assert found[2] == line or code in ("values_bomb", "values_too_deep") and line != found[2]  # where the reader gave up


@pytest.mark.parametrize("data", [None, b"", b"# c\n", b"---\n", b"null\n", b"---\n...\n", "\ufeff".encode()])
def test_nothing_is_an_empty_mapping(data):
    """A file that is absent, empty or holds comments alone says nothing."""
    assert values.parse(data, "v.yaml") == {}


def test_dates_stay_text():
    """A date is the text it is written as, and so is a lone equals sign."""
    assert values.parse(b"a: 2024-01-01\nb: =\n", "v.yaml") == {"a": "2024-01-01", "b": "="}


def test_a_diff_names_the_file_and_the_lines():
    """A change is shown as git would show it, also for files that come, go, or end without a newline."""
    assert values.diff(Change("v.yaml", b"a: 1\nb: 1\n", b"a: 2\nb: 1\n")) == "--- a/v.yaml\n+++ b/v.yaml\n@@ -1,2 +1,2 @@\n-a: 1\n+a: 2\n b: 1\n"
    assert values.diff(Change("v.yaml", None, b"a: 1")) == "--- /dev/null\n+++ b/v.yaml\n@@ -0,0 +1 @@\n+a: 1\n\\ No newline at end of file\n"
    assert values.diff(Change("v.yaml", b"a: 1\n", None)).startswith("--- a/v.yaml\n+++ /dev/null\n")
    assert values.diff(Change("v.yaml", b"a\n", b"a\n")) == ""


def test_dump_is_for_people_and_for_readers():
    """What is dumped keeps its order and its unicode, and reads back equal."""
    shown = {"이름": "가게 🚀", "b": ["1", "no", "a\nb\n"], "a": {}}
    text = values.dump(shown)
    assert "가게 🚀" in text and text.index("b:") < text.index("a:") and yaml.safe_load(text) == shown


def test_manifests_may_be_several():
    """A file of manifests gives each document that is one; a list among them is refused with its line."""
    assert values.load_all(b"---\na: 1\n---\n# c\n---\nb: 2\n", "m.yaml") == [{"a": 1}, {"b": 2}]
    assert refusal(values.load_all, b"a: 1\n---\n- b\n", "m.yaml") == ("values_not_a_mapping", "m.yaml", 3)
    assert refusal(values.load_all, b"- 1\n" * 2_000_000, "m.yaml")[0] == "values_bomb"
