"""API tokens and sign-ins of the signed-in person: made, listed, revoked. Nobody puts into a token what they do not hold."""

import time

from flask import Blueprint, g

from gitops import policy
from gitops.errors import Forbidden, Invalid, NotFound
from gitops.types import SCOPES
from web import attempts, body
from web.api import answer
from web.context import services

blueprint = Blueprint("tokens", __name__, url_prefix="/api/v1")
LONGEST = 366  # days
NAME = 80      # characters


@blueprint.get("/tokens")
def listed():
    """The tokens of the signed-in person, without their text: scopes, expiry, last used, revoked."""
    return answer({"items": list(services().ledger.tokens(g.actor.email))})


@blueprint.post("/tokens")
def created():
    """A token: `{name, scopes, environments?, agent?, days?}`; its text is told this once."""
    asked = body.only(body.json_object(), "name", "scopes", "environments", "agent", "days")
    name, scopes, agent = body.text(asked, "name", required=True)[:NAME], _scopes(asked), _agent(asked)
    expires = _expires(asked.get("days"))
    attempts.tell(name=name, scopes=" ".join(scopes), agent=agent, days=asked.get("days"))
    held(g.actor.scopes, scopes)
    text = services().ledger.token_create(g.actor.email, name, scopes, agent, expires)
    return answer({"token": text, "name": name, "scopes": scopes, "agent": agent, "expires": expires}, 201)


@blueprint.delete("/tokens/<id>")
def revoked(id):
    """Revoke a token of one's own; what it keeps open ends."""
    attempts.tell(token=id)
    if not services().ledger.token_revoke(id, g.actor.email):
        raise NotFound("no_such_token", token=id[:40])
    return answer({"status": "revoked"})


@blueprint.get("/sessions")
def signed_in():
    """Where the signed-in person is signed in: since when, by what, from where, with which browser; `current` is this one."""
    mine = g.credential.get("session")
    return answer({"items": [each | {"current": each["id"] == mine} for each in services().ledger.sessions(g.actor.email)]})


@blueprint.delete("/sessions/<id>")
def signed_out(id):
    """End a sign-in of one's own; what it keeps open ends."""
    attempts.tell(session=id)
    if not services().ledger.session_revoke(id, g.actor.email):
        raise NotFound("no_such_session", session=id[:40])
    return answer({"status": "revoked"})


@blueprint.delete("/sessions")
def signed_out_elsewhere():
    """End every sign-in of one's own but this one."""
    return answer({"status": "revoked", "count": services().ledger.sessions_end(g.actor.email, g.credential.get("session"))})


# --- what a token may be ---------------------------------------------------------------------------------------------


def _scopes(asked):
    """The scopes, at each of the environments if any are named."""
    scopes, environments = asked.get("scopes"), asked.get("environments")
    if not _texts(scopes) or not scopes:
        raise Invalid("bad_field", field="scopes", wanted="a list of scopes")
    if environments is None:
        return scopes
    if not _texts(environments) or not environments or any("@" in each for each in scopes):
        raise Invalid("bad_field", field="environments", wanted="a list of names, beside scopes that name none")
    known = services().head()[1]
    return [f"{scope}@{known.environment(name).name}" for scope in scopes for name in environments]


def _texts(value):
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _agent(asked):
    """What an agent makes is an agent's too."""
    if asked.get("agent") not in (None, True, False):
        raise Invalid("bad_field", field="agent", wanted="true or false")
    return bool(asked.get("agent")) or g.actor.agent


def _expires(days):
    """A token that another one made ends with it, at the latest."""
    if days is not None and not (type(days) is int and 1 <= days <= LONGEST):
        raise Invalid("bad_field", field="days", wanted=f"1-{LONGEST}")
    ends = [each for each in (time.time() + days * 86400 if days else None, g.credential["expires"]) if each is not None]
    return min(ends, default=None)


def held(have, wanted):
    """Invalid for a scope that does not exist, Forbidden for one that is not held."""
    for each in wanted:
        name, _, environment = each.partition("@")
        if name not in SCOPES:
            raise Invalid("unknown_scope", scope=each[:80], known=list(SCOPES))
        if not (name in have or environment and policy.holds(have, name, environment)):
            raise Forbidden("more_than_held", scope=each[:80])
