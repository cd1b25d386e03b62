"""The door that Slack knocks at: the slash command, buttons, events. Proven by signature, answered at once; the work is done afterwards."""

from flask import Blueprint, request

from gitops.errors import Malformed
from web.context import services
from web.people import attempts
from web.rest import shown
from web.rest.api import answer
from web.rest.body import read
from web.rest.described import says
from web.slack import asker, blocks, installing, signed, talk
from web.slack.working import later

blueprint = Blueprint("slack", __name__, url_prefix="/api/v1/slack")


@blueprint.post("/commands")
@says("Slack의 `/klepaas 말`. SLACK_SIGNING_SECRET으로 서명되며, 바로 답하고 결과는 response_url로 보냅니다. 물은 사람만 봅니다.", body="Webhook", answers=shown.thing(response_type=shown.TEXT, text=shown.TEXT))
def commands():
    """`/klepaas WORDS` in Slack, signed with SLACK_SIGNING_SECRET: answered at once, finished through its response_url; only who asked sees it."""
    form = signed.form(signed.body())
    who, words = asker.of_command(form, _base()), talk.plain(form.get("text", ""))
    attempts.tell(team=who.team, user=who.user)
    if words:
        later(who, talk.said, words)
    return answer({"response_type": "ephemeral", "text": blocks.said("working" if words else "help", "ko" if _korean(words) else "en")})


@blueprint.post("/actions")
@says("앱 메시지의 버튼. 같은 방식으로 서명됩니다: 확인, 취소, 되돌리기, 로그, 승인, 반려, 선택지.", body="Webhook", answers=shown.OBJECT)
def actions():
    """Buttons of the app's messages, signed alike: Confirm, Cancel, Roll back, Logs, Approve, Reject and choices."""
    payload = read(signed.form(signed.body()).get("payload", "").encode())
    if payload.get("type") != "block_actions":
        return answer({})
    who, (name, value, word) = asker.of_action(payload, _base()), _pressed(payload)
    attempts.tell(team=who.team, user=who.user, action=name)
    if name in talk.BUTTONS:
        later(who, talk.BUTTONS[name], value, word)
    return answer({})


@blueprint.post("/events")
@says("Slack의 이벤트. 같은 방식으로 서명됩니다: 앱에 대한 멘션, 그리고 앱의 제거나 토큰 폐기.", body="Webhook", answers=shown.OBJECT)
def events():
    """Slack's Events API, signed alike: mentions of the app, and that it was uninstalled or its token revoked."""
    body = read(signed.body(again=True))
    if body.get("type") == "url_verification":
        return answer({"challenge": str(body.get("challenge", ""))[:200]})
    event = body.get("event") if isinstance(body.get("event"), dict) else {}
    if body.get("type") == "event_callback" and event.get("type") in EVENTS and _first(body):
        attempts.tell(team=str(body.get("team_id"))[:40], event=event["type"])
        EVENTS[event["type"]](body, event)
    return answer({})


def _first(body):
    """Whether an event comes for the first time: Slack sends again what was not answered in time."""
    return services().ledger.claim(f"slack event {str(body.get('event_id'))[:40]}", 3600)


def _mentioned(body, event):
    who, words = asker.of_event(body, _base()), talk.plain(str(event.get("text", "")))
    if words and not event.get("bot_id"):
        later(who, talk.said, words)


def _gone(body, event):
    if event["type"] == "app_uninstalled" or (event.get("tokens") or {}).get("bot"):
        installing.forget(services(), str(body.get("team_id")))


EVENTS = {"app_mention": _mentioned, "app_uninstalled": _gone, "tokens_revoked": _gone}


def _pressed(payload):
    """(name, value, the word typed beside it) of the button."""
    found = payload.get("actions")
    if not (isinstance(found, list) and found and isinstance(found[0], dict) and isinstance(found[0].get("action_id"), str)):
        raise Malformed("webhook_malformed", field="actions")
    value = str(found[0].get("value") or "")[:4000]
    try:
        word = payload["state"]["values"][f"word:{value}"]["word"]["value"]
    except (KeyError, TypeError):
        word = None
    return found[0]["action_id"].partition(":")[0], value, word if isinstance(word, str) else None


def _korean(text):
    return any("가" <= letter <= "힣" for letter in text)


def _base():
    return (services().settings.klepaas_url or request.host_url).rstrip("/")
