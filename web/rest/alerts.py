"""Alerts: what monitoring tells by webhooks, and what people do about it. A rollback is previewed and confirmed like any other; here only the commit is named."""

import hashlib
import hmac

import orjson
from flask import Blueprint, g, request

from gitops import policy
from gitops.alerts import healthy, silences, taking
from gitops.errors import Conflict, Forbidden, Invalid, KlepaasError, Malformed
from gitops.promql import seconds
from gitops.verbs import Argument
from web import errors
from web.context import services
from web.people import attempts
from web.rest import hooks, pages, shown
from web.rest.api import answer, see
from web.rest.described import APP, ENVIRONMENT, says

blueprint = Blueprint("alerts", __name__, url_prefix="/api/v1/alerts")
STATUS = Argument("status", ("of these alone", "이 상태만"), choices=("firing", "resolved", "all"), default="firing")
SILENCE = (Argument("duration", ("for how long, as 2h", "얼마 동안, 예: 2h"), required=True, pattern="[1-9][0-9]{0,4}[smhd]"), Argument("comment", ("why", "이유")))
TEXTS = ("id", "source", "fingerprint", "status", "name")
ALERT = shown.thing(**dict.fromkeys(TEXTS, shown.TEXT), **dict.fromkeys(("app", "environment", "severity", "summary", "url", "acknowledged_by", "silence", "silenced_by"), shown.MAYBE),
                    **dict.fromkeys(("began", "ended", "heard", "seen", "acknowledged", "silenced_until"), shown.PERHAPS), labels=shown.OBJECT, answered=shown.maybe(shown.OBJECT))
TAKEN = {"body": "Webhook", "answers": shown.thing(status={"const": "accepted"}, alerts=shown.COUNT, moved=shown.COUNT)}
DONE = {"answers": shown.thing(alert=ALERT), "errors": (409, 504)}
LONGEST = 30 * 86400  # seconds of a silence
WORDS = 500


@blueprint.post("/webhook")
@says("Alertmanager의 웹훅(버전 4). ALERTS_WEBHOOK_SECRET을 베어러 토큰으로 보내거나 본문을 서명합니다.", **TAKEN)
def webhook():
    """Alertmanager's webhook (version 4), with ALERTS_WEBHOOK_SECRET as a bearer token, or `X-Signature: sha256=` of the body signed with it."""
    return _taken("alertmanager", "ALERTS_WEBHOOK_SECRET", _token_or_signature)


@blueprint.post("/webhook/grafana")
@says("Grafana의 웹훅. ALERTS_WEBHOOK_SECRET을 베어러 토큰으로 보내거나 서명합니다.", **TAKEN)
def grafana():
    """Grafana's webhook contact point, with ALERTS_WEBHOOK_SECRET as a bearer token, or signed with it (`X-Grafana-Alerting-Signature`)."""
    return _taken("grafana", "ALERTS_WEBHOOK_SECRET", _token_or_signature)


@blueprint.post("/webhook/pagerduty")
@says("PAGERDUTY_WEBHOOK_SECRET으로 서명된 PagerDuty의 웹훅(V3).", **TAKEN)
def pagerduty():
    """PagerDuty's webhook (V3), signed with PAGERDUTY_WEBHOOK_SECRET."""
    return _taken("pagerduty", "PAGERDUTY_WEBHOOK_SECRET", _pagerduty_signature)


@blueprint.get("")
@says("경보를 최신순으로 봅니다. 환경이 없는 것은 모든 환경을 볼 수 있는 사람에게만 보입니다.", STATUS, APP, ENVIRONMENT, *pages.by(200), answers=shown.page(ALERT), errors=(404,))
def listed(status, app, environment, limit, cursor):
    """Alerts, newest first: `status` firing (the default), resolved or all; `app`, `environment`. Those that belong to no environment are for whom every environment is."""
    see(environment)
    found = services().ledger.alerts.list(None if status == "all" else status, app, environment, limit + 1, policy.places(g.actor.scopes, "k8s:read"), pages.at(cursor))
    return answer(pages.page(found, limit, lambda each: (each["began"], each["id"])))


@blueprint.get("/<id>")
@says("경보 하나와, 그 때문에 롤백하면 돌아갈 커밋 또는 없는 까닭.", answers=shown.thing(alert=ALERT, rollback=shown.thing(commit=shown.MAYBE, reason=shown.MAYBE)), errors=(409, 504))
def one(id):
    """An alert, and the commit that a rollback because of it goes back to, or why there is none."""
    found = _held(id, "k8s:read")
    try:
        back = {"commit": healthy.wanted(services(), found), "reason": None}
    except KlepaasError as error:
        back = {"commit": None, "reason": error.text(errors.language())}
    return answer({"alert": found, "rollback": back})


@blueprint.post("/<id>/acknowledge")
@says("경보를 보고 있다고 알립니다. 더는 저절로 대응하지 않습니다.", **DONE)
def acknowledged(id):
    """Say that one looks at an alert; it is not answered by itself any more."""
    _held(id, "deploy:execute")
    attempts.tell(alert=id)
    return answer({"alert": services().ledger.alerts.acknowledge(id, g.actor.name)})


@blueprint.post("/<id>/silence")
@says("경보를 Alertmanager에서 정확히 그 라벨로 그 시간 동안 조용히 합니다.", body=SILENCE, **DONE)
def silenced(id, asked):
    """Silence an alert at Alertmanager: `{duration, comment?}`, as 2h: exactly its labels, for as long."""
    duration, comment = asked["duration"], asked["comment"] or ""
    if seconds(duration) > LONGEST:
        raise Invalid("bad_field", field="duration", wanted="a time such as 2h, 30d at most")
    found = _firing(id)
    attempts.tell(alert=id, duration=duration)
    silence, until = silences.add(services().settings, found["labels"], seconds(duration), g.actor.email, comment[:WORDS] or f"K-Le-PaaS: {g.actor.name}")
    return answer({"alert": services().ledger.alerts.silenced(id, silence, until, g.actor.name)})


@blueprint.delete("/<id>/silence")
@says("여기서 조용히 한 것을 끝냅니다.", **DONE)
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
