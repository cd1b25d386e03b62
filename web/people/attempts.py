"""What is written down of attempts that no command is: sign-ins, tokens, whatever a route of web/people/rights `does`, and refusals before anything was read.

Commands and reads are written down behind every door (gitops/submit, web/reads). Must not decide: it tells what was decided.
"""

import logging

from flask import g, request

from gitops import audit
from gitops.errors import KlepaasError
from web.context import services
from web.people import limits, rights

log = logging.getLogger(__name__)
SAFE = ("GET", "HEAD", "OPTIONS")
DENIED = (401, 403, 429)


def done(response):
    """After a request: what it did, where the table has a name for that. `g.told` is what the view adds."""
    right = rights.of(request.endpoint) if request.endpoint else None
    if right and right.does and response.status_code < 400:
        _write(right.door, right.does, "done")
    return response


def refused(error):
    """A refusal, unless it is written down already, or somebody without a credential only looked."""
    if error.audited or not _counts(error) or g.get("actor") is None and not limits.first(request.endpoint, error.code, limits.digest(_shown())):
        return
    right = rights.of(request.endpoint)
    _write(right.door, right.does or (request.view_args or {}).get("verb") or request.endpoint, "failed" if error.transient else "refused", error.code)


def locked(kind):
    """An address is locked out from now on; what it tries meanwhile is not written down."""
    write(None, "lockout", args={"kind": kind, "source": limits.source()}, outcome="done")


def _shown():
    """What somebody unknown proves themselves by: the same again is no other attempt."""
    return request.full_path if rights.of(request.endpoint).does == "sign_in" else request.headers.get("Authorization", "")


def failed():
    """A bug of ours kept a request from ending."""
    if request.method not in SAFE and request.endpoint:
        right = rights.of(request.endpoint)
        _write(right.door, right.does or request.endpoint, "failed", "internal")


def tell(**args):
    """What a view adds to what is written down of its request."""
    g.told = g.get("told", {}) | args


def _counts(error):
    if error.code == "locked_out":
        return False
    if rights.of(request.endpoint).does:
        return True
    if request.method in SAFE and "Upgrade" not in request.headers:
        return error.status in DENIED and error.code not in ("not_signed_in", "session_over")
    return error.code != "not_signed_in" or "Upgrade" not in request.headers


def _write(door, verb, outcome, code=None):
    place = (request.view_args or {}) | {name: request.args[name] for name in ("app", "environment") if name in request.args}
    write(g.get("actor"), verb, place.get("app"), place.get("environment"), g.get("told"), outcome=outcome, code=code, door=door)


def write(actor, verb, app=None, environment=None, args=None, **more):
    """One row; where the database is away the log has it."""
    found = audit.entry(actor, verb, app, environment, args, **more)
    try:
        services().ledger.audit.add(found)
    except KlepaasError as error:
        log.warning("not in the audit (%s): %s", error, found)
