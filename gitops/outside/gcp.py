"""Google Cloud: short-lived tokens and requests of its services. The owner of google-auth here, whose own requests go through gitops/outside/http too.

A token is that of a service account: of a key file, else of the metadata server, which knows the one that a pod runs as (workload identity).
"""

import threading
from urllib.parse import urlsplit

from gitops.errors import Invalid, Unavailable
from gitops.outside import http
from gitops.outside.refusals import about

NEEDED = ("GCP_PROJECT",)
SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
REGISTRY_USER = "oauth2accesstoken"
_TOKENS = http.Provider("google token", "")
_kept, _guard = {}, threading.Lock()


def needs(settings):
    """The settings that are missing before it can be used."""
    return [name for name in NEEDED if not getattr(settings, name.lower())]


def status(settings):
    """That a token is to be had and Cloud Build answers it."""
    ask(settings, "cloudbuild", "GET", f"v1/{place(settings)}/triggers", "status", params={"pageSize": 1})
    return "answers"


def place(settings):
    return f"projects/{settings.gcp_project}/locations/{settings.gcp_location}"


def login(settings):
    """(user, password) at Artifact Registry, or None where it is not configured."""
    return None if needs(settings) else (REGISTRY_USER, token(settings.google_application_credentials))


def ask(settings, service, method, path, operation, **more):
    """The object that a service answers."""
    missing = needs(settings)
    if missing:
        raise Invalid("not_configured", what="Google Cloud", setting=", ".join(missing))
    provider = http.Provider(f"google {service}", http.of_service(settings, "GCP_API_URL", service), {"Authorization": f"Bearer {token(settings.google_application_credentials)}"})
    body = http.ask(provider, method, path, operation, **more).body
    if not isinstance(body, dict):
        raise Unavailable("provider_no_json", **about(provider, operation, "internal"))
    return body


def token(file=None):
    """An access token, kept until it nears its end. Invalid without google-auth, with a file that is no key, or when Google refuses it."""
    with _guard:
        found = _kept.get(file)
    if found is None or found.token_state.name != "FRESH":
        found = _refreshed(file)
        with _guard:
            _kept[file] = found
    return found.token


def _refreshed(file):
    try:
        from google.auth import compute_engine, exceptions
        from google.oauth2 import service_account
    except ImportError:
        raise Invalid("google_no_package") from None
    try:
        made = service_account.Credentials.from_service_account_file(file, scopes=SCOPES) if file else compute_engine.Credentials(scopes=SCOPES)
    except (OSError, ValueError, KeyError, TypeError):  # google-auth's own errors of a file are ValueErrors
        raise Invalid("bad_setting", name="GOOGLE_APPLICATION_CREDENTIALS", wanted="the path of a service account's key as JSON") from None
    try:
        made.refresh(_transport)
    except exceptions.GoogleAuthError as error:
        raise Invalid("google_refused", **about(_TOKENS, "token", "unauthorized"), detail=str(error)[:200]) from None
    return made


class _Said:
    """What google-auth reads of an answer."""

    def __init__(self, answer):
        self.status, self.headers, self.data = answer.status, answer.headers, answer.body


def _transport(url, method="GET", body=None, headers=None, timeout=None, **more):
    parts = urlsplit(url)
    provider = http.Provider(_TOKENS.name, f"{parts.scheme}://{parts.netloc}", secrets=(body.decode() if isinstance(body, bytes) else body,) if body else ())
    return _Said(http.ask(provider, method, url, "token", again=True, parse=False, also=(400, 401, 403, 404), data=body, headers=headers or {}))
