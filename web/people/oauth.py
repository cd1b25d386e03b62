"""Signing in by GitHub, Google or Slack: one flow, a table of providers. State, PKCE and nonce are kept sealed in the browser's own session, for one attempt.

Who somebody is, is said by the provider's verified e-mail address; what they may do, by klepaas-access.yaml. Must not grant anything.
"""

import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import orjson
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from flask import Blueprint, redirect, render_template_string, request, session

from gitops.errors import Forbidden, KlepaasError, NotFound, Unauthorized, Unavailable
from gitops.outside.http import Provider as Server
from gitops.outside.http import ask, pages
from web import errors
from web.context import services
from web.people import accounts, attempts, identity, issuers, keys, limits
from web.rest.api import answer

log = logging.getLogger(__name__)
blueprint = Blueprint("oauth", __name__, url_prefix="/auth")
PATIENCE = 600  # seconds that a sign-in may take
SECONDS = 15    # for a provider to answer
NAME = 100      # characters of a person's name
PAGE = accounts.HEAD + """<p role="alert">{{ text }}</p><a href="/">{{ again }}</a></main></html>"""


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in, as the provider says. `token` is what its teams are read with later; None where nothing is."""

    subject: str
    email: str
    name: str
    teams: tuple = ()
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """`issuer` is the setting of its OpenID Connect issuer; without one, `endpoints` says its authorize and token URLs, `person` who somebody is."""

    label: str
    scope: str
    person: Callable
    issuer: str | None = None
    endpoints: Callable | None = None
    aliases: tuple = ()


# --- who somebody is -------------------------------------------------------------------------------------------------


def _github_endpoints(settings):
    base = settings.github_url.rstrip("/")
    return f"{base}/login/oauth/authorize", f"{base}/login/oauth/access_token"


def _github(settings, token):
    """GitHub is no issuer of ID tokens: its API says who it is, and which address is verified."""
    server = _api(settings, token["access_token"])
    user, emails = (ask(server, "GET", path, "sign_in").body for path in ("/user", "/user/emails"))
    email = next((each["email"] for each in emails if each.get("primary") and each.get("verified")), None)
    return Person(str(user["id"]), email, user.get("name") or user["login"], _teams(server), token["access_token"])


def _api(settings, token):
    return Server("github", settings.github_api_url, {"Authorization": f"Bearer {token}"}, timeout=SECONDS)


def _teams(server):
    return tuple(f"{each['organization']['login']}/{each['slug']}" for each in pages(server, "/user/teams?per_page=100", "teams"))


def _openid(settings, claims):
    verified = claims.get("email_verified") in (True, "true")
    return Person(claims["sub"], claims.get("email") if verified else None, claims.get("name") or str(claims.get("email")))


def _slack(settings, claims):
    if settings.slack_team_id and claims.get("https://slack.com/team_id") != settings.slack_team_id:
        raise Forbidden("other_workspace")
    return _openid(settings, claims)


PROVIDERS = {
    "github": Provider("GitHub", "read:user user:email read:org", _github, endpoints=_github_endpoints),
    "google": Provider("Google", "openid email profile", _openid, issuer="google_issuer", aliases=("accounts.google.com",)),
    "slack": Provider("Slack", "openid email profile", _slack, issuer="slack_issuer"),
}


def configured(settings):
    """The names of the providers that people may sign in by."""
    return [name for name in PROVIDERS if getattr(settings, f"{name}_client_id") and getattr(settings, f"{name}_client_secret")]


# --- the flow --------------------------------------------------------------------------------------------------------


@blueprint.get("/providers")
def providers():
    """What a sign-in page offers: `{name, label, url}` each."""
    return answer({"items": [{"name": name, "label": PROVIDERS[name].label, "url": f"/auth/login/{name}"} for name in configured(services().settings)]})


@blueprint.get("/login/<name>")
def login(name):
    """Go to the provider, which comes back to /auth/callback/<name>; then on to `next`, a path of this site."""
    limits.admitted("sign-in")
    provider, kept = _provider(name), {"provider": name, "state": secrets.token_urlsafe(32), "verifier": secrets.token_urlsafe(48), "nonce": secrets.token_urlsafe(32), "next": _next()}
    session["oauth"] = keys.sealed(services().settings, orjson.dumps(kept).decode())
    asked = {"nonce": kept["nonce"]} if provider.issuer else {}
    url, _ = _client(name).create_authorization_url(_endpoints(name)[0], state=kept["state"], code_verifier=kept["verifier"], **asked)
    return redirect(url, 302)


@blueprint.get("/callback/<name>")
def callback(name):
    """Back from the provider: a session for who it says has come, and on to where they wanted."""
    attempts.tell(by=name)
    limits.admitted("sign-in")
    kept = _begun(name)
    accounts.begin(_welcome(name, _person(name, kept)), name)
    return redirect(kept["next"], 303)


@blueprint.errorhandler(KlepaasError)
def refused(error):
    """A browser came by itself: it is shown a page."""
    response = errors.of_ours(error)
    if request.accept_mimetypes.best_match(("application/json", "text/html")) != "text/html":
        return response
    spoken = errors.language()
    page = render_template_string(PAGE, language=spoken, text=error.text(spoken), again="다시 로그인" if spoken == "ko" else "Back to the start")
    return page, error.status, {name: value for name, value in response.headers.items() if name == "Retry-After"}


def _begun(name):
    """What was kept when this sign-in began, here and not long ago; once."""
    kept = keys.opened(services().settings, session.pop("oauth", ""), PATIENCE)
    kept = orjson.loads(kept) if kept else None
    if kept is None or kept["provider"] != name or not hmac.compare_digest(kept["state"], request.args.get("state", "")):
        raise accounts.failed("sign_in_state", request.full_path)
    return kept


def _person(name, kept):
    """Who the provider says it is, in exchange for the code."""
    provider, settings = _provider(name), services().settings
    if "code" not in request.args:
        raise _denied(name, request.args.get("error_description") or request.args.get("error") or "-")
    token = _token(name, kept)
    claims = _issuer(name).claims(str(token.get("id_token", "")), getattr(settings, f"{name}_client_id"), kept["nonce"]) if provider.issuer else token
    return provider.person(settings, claims)


def _token(name, kept):
    try:
        return _client(name).fetch_token(_endpoints(name)[1], grant_type="authorization_code", code=request.args["code"], code_verifier=kept["verifier"], timeout=SECONDS, allow_redirects=False)
    except AuthlibBaseError as error:
        raise _denied(name, error.description or error.error) from None
    except (OSError, ValueError):  # what requests raises, and what is no JSON
        raise Unavailable("provider_unreachable", provider=PROVIDERS[name].label) from None


def _denied(name, said):
    return accounts.failed("sign_in_denied", request.full_path, provider=PROVIDERS[name].label, detail="".join(each for each in said if each.isprintable())[:200])


def _welcome(name, person):
    """The user that a person is, if anything is granted to them; nobody else is kept."""
    if not person.email:
        raise Forbidden("email_unverified", provider=PROVIDERS[name].label)
    ledger, known = services().ledger, services().ledger.user(person.email)
    granted, teams = (known["scopes"] if known else ()), person.teams if name == "github" else known["teams"] if known else ()
    if not identity.scopes(person.email, granted, teams):
        raise Forbidden("no_grants", email=person.email, provider=PROVIDERS[name].label)
    ledger.put_user(person.email, _clean(person.name), granted)
    ledger.set_teams(person.email, teams)
    ledger.identity_put(name, person.subject, person.email, person.token and keys.sealed(services().settings, person.token))
    return ledger.user(person.email)


def _clean(name):
    return "".join(each for each in str(name) if each.isprintable() and each not in "<>")[:NAME].strip() or "?"


def _provider(name):
    if name not in configured(services().settings):
        raise NotFound("provider_unknown", provider=name[:40])
    return PROVIDERS[name]


def _issuer(name):
    return issuers.of(name, getattr(services().settings, PROVIDERS[name].issuer), PROVIDERS[name].aliases)


def _endpoints(name):
    """(authorize, token) URLs."""
    if PROVIDERS[name].endpoints:
        return PROVIDERS[name].endpoints(services().settings)
    found = _issuer(name).metadata()
    return found["authorization_endpoint"], found["token_endpoint"]


def _client(name):
    settings = services().settings
    base = (settings.klepaas_url or request.host_url).rstrip("/")
    return OAuth2Session(getattr(settings, f"{name}_client_id"), getattr(settings, f"{name}_client_secret"), "client_secret_post", scope=PROVIDERS[name].scope,
                         redirect_uri=f"{base}/auth/callback/{name}", code_challenge_method="S256")


def _next():
    """A path of this site and nothing else: two slashes, or a backslash, would be another's."""
    asked = request.args.get("next", "/")
    return asked if asked.startswith("/") and not asked.startswith("//") and "\\" not in asked and asked.isprintable() else "/"


# --- teams, later ----------------------------------------------------------------------------------------------------


def teams_again(services):
    """Read again which teams people are in: who left one, or took their consent back, loses what it granted."""
    for each in services.ledger.identities("github"):
        token = keys.opened(services.settings, each["token"])
        try:
            services.ledger.set_teams(each["email"], _teams(_api(services.settings, token)) if token else ())
        except Unauthorized:
            services.ledger.set_teams(each["email"], ())
            services.ledger.identity_put("github", each["subject"], each["email"], None)
        except KlepaasError as error:
            log.warning("teams of %s: %s", each["email"], error)
