"""What a custom object must be by the OpenAPI schema of its definition, in the server's words. Pure."""

import re

import orjson

from controller.devcluster import cel

TYPES = {"string": str, "boolean": bool, "integer": int, "number": (int, float), "array": list, "object": dict}
NAMES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object", type(None): "null"}
BLOCKING = ("FieldValueRequired", "FieldValueNotSupported", "FieldValueTooLong", "FieldValueTooMany", "FieldValueTypeInvalid")
UNCHECKED = "FieldValueInvalid", "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation", "<nil>"


def causes(schema, obj):
    """Everything wrong with an object: (reason, message, field)."""
    found = list(_walk(schema, {key: value for key, value in obj.items() if key not in ("apiVersion", "kind", "metadata")}, ""))
    if any(reason in BLOCKING for reason, _, _ in found):
        return found + ([UNCHECKED] if _has_rules(schema) else [])
    return found + list(_rules(schema, obj, ""))


def _shown(value):
    return orjson.dumps(value).decode()


def _walk(schema, value, at):
    if value is None and schema.get("nullable") or not schema:
        return
    wanted = schema.get("type")
    if wanted and not schema.get("x-kubernetes-int-or-string") and not _is(value, wanted):
        kind = NAMES[type(value)]
        yield "FieldValueTypeInvalid", f'Invalid value: "{kind}": {at} in body must be of type {wanted}: "{kind}"', at
        return
    if "enum" in schema and value not in schema["enum"]:
        yield "FieldValueNotSupported", f"Unsupported value: {_shown(value)}: supported values: {', '.join(map(_shown, schema['enum']))}", at
    yield from _text(schema, value, at) if isinstance(value, str) else _number(schema, value, at) if isinstance(value, int | float) else ()
    if isinstance(value, list):
        yield from _list(schema, value, at)
    if isinstance(value, dict):
        yield from _object(schema, value, at)


def _is(value, wanted):
    return isinstance(value, TYPES.get(wanted, object)) and (wanted == "boolean" or not isinstance(value, bool))


def _text(schema, value, at):
    if len(value) > schema.get("maxLength", len(value)):
        yield "FieldValueTooLong", f"Too long: may not be more than {schema['maxLength']} bytes", at
    if len(value) < schema.get("minLength", 0):
        yield "FieldValueInvalid", f"Invalid value: {_shown(value)}: {at} in body should be at least {schema['minLength']} chars long", at
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield "FieldValueInvalid", f"Invalid value: {_shown(value)}: {at} in body should match '{schema['pattern']}'", at


def _number(schema, value, at):
    if value > schema.get("maximum", value):
        yield "FieldValueInvalid", f"Invalid value: {_shown(value)}: {at} in body should be less than or equal to {schema['maximum']}", at
    if value < schema.get("minimum", value):
        yield "FieldValueInvalid", f"Invalid value: {_shown(value)}: {at} in body should be greater than or equal to {schema['minimum']}", at


def _list(schema, value, at):
    if len(value) > schema.get("maxItems", len(value)):
        yield "FieldValueTooMany", f"Too many: {len(value)}: must have at most {schema['maxItems']} items", at
    if len(value) < schema.get("minItems", 0):
        yield "FieldValueInvalid", f"Invalid value: {len(value)}: {at} in body should have at least {schema['minItems']} items", at
    for index, each in enumerate(value):
        yield from _walk(schema.get("items") or {}, each, f"{at}[{index}]")


def _object(schema, value, at):
    for name in schema.get("required", ()):
        if name not in value:
            yield "FieldValueRequired", "Required value", f"{at}.{name}".lstrip(".")
    for name, each in value.items():
        yield from _walk(_child(schema, name), each, f"{at}.{name}".lstrip("."))


def _child(schema, name):
    more = schema.get("additionalProperties")
    return schema.get("properties", {}).get(name) or (more if isinstance(more, dict) else {})


def _has_rules(schema):
    inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    return "x-kubernetes-validations" in schema or any(_has_rules(each) for each in inner if isinstance(each, dict))


def _rules(schema, value, at):
    for rule in schema.get("x-kubernetes-validations") or ():
        if cel.holds(rule["rule"], value) is False:
            yield "FieldValueInvalid", f"Invalid value: {rule.get('message') or 'failed rule: ' + rule['rule']}", at
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _rules(_child(schema, name), each, f"{at}.{name}".lstrip("."))
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _rules(schema.get("items") or {}, each, f"{at}[{index}]")
