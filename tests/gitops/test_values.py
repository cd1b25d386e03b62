"""Laws of reading and editing values files."""

import difflib
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gitops import values
from gitops.errors import Invalid
from gitops.types import Change

FILES = sorted(Path(__file__).parent.joinpath("data/values").glob("*.yaml"))
REMOVED = values.REMOVED


def lines(data):
    return data.decode().splitlines(keepends=True)


def changed(before, after):
    """(removed lines, added lines)."""
    delta = list(difflib.ndiff(lines(before), lines(after)))
    return [line[2:] for line in delta if line.startswith("- ")], [line[2:] for line in delta if line.startswith("+ ")]


def refusal(call, *args):
    """(code, file, line) of what is refused."""
    with pytest.raises(Invalid) as caught:
        call(*args)
    assert caught.value.text("en") and caught.value.text("ko")
    return caught.value.code, caught.value.path, caught.value.line


# --- one value, one line ---------------------------------------------------------------------------------------------


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
    assert all("{" in line or "}" in line or line in lines(before)[-1:] or "Always" in line for line in gone)


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
    assert found[2] == line or code == "values_bomb" and line != found[2]


@pytest.mark.parametrize("data", [None, b"", b"# c\n", b"---\n", b"null\n", b"---\n...\n", "\ufeff".encode()])
def test_nothing_is_an_empty_mapping(data):
    """A file that is absent, empty or holds comments alone says nothing."""
    assert values.parse(data, "v.yaml") == {}


def test_dates_stay_text():
    """A date is the text it is written as, and so is a lone equals sign."""
    assert values.parse(b"a: 2024-01-01\nb: =\n", "v.yaml") == {"a": "2024-01-01", "b": "="}


# --- environment variables -------------------------------------------------------------------------------------------

LIST = Path(__file__).parent / "data/values/list-env.yaml"
MAP = Path(__file__).parent / "data/values/map-env.yaml"


def test_env_is_read_from_a_map_or_a_list():
    """Both shapes give names and values; a valueFrom is shown as it is."""
    assert values.env(values.parse(MAP.read_bytes(), "v"), "env") == {"LOG_LEVEL": "info", "PORT": "8080"}
    assert values.env(values.parse(LIST.read_bytes(), "v"), "env") == {
        "LOG_LEVEL": "info", "REGION": "kr", "TOKEN": {"secretKeyRef": {"name": "shop", "key": "token"}}}
    assert values.env({}, "env") == {} and values.env({"env": "x"}, "env") == {}


@pytest.mark.parametrize(("file", "name", "value", "gone", "come"), [
    (MAP, "LOG_LEVEL", "debug", ["  LOG_LEVEL: info   # 로그\n"], ["  LOG_LEVEL: debug   # 로그\n"]),
    (MAP, "PORT", "80", ['  PORT: "8080"\n'], ['  PORT: "80"\n']),
    (MAP, "NEW", "1", [], ['  NEW: "1"\n']),
    (LIST, "LOG_LEVEL", "no", ["  value: info\n"], ['  value: "no"\n']),
    (LIST, "REGION", "us", ['- {name: REGION, value: "kr"}\n'], ['- {name: REGION, value: "us"}\n']),
    (LIST, "NEW", "1", [], ["- name: NEW\n", '  value: "1"\n']),
])
def test_env_is_set_in_the_shape_there_is(file, name, value, gone, come):
    """A variable is changed in its own line, or added as its neighbours are written."""
    before = file.read_bytes()
    after = values.set_env(before, "env", name, value, "v.yaml")
    assert changed(before, after) == (gone, come)
    assert values.env(values.parse(after, "v.yaml"), "env")[name] == value


@pytest.mark.parametrize(("before", "after"), [
    (None, 'env:\n  - name: A\n    value: "1"\n'),
    (b"env:\nb: 1\n", 'env:\n  - name: A\n    value: "1"\nb: 1\n'),
    (b"env: {}\n", 'env: {A: "1"}\n'),
    (b"env: []\n", 'env: [{name: A, value: "1"}]\n'),
    (b"env: null\n", 'env: [{name: A, value: "1"}]\n'),
    (b"env:\n- name: A\n", 'env:\n- name: A\n  value: "1"\n'),
    (b"env:\n    - name: B\n      value: b\n# c\n", 'env:\n    - name: B\n      value: b\n    - name: A\n      value: "1"\n# c\n'),
], ids=range(7))
def test_env_begins_where_there_is_none(before, after):
    """Without a shape to follow it is the list Kubernetes itself uses; an empty map or list stays what it is."""
    assert values.set_env(before, "env", "A", "1", "v.yaml").decode() == after


@pytest.mark.parametrize(("file", "name", "gone"), [
    (MAP, "LOG_LEVEL", ["  LOG_LEVEL: info   # 로그\n"]),
    (LIST, "LOG_LEVEL", ["- name: LOG_LEVEL   # 로그\n", "  value: info\n"]),
    (LIST, "REGION", ['- {name: REGION, value: "kr"}\n']),
    (LIST, "TOKEN", ["- name: TOKEN\n", "  valueFrom: {secretKeyRef: {name: shop, key: token}}\n"]),
    (MAP, "ABSENT", []), (LIST, "ABSENT", []),
])
def test_env_is_unset_by_its_own_lines(file, name, gone):
    """A variable that goes takes its lines and no others; one that is not there takes none."""
    before = file.read_bytes()
    assert changed(before, values.unset_env(before, "env", name, "v.yaml")) == (gone, [])


def test_the_last_variable_leaves_an_empty_env():
    """The last variable leaves `env` empty in its shape, never a null."""
    assert values.unset_env(b"env: # c\n- name: A\n  value: a\nb: 1\n", "env", "A", "v.yaml") == b"env: [] # c\nb: 1\n"
    assert values.unset_env(b"env:\n  A: a\n", "env", "A", "v.yaml") == b"env: {}\n"


@pytest.mark.parametrize(("before", "name", "code", "line"), [
    (LIST.read_bytes(), "TOKEN", "env_from_elsewhere", 8),
    (b"env:\n  A: {valueFrom: {fieldRef: {fieldPath: x}}}\n", "A", "env_from_elsewhere", 2),
    (b"x: 1\nenv:\n- {name: A}\n- {name: A}\n", "A", "env_twice", 4),
    (b"x: 1\nenv: text\n", "A", "values_wrong_shape", 2),
    (b"x: &x {name: A, value: a}\nenv:\n- *x\n", "A", "values_alias", 3),
])
def test_env_that_cannot_be_set_is_refused(before, name, code, line):
    """A value from elsewhere, a name that is there twice, a shape that holds no variables: an error with file and line."""
    assert refusal(values.set_env, before, "env", name, "1", "v.yaml") == (code, "v.yaml", line)


# --- diff, dump, several documents -----------------------------------------------------------------------------------


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


# --- any untidy file -------------------------------------------------------------------------------------------------

KEYS = st.sampled_from(["a", "b", "image", "tag", "'q'", '"d"', "한글", "x.y", "on_", "k-1"])
SCALARS = st.sampled_from(["1", "v1", "'a b'", '"🚀 \\n"', "2024-01-01", "0123", "12e4567", "yes", "~", "", "한글 값", "&z 7", "a:b", "1.10"])
COMMENTS = st.sampled_from(["", "", "", " # 주석 🚀", "   # a: b", "\t# tab"])
GAPS = st.sampled_from([[], [], [], [""], ["# 설명: x"], ["   "], ["      # 깊은 주석"]])


@st.composite
def blocks(draw, indent, depth):
    """The lines of a mapping in block style."""
    found = []
    for key in draw(st.lists(KEYS, min_size=1, max_size=4, unique_by=lambda key: key.strip("'\""))):
        found += draw(GAPS)
        kind = draw(st.sampled_from(["scalar", "scalar", "map", "flow", "list", "text"] if depth else ["scalar"]))
        comment, pad = draw(COMMENTS), " " * indent
        if kind == "scalar":
            found.append(f"{pad}{key}:{draw(st.sampled_from([' ', '   ']))}{draw(SCALARS)}{comment}")
        elif kind == "map":
            found += [f"{pad}{key}:{comment}", *draw(blocks(indent + draw(st.integers(1, 4)), depth - 1))]
        elif kind == "flow":
            found.append(f"{pad}{key}: {{a: {draw(SCALARS)} , b: [x,  y],\"c\": 'z'}}{comment}")
        elif kind == "list":
            found += [f"{pad}{key}:{comment}", f"{pad}- name: A{comment}", f"{pad}  value: {draw(SCALARS)}", f"{pad}- plain"]
        else:
            found += [f"{pad}{key}: |", f"{pad}    # 글 {{", f"{pad}    tag: 1"]
    return found


@st.composite
def files(draw):
    found, newline = draw(blocks(0, 2)), draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = newline.join(found) + draw(st.sampled_from([newline, newline, "", newline * 3]))
    text = "".join(part if index == 0 else f"&z{index} 7{part}" for index, part in enumerate(text.split("&z 7")))
    return (draw(st.sampled_from(["", "", "\ufeff"])) + text).encode()


def places(found, above=()):
    """The places of all values below mappings."""
    for key, value in found.items():
        yield (*above, key), value
        if isinstance(value, dict):
            yield from places(value, (*above, key))


def joined(place):
    return ".".join(step.replace(".", "\\.") for step in place)


def with_value(found, place, value):
    step, rest = place[0], place[1:]
    if rest:
        return {**found, step: with_value(found.get(step) or {}, rest, value)}
    return {**found, step: value} if value is not REMOVED else {key: each for key, each in found.items() if key != step}


NEW = st.sampled_from(["v2", "1.10", "no", "", "한글 🚀", "a\nb", 7, True, None, "'\"", "# x"])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(files(), st.data())
def test_any_scalar_of_any_file_changes_alone(before, data):
    """Whatever the file looks like, a changed scalar is one changed line, and the file says exactly that and nothing else new."""
    parsed = values.parse(before, "v.yaml")
    choices = [place for place, value in places(parsed) if not isinstance(value, (dict, list)) and not (isinstance(value, str) and "글 {" in value)]
    if not choices:
        return
    place, value = data.draw(st.sampled_from(choices)), data.draw(NEW)
    after = values.edit(before, {joined(place): value}, "v.yaml")
    assert values.parse(after, "v.yaml") == with_value(parsed, place, value)
    gone, come = changed(before, after)
    assert len(gone) == len(come) <= 1


@settings(max_examples=200, deadline=None, derandomize=True)
@given(files(), st.data())
def test_any_key_is_added_and_removed_alone(before, data):
    """A key added to any mapping of any file, or removed from it, leaves every other value and every comment as they were."""
    parsed = values.parse(before, "v.yaml")
    maps = [()] + [place for place, value in places(parsed) if isinstance(value, dict)]
    place = (*data.draw(st.sampled_from(maps)), "added")
    after = edited(before, joined(place), data.draw(NEW))
    if after is not None:
        assert with_value(values.parse(after, "v.yaml"), place, REMOVED) == parsed
        assert values.parse(values.edit(after, {joined(place): REMOVED}, "v.yaml"), "v.yaml") == parsed
    gone = data.draw(st.sampled_from([place for place, _ in places(parsed)]))
    after = edited(before, joined(gone), REMOVED)
    assert after is None or values.parse(after, "v.yaml") == with_value(parsed, gone, REMOVED)


def edited(before, key, value):
    """The file after, or None where block text would take up the line or the comment beside it: that is refused."""
    try:
        return values.edit(before, {key: value}, "v.yaml")
    except Invalid as refused:
        assert refused.code == "values_not_editable" and b": |" in before
        return None


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.one_of(st.binary(max_size=60), st.text("a: -[]{}\n\t&*!|>'\"#%?~1,.<=é", max_size=40).map(str.encode)))
def test_any_bytes_are_read_or_refused(data):
    """No bytes bring anything but a mapping or an error that names the file."""
    try:
        assert isinstance(values.parse(data, "v.yaml"), dict)
        after = values.edit(data, {"new.key": "v"}, "v.yaml")
    except Invalid as refused:
        assert refused.path == "v.yaml"
        return
    assert values.lookup(values.parse(after, "v.yaml"), "new.key") == "v"
