"""Webhooks: what forges and pipelines tell, proven by a signature over the raw body instead of a sign-in.

Answered at once: kept in the ledger, worked on afterwards (gitops/cicd) by a thread of this process. Nothing is read of a body
before its length, and nothing is understood of it before its signature was seen to be right.
"""

import hashlib
import hmac
import ipaddress
import logging
import re
import threading
import time
from urllib.parse import parse_qs

import orjson
from flask import Blueprint, current_app, request

from gitops.cicd import facts, work
from gitops.errors import Forbidden, KlepaasError, Malformed, Unauthorized
from gitops.origin import CURRENT
from gitops.verbs import Argument
from web.context import services
from web.people import attempts, identity, origins
from web.rest import body, pages, shown
from web.rest.api import answer
from web.rest.described import says

log = logging.getLogger(__name__)
blueprint = Blueprint("hooks", __name__, url_prefix="/api/v1/cicd")
LARGEST = 1 << 20    # bytes of a body; hundreds of commits in one push
LOOK = 15            # seconds between looks for deliveries that another process left
MINUTES = 5          # a callback's timestamp may be off
KEPT = shown.thing(status={"enum": ["accepted", "ignored", "seen before"]}, delivery=shown.TEXT)
DELIVERY = re.compile(r"[A-Za-z0-9-]{1,64}")


class Worker:
    """Works on deliveries: on those that come here at once, on what others left when it is due."""

    def __init__(self, services):
        self.services, self.woken = services, threading.Event()
        threading.Thread(target=self._run, name="deliveries", daemon=True).start()

    def _run(self):
        while True:
            self.woken.wait(LOOK)
            self.woken.clear()
            try:
                work.waiting(self.services)
            except KlepaasError as error:
                log.warning("deliveries: %s", error)
            except Exception:  # the next delivery may be another story
                log.exception("deliveries")


def install(app, opened):
    app.extensions["klepaas-deliveries"] = Worker(opened)


@blueprint.post("/webhook")
@says("GITHUB_WEBHOOK_SECRET으로 서명된 GitHub와 Gitea의 웹훅: 202 접수, 200 ping·변화 없음·재전송.", body="Webhook", answers={200: KEPT, 202: KEPT})
def webhook():
    """Webhooks of GitHub and Gitea, signed with GITHUB_WEBHOOK_SECRET: 202 accepted, 200 for a ping, for what changes nothing and for a replay."""
    data = proven("GITHUB_WEBHOOK_SECRET", _forge_signature)
    event, id = _header("Event"), _header("Delivery")
    if not DELIVERY.fullmatch(id):
        raise Malformed("webhook_no_delivery")
    return _kept(id, data, facts.read(event, _json(data)))


@blueprint.post("/staging-webhook")
@says("파이프라인의 콜백. 본문과 시각을 STAGING_WEBHOOK_SECRET으로 서명합니다.", body="Webhook", answers={200: KEPT, 202: KEPT})
def staging():
    """A pipeline's callback, signed with STAGING_WEBHOOK_SECRET over body and timestamp: `{app or repository, version, commit?, status?}`."""
    data = proven("STAGING_WEBHOOK_SECRET", _callback_signature)
    id = hashlib.sha256(b"callback" + data + request.headers["X-Signature-Timestamp"].encode()).hexdigest()
    return _kept(id, data + request.headers["X-Signature-Timestamp"].encode(), facts.callback(_json(data)))


@blueprint.get("/deliveries")
@says("포지와 파이프라인이 알린 것과 그 결과를 최신순으로 봅니다.", Argument("repository", ("of one repository", "저장소 하나"), max_length=300), *pages.by(), answers=shown.page(shown.DELIVERY))
def deliveries(repository, limit, cursor):
    """What forges and pipelines told, newest first, and what became of it."""
    identity.need("admin:read")
    found = services().ledger.deliveries(repository, limit + 1, pages.at(cursor))
    return answer(pages.page(found, limit, lambda each: (each["received"], each["id"])))


def _kept(id, data, found):
    attempts.tell(delivery=id, repository=found and found.repository)
    if found is None:
        return answer({"status": "ignored", "delivery": id})
    if not work.keep(services(), id, hashlib.sha256(data).hexdigest(), found):
        return answer({"status": "seen before", "delivery": id})
    current_app.extensions["klepaas-deliveries"].woken.set()
    return answer({"status": "accepted", "delivery": id}, 202)


# --- who sent it -----------------------------------------------------------------------------------------------------


def proven(name, signed):
    """The raw body, if it comes from where it may and `signed(secret, body)`."""
    _from_allowed_network(services().settings.webhook_networks)
    secret = getattr(services().settings, name.lower())
    if not secret:
        raise Unauthorized("webhook_no_secret", name=name)
    request.max_content_length = LARGEST  # a longer one is refused unread
    data = body.whole()
    if not signed(secret.encode(), data):
        raise Unauthorized("webhook_signature")
    return data


def _from_allowed_network(given):
    """The address that connected counts, or whom a proxy of ours passed on: other headers are anybody's word."""
    allowed = networks(given)
    if allowed and not any(ipaddress.ip_address(CURRENT.get().address or "0.0.0.0") in each for each in allowed):
        raise Forbidden("webhook_network")


def networks(given):
    """The networks of the setting; Invalid where it is malformed."""
    return origins.networks(given, "WEBHOOK_NETWORKS")


def _forge_signature(secret, data):
    """GitHub's header, which Gitea sends too beside its own."""
    given = request.headers.get("X-Hub-Signature-256") or f"sha256={request.headers.get('X-Gitea-Signature', '')}"
    return _same(given, secret, data)


def _callback_signature(secret, data):
    """Over the body and the timestamp after it, in milliseconds."""
    stamp = request.headers.get("X-Signature-Timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16 and abs(time.time() - int(stamp) / 1000) <= MINUTES * 60):
        raise Unauthorized("webhook_stale", minutes=MINUTES)
    return _same(request.headers.get("X-Signature", ""), secret, data + stamp.encode())


def _same(given, secret, data):
    return hmac.compare_digest(given.encode(), b"sha256=" + hmac.new(secret, data, hashlib.sha256).hexdigest().encode())


# --- what it says ----------------------------------------------------------------------------------------------------


def _header(name):
    return request.headers.get(f"X-GitHub-{name}") or request.headers.get(f"X-Gitea-{name}", "")


def _json(data):
    """The payload; GitHub sends it as a form where nobody chose otherwise."""
    if request.mimetype == "application/x-www-form-urlencoded":
        data = next(iter(parse_qs(data.decode("utf-8", "replace"), max_num_fields=4).get("payload", [])), "").encode()
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Malformed("bad_json", detail=str(error)) from None
