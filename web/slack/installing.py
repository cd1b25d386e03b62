"""The app in a workspace: installed by OAuth v2 by an administrator, its bot token kept sealed, forgotten when it is uninstalled or revoked."""

import hmac
import logging
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson
from flask import Blueprint, g, redirect, request, session

from gitops.errors import Conflict, Forbidden, Invalid, KlepaasError, NotFound
from gitops.outside import slack as slackapi
from web.context import services
from web.people import attempts, keys, oauth
from web.rest import shown
from web.rest.api import answer
from web.rest.described import says

log = logging.getLogger(__name__)
blueprint = Blueprint("slack_app", __name__)
blueprint.errorhandler(KlepaasError)(oauth.refused)
PROVIDER = "slack-app"  # of the ledger's identities: one a workspace
SCOPES = "chat:write,commands,app_mentions:read,users:read,users:read.email"
NEEDED = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET")
PATIENCE = 600  # seconds that an installation may take
REVOKED = ("token_revoked", "account_inactive")


@dataclass(frozen=True, slots=True)
class Installation:
    team: str
    name: str
    bot: str
    token: str
    by: str
    at: float


@blueprint.get("/api/v1/slack")
@says("Slack 앱: 아직 필요한 설정과 설치된 워크스페이스.", answers=shown.thing(needs=shown.many(shown.TEXT), installed=shown.maybe(shown.thing(team=shown.TEXT, name=shown.TEXT, by=shown.TEXT, at=shown.MOMENT))))
def status():
    """The Slack app: which settings it still needs, and the workspace where it is installed."""
    found = installed(services())
    return answer({"needs": [name for name in NEEDED if not getattr(services().settings, name.lower())],
                   "installed": found and {"team": found.team, "name": found.name, "by": found.by, "at": found.at}})


@blueprint.get("/auth/slack/install")
def install():
    """Go to Slack to install the app; it comes back to /auth/slack/callback."""
    settings = _configured()
    state = secrets.token_urlsafe(32)
    session["slack"] = keys.sealed(settings, state)
    asked = {"client_id": settings.slack_client_id, "scope": SCOPES, "redirect_uri": _back(), "state": state, **({"team": settings.slack_team_id} if settings.slack_team_id else {})}
    return redirect(f"{settings.slack_api_url.rstrip('/').removesuffix('/api')}/oauth/v2/authorize?{urlencode(asked)}", 302)


@blueprint.get("/auth/slack/callback")
def callback():
    """Back from Slack: the app is installed, and its token kept."""
    settings = _configured()
    state = keys.opened(settings, session.pop("slack", ""), PATIENCE)
    if state is None or not hmac.compare_digest(state, request.args.get("state", "")):
        raise Invalid("slack_state")
    if "code" not in request.args:
        raise Invalid("sign_in_denied", provider="Slack", detail=_printable(request.args.get("error", "-")))
    found = slackapi.call(settings.slack_api_url, None, "oauth.v2.access", client_id=settings.slack_client_id, client_secret=settings.slack_client_secret, code=request.args["code"], redirect_uri=_back())
    _keep(found)
    return redirect("/#/settings", 303)


@blueprint.delete("/api/v1/slack")
@says("Slack 앱을 워크스페이스에서 제거합니다. 토큰은 그곳에서 폐기하고 여기서 지웁니다.", answers=shown.thing(status={"const": "uninstalled"}), errors=(404,))
def uninstall():
    """Take the app out of its workspace: the token is revoked there and forgotten here."""
    found = installed(services())
    if found is None:
        raise NotFound("slack_not_installed")
    try:
        slackapi.call(services().settings.slack_api_url, found.token, "auth.revoke", again=True)
    except Forbidden as error:  # it was revoked before
        log.info("auth.revoke: %s", error)
    forget(services(), found.team)
    attempts.tell(team=found.team)
    return answer({"status": "uninstalled"})


def _keep(found):
    team = found.get("team") or {}
    if found.get("is_enterprise_install") or not isinstance(team.get("id"), str) or not isinstance(found.get("access_token"), str):
        raise Invalid("slack_whole_organisation")
    if found.get("refresh_token"):
        raise Invalid("slack_rotation")
    wanted, there = services().settings.slack_team_id, installed(services())
    if wanted and team["id"] != wanted:
        raise Forbidden("other_workspace")
    if there is not None and there.team != team["id"]:
        raise Conflict("slack_elsewhere", name=there.name)
    kept = {"token": found["access_token"], "bot": str(found.get("bot_user_id") or ""), "name": _printable(team.get("name") or team["id"])}
    services().ledger.identity_put(PROVIDER, team["id"], g.actor.email, keys.sealed(services().settings, orjson.dumps(kept).decode()))
    attempts.tell(team=team["id"], name=kept["name"])


def installed(services, team=None):
    """The Installation, in this workspace if one is named; None where there is none, or SECRET_KEY is another than its token was sealed with."""
    for each in services.ledger.identities(PROVIDER):
        kept = keys.opened(services.settings, each["token"])
        if kept and team in (None, each["subject"]):
            kept = orjson.loads(kept)
            return Installation(each["subject"], kept["name"], kept["bot"], kept["token"], each["email"], each["checked"])
    return None


def forget(services, team):
    """Its token is worth nothing any more."""
    for each in services.ledger.identities(PROVIDER):
        if each["subject"] == team:
            services.ledger.identity_put(PROVIDER, team, each["email"], None)


def ask(services, team, method, again=False, **body):
    """(the Installation, what a method answers) as the app of a workspace; one whose token is no more is forgotten."""
    found = installed(services, team)
    if found is None:
        raise NotFound("slack_not_installed")
    try:
        return found, slackapi.call(services.settings.slack_api_url, found.token, method, again=again, **body)
    except Forbidden as error:
        if error.details.get("detail") in REVOKED:
            forget(services, found.team)
        raise


def _configured():
    settings = services().settings
    for name in NEEDED:
        if not getattr(settings, name.lower()):
            raise Invalid("not_configured", what="Slack", setting=name)
    return settings


def _back():
    return f"{(services().settings.klepaas_url or request.host_url).rstrip('/')}/auth/slack/callback"


def _printable(text):
    return "".join(each for each in str(text) if each.isprintable())[:100]
