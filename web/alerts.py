"""Alerts: what monitoring tells by webhooks, and what people do about it. A rollback is previewed and confirmed like any other; here only the commit is named."""

import hashlib
import hmac
import re

import orjson
from flask import Blueprint, g, request

from gitops import policy
from gitops.alerts import healthy, silences, taking
from gitops.errors import Conflict, Forbidden, Invalid, KlepaasError, Malformed
from gitops.promql import seconds
from web import attempts, body, errors, hooks
from web.api import answer, number, see
from web.context import services

blueprint = Blueprint("alerts", __name__, url_prefix="/api/v1/alerts")
STATUS = ("firing", "resolved")
DURATION = re.compile(r"[1-9][0-9]{0,4}[smhd]")
LONGEST = 30 * 86400  # seconds of a silence
WORDS = 500


@blueprint.post("/webhook")
def webhook():
    """Alertmanager's webhook (version 4), with ALERTS_WEBHOOK_SECRET as a bearer token, or `X-Signature: sha256=` of the body signed with it."""
    return _taken("alertmanager", "ALERTS_WEBHOOK_SECRET", _token_or_signature)


@blueprint.post("/webhook/grafana")
def grafana():
    """Grafana's webhook contact point, with ALERTS_WEBHOOK_SECRET as a bearer token, or signed with it (`X-Grafana-Alerting-Signature`)."""
    return _taken("grafana", "ALERTS_WEBHOOK_SECRET", _token_or_signature)


@blueprint.post("/webhook/pagerduty")
def pagerduty():
    """PagerDuty's webhook (V3), signed with PAGERDUTY_WEBHOOK_SECRET."""
    return _taken("pagerduty", "PAGERDUTY_WEBHOOK_SECRET", _pagerduty_signature)


@blueprint.get("")
def listed():
    """Alerts, newest first: `status` firing (the default), resolved or all; `app`, `environment`, `limit`. Those that belong to no environment are for whom every environment is."""
    status = request.args.get("status", "firing")
    if status not in (*STATUS, "all"):
        raise Invalid("bad_argument", argument="status", value=status[:64], wanted=", ".join((*STATUS, "all")))
    see(request.args.get("environment"))
    found = services().ledger.alerts.list(None if status == "all" else status, request.args.get("app"), request.args.get("environment"), number("limit", 200, 1, 500))
    return answer({"items": [each for each in found if _may("k8s:read", each)]})


@blueprint.get("/<id>")
def one(id):
    """An alert, and the commit that a rollback because of it goes back to, or why there is none."""
    found = _held(id, "k8s:read")
    try:
        back = {"commit": healthy.wanted(services(), found), "reason": None}
    except KlepaasError as error:
        back = {"commit": None, "reason": error.text(errors.language())}
    return answer({"alert": found, "rollback": back})


@blueprint.post("/<id>/acknowledge")
def acknowledged(id):
    """Say that one looks at an alert; it is not answered by itself any more."""
    body.only(body.json_object())
    _held(id, "deploy:execute")
    attempts.tell(alert=id)
    return answer({"alert": services().ledger.alerts.acknowledge(id, g.actor.name)})


@blueprint.post("/<id>/silence")
def silenced(id):
    """Silence an alert at Alertmanager: `{duration, comment?}`, as 2h: exactly its labels, for as long."""
    asked = body.only(body.json_object(), "duration", "comment")
    duration, comment = body.text(asked, "duration", required=True), body.text(asked, "comment") or ""
    if not DURATION.fullmatch(duration) or seconds(duration) > LONGEST:
        raise Invalid("bad_field", field="duration", wanted="a time such as 2h, 30d at most")
    found = _firing(id)
    attempts.tell(alert=id, duration=duration)
    silence, until = silences.add(services().settings, found["labels"], seconds(duration), g.actor.email, comment[:WORDS] or f"K-Le-PaaS: {g.actor.name}")
    return answer({"alert": services().ledger.alerts.silenced(id, silence, until, g.actor.name)})


@blueprint.delete("/<id>/silence")
def unsilenced(id):
    """End the silence that was made here."""
    found = _firing(id)
    attempts.tell(alert=id)
    if found["silence"]:
        silences.end(services().settings, found["silence"])
    return answer({"alert": services().ledger.alerts.silenced(id, None, None, None)})


# --- who may -----------------------------------------------------------------------------------------------------------


def _may(scope, alert):
    """What belongs to no environment concerns the whole installation."""
    return policy.holds(g.actor.scopes, scope, alert["environment"]) if alert["environment"] else policy.everywhere(g.actor.scopes, scope)


def _held(id, scope):
    found = services().ledger.alerts.one(id)
    if not _may(scope, found):
        raise Forbidden("missing_scope", scope=scope, environment=found["environment"] or "*")
    return found


def _firing(id):
    found = _held(id, "deploy:execute")
    if found["status"] != "firing":
        raise Conflict("alert_not_firing")
    if found["source"] != "alertmanager":
        raise Invalid("alert_no_silence", source=found["source"])
    return found


# --- who sent it ---------------------------------------------------------------------------------------------------------


def _taken(source, setting, signed):
    data = hooks.proven(setting, signed)
    try:
        payload = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Malformed("bad_json", detail=str(error)) from None
    alerts, moved = taking.take(services(), source, payload)
    attempts.tell(source=source, alerts=alerts, moved=moved)
    return answer({"status": "accepted", "alerts": alerts, "moved": moved})


def _token_or_signature(secret, data):
    signature = hmac.new(secret, data, hashlib.sha256).hexdigest().encode()
    token = request.headers.get("Authorization", "").encode()
    given = (request.headers.get("X-Signature", "").encode(), b"sha256=" + signature), (request.headers.get("X-Grafana-Alerting-Signature", "").encode(), signature), (token, b"Bearer " + secret)
    return any([hmac.compare_digest(*each) for each in given])  # all three, whichever is right


def _pagerduty_signature(secret, data):
    """Several while its secret changes."""
    wanted = b"v1=" + hmac.new(secret, data, hashlib.sha256).hexdigest().encode()
    return any([hmac.compare_digest(each.strip().encode(), wanted) for each in request.headers.get("X-PagerDuty-Signature", "").split(",")[:8]])
