"""Who owns which field: managedFields as server-side apply and ordinary writes leave them (structured-merge-diff's rules). Pure."""

from controller.devcluster.paths import MAPS, compare, element, field_set, from_fields, to_fields, zero
from controller.devcluster.schema import ANY


class Conflicts(Exception):
    """An apply meets fields of others: [(manager entry, path)]."""

    def __init__(self, found):
        self.found = found


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


def named(live, given):
    """The managers that an ordinary write starts from: those in its own body where they can be read, none where it resets them (apimachinery's decodeLiveOrNew)."""
    if given is None or given is live["metadata"].get("managedFields"):
        return managers(live)
    if given == [{}]:
        return {}
    try:
        return managers({"metadata": {"managedFields": given}}) or managers(live)
    except (KeyError, TypeError, AttributeError, ValueError):
        return managers(live)


def updated(schema, old, new, manager, api_version, now, subresource="", reset=(), before=None):
    """The managers after an ordinary write of `new` over `old` (None: created); `before`: those it starts from, if not old's."""
    mine = manager, "Update", subresource, api_version
    added, changed, removed = compare(schema, old if old is not None else zero(schema) if schema.ref else {}, new)
    owners = {name: (entry, paths - added - changed - removed) for name, (entry, paths) in (managers(old) if before is None else before).items()}
    touched = _within(added | changed, reset)
    if touched:
        owners[mine] = _entry(manager, "Update", api_version, now, subresource), owners.get(mine, (None, set()))[1] | touched
    return owners


def _within(paths, reset):
    """The paths without those this endpoint resets: fields of the status, or all but the status."""
    return {path for path in paths if not any(path[:len(each)] == each for each in reset)} if reset else paths
