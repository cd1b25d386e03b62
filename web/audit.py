"""The audit, read: searched, a page at a time, or exported as JSON lines. Must not write a row: that is gitops/submit and web/attempts."""

from datetime import UTC, datetime

import orjson
from flask import Blueprint, Response, g, request

from gitops import policy
from gitops.errors import Invalid
from web import keys
from web.api import answer, number
from web.context import services

blueprint = Blueprint("audit", __name__, url_prefix="/api/v1/audit")
EQUAL = ("email", "address", "request", "door", "verb", "app", "environment", "outcome", "code", "commit", "review")
FORMATS = ("json", "jsonl")

def seal(ledger, settings):
    """How many rows were too old to be kept. What counted against an address and counts no more goes too."""
    ledger.lockouts.forget()
    return ledger.audit.seal(keys.of_audit(settings), settings.audit_days)


@blueprint.get("")
def listed():
    """Attempts, newest first: `email`, `address`, `request`, `door`, `verb`, `app`, `environment`, `outcome`, `code`, `commit`, `review`, `since`, `until` (ISO 8601), `q`, `cursor`, `limit`; `format=jsonl`: all of them, oldest first."""
    wanted = {name: request.args[name] for name in EQUAL if name in request.args}
    wanted |= {"since": _time("since"), "until": _time("until"), "text": request.args.get("q"), "environments": _seen(g.actor.scopes)}
    if request.args.get("format", "json") not in FORMATS:
        raise Invalid("bad_argument", argument="format", value=request.args["format"][:64], wanted=" or ".join(FORMATS))
    if request.args.get("format") == "jsonl":
        return _lines(services().ledger.audit.every(**wanted))
    return _page(number("cursor", 0, 0, 2**63 - 1) or None, number("limit", 50, 1, 500), wanted)


def _page(before, limit, wanted):
    items = services().ledger.audit.rows(before, limit + 1, **wanted)
    return answer({"items": items[:limit], "next": str(items[limit - 1]["number"]) if len(items) > limit else None})


def _lines(rows):
    return Response((line(row) for row in rows), content_type="application/jsonl", headers={"Content-Disposition": "attachment; filename=audit.jsonl"})


def line(row):
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def _seen(scopes):
    """None: all rows. Who may look at some environments sees the rows of these, and none that is of no environment."""
    if policy.everywhere(scopes, "admin:read"):
        return None
    return [scope.partition("@")[2] for scope in scopes if scope.startswith("admin:read@")]


def _time(name):
    return moment(name, request.args.get(name))


def moment(name, text):
    """Seconds since 1970 of a time in ISO 8601, UTC where it names no zone; None for none."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("bad_argument", argument=name, value=text[:64], wanted="a time such as 2026-11-24T09:00:00Z") from None
    return found and (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
