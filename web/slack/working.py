"""What came from Slack is answered within its three seconds and worked on afterwards; what came of it goes back the way it came."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from flask import current_app, g

from gitops.errors import Invalid, KlepaasError, Unavailable
from gitops.origin import CURRENT, within
from gitops.outside import http
from gitops.outside import slack as slackapi
from gitops.telemetry import tracing
from web.context import services
from web.people import attempts
from web.slack import installing

log = logging.getLogger(__name__)
THREADS, MOST = 8, 200  # at work, and waiting beside them
HOME = "hooks.slack.com"
BUG = {"en": "Something went wrong here.", "ko": "처리 중 오류가 발생했습니다."}


class Workers:
    def __init__(self, app):
        self.app, self.room = app, threading.BoundedSemaphore(THREADS + MOST)
        self.pool = ThreadPoolExecutor(THREADS, "slack")

    def submit(self, asker, task, *args):
        if not self.room.acquire(blocking=False):
            raise Unavailable("slack_busy", retry_after=5)
        origin = CURRENT.get()
        self.pool.submit(self._run, origin, asker, task, args)

    def _run(self, origin, asker, task, args):
        try:
            with self.app.app_context(), within(origin), tracing.door("slack", request_id=origin.request):
                _worked(asker, task, args)
        except Exception:
            log.exception("slack")
        finally:
            self.room.release()


def later(asker, task, *args):
    """Do it soon, in a thread of this process."""
    current_app.extensions["klepaas-slack"].submit(asker, task, *args)


def _worked(asker, task, args):
    try:
        task(asker, *args)
    except KlepaasError as error:
        if error.code.startswith("slack_") and not error.audited:
            attempts.write(None, "slack", args={"team": asker.team, "user": asker.user}, outcome="refused", code=error.code, door="slack")
        reply(asker, [slackapi.section(f":no_entry: {slackapi.escaped(error.text(g.get('language', 'en')))}")])
    except Exception:
        log.exception("slack")
        reply(asker, [slackapi.section(BUG[g.get("language", "en")])])


def reply(asker, blocks, replace=False):
    """Only the person who asked sees it. `replace`: in place of what they pressed."""
    text = next((each["text"]["text"] for each in blocks if each["type"] == "section"), "K-Le-PaaS")[:300]
    try:
        if asker.back:
            _to(asker.back, {"response_type": "ephemeral", "replace_original": replace, "text": text, "blocks": blocks})
        else:
            more = {"thread_ts": asker.thread} if asker.thread else {}
            installing.ask(services(), asker.team, "chat.postEphemeral", channel=asker.channel, user=asker.user, text=text, blocks=blocks, **more)
    except KlepaasError as error:
        log.warning("an answer to %s in Slack: %s", asker.user, error)


def _to(url, body):
    """To a response_url, which is Slack's own or nobody's."""
    parts, own = urlsplit(url), urlsplit(services().settings.slack_api_url)
    if (parts.scheme, parts.netloc) not in (("https", HOME), (own.scheme, own.netloc)):
        raise Invalid("slack_odd_url", host=parts.netloc[:100])
    http.ask(http.Provider("slack", f"{parts.scheme}://{parts.netloc}", secrets=(url,), timeout=slackapi.SECONDS), "POST", url, "respond", again=False, parse=False, json=body)
