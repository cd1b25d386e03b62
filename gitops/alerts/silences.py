"""Silences at Alertmanager, by its API v2: an alert is not notified of for a while. https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml"""

import time
from datetime import UTC, datetime

from gitops.errors import Invalid, NotFound
from gitops.outside import http

SECONDS = 10


def add(settings, labels, seconds, by, why):
    """(the id of a silence of exactly these labels, until when)."""
    now = time.time()
    body = {"matchers": [{"name": name, "value": value, "isRegex": False, "isEqual": True} for name, value in labels.items()], "startsAt": _stamp(now), "endsAt": _stamp(now + seconds), "createdBy": by, "comment": why}
    found = http.ask(provider(settings), "POST", "api/v2/silences", "silence", json=body).body
    if not isinstance(found, dict) or not isinstance(found.get("silenceID"), str):
        raise Invalid("alertmanager_odd")
    return found["silenceID"], now + seconds


def end(settings, id):
    """End a silence; one that is over already is over."""
    try:
        http.ask(provider(settings), "DELETE", f"api/v2/silence/{id}", "unsilence", parse=False)
    except NotFound:
        return


def status(settings):
    """What version answers."""
    found = http.ask(provider(settings), "GET", "api/v2/status", "status").body
    if not isinstance(found, dict) or not isinstance(found.get("versionInfo"), dict):
        raise Invalid("alertmanager_odd")
    return f"version {str(found['versionInfo'].get('version'))[:40]} answers"


def provider(settings):
    """Invalid names the setting that is missing."""
    if not settings.alertmanager_url:
        raise Invalid("not_configured", what="Alertmanager", setting="ALERTMANAGER_URL")
    return http.Provider("alertmanager", settings.alertmanager_url, *http.credential(settings.alertmanager_token), timeout=SECONDS, patience=SECONDS, largest=1 << 20)


def _stamp(at):
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
