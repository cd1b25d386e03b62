"""What the controller has to tell the ledger, kept in order while that is away. Must not hold up a sync."""

import collections
import logging
import threading
import time

from gitops.errors import KlepaasError

log = logging.getLogger(__name__)
BATCH, REST = 32, 0.25  # while many syncs run: so many news, then so many seconds for the syncs


class Outbox:
    """What the ledger is to be told, in order; kept while it is away. Of several states of a sync, or of what is seen of an app, that wait, the last counts."""

    MOST = 50_000

    def __init__(self, busy):
        self.busy = busy
        self.waiting, self.lock, self.news = collections.deque(), threading.Lock(), threading.Event()
        self.guard, self.latest = threading.Lock(), {}  # what a piece of news is about -> the one that waits
        threading.Thread(target=self._run, name="outbox", daemon=True).start()

    def tell(self, call, *args, **more):
        with self.guard:
            about = _about(call, args)
            known = self.latest.get(about)
            if known is not None:
                known[1:] = args, known[2] | more
                return
            self._append([call, args, more], about)
        self.news.set()

    def _append(self, entry, about):
        self.waiting.append(entry)
        if about:
            self.latest[about] = entry
            self.latest.pop(("observe", *about[1:3]) if about[0] == "record_sync" else None, None)  # what is seen from now on comes after it
        if len(self.waiting) > self.MOST:
            log.error("the ledger was away too long: its oldest news is dropped")
            self._taken()

    def _taken(self):
        """The oldest news, no longer to be added to."""
        entry = self.waiting.popleft()
        about = _about(*entry[:2])
        if about and self.latest.get(about) is entry:
            del self.latest[about]
        return entry

    def _run(self):
        while True:
            self.news.wait()
            self.news.clear()
            while self.waiting:
                if not self.flush(BATCH):
                    time.sleep(1)
                elif len(self.waiting) > BATCH and self.busy():
                    time.sleep(REST)

    def flush(self, most=MOST):
        """Tell what waits; whether the ledger took it."""
        with self.lock:
            for _ in range(most):
                with self.guard:
                    if not self.waiting:
                        return True
                    entry = self._taken()
                if not self._told(*entry):
                    with self.guard:
                        self.waiting.appendleft(entry)
                    return False
            return True

    def _told(self, call, args, more):
        """Whether the ledger took it, or never will."""
        try:
            call(*args, **more)
        except KlepaasError as error:
            if error.transient:
                log.warning("the ledger is told later: %s", error)
                return False
            log.error("the ledger refused: %s", error)
        return True


def _about(call, args):
    """What later news of the same replaces; None for an event, which is one for itself."""
    if call.__name__ == "observe":
        return ("observe", *args)
    return ("record_sync", args[0].app, args[0].environment, args[0].started) if call.__name__ == "record_sync" else None
