"""What monitoring tells, as Alerts: the webhooks of Alertmanager (version 4), Grafana and PagerDuty (V3). Pure; every field is another server's word.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config · https://developer.pagerduty.com/docs/webhooks-overview
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gitops.audit import clean
from gitops.errors import Malformed

MOST = 1000        # alerts of one message
LABELS, NAME, VALUE = 64, 128, 1000  # how many, and characters of a name and a value
SUMMARY = 500
LATER = 86400      # seconds that a clock may be ahead of ours
PAGERDUTY = {"incident.triggered": "firing", "incident.reopened": "firing", "incident.unacknowledged": "firing", "incident.escalated": "firing", "incident.acknowledged": "firing", "incident.resolved": "resolved"}
URGENCY = {"high": "critical", "low": "warning"}


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: `fingerprint` is the same for as long as its labels are, `began` tells one time it fired from the next. `status` is firing or resolved."""

    source: str
    fingerprint: str
    status: str
    name: str
    severity: str | None
    summary: str
    labels: Mapping
    url: str | None
    began: float
    ended: float | None

    @property
    def id(self):
        return hashlib.sha256("\0".join((self.source, self.fingerprint, repr(self.began))).encode()).hexdigest()[:24]


def read(source, payload):
    """The Alerts of a message; () for one that tells of none. Malformed names the field."""
    if not isinstance(payload, dict):
        raise Malformed("not_an_object")
    return SOURCES[source](source, payload)


def _alertmanager(source, payload):
    if source == "alertmanager" and payload.get("version") != "4":
        raise _wrong("version")
    alerts = payload.get("alerts")
    if not isinstance(alerts, list) or len(alerts) > MOST:
        raise _wrong("alerts")
    return tuple(_alert(source, each) for each in alerts)


def _alert(source, given):
    if not isinstance(given, dict) or given.get("status") not in ("firing", "resolved"):
        raise _wrong("alerts[].status")
    labels, annotations = _texts(given, "labels"), _texts(given, "annotations")
    name = labels.get("alertname") or "alert"
    said = next((annotations[each] for each in ("summary", "message", "description") if annotations.get(each)), "")
    fingerprint = given.get("fingerprint")
    return Alert(
        source, clean(fingerprint)[:NAME] if isinstance(fingerprint, str) and fingerprint else _fingerprint(labels), given["status"], name[:VALUE], labels.get("severity"), said[:SUMMARY],
        labels, _link(given.get("generatorURL")), _moment(given.get("startsAt"), "alerts[].startsAt"), _moment(given.get("endsAt"), "alerts[].endsAt") if given["status"] == "resolved" else None)


def _pagerduty(source, payload):
    event = payload.get("event")
    if not isinstance(event, dict) or not isinstance(event.get("event_type"), str):
        raise _wrong("event")
    status, data = PAGERDUTY.get(event["event_type"]), event.get("data")
    if status is None:
        return ()  # a ping, a note, a priority
    if not isinstance(data, dict) or not isinstance(data.get("id"), str) or not data["id"]:
        raise _wrong("event.data.id")
    service, urgency = data.get("service"), data.get("urgency")
    labels = {"service": _text(service.get("summary")) if isinstance(service, dict) else "", "urgency": _text(urgency), "incident": _text(data.get("number"))}
    at = _moment(event.get("occurred_at"), "event.occurred_at")
    began = _moment(data.get("created_at"), "event.data.created_at") if data.get("created_at") else at
    title = _text(data.get("title")) or "incident"
    return (Alert(source, clean(data["id"])[:NAME], status, title[:VALUE], URGENCY.get(urgency) if isinstance(urgency, str) else None, title[:SUMMARY], {name: value for name, value in labels.items() if value},
                  _link(data.get("html_url")), began, at if status == "resolved" else None),)


SOURCES = {"alertmanager": _alertmanager, "grafana": _alertmanager, "pagerduty": _pagerduty}


# --- one field ---------------------------------------------------------------------------------------------------------


def _wrong(field):
    return Malformed("webhook_malformed", field=field)


def _text(value):
    return clean(str(value))[:VALUE] if isinstance(value, (str, int, float)) else ""


def _texts(given, field):
    found = given.get(field) or {}
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise _wrong(f"alerts[].{field}")
    return {clean(name)[:NAME]: clean(value)[:VALUE] for name, value in list(found.items())[:LABELS]}


def _fingerprint(labels):
    return hashlib.sha256("\0".join(f"{name}\0{labels[name]}" for name in sorted(labels)).encode()).hexdigest()[:16]


def _link(value):
    return clean(value)[:2000] if isinstance(value, str) and value.startswith(("http://", "https://")) else None


def _moment(value, field):
    """UTC seconds; a moment far ahead, or before there were computers, is no moment."""
    try:
        found = datetime.fromisoformat(value)
        at = found.timestamp() if found.tzinfo else None
    except (TypeError, ValueError, OverflowError):
        at = None
    if at is None or not 0 < at < time.time() + LATER:
        raise _wrong(field)
    return at
