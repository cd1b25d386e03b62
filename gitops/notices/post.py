"""The post: events become messages in the ledger's outbox, and each channel's are sent in order by a thread of its own.

One process of all works at it, so that order and grouping hold; another goes on as soon as that is gone. What a receiver took is kept as
sent before anything else is sent there, however long the ledger is away; a process that dies in between sends that one message again, under the same id.
"""

import logging
import random
import threading
import time

from gitops import checks
from gitops.errors import Invalid, KlepaasError, Unavailable
from gitops.notices import message, routing, templates

log = logging.getLogger(__name__)
FIRST, LONGEST = 1.0, 300.0  # seconds between tries of one message
MOST = 12                    # tries before a message is dead
OLD = 24 * 3600              # seconds after which a message is
LOOK = 1.0                   # seconds between looks when nothing wakes


class Post:
    """`who` is the lock's name, `mine` says which channels are its own, `send` takes (channel, Message), `count` a counter by channel and result. `route`: it also reads events."""

    def __init__(self, services, who, mine, send, count, route=False):
        self.services, self.ledger, self.who, self.mine, self.send, self.count = services, services.ledger, who, mine, send, count
        self.router = routing.Router(services) if route else None
        self.stopped, self.base = threading.Event(), services.settings.klepaas_url
        self.thread = threading.Thread(target=self._run, name=f"post-{who}", daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.stopped.set()

    def _run(self):
        while not self.stopped.is_set():
            try:
                with self.ledger.notices.speaking(self.who) as held:
                    self._work(held)
            except KlepaasError as error:
                if error.code != "command_busy":  # another process has it: we wait
                    log.warning("notifications: %s", error)
                self.stopped.wait(LOOK)
            except Exception:  # a bug that one round meets must not end them all
                log.exception("notifications")
                self.stopped.wait(LOOK)

    def _work(self, held):
        """While the lock is ours."""
        after, lines = self.ledger.last_event() if self.router else None, {}
        try:
            while not self.stopped.is_set():
                held()
                busy = self.router.step() if self.router else False
                self._wake(lines)
                if not busy:
                    after = self._pause(after)
        finally:
            for line in lines.values():
                line.stop()
            for line in lines.values():
                line.thread.join()  # none sends when the next process begins

    def _wake(self, lines):
        now = time.time()
        for channel, due in self.ledger.notices.due().items():
            if self.mine(channel) and due <= now:
                if channel not in lines:
                    lines[channel] = Line(self, channel)
                lines[channel].news.set()

    def _pause(self, after):
        """Until there is news, or it is time to look."""
        if self.router is None:
            self.stopped.wait(LOOK)
            return None
        self.ledger.wait(after, LOOK)
        return self.ledger.last_event()


class Line:
    """The messages of one channel, one after another. What goes wrong with it is its own."""

    def __init__(self, post, channel):
        self.post, self.ledger, self.channel = post, post.ledger.notices, channel
        self.news, self.stopped = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"channel-{channel}", daemon=True)
        self.thread.start()

    def stop(self):
        self.stopped.set()
        self.news.set()

    def _run(self):
        while not self.stopped.is_set():
            self.news.wait()
            self.news.clear()
            try:
                while not self.stopped.is_set() and (row := self.ledger.next(self.channel)):
                    self._one(row)
            except KlepaasError as error:
                log.warning("channel %s: %s", self.channel, error)
            except Exception:
                log.exception("channel %s", self.channel)

    def _one(self, row):
        if self.stopped.wait(max((row["later"] or 0) - time.time(), 0)):
            return
        try:
            self.post.send(self.channel, self._message(row))
        except KlepaasError as error:
            self._failed(row, error)
        except Exception as error:  # a bug in a format keeps no other channel, and is seen
            log.exception("channel %s", self.channel)
            self._failed(row, Invalid("channel_refused", provider=self.channel, detail=f"{type(error).__name__}: {error}"[:200]))
        else:
            self._kept(self.ledger.settled, row["id"], "sent")
            self.post.count.labels(self.channel, "sent").inc()

    def _message(self, row):
        return message.composed(row, self.post.services.repo.name, self.post.base, template(self.post.services, row))

    def _failed(self, row, error):
        text = checks.masked(error.text(row["language"]))[:500]
        over = _over(row, error, text)
        self.post.count.labels(self.channel, "dead" if over else "failed").inc()
        log.warning("channel %s, message %s: %s", self.channel, row["id"], error)
        if over:
            self._kept(self.ledger.settled, row["id"], "dead", over)
        else:
            self._kept(self.ledger.failed, row["id"], text, time.time() + max(pause(row["attempts"] + 1), min(error.retry_after or 0, OLD)))

    def _kept(self, call, *args):
        """Told to the ledger, however long that is away: nothing else is sent before."""
        while not self.stopped.is_set():
            try:
                return call(*args)
            except Unavailable as error:
                log.warning("channel %s: %s", self.channel, error)
                self.stopped.wait(LOOK)


def pause(attempts):
    return min(FIRST * 2 ** (attempts - 1), LONGEST) * random.uniform(0.8, 1.2)


def _over(row, error, text):
    """Why a message is tried no more, or None."""
    if not error.transient:
        return text
    if time.time() > row["created"] + OLD:
        return Invalid("notice_too_old", detail=text).text(row["language"])
    if row["attempts"] + 1 >= MOST:
        return Invalid("notice_too_often", attempts=row["attempts"] + 1, detail=text).text(row["language"])
    return None


def template(services, row):
    """(path, bytes) of the config repository's text for a row, or None; a repository that cannot be read is no reason to be silent."""
    try:
        tree, catalog = services.head()
        folder = catalog.config.notify.templates
        for path in templates.path(folder, row["news"][0]["kind"], row["language"]) if folder else ():
            if (data := tree.read(path)) is not None:
                return path, data
    except KlepaasError as error:
        log.warning("templates: %s", error)
    return None
