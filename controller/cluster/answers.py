"""What an API server's answers mean: objects, events of a watch, refusals. Must not send anything."""

import orjson

from gitops.errors import Conflict, Forbidden, Invalid, NotFound, Timeout, Unauthorized, Unavailable

KINDS = {400: Invalid, 401: Unauthorized, 403: Forbidden, 404: NotFound, 409: Conflict, 422: Invalid, 500: Invalid, 504: Timeout}
PASSING = (410, 429, 502, 503)  # the same again may succeed: 410 is a list that took too long


class Expired(Exception):
    """The watch's version is too old: list again."""


def read(data):
    """The object of a success. What is none comes from something between the server and us."""
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Unavailable("cluster_unavailable", detail="what answered is no JSON object")
    return found


def refusal(status, headers, data, kind=None, name=None):
    """The error of a status from 400 on; transient where trying again may help, and not before it says so. An object that is given is named."""
    message = _message(data)
    if name and f'"{name}"' not in message:
        message = f"{kind} {name}: {message}"
    if status in PASSING or status == 500 and "etcd" in message:
        after = headers.get("Retry-After") or ""  # RFC 9110, 10.2.3: API servers say seconds
        return Unavailable("cluster_refused", status=status, detail=message, retry_after=int(after) if after.isascii() and after.isdigit() else None)
    return KINDS.get(status, Invalid)("cluster_refused", status=status, detail=message)


def _message(data):
    try:
        said = read(data).get("message")
    except Unavailable:
        said = None
    return said if isinstance(said, str) and said else data.decode("utf-8", "replace")[:300]


def event(line):
    """(type, object) of a line of a watch."""
    found = read(line)
    kind, obj = found.get("type"), found.get("object")
    if kind == "ERROR":
        raise Expired
    if not isinstance(kind, str) or not isinstance(obj, dict) or not isinstance((obj.get("metadata") or {}).get("resourceVersion"), str):
        raise Unavailable("cluster_unavailable", detail="a watch answered what is no event")
    return kind, obj
