"""The app's own messages: one a deployment, brought up to date where it is, with what happened as its thread; with buttons that ask. Must not remember a secret."""

from gitops.errors import Invalid, NotFound
from gitops.notices.channels import slack
from gitops.outside.slack import actions, button, escaped
from web.slack import blocks, installing

LOST = ("message_not_found", "cant_update_message", "channel_not_found", "thread_not_found")
ASKS = {"deployment.succeeded": ("rollback", "logs"), "deployment.failed": ("rollback", "logs"), "deployment.started": ("logs",), "review.asked": ("approve", "reject")}


def send(services, channel, message):
    """A message to a channel of the workspace where the app is."""
    body = {"text": escaped(message.title), "blocks": shown(message)}
    key = _key(channel, message)
    known = services.ledger.notices.told([key]).get(key, "") if key else ""
    if known and _brought_up_to_date(services, *known.split(" "), body):
        return
    _, posted = _ask(services, "chat.postMessage", channel=channel, unfurl_links=False, **body)
    if key and posted.get("channel") and posted.get("ts"):
        services.ledger.notices.tell({key: f"{posted['channel']} {posted['ts']}"})


def _brought_up_to_date(services, place, ts, body):
    """Whether the message was there to be changed; its thread keeps what it said."""
    try:
        _ask(services, "chat.update", channel=place, ts=ts, **body)
        _ask(services, "chat.postMessage", channel=place, thread_ts=ts, unfurl_links=False, text=body["text"])
    except Invalid as error:
        if error.details.get("detail") in LOST:
            return False
        raise
    return True


def _ask(services, method, **body):
    try:
        return installing.ask(services, services.settings.slack_team_id, method, **body)
    except NotFound as error:
        raise Invalid(error.code) from None


def _key(channel, message):
    """What the messages of one deployment have in common; None for what stands for itself."""
    news = message.news[0]
    if message.count > 1 or not news["kind"].startswith("deployment.") or not news["facts"].get("began"):
        return None
    return f"slack thread {channel} {news['environment']}/{news['app']} {news['facts']['began']}"


def shown(message):
    found, news = slack.blocks(message), message.news[0]
    value = news["facts"].get("review") if news["kind"].startswith("review.") else f"{news['environment']}/{news['app']}"
    buttons = [button(blocks.said(name, message.language), name, value, style="danger" if name == "reject" else None) for name in ASKS.get(news["kind"], ()) if message.count == 1 and value]
    opens = next((each["elements"] for each in found if each["type"] == "actions"), [])
    return [*(each for each in found if each["type"] != "actions"), *([actions([*buttons, *opens])] if buttons or opens else [])]
