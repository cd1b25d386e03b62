"""Laws of editing values files: one value is one line, and no edit touches a second place."""

from pathlib import Path

import pytest
import yaml
from ruamel.yaml import YAML

from gitops import values
from tests.gitops.values_help import changed, refusal

FILES = sorted(Path(__file__).parent.joinpath("data/values").glob("*.yaml"))
REMOVED = values.REMOVED


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize(("key", "old", "value", "new"), [("image.tag", "v1", "v2", "v2"), ("replicaCount", "2", 30, "30")])
def test_one_value_is_one_line(file, key, old, value, new):
    """A changed value changes its own line, in it nothing but the value, and no other byte of the file."""
    before = file.read_bytes()
    after = values.edit(before, {key: value}, file.name)
    (gone,), (come,) = changed(before, after)
    assert come == new.join(gone.rsplit(old, 1))
    assert values.lookup(values.parse(after, file.name), key) == value


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_same_value_is_the_same_file(file):
    """Setting what is set already changes no byte."""
    before = file.read_bytes()
    assert values.edit(before, {"image.tag": "v1", "replicaCount": 2, "no.such": REMOVED}, file.name) == before


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_new_key_adds_lines_only(file):
    """A key that is not there comes as new lines at the end of its block, or into its flow map; nothing else moves."""
    before = file.read_bytes()
    after = values.edit(before, {"image.pullSecret": "그것", "brand.new": True}, file.name)
    parsed, expected = values.parse(after, file.name), values.parse(before, file.name)
    assert parsed == expected | {"image": expected["image"] | {"pullSecret": "그것"}, "brand": {"new": True}}
    gone, _ = changed(before, after)
    assert all("{" in line or "}" in line or line == before.decode().splitlines(keepends=True)[-1] or "Always" in line for line in gone)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_added_can_be_removed(file):
    """Adding a key and removing it again gives the file back, apart from a newline at its end."""
    before = file.read_bytes()
    after = values.edit(values.edit(before, {"image.more": "x"}, file.name), {"image.more": REMOVED}, file.name)
    assert after.rstrip(b"\r\n") == before.rstrip(b"\r\n")


@pytest.mark.parametrize(("before", "edits", "after"), [
    ("", {"a": 1}, "a: 1\n"),
    ("# 빈 파일", {"a.b": "x"}, "# 빈 파일\na:\n  b: x\n"),
    ("---\n", {"a": 1}, "---\na: 1\n"),
    ("--- # c\n# d\n...\n", {"a": 1}, "--- # c\na: 1\n# d\n...\n"),
    ("null # c\n", {"a": 1}, "{a: 1} # c\n"),
    ("{}\n", {"a": 1}, "{a: 1}\n"),
    ("image:\nb: 1\n", {"image.tag": "v2"}, "image:\n  tag: v2\nb: 1\n"),
    ("image: # 비어 있음\n\nb: 1\n", {"image.tag": "v2"}, "image: # 비어 있음\n  tag: v2\n\nb: 1\n"),
    ("image: ~ # c\nb: 1\n", {"image.tag": "1.10"}, 'image: {tag: "1.10"} # c\nb: 1\n'),
    ("image: {}\n", {"image.tag": "1.10"}, 'image: {tag: "1.10"}\n'),
    ("image: {tag}\n", {"image.tag": "v2"}, "image: {tag: v2}\n"),
    ("image: {tag: }\n", {"image.tag": "v2"}, "image: {tag: v2 }\n"),
    ("image:\n  tag:\n  b: 1\n", {"image.tag": "v2"}, "image:\n  tag: v2\n  b: 1\n"),
    ("image:\n  tag: &t\n  b: 1\n", {"image.tag": "v2"}, "image:\n  tag: &t v2\n  b: 1\n"),
    ("a: &x 1\nb:\n  c: *x\n", {"b.d": 2}, "a: &x 1\nb:\n  c: *x\n  d: 2\n"),
    ("a: &x 1\nb: {c: *x}\n", {"b.d": 2}, "a: &x 1\nb: {c: *x, d: 2}\n"),
    ("a: &x {t: 1}\nb:\n  <<: *x\n", {"b.t": 2}, "a: &x {t: 1}\nb:\n  <<: *x\n  t: 2\n"),
    ("a:\n  b: |\n    x\n\n# c\nd: 1\n", {"a.e": 1}, "a:\n  b: |\n    x\n  e: 1\n\n# c\nd: 1\n"),
    ("a: |\n  x\n  y\n\nb: 1\n", {"a": "z"}, "a: z\n\nb: 1\n"),
    ("a: x\n  y\nb: 1\n", {"a": "z"}, "a: z\nb: 1\n"),
    ("a:\n  b: 1", {"a.c": 2}, "a:\n  b: 1\n  c: 2"),
    ("a.b: 1\na:\n  b: 2\n", {"a\\.b": 3}, "a.b: 3\na:\n  b: 2\n"),
    ("a: 1\n", {r"podAnnotations.klepaas\.io/restartedAt": "2024-01-01T00:00:00Z"},
     'a: 1\npodAnnotations:\n  klepaas.io/restartedAt: "2024-01-01T00:00:00Z"\n'),
    ("a: 1\n", {"hosts": [{"host": "a.kr", "paths": [{"path": "/"}]}]}, "a: 1\nhosts:\n  - host: a.kr\n    paths:\n      - path: /\n"),
    ("hosts: []\n", {"hosts": ["a", "1"]}, 'hosts: [a, "1"]\n'),
    ("hosts:\na: 1\n", {"hosts": ["a"]}, "hosts:\n  - a\na: 1\n"),
], ids=range(26))
def test_where_new_values_go(before, edits, after):
    """Empty files, empty keys, flow maps, aliases and block text nearby: the new value goes where a person would write it."""
    assert values.edit(before.encode(), edits, "v.yaml").decode() == after


@pytest.mark.parametrize(("before", "key", "after"), [
    ("a: 1\nb: 2 # c\nd: 3\n", "b", "a: 1\nd: 3\n"),
    ("a: # c\n  # d\n  b: 1 # e\n# f\n", "a.b", "a: {} # c\n  # d\n# f\n"),
    ("a: &x\n  b: 1\n", "a.b", "a: &x {}\n"),
    ("a: {b: 1, c: 2}\n", "a.b", "a: {c: 2}\n"),
    ("a: {b: 1, c: 2}\n", "a.c", "a: {b: 1}\n"),
    ("a: {b: 1}\n", "a.b", "a: {}\n"),
    ("a: {b: 1, # b\n  c: 2 # c\n}\n", "a.c", "a: {b: 1, # b\n   # c\n}\n"),
    ("a: &x 1\nb: *x\nc: 3\n", "b", "a: &x 1\nc: 3\n"),
    ("a: |\n  x\n\nb: 1\n", "a", "\nb: 1\n"),
    ("a: 1\n", "a", ""),
    ("a: 1", "a", ""),
], ids=range(11))
def test_removing_takes_its_lines_only(before, key, after):
    """A removed key takes its own lines; comments above it and the block it was in stay."""
    assert values.edit(before.encode(), {key: REMOVED}, "v.yaml").decode() == after


# --- strings stay strings --------------------------------------------------------------------------------------------

MISREAD = ["1234567", "12e4567", "1.10", "0123", "0x1F", "0o17", "0b1", "1_000", "no", "Yes", "on", "OFF", "y", "N", "true", "False", "null", "~", "",
           "2024-01-01", "12:30:45", ".inf", "-.INF", ".nan", "NaN", "+1", "-1", "1e3", ".5", "=", "<<", " x", "x ", "a: b", "a #b", "- a", "[a]",
           "{a}", "*a", "&a", "!a", "%a", "@a", "`a", "|", ">", "?", ":", "---", "a\nb", "\t", "'", '"', "\\", "한글", "🚀", "\x00\x7f\x85\u2028\ufeff\uffff"]


@pytest.mark.parametrize("text", MISREAD, ids=ascii)
@pytest.mark.parametrize("before", ["image:\n  tag: v1\n", "image: {tag: v1, a: 1}\n", "image:\n  tag: 1.2\n", "image:\n"], ids=range(4))
def test_a_string_stays_a_string(text, before):
    """What a reader could take for a number, a bool, null or a date is double-quoted, and YAML 1.1 and 1.2 read it back."""
    after = values.edit(before.encode(), {"image.tag": text}, "v.yaml").decode()
    assert 'tag: "' in after
    assert yaml.safe_load(after)["image"]["tag"] == text
    assert YAML(typ="safe", pure=True).load(after)["image"]["tag"] == text


@pytest.mark.parametrize("text", ["v1.2.3", "main", "ghcr.io/shop/web", "release-7", "abc1234", "RELEASE.2024-01-01T00-00-00Z"])
def test_a_plain_string_stays_plain(text):
    """What every reader takes for text is written as people write it."""
    assert values.edit(b"tag: v1\n", {"tag": text}, "v.yaml").decode() == f"tag: {text}\n"


@pytest.mark.parametrize(("before", "after"), [("'v1'", "'1.10'"), ('"v1"', '"1.10"'), ("1.9", '"1.10"')])
def test_quotes_are_kept(before, after):
    """A quoted value keeps its quotes; a bare number that becomes text gets double ones."""
    assert values.edit(f"tag: {before}\n".encode(), {"tag": "1.10"}, "v.yaml").decode() == f"tag: {after}\n"


@pytest.mark.parametrize("value", [True, False, 0, 7, -1, 1.5, None])
def test_other_types_are_written_bare(value):
    """Numbers, bools and null are written as such, also where text stood."""
    after = values.edit(b"a: 'x' # c\n", {"a": value}, "v.yaml")
    assert values.parse(after, "v.yaml") == {"a": value} and b"'" not in after


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "edits", "code", "line"), [
    ("a: &x 1\nb: *x\n", {"b": 2}, "values_alias", 2),
    ("a: &x {t: 1}\n\nb: *x\n", {"b.t": 2}, "values_alias", 3),
    ("a: &x {t: 1}\nb: *x\n", {"a.t": 2}, "values_not_editable", 1),
    ("a: &x\n  t: 1\nb:\n  <<: *x\n", {"a.t": 2}, "values_not_editable", 2),
    ("l:\n- &x {name: A, value: a}\n- *x\n", {"a": 1, "l": 2}, "values_not_scalar", 1),
    ("x: 1\nimage: nginx:1\n", {"image.tag": "v2"}, "values_wrong_shape", 2),
    ("x: 1\nimage: [1]\n", {"image.tag": "v2"}, "values_wrong_shape", 2),
    ("x: 1\nimage:\n  tag: 1\n", {"image": "v2"}, "values_not_scalar", 2),
    ("x: 1\nimage: !!str 1\n", {"image": "v2"}, "values_tag", 2),
    ("x: 1\non: 1\n", {"on": "v2"}, "values_not_editable", 2),
    ("a: |\n  x", {"b": "c"}, "values_not_editable", 1),
    ("- a\n", {"a": 1}, "values_not_a_mapping", 1),
    ("a: 1\na: 2\n", {"a": 3}, "values_duplicate_key", 2),
    ("a: 1\n---\na: 2\n", {"a": 3}, "values_two_documents", 3),
    ("a: 1\n", {"a": "\ud800"}, "values_not_editable", 1),
], ids=range(15))
def test_what_cannot_be_edited_safely_is_refused(before, edits, code, line):
    """Where an edit would change something else, or cannot be written, there is an error with file and line."""
    assert refusal(values.edit, before.encode(), edits, "v.yaml") == (code, "v.yaml", line)
