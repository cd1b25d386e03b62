"""Lists a page at a time: `limit` and `cursor` in, `{items, next}` out. A cursor is a place in one list: what a client made up, changed, or brought from another list is refused."""

import base64
import hmac

import orjson
from flask import request

from gitops.errors import Invalid
from gitops.verbs import Argument
from web.context import services
from web.people import keys
from web.rest.described import LANGUAGE

CURSOR = Argument("cursor", ("`next` of the page before", "앞 페이지의 `next`"), max_length=1024)
LOOSE = ("cursor", "limit", LANGUAGE)  # what may differ between the pages of a list
MARK = 16  # bytes of a signature


def by(default=50, most=500):
    """The arguments of a list."""
    return Argument("limit", ("how many at most", "최대 개수"), "integer", minimum=1, maximum=most, default=default), CURSOR


def page(found, limit, place, shown=lambda each: each):
    """The page of what was looked up, one more than fits; `place` of an item is where the next page begins."""
    return {"items": [shown(each) for each in found[:limit]], "next": _sealed(place(found[limit - 1])) if len(found) > limit else None}


def part(items, limit, cursor, place):
    """The page of a list that is here as a whole, in the order of `place`."""
    begin, ordered = at(cursor), sorted(items, key=place)
    return page([each for each in ordered if begin is None or list(place(each)) > begin][:limit + 1], limit, place)


def at(cursor):
    """The place that a cursor of this list means; None for none."""
    if cursor is None:
        return None
    try:
        sealed = base64.b64decode(cursor, b"-_", validate=True)
    except ValueError:
        raise _wrong(cursor) from None
    if not hmac.compare_digest(_mark(sealed[MARK:]), sealed[:MARK]):
        raise _wrong(cursor)
    return orjson.loads(sealed[MARK:])


def _sealed(place):
    data = orjson.dumps(place)
    return base64.urlsafe_b64encode(_mark(data) + data).decode()


def _mark(data):
    """Of a place in the list that is asked for: the route, what is in its path, and what it is narrowed by."""
    asked = sorted((name, value) for name, value in request.args.items() if name not in LOOSE)
    return hmac.digest(keys.of_cursors(services().settings), orjson.dumps([request.path, asked]) + data, "sha256")[:MARK]


def _wrong(cursor):
    return Invalid("bad_argument", argument="cursor", value=cursor[:64], wanted="`next` of a page of this list")
