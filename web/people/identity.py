"""Who is asking: a signed session cookie or a bearer token, nothing else. Doors authenticate; gitops.policy authorises.

Every route is closed unless web/people/rights says otherwise; what it says of one is held before its view runs.
"""

import ipaddress
import time
from urllib.parse import urlsplit

from flask import g, request, session

from gitops import access, policy, previews
from gitops.errors import Forbidden, Unauthorized
from gitops.ledger.accounts import TOKEN
from gitops.types import SCOPES, Actor
from web.context import services
from web.people import attempts, issuers, limits, rights

SAFE = ("GET", "HEAD", "OPTIONS")
DUE = 5  # seconds a stream goes on before its right to go on is looked up again


def guard():
    """Before every request: put the Actor into g.actor, or refuse."""
    g.actor = None
    if request.endpoint is None or (right := rights.of(request.endpoint)).public:
        return
    g.actor = authenticated("rest")
    limits.paced()
    _has(right)


def _has(right):
    if right.scope not in (None, rights.VERB):
        need(right.scope, right.whole)


class Standing:
    """Whether a stream that is open may go on: who opened it is looked up again, as at its beginning. A right that ended ends the stream."""

    def __init__(self):
        self.at = time.monotonic()

    def again(self):
        """Now: Unauthorized or Forbidden where it is over."""
        g.actor = authenticated("rest")
        _has(rights.of(request.endpoint))
        self.at = time.monotonic()

    def still(self):
        """Where it was not asked for a while."""
        if time.monotonic() > self.at + DUE:
            self.again()


def authenticated(channel):
    """The Actor of this request; Unauthorized without a valid credential, Forbidden for a write from another origin."""
    header = request.headers.get("Authorization")
    if header is not None:
        return of_token(_bearer(header), channel)
    if "sid" in session:
        same_origin(request.method in SAFE and "Upgrade" not in request.headers)
        return of_session(session["sid"], channel)
    raise Unauthorized("not_signed_in")


def _bearer(header):
    kind, _, text = header.partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise Unauthorized("bad_authorization")
    return text.strip()


def of_token(text, channel):
    """The Actor an API token speaks for: never with more than its user holds today."""
    if not text.startswith(TOKEN) and services().settings.oidc_issuer:
        return _of_machine(text, channel)
    token = services().ledger.token_actor(text)
    if token is None:
        raise _bad_token(text)
    g.credential = {"token": token["id"], "expires": token["expires"]}
    held = scopes(token["email"], token["user_scopes"], token["teams"])
    return Actor(token["name"], token["email"], _lent(policy.within(held, token["scopes"])), channel, agent=token["agent"])


def _of_machine(text, channel):
    """The Actor of a token of OIDC_ISSUER: its subject, with what klepaas-access.yaml grants it; never somebody with an e-mail address."""
    settings = services().settings
    if not settings.oidc_audience:
        raise Unauthorized("bad_jwt", detail="OIDC_AUDIENCE is not set")
    try:
        claims = issuers.of("oidc", settings.oidc_issuer).claims(text, settings.oidc_audience)
    except Unauthorized as error:
        raise _bad_token(text, error) from None
    g.credential = {"token": f"oidc:{claims['sub']}", "expires": claims["exp"]}
    return Actor(claims["sub"], f"oidc:{claims['sub']}", _lent(rules().of(subject=claims["sub"])), channel)


def _bad_token(text, error=None):
    """What a wrong token is answered. A right one is never locked out: none can be guessed, and many people may share an address."""
    limits.admitted("token")
    if limits.wrong("token", text):
        attempts.locked("token")
    return error or Unauthorized("bad_token")


def of_session(sid, channel):
    user = services().ledger.session(sid)
    if user is None:
        session.clear()
        raise Unauthorized("session_over")
    g.credential = {"session": user["session"], "expires": None}
    return Actor(user["name"], user["email"], scopes(user["email"], user["scopes"], user["teams"]), channel, session=True)


def scopes(email, granted=(), teams=()):
    """What a user holds now: what the ledger and klepaas-access.yaml grant; everything for KLEPAAS_ADMINS, whatever state the file is in."""
    if email.lower() in services().settings.admins:
        return frozenset(SCOPES)
    return _lent(frozenset(granted) | rules().of(email, teams))


def _lent(held):
    """With what comes with it: who may at an environment may at its previews."""
    return previews.lent(services().readable()[1].environments, held) if any("@" in each for each in held) and services().repo.head() else held


def rules():
    """The Access of main's tip; nobody is granted anything by a repository without a commit."""
    sha = services().repo.head()
    return access.load(services().repo.tree(sha)) if sha else access.Access()


def same_origin(safe=False):
    """Forbidden for a write (or a socket) that a page of another origin made the browser send with our cookie."""
    if safe:
        return
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if urlsplit(origin).netloc != request.host if origin else site not in ("same-origin", "none"):
        raise Forbidden("foreign_origin", origin=(origin or "-")[:100])


def from_here():
    """Whether the request came over loopback and no proxy passed it on."""
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    return not forwarded and request.remote_addr is not None and ipaddress.ip_address(request.remote_addr).is_loopback


def need(scope, whole=True):
    """Forbidden unless the actor holds the scope everywhere, for what concerns the whole installation; or else at some environment."""
    if not (policy.everywhere if whole else policy.holds)(g.actor.scopes, scope):
        raise Forbidden("missing_scope", scope=scope, environment="*")
