"""Laws of environment variables in values files: a map or a list, each changed as it is written."""

from pathlib import Path

import pytest

from gitops import values
from tests.gitops.values_help import changed, refusal

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
