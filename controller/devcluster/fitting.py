"""Whether values fit a schema, in the words of the two who look: structured-merge-diff at applies, Go's JSON decoder at all else. Pure."""

import re

from controller.devcluster import paths, schema

SCALARS = {"string": str, "boolean": bool, "integer": (int, float), "number": (int, float)}
EXPECTED = {"string": "string", "boolean": "boolean", "integer": "numeric (int or float)", "number": "numeric (int or float)"}


def typing_error(kind, value, path):
    """What does not fit the schema, in structured-merge-diff's words; None when all fits."""
    if value is None or kind.kind in schema.UNTYPED:
        return None
    if kind.kind == "leaf":
        return _scalar_error(kind, value, path)
    if kind.type == "array":
        if not isinstance(value, list):
            return f"{path}: expected list, got &{{{_go(value)}}}"
        odd = next((index for index, each in enumerate(value) if kind.kind == "keyed" and not isinstance(each, dict)), None)
        if odd is not None:
            return f"{path}: element {odd}: associative list with keys may not have {'a null element' if value[odd] is None else 'non-map elements'}"
        return next((error for each in value if (error := typing_error(kind.items, each, path + (paths.dotted((paths.element(kind, each),)) if kind.kind in ("keyed", "set") and isinstance(each, dict) else "")))), None)
    if not isinstance(value, dict):
        return f"{path}: expected map, got &{{{_go(value)}}}"
    for name, each in value.items():
        child = kind.child(name)
        if child is None:
            return f"{path}.{name}: field not declared in schema"
        if error := typing_error(child, each, f"{path}.{name}"):
            return error
    return None


def _scalar_error(kind, value, path):
    wanted = kind.type
    if kind.raw.get("oneOf") and isinstance(value, dict | list | bool):
        return f"{path}: expected string or number, got &value.valueUnstructured{{Value:{_go(value)}}}"
    if wanted not in SCALARS or kind.raw.get("oneOf"):
        return None
    if isinstance(value, SCALARS[wanted]) and (wanted == "boolean" or not isinstance(value, bool)):
        return _unfit(kind, value, path)
    got = {str: "string", bool: "boolean"}.get(type(value)) if wanted in ("integer", "number") else None
    return f"{path}: expected {EXPECTED[wanted]}, got {got or f'&value.valueUnstructured{{Value:{_go(value)}}}'}"


def _go(value):
    if isinstance(value, list):
        return "[" + " ".join(map(_go, value)) + "]"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{name}:{_go(each)}" for name, each in sorted(value.items())) + "]"
    return {True: "true", False: "false", None: "<nil>"}[value] if value is None or isinstance(value, bool) else str(value)


GO = {"string": "string", "boolean": "bool", "integer": "int32", "number": "float64"}
GO_FORMAT = {"int64": "int64", "int32": "int32"}


def decode_error(kind, value, path, struct=""):
    """What Go's JSON decoder would say of a value that does not fit; None when all fits. `struct`: Go's type around the value."""
    if value is None or kind.kind in schema.UNTYPED:
        return None
    if kind.kind == "leaf":
        return _decode_scalar(kind, value, f"{struct}{path}")
    struct = kind.ref.rpartition(".")[2] if kind.ref else struct
    if kind.type == "array":
        if not isinstance(value, list):
            return _cannot(value, f"{struct}{path}", f"[]{_go_type(kind.items)}")
        return next((error for each in value if (error := decode_error(kind.items, each, path, struct))), None)
    if not isinstance(value, dict):
        return _cannot(value, f"{struct}{path}", _go_type(kind))
    return next((error for name, each in value.items() if (child := kind.child(name)) is not None and (error := decode_error(child, each, f"{path}.{name}", struct))), None)


MICRO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?(Z|[+-]\d\d:\d\d)")
BASE64 = re.compile(r"[A-Za-z0-9+/\r\n]*={0,2}")


def _decode_string(kind, value):
    """What Go's types for bytes and times refuse."""
    if kind.raw.get("format") == "byte":
        good = BASE64.match(value)
        if good.end() != len(value) or len(value.translate(NEWLINES)) % 4:
            return f"illegal base64 data at input byte {good.end() if good.end() != len(value) else len(value) // 4 * 4}"
    if kind.ref and kind.ref.endswith(".MicroTime"):
        found = MICRO.fullmatch(value)
        if not found or not found[1]:
            rest = found[2] if found else value
            return f'parsing time "{value}" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "{rest}" as "{".000000" if found else "2006"}"'
    return None


NEWLINES = {10: None, 13: None}


def _decode_scalar(kind, value, path):
    if isinstance(value, str) and (wrong := _decode_string(kind, value)):
        return wrong
    if kind.raw.get("oneOf") and isinstance(value, dict | list | bool):
        return _cannot(value, path, "string")
    if kind.type not in SCALARS or kind.raw.get("oneOf"):
        return None
    if isinstance(value, SCALARS[kind.type]) and (kind.type == "boolean" or not isinstance(value, bool)):
        return _unfit(kind, value, path)
    return _cannot(value, path, GO_FORMAT.get(kind.raw.get("format"), GO[kind.type]))


def _unfit(kind, value, path):
    """A number that Go's type for it cannot hold."""
    wanted = GO_FORMAT.get(kind.raw.get("format"), GO[kind.type])
    most = 1 << (31 if wanted == "int32" else 63)
    if kind.type != "integer" or -most <= value < most and value == int(value):
        return None
    return f"json: cannot unmarshal number {value} into Go struct field {path.lstrip('.')} of type {wanted}"


def _cannot(value, path, wanted):
    return f"json: cannot unmarshal {json_kind(value)} into Go struct field {path.lstrip('.')} of type {wanted}"


def json_kind(value):
    return {str: "string", bool: "bool", int: "number", float: "number", list: "array", dict: "object"}[type(value)]


def _go_type(kind):
    return f"v1.{kind.ref.rpartition('.')[2]}" if kind.ref else f"map[string]{GO.get(kind.items.type, 'string')}" if kind.kind == "map" else GO.get(kind.type, "string")

