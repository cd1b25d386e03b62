"""What the controller has to tell the ledger, kept in order while that is away. Must not hold up a sync."""

import collections
import logging
import threading
import time

from gitops.errors import KlepaasError

log = logging.getLogger(__name__)


class Outbox:
    """What the ledger is to be told, in order; kept while it is away. Of several live states of an app that wait, the last counts."""

    MOST = 50_000

    def __init__(self):
        self.waiting, self.lock, self.news = collections.deque(), threading.Lock(), threading.Event()
        self.guard, self.observed = threading.Lock(), {}
        threading.Thread(target=self._run, name="outbox", daemon=True).start()

    def tell(self, call, *args, **more):
        with self.guard:
            waiting = self.observed.get(args[:2]) if call.__name__ == "observe" else None
            if waiting is not None:
                waiting[2].update(more)
                return
            entry = [call, args, more]
            self.waiting.append(entry)
            if call.__name__ == "observe":
                self.observed[args[:2]] = entry
            elif call.__name__ == "record_sync":
                self.observed.pop((args[0].app, args[0].environment), None)  # what is seen from now on comes after it
            if len(self.waiting) > self.MOST:
                log.error("the ledger was away too long: its oldest news is dropped")
                self._taken()
        self.news.set()

    def _taken(self):
        """The oldest news, no longer to be added to."""
        entry = self.waiting.popleft()
        if entry[0].__name__ == "observe" and self.observed.get(entry[1][:2]) is entry:
            del self.observed[entry[1][:2]]
        return entry

    def _run(self):
        while True:
            self.news.wait()
            self.news.clear()
            while not self.flush():
                time.sleep(1)

    def flush(self):
        """Tell all that waits; whether nothing is left."""
        with self.lock:
            while True:
                with self.guard:
                    if not self.waiting:
                        return True
                    entry = self._taken()
                if not self._told(*entry):
                    with self.guard:
                        self.waiting.appendleft(entry)
                    return False

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
