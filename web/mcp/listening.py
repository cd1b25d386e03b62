"""Streams of what changes (`subscriptions/listen`): addresses of resources whose content is another now. A stream ends when the right to it does.

Must not say what changed: whoever may read it reads it.
"""

import queue
import re
import threading

from mcp import types
from mcp.shared.subscriptions import SUBSCRIPTION_ID_META_KEY, ResourceUpdated, event_to_notification

from gitops import policy
from gitops.errors import RateLimited
from gitops.verbs.shapes import LABEL
from web import reads
from web.context import broadcaster
from web.mcp.calling import in_thread

NAME = "subscriptions/listen"
AGAIN = 2    # seconds after which the right is looked up again
MOST = 32    # streams of one process: each holds a thread
OWN = 4      # streams of one person
WATCHED = re.compile(rf"klepaas://(?:apps|history|diff)/(?P<environment>{LABEL})/(?P<app>{LABEL})")
OPEN, LOCK = [], threading.Lock()


async def listen(app, who, context, params):
    """Acknowledge what may be watched, then tell of it until the client goes, lags behind, or may no more."""
    actor, mine = await in_thread(app, who, NAME, _opened)
    try:
        wanted = _watched(actor, params.notifications.resource_subscriptions or ())
        meta = {SUBSCRIPTION_ID_META_KEY: context.request_id}
        await _send(context, types.SubscriptionsAcknowledgedNotification(params=types.SubscriptionsAcknowledgedNotificationParams(
            notifications=types.SubscriptionFilter(resource_subscriptions=wanted or None), _meta=meta)))
        while (uris := await in_thread(app, who, NAME, lambda found: _next(found, mine, wanted))) is not None:
            for uri in uris:
                await _send(context, event_to_notification(ResourceUpdated(uri), meta))
        return types.SubscriptionsListenResult(_meta=meta)
    finally:
        _closed(app, actor, mine)


async def _send(context, notification):
    await context.session.send_notification(notification, related_request_id=context.request_id)


def _opened(actor):
    with LOCK:
        if len(OPEN) >= MOST or OPEN.count(actor.email) >= OWN:
            raise RateLimited("too_many_streams", most=OWN, retry_after=AGAIN)
        OPEN.append(actor.email)
    return actor, broadcaster().open()


def _closed(app, actor, mine):
    with LOCK:
        OPEN.remove(actor.email)
    with app.app_context():
        broadcaster().close(mine)


def _watched(actor, uris):
    """Those of the addresses that are of something this actor may read."""
    return [uri for uri in uris if uri == "klepaas://apps" or (found := WATCHED.fullmatch(uri)) and policy.holds(actor.scopes, "k8s:read", found["environment"])]


def _next(actor, mine, wanted):
    """Addresses of what changed, soon; none where nothing did; None where the stream is over."""
    if _watched(actor, wanted) != wanted:
        return None
    try:
        event = mine.get(timeout=AGAIN)
    except queue.Empty:
        return []
    if event is None:
        return None
    return [uri for uri in _changed(event) if uri in wanted] if reads.may_see(actor, event) else []


def _changed(event):
    if event.app is None or event.environment is None:
        return ("klepaas://apps",)
    return ("klepaas://apps", *(f"klepaas://{kind}/{event.environment}/{event.app}" for kind in ("apps", "history", "diff")))
