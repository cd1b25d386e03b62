"""PagerDuty: what matters is an alert of Events v2, what ends it resolves it, and what was only changed is a change event. Each piece of news is one.

The same is sent under the same key, so that a message which comes twice is one incident. Must not open an incident for what is only information.
"""

from datetime import UTC, datetime

from gitops.errors import Unavailable
from gitops.notices.channels import shapes
from gitops.outside import http
from gitops.outside.refusals import about

KEYS = {"routing_key": shapes.secret, "api": shapes.url}
API = "https://events.pagerduty.com"
ENDS = {"deployment.succeeded": "deployment", "alert.resolved": "alert"}
SEVERITY = {"info": "info", "warning": "warning", "critical": "critical"}
OWN = "pagerduty"  # whose incidents come to us as alerts: told back they would be incidents for ever
LONGEST = 1024  # characters of a summary


def check(given):
    shapes.needs(given, "routing_key")


def send(place, message):
    api = place.get("api", API)
    provider = shapes.provider(place, api, secrets=(place.get("routing_key"),))
    for news in (each for each in message.news if each["facts"].get("source") != OWN):
        path, body = event(message, news)
        answer = http.ask(provider, "POST", f"{api.rstrip('/')}{path}", "notify", again=False, json={"routing_key": place.get("routing_key"), **body}, headers={"X-Klepaas-Delivery": message.id})
        if not isinstance(answer.body, dict) or answer.body.get("status") != "success":
            raise Unavailable("channel_no_acknowledgement", **about(provider, "notify", "internal"))


def event(message, news):
    """(path, body) of one piece of news."""
    summary = (message.title if message.count == 1 else " ".join(filter(None, [message.title, news["app"]])))[:LONGEST]
    at = datetime.fromtimestamp(news["at"], UTC).isoformat()
    links = [{"href": message.url, "text": "K-Le-PaaS"}] if message.url else []
    payload = {"summary": summary, "source": "/".join(filter(None, [news["environment"], news["app"]])) or "klepaas", "timestamp": at, "custom_details": {"kind": news["kind"], **news["facts"]}}
    ends = news["kind"] in ENDS
    if news["severity"] == "info" and not ends:
        return "/v2/change/enqueue", {"payload": payload, "links": links}
    payload |= {"severity": SEVERITY[news["severity"]], "component": news["app"] or "", "group": news["environment"] or "", "class": news["kind"]}
    return "/v2/enqueue", {"event_action": "resolve" if ends else "trigger", "dedup_key": key(news), "payload": payload, "links": links, "client": "K-Le-PaaS"}


def key(news):
    """One incident: the deployment of an app in an environment, an alert by its fingerprint, else each by itself."""
    group = news["kind"].partition(".")[0]
    one = news["facts"].get("fingerprint") if group == "alert" else "" if group == "deployment" else news["kind"]
    return f"klepaas/{news['environment'] or '-'}/{news['app'] or '-'}/{group}/{one or ''}"[:255]
