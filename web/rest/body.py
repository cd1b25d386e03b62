"""Reading what clients send: strict JSON into plain values, then a Command."""

import re

import orjson
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from gitops import verbs
from gitops.errors import Invalid, Malformed
from gitops.types import Command

KINDS = {"string": (str, "a string"), "boolean": (bool, "true or false"), "integer": (int, "a whole number"), "strings": (list, "a list of texts"), "object": (dict, "an object")}
COMMAND_FIELDS = ("id", "verb", "app", "environment", "args", "text", "reason", "preview")


def json_object():
    """The request's body as a dict; Malformed says what is wrong with it."""
    return read(whole() or b"{}")


def whole():
    """The request's body, all of it: werkzeug reads one without a length up to the limit and does not say that there was more."""
    data = request.get_data(cache=False)
    if request.content_length is None and len(data) >= request.max_content_length:
        raise RequestEntityTooLarge
    return data


def read(data):
    """A JSON object as a dict."""
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Malformed("bad_json", detail=str(error)) from None
    if not isinstance(found, dict):
        raise Malformed("not_an_object")
    return found


def only(body, *known):
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise Invalid("unknown_field", field=unknown[0][:64], known=known)
    return body


def fields(body, known):
    """The body's fields, None where they are not given; Invalid names the one that is unknown, missing or not what it must be."""
    only(body, *(each.name for each in known))
    return {each.name: _field(each, body.get(each.name)) for each in known}


def _field(field, value):
    if value is None and not field.required:
        return None
    kind, wanted = KINDS[field.type]
    if type(value) is not kind or kind is list and not all(isinstance(each, str) for each in value):
        raise Invalid("bad_field", field=field.name, wanted=wanted)
    if field.type == "integer" and not field.minimum <= value <= field.maximum:
        raise Invalid("bad_field", field=field.name, wanted=f"{field.minimum}-{field.maximum}")
    if field.choices and value not in field.choices:
        raise Invalid("bad_field", field=field.name, wanted=" or ".join(field.choices))
    if field.type == "string" and (len(value) > field.max_length or field.pattern and not re.fullmatch(field.pattern, value)):
        raise Invalid("bad_field", field=field.name, wanted=field.pattern or f"<= {field.max_length}")
    return value


def once(body):
    """The body with the id that the header Idempotency-Key says, where it says one; Invalid where both are there and differ."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return body
    key = key.strip().strip('"')
    if body.get("id") not in (None, key):
        raise Invalid("bad_field", field="id", wanted="the same as Idempotency-Key")
    return body | {"id": key}


def text(body, field, required=False):
    """The field as a string or None."""
    value = body.get(field)
    if value is None and not required or isinstance(value, str):
        return value
    raise Invalid("bad_field", field=field, wanted="a string")


def command(body):
    """The Command a body asks for: `{id?, verb, app?, environment?, args?, text?, reason?}`."""
    args = body.get("args") or {}
    if not isinstance(args, dict):
        raise Invalid("bad_field", field="args", wanted="an object")
    strings = {field: text(body, field) for field in ("id", "app", "environment", "text", "reason")}
    return Command(verbs.offered(text(body, "verb", required=True)).name, args=args, **strings)
