"""Reading what clients send: strict JSON into plain values, then a Command."""

import orjson
from flask import request

from gitops import verbs
from gitops.errors import Invalid, Malformed
from gitops.types import Command

COMMAND_FIELDS = ("id", "verb", "app", "environment", "args", "text", "reason", "preview")


def json_object():
    """The request's body as a dict; Malformed says what is wrong with it."""
    try:
        body = orjson.loads(request.get_data() or b"{}")
    except orjson.JSONDecodeError as error:
        raise Malformed("bad_json", detail=str(error)) from None
    if not isinstance(body, dict):
        raise Malformed("not_an_object")
    return body


def only(body, *known):
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise Invalid("unknown_field", field=unknown[0][:64], known=known)
    return body


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
