"""Whose person here a Slack user is: the one with their verified address, who has signed in here before. Nobody else is anybody."""

import time

from flask import g

from gitops.errors import Forbidden
from gitops.kept import Kept
from gitops.types import Actor
from web.context import services
from web.people import identity
from web.slack import installing

FRESH = 60  # seconds for which what Slack says of a user is believed
_USERS = Kept(1000)


def actor(asker):
    """The Actor; Forbidden where there is none, and says how to become one. The answer is in the language of their Slack."""
    found = _user(asker)
    g.language = "ko" if str(found.get("locale", "")).startswith("ko") else "en"
    if asker.home != asker.team or found.get("team_id", asker.team) != asker.team or found.get("is_stranger") or found.get("is_bot") or found.get("deleted"):
        raise Forbidden("slack_stranger")
    email = (found.get("profile") or {}).get("email")
    if not email or found.get("is_email_confirmed") is not True:
        raise Forbidden("slack_unverified")
    user = services().ledger.user(email)
    if user is None:
        raise Forbidden("slack_unlinked", email=email, url=f"{asker.base}/")
    return Actor(user["name"], user["email"], identity.scopes(user["email"], user["scopes"], user["teams"]), "slack", session=True)


def _user(asker):
    return _USERS.get((str(services().settings.home), asker.team, asker.user, int(time.monotonic() / FRESH)), lambda: _asked(asker))


def _asked(asker):
    _, answer = installing.ask(services(), asker.team, "users.info", again=True, user=asker.user, include_locale="true")
    return answer["user"] if isinstance(answer.get("user"), dict) else {}
