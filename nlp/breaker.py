"""A circuit breaker of one provider: what failed too often, or asks for rest, is left alone for a while, then tried by one.

Beside what a breaker counts it holds to Retry-After, which libraries of breakers do not know.
"""

import threading
import time

FAILURES, SECONDS = 5, 60


class Breaker:
    """Closed, open until a time, or half open: one trial is on its way. Thread-safe; its state is its process's."""

    def __init__(self, failures=FAILURES, seconds=SECONDS):
        self._most, self._seconds = failures, seconds
        self._lock, self._failed, self._until = threading.Lock(), 0, None

    def rest(self):
        """Seconds until the next trial; 0 lets this caller go. Whoever makes the trial holds off the others for as long as an opening."""
        with self._lock:
            now = time.monotonic()
            if self._until is not None and now < self._until:
                return self._until - now
            if self._until is not None:
                self._until = now + self._seconds
            return 0

    def succeeded(self):
        with self._lock:
            self._failed, self._until = 0, None

    def failed(self, rest=None):
        """`rest`: the seconds that the provider itself asked for."""
        with self._lock:
            self._failed += 1
            if rest or self._failed >= self._most:
                self._until = time.monotonic() + (rest or self._seconds)
