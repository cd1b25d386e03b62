"""What a provider's no means: its status and headers as an error of our tree, its words without our secrets. Must not send anything."""

import contextlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import orjson

from gitops import errors

KINDS = {
    400: ("bad_request", errors.Invalid), 401: ("unauthorized", errors.Unauthorized), 403: ("forbidden", errors.Forbidden), 404: ("not_found", errors.NotFound),
    408: ("timeout", errors.Timeout), 409: ("conflict", errors.Conflict), 410: ("not_found", errors.NotFound), 422: ("bad_request", errors.Invalid),
    429: ("rate_limited", errors.RateLimited), 502: ("unavailable", errors.Unavailable), 503: ("unavailable", errors.Unavailable), 504: ("timeout", errors.Timeout)}
REASONS = ("message", "error_description", "error", "detail")  # where a body says why, first found
LONGEST = 300  # characters of a provider's own words


def about(provider, operation, kind):
    return {"provider": provider.name, "operation": operation, "kind": kind}


@contextlib.contextmanager
def shaped(name, operation):
    """For reading a provider's answer: one that is not of the documented shape is its fault."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError, IndexError):
        raise errors.Unavailable("provider_no_json", provider=name, operation=operation, kind="internal") from None


def fault(error, unsent=False):
    """The error, marked with whether the request surely did nothing."""
    error.unsent = unsent
    return error


def refusal(provider, operation, status, headers, data):
    """The provider's no as an error of ours. A 403 that says when to come again is a rate limit (GitHub's are)."""
    after, status = later(headers), provider.meant(status, data) if provider.meant else status
    limited = status == 429 or status == 403 and (after is not None or headers.get("x-ratelimit-remaining") == "0")
    kind, error = KINDS.get(429 if limited else status, ("internal", errors.Unavailable) if status >= 500 else ("bad_request", errors.Invalid))
    found = error(f"provider_{kind}", retry_after=after, **about(provider, operation, kind), upstream=status, detail=masked(provider, _said(data)))
    if kind == "unauthorized":
        found.status = 502  # the credential is ours: a 401 would tell the person to sign in again
    return fault(found, unsent=limited or status == 503 and after is not None)


def _said(data):
    """What a provider gives as its reason, in one short line."""
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        return ""
    said = next((body[name] for name in REASONS if body.get(name)), "") if isinstance(body, dict) else body
    parts = body.get("errors") if isinstance(body, dict) else None
    return " ".join(" ".join(map(_words, [said, *(parts if isinstance(parts, list) else ())])).split())[:LONGEST]


def _words(part):
    if not isinstance(part, dict):
        return str(part)
    details = part.get("details")
    return ": ".join(filter(None, (str(part.get("message") or part.get("code") or ""), details if isinstance(details, str) else "")))


def masked(provider, text):
    """The text without what the provider is asked with."""
    for secret in (*provider.secrets, *(part for value in provider.headers.values() for part in (value, value.rpartition(" ")[2]))):
        text = text.replace(secret, "***") if len(secret) >= 4 else text
    return text


def later(headers):
    """Seconds until the provider lets us come again, by its own clock where it says a time; None when it does not say."""
    given = headers.get("retry-after", "")
    if given.isascii() and given.isdigit():
        return float(given[:9])
    now = _date(headers.get("date")) or datetime.now(UTC)
    at = _date(given)
    if at is None and headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining")) == "0":
        reset = headers.get("x-ratelimit-reset", headers.get("ratelimit-reset", ""))
        at = datetime.fromtimestamp(int(reset[:11]), UTC) if reset.isascii() and reset.isdigit() else None
    return max((at - now).total_seconds(), 0.0) if at else None


def _date(text):
    try:
        found = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None
