"""JSON patch, JSON merge patch and strategic merge patch. Pure."""

import copy
import re

from controller.devcluster.errors import ApiError
from controller.devcluster.schema import ANY


def merge_patch(obj, patch):
    """RFC 7386: null removes, lists are replaced."""
    if not isinstance(patch, dict):
        return patch
    result = dict(obj) if isinstance(obj, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


def strategic(schema, obj, patch):
    """A strategic merge: keyed lists by their merge key, `$patch`, `$retainKeys`, `$deleteFromPrimitiveList`, `$setElementOrder`."""
    if not isinstance(patch, dict) or not isinstance(obj, dict):
        return _clean(patch)
    how = patch.get("$patch")
    if how == "replace":
        return {name: value for name, value in patch.items() if name != "$patch"}
    if how == "delete":
        return {}
    if how is not None and how != "merge":
        raise ApiError(500, f"unknown patch type: {how} in map: {_go_map(patch)}", None)
    kept = _directive(patch.get("$retainKeys"), "retainKeys")
    result = {name: value for name, value in obj.items() if kept is None or name in kept}
    for name, value in patch.items():
        if not name.startswith("$"):
            _field(schema, result, name, value, patch)
    for name, value in patch.items():
        if name.startswith("$deleteFromPrimitiveList/"):
            at = name.partition("/")[2]
            result[at] = [each for each in _directive(result.get(at), "primitive list") or () if each not in _directive(value, "primitive list")]
        if name.startswith("$setElementOrder/") and isinstance(result.get(name.partition("/")[2]), list):
            at = name.partition("/")[2]
            result[at] = _ordered((schema.child(at) or ANY).merge_key, result[at], _directive(value, "setElementOrder list"), obj.get(at) or [])
    return result


def _directive(value, what):
    """A directive's value, which is a list; apimachinery's mergepatch refuses others in these words."""
    if not isinstance(value, list | None):
        raise ApiError(400, f"invalid patch format of {what}")
    return value


def _field(schema, result, name, value, patch):
    child = schema.child(name) or ANY
    if value is None:
        result.pop(name, None)
    elif isinstance(value, dict):
        found = strategic(child, result.get(name) or {}, value)
        if value.get("$patch") == "delete":
            result.pop(name, None)
        else:
            result[name] = found
    elif isinstance(value, list) and child.merge_key and isinstance(result.get(name), list):
        result[name] = _merged_list(child, result[name], value)
    elif isinstance(value, list) and child.kind == "set" and isinstance(result.get(name), list):
        result[name] = _ordered(None, result[name] + [each for each in value if each not in result[name]], value, result[name])
    else:
        result[name] = _clean(value)


def _merged_list(schema, there, patch):
    key = schema.merge_key
    odd = next((each for each in patch if not isinstance(each, dict)), patch)
    if odd is not patch:
        raise ApiError(500, f"expected a map[string]interface {{}}, but received a {GO_TYPES[type(odd)]}", None)
    if any(each.get("$patch") == "replace" for each in patch):
        return [_clean(each) for each in patch if "$patch" not in each]
    result = list(there)
    for each in patch:
        if key not in each:
            raise ApiError(500, f"map: {_go_map(each)} does not contain declared merge key: {key}", None)
        at = next((index for index, item in enumerate(result) if item.get(key) == each[key]), None)
        if each.get("$patch") == "delete":
            result = [item for item in result if item.get(key) != each[key]]
        elif at is None:
            result.append(_clean(each))
        else:
            result[at] = strategic(schema.items, result[at], each)
    return _ordered(key, result, patch, there)


GO_TYPES = {str: "string", bool: "bool", int: "int64", float: "float64", list: "[]interface {}", type(None): "<nil>"}


def _go_map(value):
    return "map[" + " ".join(f"{name}:{each}" for name, each in sorted(value.items())) + "]"


def _ordered(key, items, wanted, before):
    """The items that the patch names in its order; others before a named one only if they stood before it."""
    def name(each):
        return each.get(key) if key and isinstance(each, dict) else each
    order, stood = [name(each) for each in wanted], [name(each) for each in before]
    named = sorted((each for each in items if name(each) in order), key=lambda each: order.index(name(each)))
    others = sorted((each for each in items if name(each) not in order), key=lambda each: stood.index(name(each)) if name(each) in stood else len(stood))
    result = []
    while named and others:
        known = name(others[0]) in stood and name(named[0]) in stood
        first = others if known and stood.index(name(others[0])) < stood.index(name(named[0])) else named
        result.append(first.pop(0))
    return result + named + others


def _clean(value):
    """The value without directives."""
    if isinstance(value, dict):
        return {name: _clean(each) for name, each in value.items() if not name.startswith("$") and each is not None}
    return [_clean(each) for each in value if not (isinstance(each, dict) and each.get("$patch") == "delete")] if isinstance(value, list) else value


# --- JSON patch (RFC 6902), with the messages of evanphx/json-patch ---------------------------------------------------


INDEX = re.compile("[0-9]{1,9}")


def json_patch(obj, operations):
    if not isinstance(operations, list) or not all(isinstance(each, dict) for each in operations):
        raise ApiError(400, "json: cannot unmarshal object into Go value of type jsonpatch.Patch")
    if not all(isinstance(each.get(name, ""), str) for each in operations for name in ("op", "path", "from")):
        _refuse()
    result = copy.deepcopy(obj)
    for each in operations:
        result = _operate(result, each)
    return result


def _operate(obj, each):
    kind, path = each.get("op"), each.get("path", "")
    if kind not in ("add", "remove", "replace", "move", "copy", "test") or kind in ("move", "copy") and "from" not in each:
        _refuse()
    if kind == "test":
        return _test(obj, path, each.get("value"))
    if kind in ("move", "copy"):
        value = copy.deepcopy(_at(obj, each.get("from", ""), kind))
        if kind == "move":
            obj = _change(obj, each["from"], "remove", None)
        return _change(obj, path, "add", value)
    return _change(obj, path, kind, each.get("value"))


def _steps(path):
    if path and not path.startswith("/"):
        _refuse()
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _refuse():
    raise ApiError(422, "the server rejected our request due to an error in our request", "Invalid", name=None)


def _at(obj, path, kind):
    for step in _steps(path):
        if isinstance(obj, list) and INDEX.fullmatch(step) and int(step) < len(obj):
            obj = obj[int(step)]
        elif isinstance(obj, dict) and step in obj:
            obj = obj[step]
        else:
            _refuse()
    return obj


def _test(obj, path, value):
    if not _same(_found(obj, path), value):
        _refuse()
    return obj


def _found(obj, path):
    for step in _steps(path):
        obj = obj.get(step) if isinstance(obj, dict) else obj[int(step)] if isinstance(obj, list) and INDEX.fullmatch(step) and int(step) < len(obj) else None
    return obj


def _same(one, other):
    return one == other and type(one) is type(other)


def _change(obj, path, kind, value):
    steps = _steps(path)
    if not steps:
        return value
    at = _at(obj, "/".join(["", *(step.replace("~", "~0").replace("/", "~1") for step in steps[:-1])]), kind)
    _put(at, steps[-1], kind, value)
    return obj


def _put(at, step, kind, value):
    if isinstance(at, list):
        number = len(at) if step == "-" else int(step) if INDEX.fullmatch(step) else -1
        if number < 0 or number > len(at) - (kind != "add"):
            _refuse()
        if kind == "add":
            at.insert(number, value)
        elif kind == "replace":
            at[number] = value
        else:
            del at[number]
    elif isinstance(at, dict) and (kind == "add" or step in at):
        if kind == "remove":
            del at[step]
        else:
            at[step] = value
    else:
        _refuse()
