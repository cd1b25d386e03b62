"""Who owns which field: managedFields as server-side apply and ordinary writes leave them (structured-merge-diff's rules).

A path is a tuple of elements as FieldsV1 writes them: "f:spec", 'k:{"name":"web"}', 'v:"x"'. Pure: nothing given is changed.
"""

from functools import cache, lru_cache

import orjson

from controller.devcluster.schema import ANY

MAPS = ("struct", "map", "deduced")
STRIPPED = {("f:apiVersion",), ("f:kind",), ("f:metadata",)} | {("f:metadata", f"f:{name}") for name in (
    "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields", "resourceVersion")}


class Conflicts(Exception):
    """An apply meets fields of others: [(manager entry, path)]."""

    def __init__(self, found):
        self.found = found


class Untypable(Exception):
    """The configuration does not fit the schema."""


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


# --- values ---------------------------------------------------------------------------------------------------------


def merged(schema, live, config):
    """The live value with the configuration laid over it: keyed lists item by item, the sent ones in the order sent."""
    if config is None or live is None:
        return config
    if schema.kind in MAPS and isinstance(live, dict) and isinstance(config, dict):
        result = dict(live)
        for name, each in config.items():
            result[name] = merged(schema.child(name) or ANY, live.get(name), each) if name in live else each
        return result
    if schema.kind in ("set", "keyed") and isinstance(live, list) and isinstance(config, list):
        return _merged_list(schema, live, config)
    return config


def _merged_list(schema, live, config):
    sent = {element(schema, item): item for item in config}
    there = {element(schema, item): item for item in live}
    joined = {name: merged(schema.items, there[name], item) if name in there and schema.kind == "keyed" else item for name, item in sent.items()}
    return [joined[name] if name in joined else there[name] for name in _order(list(there), list(sent))]


def _order(live, sent):
    """Sent items in the order sent; others keep their place after what stood before them."""
    result, at, placed = [], 0, set()
    shared = [name for name in sent if name in live]
    for name in live:
        if name in sent:
            if at < len(shared):
                upto = sent.index(shared[at])
                result += [each for each in sent[:upto + 1] if each not in placed]
                placed.update(sent[:upto + 1])
                at += 1
        else:
            result.append(name)
    return result + [name for name in sent if name not in placed]


def without(schema, value, paths):
    """The value without what the paths name; a path removes all below it, and what it empties is None."""
    inner = {}
    for path in paths:
        inner.setdefault(path[0], set()).add(path[1:])
    if isinstance(value, dict) and schema.kind in MAPS:
        return _left(schema, value, inner) or None
    if isinstance(value, list) and schema.kind in ("set", "keyed"):
        named = [(element(schema, item), item) for item in value]
        return [without(schema.items, item, inner[name]) if name in inner and schema.kind == "keyed" else item
                for name, item in named if () not in inner.get(name, ())] or None
    return None if schema.kind != "leaf" and isinstance(value, dict | list) else value


def _left(schema, value, inner):
    result = {}
    for name, each in value.items():
        asked = inner.get(f"f:{name}")
        if asked is None:
            result[name] = each
        elif () not in asked and (kept := without(schema.child(name) or ANY, each, asked)) is not None:
            result[name] = kept
    return result


def _named(paths):
    """The paths and all their beginnings that end in a field's name."""
    return paths | {path[:length] for path in paths for length in range(1, len(path)) if path[length - 1].startswith("f:")}


def pruned(schema, merged, last, owned):
    """The merged value without what its manager no longer sends and nobody else owns (structured-merge-diff's prune)."""
    before = _named(field_set(schema, merged))
    kept = _named(field_set(schema, without(schema, merged, _named(last)) or {})) | _named(owned)
    again = without(schema, merged, before - kept) or {}
    return without(schema, merged, (before - _named(field_set(schema, again))) & _named(last)) or {}


# --- managers ---------------------------------------------------------------------------------------------------------


def key(entry):
    """What names a manager; who applies is one manager in all versions."""
    return entry["manager"], entry["operation"], entry.get("subresource", ""), entry["apiVersion"] if entry["operation"] == "Update" else ""


def _entry(manager, operation, api_version, now, subresource):
    entry = {"manager": manager, "operation": operation, "apiVersion": api_version, "fieldsType": "FieldsV1"}
    return entry | ({"time": now} if subresource != "scale" else {}) | ({"subresource": subresource} if subresource else {})


def managers(obj):
    """{key: (entry, paths)} of an object."""
    return {key(each): (each, from_fields(each.get("fieldsV1") or {})) for each in (obj or {}).get("metadata", {}).get("managedFields") or ()}


def encoded(owners):
    """managedFields, in the server's order; managers without fields are left out."""
    found = [entry if "fieldsV1" in entry and from_fields(entry["fieldsV1"]) == paths else {**entry, "fieldsV1": to_fields(paths)} for entry, paths in owners.values() if paths]
    return sorted(found, key=lambda each: (each["operation"], each.get("time", ""), each["manager"], each["apiVersion"], each.get("subresource", "")))


def applied(schema, live, config, manager, force, api_version, now, subresource="", reset=()):
    """The object after an apply and its managers; a time is set only where the apply changes the object."""
    mine = manager, "Apply", subresource, ""
    owners, wanted = managers(live), _within(field_set(schema, config), reset)
    before = owners.get(mine, (None, set()))[1]
    others = {name: paths for name, (_, paths) in owners.items() if name != mine}
    after = merged(schema, live, config) if live is not None else config
    if before - wanted:
        after = pruned(schema, after, before, set().union(wanted, *others.values()))
    added, changed, removed = compare(schema, live if live is not None else {}, after)
    found = [(owners[name][0], path) for name, paths in others.items() for path in sorted(paths & (added | changed))]
    if found and not force:
        raise Conflicts(found)
    entry = _entry(manager, "Apply", api_version, now, subresource)
    if live is not None and not (added or changed or removed):
        entry = {**{name: value for name, value in entry.items() if name != "time"}, **{name: value for name, value in owners.get(mine, ({}, None))[0].items() if name == "time"}}
    owners = {name: (owners[name][0], paths - added - changed - removed) for name, paths in others.items()}
    owners[mine] = entry, wanted
    return after, owners


def updated(schema, old, new, manager, api_version, now, subresource="", reset=()):
    """The managers after an ordinary write of `new` over `old` (None: created)."""
    mine = manager, "Update", subresource, api_version
    added, changed, removed = compare(schema, old if old is not None else zero(schema) if schema.ref else {}, new)
    owners = {name: (entry, paths - added - changed - removed) for name, (entry, paths) in managers(old).items()}
    touched = _within(added | changed, reset)
    if touched:
        owners[mine] = _entry(manager, "Update", api_version, now, subresource), owners.get(mine, (None, set()))[1] | touched
    return owners


STRUCTS = ("strategy", "updateStrategy", "template", "metadata", "spec", "status", "jobTemplate", "scaleTargetRef", "loadBalancer", "source", "names", "resources")
UNSET = {"string": "", "integer": 0, "number": 0, "boolean": False}


@cache
def zero(schema):
    """What Go's empty object has: required fields, which are never omitted, and structs that are no pointers."""
    required = schema.raw.get("required", ())
    return {name: zero(child) if child.kind == "struct" else None if child.ref else UNSET.get(child.type) for name, child in schema.fields.items()
            if name in required or name in STRUCTS and child.kind == "struct" or name in ALWAYS.get(schema.ref, ())}


ALWAYS = {"io.k8s.api.apps.v1.StatefulSetSpec": ("serviceName",), "io.k8s.api.core.v1.Event": ("eventTime", "firstTimestamp", "lastTimestamp", "reportingComponent", "reportingInstance")}


def _within(paths, reset):
    """The paths without those this endpoint resets: fields of the status, or all but the status."""
    return {path for path in paths if not any(path[:len(each)] == each for each in reset)} if reset else paths
