"""API tokens of the signed-in person: made, listed, revoked. Nobody puts into one what they do not hold."""

import time

from flask import Blueprint, g

from gitops import policy
from gitops.errors import Forbidden, Invalid, NotFound
from gitops.types import SCOPES
from web import attempts, body
from web.api import answer
from web.context import services

blueprint = Blueprint("tokens", __name__, url_prefix="/api/v1/tokens")
LONGEST = 366  # days


@blueprint.get("")
def listed():
    """The tokens of the signed-in person, without their text."""
    return answer({"items": list(services().ledger.tokens(g.actor.email))})


@blueprint.post("")
def created():
    """A token: `{name, scopes, agent?, days?}`; its text is told this once."""
    asked = body.only(body.json_object(), "name", "scopes", "agent", "days")
    name, scopes, days = body.text(asked, "name", required=True), asked.get("scopes"), asked.get("days")
    if not isinstance(scopes, list) or not scopes or not all(isinstance(each, str) for each in scopes):
        raise Invalid("bad_field", field="scopes", wanted="a list of scopes")
    if days is not None and not (type(days) is int and 1 <= days <= LONGEST):
        raise Invalid("bad_field", field="days", wanted=f"1-{LONGEST}")
    if asked.get("agent") not in (None, True, False):
        raise Invalid("bad_field", field="agent", wanted="true or false")
    attempts.tell(name=name[:80], scopes=" ".join(scopes), agent=bool(asked.get("agent")), days=days)
    held(g.actor.scopes, scopes)
    text = services().ledger.token_create(g.actor.email, name[:80], scopes, bool(asked.get("agent")) or g.actor.agent, time.time() + days * 86400 if days else None)
    return answer({"token": text, "name": name[:80], "scopes": scopes, "agent": bool(asked.get("agent")) or g.actor.agent}, 201)


@blueprint.delete("/<id>")
def revoked(id):
    """Revoke a token of one's own."""
    attempts.tell(token=id)
    if not services().ledger.token_revoke(id, g.actor.email):
        raise NotFound("no_such_token", token=id[:40])
    return answer({"status": "revoked"})


def held(have, wanted):
    """Invalid for a scope that does not exist, Forbidden for one that is not held."""
    for each in wanted:
        name, _, environment = each.partition("@")
        if name not in SCOPES:
            raise Invalid("unknown_scope", scope=each[:80], known=list(SCOPES))
        if not (name in have or environment and policy.holds(have, name, environment)):
            raise Forbidden("more_than_held", scope=each[:80])
