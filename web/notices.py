"""Notifications, looked at: what waits, was sent or is dead in each channel; sent again, or tried with a test message. Must not send: that is the post's."""

import time

from flask import Blueprint, g, request

from gitops.contract.notify import CHANNEL
from gitops.errors import Invalid, NotFound
from gitops.notices import news, words
from web import attempts, body
from web.api import answer, number
from web.context import services
from web.errors import language

blueprint = Blueprint("notices", __name__, url_prefix="/api/v1/notifications")
STATUSES = ("waiting", "sent", "dead")


@blueprint.get("")
def listed():
    """Messages, newest first, and how many each channel has: `status` waiting, sent or dead, `channel`, `cursor`, `limit`."""
    status = request.args.get("status")
    if status not in (None, *STATUSES):
        raise Invalid("bad_argument", argument="status", value=status[:64], wanted=" or ".join(STATUSES))
    limit = number("limit", 50, 1, 200)
    items = services().ledger.notices.listed(status, request.args.get("channel"), number("cursor", 0, 0, 2**63 - 1) or None, limit + 1)
    return answer({"items": [_shown(each) for each in items[:limit]], "next": str(items[limit - 1]["id"]) if len(items) > limit else None, "channels": _channels()})


@blueprint.post("/again")
def again():
    """Send dead messages again: `{id}` one, `{channel}` those of a channel, `{}` all of them. They wait behind what waits already."""
    asked = body.only(body.json_object(), "id", "channel")
    id, channel = asked.get("id"), body.text(asked, "channel")
    if id is not None and (type(id) is not int or not 0 < id < 2**63):
        raise Invalid("bad_field", field="id", wanted="the id of a message")
    count = services().ledger.notices.again(id, channel)
    if id is not None and not count:
        raise NotFound("no_such_notice", notice=id)
    attempts.tell(**{name: value for name, value in {"id": id, "channel": channel}.items() if value is not None}, count=count)
    return answer({"waiting": count})


@blueprint.post("/test")
def tested():
    """Send a test message to a channel: `{channel}`. Its row says what became of it."""
    asked = body.only(body.json_object(), "channel")
    channel = body.text(asked, "channel", required=True)
    if not CHANNEL.fullmatch(channel):
        raise Invalid("bad_field", field="channel", wanted="the name of a channel, or #channel of the Slack app")
    attempts.tell(channel=channel)
    services().ledger.notices.keep([(channel, language(), None, 0, [news.test(g.actor.name, time.time())])])
    return answer({"status": "accepted"}, 202)


def _channels():
    """Those that klepaas.yaml names, and those that have messages."""
    counts = services().ledger.notices.counts()
    named = {channel for route in services().head()[1].config.notify.routes for channel in route.channels} if services().repo.head() else set()
    return [{"channel": each, "routed": each in named, **{status: counts.get(each, {}).get(status, 0) for status in STATUSES}} for each in sorted({*counts, *named})]


def _shown(row):
    first = row["news"][0]
    return {name: row[name] for name in ("id", "channel", "language", "count", "status", "attempts", "error", "due", "later", "created", "settled")} | {
        "kind": first["kind"], "environment": first["environment"], "title": words.title(first["kind"], language(), row["news"], row["count"])}
