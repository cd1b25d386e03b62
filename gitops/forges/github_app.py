"""A GitHub App's way in: a short-lived JWT for the app, and with it an installation token for one repository, kept until it nears its end."""

import threading
import time
from datetime import datetime
from pathlib import Path

import jwt

from gitops.errors import Invalid, Unavailable
from gitops.outside import http

EARLY = 300     # seconds before its end a token is replaced
LASTS = 540     # seconds of a JWT; GitHub allows ten minutes
SKEW = 60       # seconds that its clock may be behind ours
NEEDED = ("GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET")
_tokens, _guard = {}, threading.Lock()


def token(settings, repo):
    """An installation token that may be used for the repository."""
    key = settings.github_api_url, settings.github_app_id, repo
    with _guard:
        kept = _tokens.get(key)
    if kept is None or kept[1] < time.time() + EARLY:
        kept = _fresh(settings, repo)
        with _guard:
            _tokens[key] = kept
    return kept[0]


def forget(owner):
    """Keep no token of an account's repositories any more."""
    with _guard:
        for key in [each for each in _tokens if each[2].partition("/")[0].lower() == owner.lower()]:
            del _tokens[key]


def about(settings):
    """The App as GitHub has it: slug, html_url, …"""
    return http.ask(_itself(settings), "GET", "app", "app").body


def installations(settings):
    """Where it is installed, as GitHub says it."""
    return list(http.pages(_itself(settings), "app/installations", "installations", params={"per_page": 100}))


def repositories(settings):
    """Those of every installation that is not suspended."""
    for each in installations(settings):
        if not each.get("suspended_at"):
            token, _ = _made(_itself(settings), each["id"], {})
            provider = http.Provider("github", settings.github_api_url, {"Authorization": f"Bearer {token}"})
            yield from http.pages(provider, "installation/repositories", "repositories", under="repositories", params={"per_page": 100})


def needs(settings):
    """The settings that it still needs."""
    return [name for name in NEEDED if not getattr(settings, name.lower())]


def _itself(settings):
    return http.Provider("github", settings.github_api_url, {"Authorization": f"Bearer {_jwt(settings)}"})


def _fresh(settings, repo):
    provider = _itself(settings)
    installation = http.ask(provider, "GET", f"repos/{repo}/installation", "installation").body["id"]
    return _made(provider, installation, {"repositories": [repo.rpartition("/")[2]]})


def _made(provider, installation, asked):
    """(token, when it ends) of an installation."""
    made = http.ask(provider, "POST", f"app/installations/{int(installation)}/access_tokens", "installation_token", again=True, json=asked).body
    try:
        return made["token"], datetime.fromisoformat(made["expires_at"]).timestamp()
    except (KeyError, ValueError):
        raise Unavailable("provider_no_json", provider="github") from None


def _jwt(settings):
    now = int(time.time())
    try:
        return jwt.encode({"iat": now - SKEW, "exp": now + LASTS, "iss": settings.github_app_id}, _key(settings), algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError):
        raise Invalid("bad_setting", name="GITHUB_APP_PRIVATE_KEY", wanted="a private key as PEM, or the path of a file with one") from None


def _key(settings):
    given = settings.github_app_private_key or ""
    if "-----BEGIN" in given:
        return given.replace("\\n", "\n")  # one line, as `.env` files have it
    try:
        return Path(given).read_text()
    except (OSError, ValueError):
        raise Invalid("bad_setting", name="GITHUB_APP_PRIVATE_KEY", wanted="a private key as PEM, or the path of a file with one") from None
