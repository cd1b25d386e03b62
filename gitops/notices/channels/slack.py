"""Slack: Block Kit to an incoming webhook, or by a bot's token to a channel. Must not let what others wrote be read as markup or as a mention."""

from gitops.errors import Unavailable
from gitops.notices import words
from gitops.notices.channels import shapes
from gitops.outside import http
from gitops.outside import slack as slackapi
from gitops.outside.refusals import about
from gitops.shapes import Wrong

KEYS = {"url": shapes.url, "token": shapes.secret, "channel": shapes.secret, "api": shapes.url}
MARKS = {"info": ":information_source:", "warning": ":warning:", "critical": ":rotating_light:"}
DONE = {"deployment.succeeded": ":white_check_mark:", "alert.resolved": ":white_check_mark:", "review.merged": ":white_check_mark:", "deployment.started": ":hourglass_flowing_sand:"}


def check(given):
    if ("url" in given) == ("token" in given and "channel" in given):
        raise Wrong((), "either url, or token and channel")


def send(place, message):
    body = {"text": slackapi.escaped(message.title), "blocks": blocks(message)}
    if not place.get("url"):
        slackapi.call(place.get("api", slackapi.URL), place.get("token"), "chat.postMessage", channel=place.get("channel"), **body, unfurl_links=False)
        return
    provider = shapes.provider(place, place.get("url"))
    answer = http.ask(provider, "POST", place.get("url"), "notify", again=False, parse=False, json=body, headers={"X-Klepaas-Delivery": message.id})
    if answer.body.strip() != b"ok":
        raise Unavailable("channel_no_acknowledgement", **about(provider, "notify", "internal"))


def blocks(message):
    """A title, what is to be said of it, and a way to the dashboard."""
    mark = DONE.get(message.kind, MARKS[message.severity])
    title = f"<{message.url}|{slackapi.escaped(message.title)}>" if message.url else slackapi.escaped(message.title)
    said = [f"*{slackapi.escaped(name)}*: {slackapi.escaped(value)}" for name, value in message.facts] + [slackapi.escaped(each) for each in message.lines]
    opens = [slackapi.button(words.said(words.OPEN, message.language), "open", url=message.url)] if message.url else []
    return [slackapi.section(f"{mark} *{title}*"), *slackapi.sections(said), *([slackapi.actions(opens)] if opens else [])]
