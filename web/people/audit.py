"""The audit, read: searched, a page at a time, or exported as JSON lines. Must not write a row: that is gitops/submit and web/people/attempts."""

from datetime import UTC, datetime

import orjson
from flask import Blueprint, Response, g

from gitops import policy
from gitops.errors import Invalid
from gitops.verbs import Argument
from web.context import services
from web.people import keys
from web.rest import pages, shown
from web.rest.api import answer
from web.rest.described import LINES, says

blueprint = Blueprint("audit", __name__, url_prefix="/api/v1/audit")
EQUAL = ("email", "address", "request", "door", "verb", "app", "environment", "outcome", "code", "commit", "review")
FILTERS = (
    *(Argument(name, ("of these alone", "이것만"), max_length=300) for name in EQUAL), Argument("since", ("from this time on (ISO 8601)", "이 시각부터 (ISO 8601)"), max_length=40),
    Argument("until", ("before this time (ISO 8601)", "이 시각 전까지 (ISO 8601)"), max_length=40), Argument("q", ("a text anywhere in them", "찾을 말"), max_length=300),
    Argument("format", ("jsonl: all of them, oldest first", "jsonl: 오래된 것부터 모두"), choices=("json", "jsonl"), default="json"))


def seal(ledger, settings):
    """How many rows were too old to be kept. What counted against an address and counts no more goes too."""
    ledger.lockouts.forget()
    return ledger.audit.seal(keys.of_audit(settings), settings.audit_days)


@blueprint.get("")
@says("모든 시도를 최신순으로 보거나 내보냅니다.", *FILTERS, *pages.by(), answers=shown.page(shown.ATTEMPT), also=(LINES,))
def listed(since, until, q, format, limit, cursor, **equal):
    """Attempts, newest first: `email`, `address`, `request`, `door`, `verb`, `app`, `environment`, `outcome`, `code`, `commit`, `review`, `since`, `until` (ISO 8601), `q`, `cursor`, `limit`; `format=jsonl`: all of them, oldest first."""
    # who may look at some environments sees the rows of these, and none that is of no environment
    wanted = equal | {"since": moment("since", since), "until": moment("until", until), "text": q, "environments": policy.places(g.actor.scopes, "admin:read")}
    if format == "jsonl":
        return _lines(services().ledger.audit.every(**wanted))
    found = services().ledger.audit.rows((pages.at(cursor) or (None,))[0], limit + 1, **wanted)
    return answer(pages.page(found, limit, lambda each: (each["number"],)))


def _lines(rows):
    return Response((line(row) for row in rows), content_type="application/jsonl", headers={"Content-Disposition": "attachment; filename=audit.jsonl"})


def line(row):
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def moment(name, text):
    """Seconds since 1970 of a time in ISO 8601, UTC where it names no zone; None for none."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("bad_argument", argument=name, value=text[:64], wanted="a time such as 2026-11-24T09:00:00Z") from None
    return found and (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
