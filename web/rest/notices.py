"""Notifications, looked at: what waits, was sent or is dead in each channel; sent again, or tried with a test message. Must not send: that is the post's."""

import time

from flask import Blueprint, g

from gitops.contract.notify import CHANNEL
from gitops.errors import NotFound
from gitops.notices import news, words
from gitops.verbs import Argument
from web.context import services
from web.errors import language
from web.people import attempts
from web.rest import pages, shown
from web.rest.api import answer
from web.rest.described import says

blueprint = Blueprint("notices", __name__, url_prefix="/api/v1/notifications")
STATUSES = ("waiting", "sent", "dead")


CHANNELS = shown.many(shown.thing(channel=shown.TEXT, routed=shown.FLAG, **dict.fromkeys(STATUSES, shown.COUNT)))
NOTICE = shown.thing(id=shown.WHOLE, channel=shown.TEXT, language=shown.TEXT, count=shown.COUNT, status=shown.TEXT, attempts=shown.COUNT, error=shown.MAYBE, due=shown.PERHAPS, later=shown.PERHAPS,
                     created=shown.MOMENT, settled=shown.PERHAPS, kind=shown.TEXT, environment=shown.MAYBE, title=shown.TEXT)
MEANT = (Argument("id", ("one message", "메시지 하나"), "integer", minimum=1, maximum=2**63 - 1), Argument("channel", ("those of a channel", "채널 하나의 것")))
TRIED = (Argument("channel", ("name of a channel, or #channel of the Slack app", "채널 이름 또는 Slack 앱의 #채널"), required=True, pattern=CHANNEL.pattern),)


@blueprint.get("")
@says("메시지를 최신순으로, 그리고 채널마다 몇 개인지.", Argument("status", ("of these alone", "이 상태만"), choices=STATUSES), Argument("channel", ("of one channel", "채널 하나"), max_length=100), *pages.by(50, 200),
      answers=shown.page(NOTICE, channels=CHANNELS))
def listed(status, channel, limit, cursor):
    """Messages, newest first, and how many each channel has: `status` waiting, sent or dead, `channel`, `cursor`, `limit`."""
    found = services().ledger.notices.listed(status, channel, (pages.at(cursor) or (None,))[0], limit + 1)
    return answer(pages.page(found, limit, lambda each: (each["id"],), _shown) | {"channels": _channels()})


@blueprint.post("/again")
@says("전달하지 못한 메시지를 다시 보냅니다. 기다리는 것들 뒤에 섭니다.", body=MEANT, answers=shown.thing(waiting=shown.COUNT), errors=(404,))
def again(asked):
    """Send dead messages again: `{id}` one, `{channel}` those of a channel, `{}` all of them. They wait behind what waits already."""
    id, channel = asked["id"], asked["channel"]
    count = services().ledger.notices.again(id, channel)
    if id is not None and not count:
        raise NotFound("no_such_notice", notice=id)
    attempts.tell(**{name: value for name, value in {"id": id, "channel": channel}.items() if value is not None}, count=count)
    return answer({"waiting": count})


@blueprint.post("/test")
@says("채널에 시험 메시지를 보냅니다. 결과는 그 행에 적힙니다.", body=TRIED, answers={202: shown.thing(status={"const": "accepted"})})
def tested(asked):
    """Send a test message to a channel: `{channel}`. Its row says what became of it."""
    channel = asked["channel"]
    attempts.tell(channel=channel)
    services().ledger.notices.keep([(channel, language(), None, 0, [news.test(g.actor.name, time.time())])])
    return answer({"status": "accepted"}, 202)


def _channels():
    """Those that klepaas.yaml names, and those that have messages."""
    counts = services().ledger.notices.counts()
    named = {channel for route in services().readable()[1].config.notify.routes for channel in route.channels} if services().repo.head() else set()
    return [{"channel": each, "routed": each in named, **{status: counts.get(each, {}).get(status, 0) for status in STATUSES}} for each in sorted({*counts, *named})]


def _shown(row):
    first = row["news"][0]
    return {name: row[name] for name in ("id", "channel", "language", "count", "status", "attempts", "error", "due", "later", "created", "settled")} | {
        "kind": first["kind"], "environment": first["environment"], "title": words.title(first["kind"], language(), row["news"], row["count"])}
