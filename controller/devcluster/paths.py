"""Paths to the fields of objects, as FieldsV1 writes them: which a value sets, and in which two values differ. Pure.

A path is a tuple of elements: "f:spec", 'k:{"name":"web"}', 'v:"x"'.
"""

from functools import cache, lru_cache

import orjson

from controller.devcluster.schema import ANY

MAPS = ("struct", "map", "deduced")
STRIPPED = {("f:apiVersion",), ("f:kind",), ("f:metadata",)} | {("f:metadata", f"f:{name}") for name in (
    "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields", "resourceVersion")}


def encode(value):
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def element(schema, item):
    """The path element of a list's item."""
    if schema.kind == "set":
        return "v:" + encode(item)
    return "k:" + encode({key: item.get(key, _default(schema, key)) for key in schema.keys if key in item or _default(schema, key) is not None})


def _default(schema, key):
    child = schema.items.fields.get(key)
    return child.raw.get("default", "TCP" if key == "protocol" else None) if child else None


# --- sets of paths --------------------------------------------------------------------------------------------------


def field_set(schema, value):
    """The paths a configuration sets."""
    found = set()
    _collect(schema, value, (), found)
    return found - STRIPPED


def _collect(schema, value, path, found):
    if isinstance(value, dict) and value and schema.kind in MAPS:
        for name, each in value.items():
            child, at = schema.child(name) or ANY, (*path, f"f:{name}")
            _collect(child, each, at, found)
            if name not in schema.fields:
                found.add(at)
    elif isinstance(value, list) and value and schema.kind in ("set", "keyed"):
        for each in value:
            at = (*path, element(schema, each))
            found.add(at)
            if schema.kind == "keyed":
                _collect(schema.items, each, at, found)
    elif path:
        found.add(path)


def compare(schema, old, new):
    """(added, changed, removed) paths from one object to another; a new branch counts with its inner nodes."""
    sets = (set(), set(), set())
    _compare(schema, old, new, (), sets)
    return tuple(each - STRIPPED for each in sets)


_ABSENT = object()


def _compare(schema, old, new, path, sets):
    if old is not _ABSENT and new is not _ABSENT and _equal(old, new):
        return
    present = [each for each in (old, new) if each is not _ABSENT and each is not None]
    if schema.kind in MAPS and any(present) and all(isinstance(each, dict) for each in present):
        _children(schema, old or {}, new or {}, path, sets, lambda each: each, _ABSENT in (old, new))
    elif schema.kind in ("set", "keyed") and any(present) and all(isinstance(each, list) for each in present):
        _children(schema, old or [], new or [], path, sets, lambda each: {element(schema, item): item for item in each}, _ABSENT in (old, new))
    elif old is not _ABSENT and new is not _ABSENT:
        sets[1].add(path)
    if path and old is _ABSENT:
        sets[0].add(path)
    if path and new is _ABSENT:
        sets[2].add(path)


def _children(schema, old, new, path, sets, by_name, whole):
    old, new = ({} if each is _ABSENT else by_name(each) for each in (old, new))
    for name in [*old, *(name for name in new if name not in old)]:
        if schema.kind in MAPS:
            child, at = schema.child(name) or ANY, (*path, f"f:{name}")
        else:
            child, at = schema.items if schema.kind == "keyed" else ANY, (*path, name)
        _compare(child, old.get(name, _ABSENT), new.get(name, _ABSENT), at, sets)


def _equal(one, other):
    return type(one) is type(other) and one == other if not isinstance(one, int | float) else one == other and isinstance(one, bool) is isinstance(other, bool)


def to_fields(paths):
    """Paths as FieldsV1."""
    return _written(frozenset(paths))


@lru_cache(512)
def _written(paths):
    root = {}
    for path in sorted(paths):
        node = root
        for part in path:
            node = node.setdefault(part, {})
        node[None] = True
    return _dotted(root)


def _dotted(node):
    own = node.pop(None, False)
    inner = {name: _dotted(each) for name, each in sorted(node.items())}
    return _shared({".": _shared({}), **inner} if own and inner else inner)


def _shared(node):
    """One object for all equal trees: thousands of objects own the same fields."""
    if len(TREES) > MOST_TREES:
        TREES.clear()
    return TREES.setdefault(tuple((name, id(each)) for name, each in node.items()), node)


def shared(fields):
    """FieldsV1 as they were read, by the objects that equal ones have in common."""
    return _shared({name: shared(inner) for name, inner in fields.items()})


TREES, MOST_TREES = {}, 50_000


def from_fields(fields):
    """The paths of FieldsV1, which nobody changes."""
    known, paths = READ.get(id(fields), (None, None))
    if known is not fields:
        if len(READ) > MOST_READ:
            READ.clear()
        found = set()
        _paths(fields, (), found)
        paths = frozenset(found)
        READ[id(fields)] = fields, paths
    return paths


READ, MOST_READ = {}, 5_000


def _paths(fields, path, found):
    if not fields and path:
        found.add(path)
    for name, inner in fields.items():
        if name == ".":
            found.add(path)
        else:
            _paths(inner, (*path, name), found)


def dotted(path):
    """A path as conflict messages write it."""
    out = ""
    for part in path:
        kind, _, value = part.partition(":")
        if kind == "f":
            out += f".{value}"
        else:
            found = orjson.loads(value)
            out += f"[{','.join(f'{key}={orjson.dumps(each).decode()}' for key, each in found.items())}]" if kind == "k" else f"[={value}]"
    return out


# --- what Go's empty object has ---------------------------------------------------------------------------------------

STRUCTS = ("strategy", "updateStrategy", "template", "metadata", "spec", "status", "jobTemplate", "scaleTargetRef", "loadBalancer", "source", "names", "resources")
UNSET = {"string": "", "integer": 0, "number": 0, "boolean": False}


@cache
def zero(schema):
    """What Go's empty object has: required fields, which are never omitted, and structs that are no pointers."""
    required = schema.raw.get("required", ())
    return {name: zero(child) if child.kind == "struct" else None if child.ref else UNSET.get(child.type) for name, child in schema.fields.items()
            if name in required or name in STRUCTS and child.kind == "struct" or name in ALWAYS.get(schema.ref, ())}


ALWAYS = {"io.k8s.api.apps.v1.StatefulSetSpec": ("serviceName",), "io.k8s.api.core.v1.Event": ("eventTime", "firstTimestamp", "lastTimestamp", "reportingComponent", "reportingInstance")}
