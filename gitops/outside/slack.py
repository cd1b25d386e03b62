"""Slack as others see it: one call of its Web API, and the parts of Block Kit. Must not know what is said or to whom."""

import re

import orjson

from gitops import errors
from gitops.outside import http
from gitops.outside.refusals import about

URL = "https://slack.com/api"
SECONDS = 10
LONGEST, BLOCK = 3000, 2900  # characters of one text of a block; that we put into one
AWAY = frozenset(("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"))
OURS = frozenset(("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission", "missing_scope", "org_login_required", "ekm_access_denied"))
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028-\u202e\u2066-\u2069]")


def call(url, token, method, again=False, **body):
    """What a method of the Web API answers: asked as a form, which every method takes. Slack says no with status 200 and `ok: false`."""
    provider = http.Provider("slack", url, {"Authorization": f"Bearer {token}"} if token else {}, secrets=tuple(filter(None, [body.get("client_secret")])), timeout=SECONDS)
    form = {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in body.items()}
    return understood(provider, method, http.ask(provider, "POST", f"{url.rstrip('/')}/{method}", method, again=again, data=form).body)


def understood(provider, method, body):
    if not isinstance(body, dict) or "ok" not in body:
        raise errors.Unavailable("channel_no_acknowledgement", **about(provider, method, "internal"))
    if body["ok"] is not True:
        raise _refused(provider, method, str(body.get("error") or "-")[:100])
    return body


def _refused(provider, method, said):
    if said in AWAY:
        return errors.Unavailable("channel_refused", **about(provider, method, "unavailable"), detail=said)
    if said in ("ratelimited", "rate_limited"):
        return errors.RateLimited("channel_refused", **about(provider, method, "rate_limited"), detail=said, retry_after=30)
    if said in OURS:
        return errors.Forbidden("channel_refused", **about(provider, method, "unauthorized"), detail=said)
    return errors.Invalid("channel_refused", **about(provider, method, "bad_request"), detail=said)


# --- Block Kit -------------------------------------------------------------------------------------------------------


def escaped(text):
    """As Slack's mrkdwn asks for it: &, < and > are all that begins markup of theirs; what is left of mentions and links is text."""
    return CONTROL.sub("", str(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:LONGEST], "verbatim": True}}


def sections(lines):
    """As few sections as the lines need."""
    found, now = [], ""
    for line in lines:
        if len(now) + len(line) > BLOCK and now:
            found, now = [*found, section(now)], ""
        now = f"{now}\n{line}" if now else line[:BLOCK]
    return [*found, section(now)] if now else found


def actions(buttons):
    return {"type": "actions", "elements": buttons}


def button(text, action, value=None, url=None, style=None):
    more = {"value": value, "url": url, "style": style}
    return {"type": "button", "text": {"type": "plain_text", "text": text[:75], "emoji": True}, "action_id": action, **{name: each for name, each in more.items() if each}}
