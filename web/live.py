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
from web import reads
from web.context import broadcaster, services
from web.people import identity

log = logging.getLogger(__name__)
QUEUE = 1000     # events a slow socket may lag behind before it is closed; it resumes by its last id
PAGE = 500
IDLE = 20        # seconds without a ping after which one tells that both ends live
MOVING = ("access", "revision", "review")  # kinds of events after which somebody may see less
PING = '{"kind":"ping"}'
NOTHING = object()  # came for a while
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
    spoken = time.monotonic()
    try:
        for event in told(begin(request.args.get("after"))):
            if event is not None or time.monotonic() > spoken + IDLE:
                socket.send(orjson.dumps(reads.event(event), default=str).decode() if event else PING)
                spoken = time.monotonic()
            if not socket.connected:
                return
        socket.close(1013, "too slow: resume after the last id")
    except ConnectionClosed:
        pass  # the browser went away: that is how a socket ends
    except (Unauthorized, Forbidden) as error:
        over(socket, error)


def begin(text):
    """The id that a client goes on after, as it says it; from now on where it says none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else services().ledger.last_event()


def told(last):
    """Events after an id as they come, as far as the actor may see them; None now and then while nothing happens. Ends for who is too slow, and raises when the right ended."""
    hub, standing = broadcaster(), identity.Standing()
    mine = hub.open()
    try:
        for event in _every(mine, last):
            if event is None or _moves(event):
                standing.again()
            else:
                standing.still()
            if event is None or reads.may_see(g.actor, event):
                yield event
    finally:
        hub.close(mine)


def _every(mine, last):
    """What happened since, then what comes; None where nothing came for a while."""
    while page := services().ledger.events(last, limit=PAGE):
        yield from page
        last = page[-1].id
    while (event := _next(mine)) is not None:
        if event is NOTHING:
            yield None
        elif event.id > last:
            yield event


def _next(mine):
    try:
        return mine.get(timeout=identity.DUE)
    except queue.Empty:
        return NOTHING


def over(socket, error):
    """Closed by us, as the protocol says who may not: the reason is the error's code."""
    socket.close(1008, error.code)


def _moves(event):
    """Whether an event may have changed who may see what."""
    return event.kind in MOVING or event.data.get("verb") in ("grant", "withdraw")
