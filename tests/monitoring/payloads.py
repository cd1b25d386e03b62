"""Messages as monitoring sends them: Alertmanager's from its documentation (webhook_config, version 4), Grafana's and PagerDuty's from theirs."""

import copy
import hashlib
import hmac
import itertools
import json
from datetime import UTC, datetime

import requests

SECRET, OTHER = "alerts-s3cret-0123456789", "pagerduty-s3cret-0123456789"
COUNT = itertools.count(1)
ALERT = {"status": "firing", "labels": {"alertname": "HighErrorRate", "severity": "critical", "namespace": "staging", "pod": "web-6d4cf56db6-bcdfg", "job": "kube-state-metrics"},
         "annotations": {"summary": "One request in ten fails", "runbook_url": "https://runbooks.example.org/errors"}, "startsAt": "2018-08-03T09:52:26.739266876+02:00",
         "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://simon-laptop:9090/graph?g0.expr=go_memstats_alloc_bytes+%3E+0", "fingerprint": "f3bd6b5e3b1a5b0d"}
MESSAGE = {"receiver": "webhook", "status": "firing", "groupLabels": {"alertname": "HighErrorRate"}, "commonLabels": {"alertname": "HighErrorRate"}, "commonAnnotations": {},
           "externalURL": "http://simon-laptop:9093", "version": "4", "groupKey": "{}:{alertname=\"HighErrorRate\"}", "truncatedAlerts": 0}
INCIDENT = {"event": {"id": "5ac64822-4adc-4fda-ade0-410becf0de4f", "event_type": "incident.triggered", "resource_type": "incident", "occurred_at": "2020-10-02T18:45:22.169Z",
                      "agent": {"html_url": "https://acme.pagerduty.com/users/PLH1HKV", "id": "PLH1HKV", "type": "user_reference"}, "client": {"name": "PagerDuty"},
                      "data": {"id": "PGR0VU2", "type": "incident", "self": "https://api.pagerduty.com/incidents/PGR0VU2", "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2", "number": 2,
                               "status": "triggered", "incident_key": "d3640fbd41094207a1c11e58e46b1662", "created_at": "2020-04-09T15:16:27Z", "title": "A little bump in the road",
                               "service": {"html_url": "https://acme.pagerduty.com/services/PF9KMXH", "id": "PF9KMXH", "summary": "API Service", "type": "service_reference"}, "urgency": "high"}}}


def alert(status="firing", summary=None, **labels):
    """One of its own: another fingerprint, begun now."""
    found = copy.deepcopy(ALERT) | {"status": status, "startsAt": now(), "fingerprint": f"{next(COUNT):016x}"}
    if status == "resolved":
        found["endsAt"] = now()
    if summary is not None:
        found["annotations"]["summary"] = summary
    found["labels"] = {name: value for name, value in (found["labels"] | labels).items() if value is not None}
    return found


def over(found):
    """The same, resolved."""
    return found | {"status": "resolved", "endsAt": now()}


def now():
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def message(*alerts, **more):
    return MESSAGE | {"alerts": list(alerts)} | more


def send(url, payload, path="", **headers):
    """As Alertmanager posts it; `headers` replace its own, None leaves one out."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    given = {"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(f"{url}/api/v1/alerts/webhook{path}", data=data, headers={name: value for name, value in given.items() if value is not None}, timeout=20)


def signed(data, secret=SECRET):
    return hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()
