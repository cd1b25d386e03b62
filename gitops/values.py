"""Values files: read strictly, edited one value at a time. The owner of PyYAML.

A key path is `image.tag`; a dot inside a key is escaped: `podAnnotations.klepaas\\.io/restartedAt`.
"""

import difflib
import re

import yaml

from gitops.errors import Invalid
from gitops.yamltext import nodes, secrets, splice
from gitops.yamltext import parse as yamltext
from gitops.yamltext.splice import REMOVED

__all__ = ["REMOVED", "diff", "dump", "edit", "env", "line_of", "load_all", "lookup", "parse", "put", "set_env", "split", "unset_env"]
MANIFEST_LIMIT = 8 << 20  # bytes of a file of manifests


def parse(data, path):
    """The mapping in a values file: {} when it is empty or absent. Invalid names file and line of what is wrong."""
    if data is None:
        return {}
    node = yamltext.compose(yamltext.decode(data, path), path)
    value = None if node is None else yamltext.construct(node, path)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid("values_not_a_mapping", path=path, line=node.start_mark.line + 1)
    return value


def sops_sealed(parsed):
    """Whether SOPS wrote this file and signed it as a whole."""
    found = parsed.get("sops")
    return isinstance(found, dict) and "mac" in found


def load_all(data, path):
    """All documents of a file of manifests, each a mapping; empty ones are left out."""
    nodes = yamltext.compose_all(yamltext.decode(data, path, MANIFEST_LIMIT), path)
    found = [(node, yamltext.construct(node, path)) for node in nodes]
    for node, value in found:
        if value is not None and not isinstance(value, dict):
            raise Invalid("values_not_a_mapping", path=path, line=node.start_mark.line + 1)
    return [value for _, value in found if value is not None]


def split(key):
    """The steps of a key path."""
    return tuple(step.replace("\\.", ".") for step in re.split(r"(?<!\\)\.", key))


def lookup(parsed, key, default=None):
    """The value at a key path, or the default."""
    for step in split(key):
        if not isinstance(parsed, dict) or step not in parsed:
            return default
        parsed = parsed[step]
    return parsed


def edit(data, edits, path):
    """The file with each key path of `edits` set to its value (or REMOVED); every other byte stays."""
    for key, value in edits.items():
        data = _edited(data, split(key), value, path)
    return b"" if data is None else data


def put(data, place, value, path):
    """The file with the value (or REMOVED) at a place of keys and indexes; an index beyond the end adds an item."""
    return _edited(data, place, value, path)


def env(parsed, key):
    """The environment variables at a key: name -> text, or the mapping of a valueFrom. A map or a list of {name, value}."""
    found = lookup(parsed, key)
    if isinstance(found, list):
        return {str(each.get("name")): each.get("value", each.get("valueFrom")) for each in found if isinstance(each, dict)}
    return {str(name): value for name, value in found.items()} if isinstance(found, dict) else {}


def set_env(data, key, name, value, path):
    """The file with the variable set, in the shape the file has: a map, or a list of {name, value}."""
    found = lookup(parse(data, path), key)
    if found is not None and not isinstance(found, (dict, list)):
        raise Invalid("values_wrong_shape", path=path, line=line_of(data, split(key), path), key=name)
    if isinstance(found, dict):
        return _set_in_map(data, found, split(key), name, value, path)
    index = _index(data, found or (), key, name, path)
    if index is None:
        return _edited(data, (*split(key), len(found or ())), {"name": name, "value": value}, path)
    _own_value(data, found[index], (*split(key), index), name, path)
    return _edited(data, (*split(key), index, "value"), value, path)


def _set_in_map(data, found, place, name, value, path):
    _own_value(data, found.get(name), (*place, name), name, path)
    return _edited(data, (*place, name), value, path)


def _own_value(data, entry, place, name, path):
    if isinstance(entry, dict) and "valueFrom" in entry:
        raise Invalid("env_from_elsewhere", path=path, line=line_of(data, place, path), name=name)


def unset_env(data, key, name, path):
    """The file without the variable."""
    found = lookup(parse(data, path), key)
    if not isinstance(found, list):
        return _edited(data, (*split(key), name), REMOVED, path)
    index = _index(data, found, key, name, path)
    return data if index is None else _edited(data, (*split(key), index), REMOVED, path)


def _index(data, found, key, name, path):
    """Where a list has the variable, or None. Twice is refused: the later one counts, and people see the first."""
    indexes = [index for index, each in enumerate(found) if isinstance(each, dict) and each.get("name") == name]
    if len(indexes) > 1:
        raise Invalid("env_twice", path=path, line=line_of(data, (*split(key), indexes[1]), path), name=name)
    return indexes[0] if indexes else None


def _edited(data, place, value, path):
    if data is not None and b"sops:" in data and sops_sealed(parse(data, path)):
        raise Invalid("values_sealed", path=path)
    return splice.put("" if data is None else yamltext.decode(data, path), place, value, path).encode()


def line_of(data, place, path):
    """The line in which the part of a file at `place` (keys and indexes) stands, or the nearest above it that is there."""
    return nodes.line_of(yamltext.compose(yamltext.decode(data, path), path), place)


def shown(data):
    """A file's text as people may see it: what Secrets hold is not in it."""
    return secrets.hidden(None, data.decode("utf-8", "replace"))[1]


def diff(change, context=3):
    """The change as a unified diff; "" when nothing differs. What Secrets hold is not in it."""
    before, after = ((text or "").splitlines(keepends=True) for text in secrets.hidden(*(None if data is None else data.decode("utf-8", "replace") for data in (change.before, change.after))))
    names = (f"a/{change.path}" if change.before is not None else "/dev/null", f"b/{change.path}" if change.after is not None else "/dev/null")
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
                   for line in difflib.unified_diff(before, after, *names, n=context))


class _Dumper(yaml.CSafeDumper):
    """libyaml's: quick, but it escapes what is beyond the basic plane, as emoji are."""


class _WideDumper(yaml.SafeDumper):
    """PyYAML's own: slow."""


for _each in (_Dumper, _WideDumper):
    _each.add_representer(str, lambda dumper, text: dumper.represent_scalar(yamltext.TAG + "str", text, style="|" if "\n" in text else None))
    _each.ignore_aliases = lambda self, value: True


def dump(value):
    """YAML for people: block style, keys in their order."""
    text = _dumped(value, _Dumper)
    return _dumped(value, _WideDumper) if "\\U" in text else text


def _dumped(value, dumper):
    return yaml.dump(value, Dumper=dumper, sort_keys=False, allow_unicode=True, width=160)
