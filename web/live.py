"""Events to browsers: one reader of the ledger a process, a bounded queue a socket. Resumes after the last id a client saw."""

import logging
import queue
import threading
import time

import orjson
from flask import g, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed

from gitops.errors import Forbidden, KlepaasError, Unauthorized
from web import identity, reads
from web.context import broadcaster, services

log = logging.getLogger(__name__)
QUEUE = 1000     # events a slow socket may lag behind before it is closed; it resumes by its last id
PAGE = 500
IDLE = 20        # seconds without a ping after which one tells that both ends live
MOVING = ("access", "revision", "review")  # kinds of events after which somebody may see less
sock = Sock()


class Broadcaster:
    """Reads new events of the ledger in a thread of its own and hands them to every open socket."""

    def __init__(self, ledger):
        self.ledger, self.queues, self.lock, self.stopped = ledger, set(), threading.Lock(), threading.Event()
        self.last = None
        threading.Thread(target=self._run, name="broadcaster", daemon=True).start()

    def open(self):
        """A queue that gets every event from now on; None in it means: too slow, or over."""
        mine = queue.Queue(QUEUE)
        with self.lock:
            self.queues.add(mine)
        return mine

    def close(self, mine):
        with self.lock:
            self.queues.discard(mine)

    def _run(self):
        while not self.stopped.is_set():
            try:
                self._read()
            except KlepaasError as error:
                log.warning("events cannot be read: %s", error)
                self.stopped.wait(1)

    def _read(self):
        if self.last is None:
            self.last = self.ledger.last_event()
        self.ledger.wait(self.last, 1)
        for event in self.ledger.events(self.last, limit=PAGE):
            self.last = event.id
            self._hand_out(event)

    def _hand_out(self, event):
        with self.lock:
            for each in tuple(self.queues):
                try:
                    each.put_nowait(event)
                except queue.Full:
                    self.queues.discard(each)
                    each.queue.clear()
                    each.put_nowait(None)


@sock.route("/api/v1/ws/events")
def events(socket):
    """Events after `?after=ID` (or from now on) that the actor may see, one JSON object a message."""
    after = request.args.get("after", "")
    after = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else services().ledger.last_event()
    mine = broadcaster().open()
    try:
        _follow(socket, mine, _backlog(socket, after))
    except ConnectionClosed:
        pass  # the browser went away: that is how a socket ends
    except (Unauthorized, Forbidden) as error:
        over(socket, error)
    finally:
        broadcaster().close(mine)


def _backlog(socket, last):
    """Send what happened since; returns the last id sent or skipped."""
    while page := services().ledger.events(last, limit=PAGE):
        for event in page:
            last = _send(socket, event)
    return last


def _send(socket, event):
    if reads.may_see(g.actor, event):
        socket.send(orjson.dumps(reads.event(event), default=str).decode())
    return event.id


def over(socket, error):
    """Closed by us, as the protocol says who may not: the reason is the error's code."""
    socket.close(1008, error.code)


def _moves(event):
    """Whether an event may have changed who may see what."""
    return event.kind in MOVING or event.data.get("verb") in ("grant", "withdraw")


def _follow(socket, mine, last):
    standing, told = identity.Standing(), time.monotonic()
    while socket.connected:
        try:
            event = mine.get(timeout=identity.DUE)
        except queue.Empty:
            standing.again()
            if time.monotonic() > told + IDLE:
                socket.send('{"kind":"ping"}')
                told = time.monotonic()
            continue
        if event is not None:
            standing.again() if _moves(event) else standing.still()
        if event is None:
            socket.close(1013, "too slow: resume after the last id")
            return
        if event.id > last:
            last = _send(socket, event)
