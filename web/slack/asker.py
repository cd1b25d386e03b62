"""Who asked in Slack and where the answer goes: values of a signed request, and of nothing else."""

from dataclasses import dataclass

from gitops.errors import Malformed


@dataclass(frozen=True, slots=True)
class Asker:
    """`back` is Slack's response_url, None for a mention; `base` where this server is, as its caller sees it."""

    team: str
    user: str
    home: str
    channel: str
    thread: str | None
    back: str | None
    base: str


def of_command(form, base):
    return Asker(_id(form, "team_id"), _id(form, "user_id"), _id(form, "team_id"), _id(form, "channel_id"), None, form.get("response_url"), base)


def of_action(payload, base):
    """`home` is the workspace of the person, which in a shared channel may be another than the app's."""
    user, team, channel = (_object(payload, name) for name in ("user", "team", "channel"))
    message = payload.get("message") if isinstance(payload.get("message"), dict) else {}
    return Asker(_id(team, "id"), _id(user, "id"), str(user.get("team_id") or team["id"]), _id(channel, "id"), message.get("thread_ts"), payload.get("response_url"), base)


def of_event(body, base):
    event = _object(body, "event")
    team = _id(body, "team_id")
    return Asker(team, _id(event, "user"), str(event.get("user_team") or event.get("team") or team), _id(event, "channel"), str(event.get("thread_ts") or event.get("ts") or "") or None, None, base)


def _object(given, name):
    if not isinstance(given.get(name), dict):
        raise Malformed("webhook_malformed", field=name)
    return given[name]


def _id(given, name):
    found = given.get(name)
    if not isinstance(found, str) or not found.isalnum() or len(found) > 40:
        raise Malformed("webhook_malformed", field=name)
    return found
