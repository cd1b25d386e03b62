"""API tokens and sign-ins of the signed-in person: made, listed, revoked. Nobody puts into a token what they do not hold."""

import time

from flask import Blueprint, g

from gitops import policy
from gitops.errors import Forbidden, Invalid, NotFound
from gitops.types import SCOPES
from gitops.verbs import Argument
from web.context import services
from web.people import attempts
from web.rest import pages, shown
from web.rest.api import answer
from web.rest.described import says

blueprint = Blueprint("tokens", __name__, url_prefix="/api/v1")
LONGEST = 366  # days
NAME = 80      # characters
FIELDS = (
    Argument("name", ("what it is called", "이름"), required=True), Argument("scopes", ("what it may do", "권한"), "strings", required=True),
    Argument("environments", ("where; without: everywhere", "환경. 없으면 전체"), "strings"), Argument("agent", ("it proposes, people merge", "제안만 하고 병합은 사람이 합니다"), "boolean"),
    Argument("days", ("how long it is valid; without: until it is revoked", "유효 기간(일). 없으면 폐기할 때까지"), "integer", minimum=1, maximum=LONGEST))
MADE = shown.thing(id=shown.TEXT, token=shown.TEXT, name=shown.TEXT, scopes=shown.many(shown.TEXT), agent=shown.FLAG, expires=shown.PERHAPS)
REVOKED = shown.thing("count", status={"const": "revoked"}, count=shown.COUNT)


@blueprint.get("/tokens")
@says("로그인한 사람의 토큰(본문 제외): 권한, 만료, 마지막 사용, 폐기.", *pages.by(100), answers=shown.page(shown.TOKEN))
def listed(limit, cursor):
    """The tokens of the signed-in person, without their text: scopes, expiry, last used, revoked."""
    found = services().ledger.tokens(g.actor.email, pages.at(cursor), limit + 1)
    return answer(pages.page(found, limit, lambda each: (each["created"], each["id"])))


@blueprint.post("/tokens")
@says("토큰을 만듭니다. 본문은 이번 한 번만 보여줍니다.", body=FIELDS, answers={201: MADE}, errors=(404,))
def created(asked):
    """A token: `{name, scopes, environments?, agent?, days?}`; its text is told this once."""
    name, scopes, agent = asked["name"][:NAME], _scopes(asked), bool(asked["agent"]) or g.actor.agent  # what an agent makes is an agent's too
    expires = _expires(asked["days"])
    attempts.tell(name=name, scopes=" ".join(scopes), agent=agent, days=asked["days"])
    held(g.actor.scopes, scopes)
    text = services().ledger.token_create(g.actor.email, name, scopes, agent, expires)
    return answer({"id": services().ledger.token_id(text), "token": text, "name": name, "scopes": scopes, "agent": agent, "expires": expires}, 201)


@blueprint.delete("/tokens/<id>")
@says("자신의 토큰을 폐기합니다. 그 토큰이 열어 둔 연결도 끝납니다.", answers=REVOKED)
def revoked(id):
    """Revoke a token of one's own; what it keeps open ends."""
    attempts.tell(token=id)
    if not services().ledger.token_revoke(id, g.actor.email):
        raise NotFound("no_such_token", token=id[:40])
    return answer({"status": "revoked"})


@blueprint.get("/sessions")
@says("로그인한 곳: 언제부터, 무엇으로, 어디서, 어떤 브라우저로. `current` 는 지금 이것.", *pages.by(100), answers=shown.page(shown.SIGN_IN))
def signed_in(limit, cursor):
    """Where the signed-in person is signed in: since when, by what, from where, with which browser; `current` is this one."""
    mine = g.credential.get("session")
    found = services().ledger.sessions(g.actor.email, pages.at(cursor), limit + 1)
    return answer(pages.page(found, limit, lambda each: (each["created"], each["id"]), lambda each: each | {"current": each["id"] == mine}))


@blueprint.delete("/sessions/<id>")
@says("자신의 로그인 하나를 끝냅니다. 열어 둔 연결도 끝납니다.", answers=REVOKED)
def signed_out(id):
    """End a sign-in of one's own; what it keeps open ends."""
    attempts.tell(session=id)
    if not services().ledger.session_revoke(id, g.actor.email):
        raise NotFound("no_such_session", session=id[:40])
    return answer({"status": "revoked"})


@blueprint.delete("/sessions")
@says("지금 것을 뺀 자신의 모든 로그인을 끝냅니다.", answers=REVOKED)
def signed_out_elsewhere():
    """End every sign-in of one's own but this one."""
    return answer({"status": "revoked", "count": services().ledger.sessions_end(g.actor.email, g.credential.get("session"))})


# --- what a token may be ---------------------------------------------------------------------------------------------


def _scopes(asked):
    """The scopes, at each of the environments if any are named."""
    scopes, environments = asked["scopes"], asked["environments"]
    if not scopes:
        raise Invalid("bad_field", field="scopes", wanted="a list of scopes")
    if environments is None:
        return scopes
    if not environments or any("@" in each for each in scopes):
        raise Invalid("bad_field", field="environments", wanted="a list of names, beside scopes that name none")
    known = services().head()[1]
    return [f"{scope}@{known.environment(name).name}" for scope in scopes for name in environments]


def _expires(days):
    """A token that another one made ends with it, at the latest."""
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
