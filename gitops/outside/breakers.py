"""A circuit breaker for each provider of the world outside, forges and language models alike: 5 failed calls open it, 60 s later one trial decides.

A provider that asks for rest (Retry-After) is left alone for as long, which libraries of breakers do not know; and no lock is held while a call
is under way, so that one server that hangs queues no other thread. What a breaker knows is its process's. Must not call anything but what it is given.
"""

import math
import threading
import time

from prometheus_client import Counter, Gauge

from gitops.errors import Unavailable

FAILURES, SECONDS = 5, 60
CLOSED, OPEN, HALF_OPEN = "closed", "open", "half-open"
STATES = {CLOSED: 0, OPEN: 1, HALF_OPEN: 2}
STATE = Gauge("circuit_breaker_state", "0 closed, 1 open, 2 half-open", ("provider",), multiprocess_mode="livemax")
TRANSITIONS = Counter("circuit_breaker_transitions_total", "Changes of state, by where from and where to", ("provider", "from_state", "to_state"))
_breakers, _guard = {}, threading.Lock()


class Breaker:
    """Closed, open until a time, or half open: one trial is on its way. `name` is the provider's in the metrics."""

    def __init__(self, name, failures=FAILURES, seconds=SECONDS):
        self.name, self._most, self._seconds = name, failures, seconds
        self._lock, self._state, self._failed, self._until = threading.Lock(), CLOSED, 0, None
        STATE.labels(name).set(STATES[CLOSED])

    def rest(self):
        """Seconds until the next trial; 0 lets this caller go. Whoever makes the trial holds off the others for as long as an opening."""
        with self._lock:
            now = time.monotonic()
            if self._until is not None and now < self._until:
                return self._until - now
            if self._until is not None:
                self._until = now + self._seconds
                self._to(HALF_OPEN)
            return 0

    def succeeded(self):
        """Closes it; but a call that was under way when it opened says nothing of what came after."""
        with self._lock:
            if self._state != OPEN:
                self._failed, self._until = 0, None
                self._to(CLOSED)

    def failed(self, rest=None):
        """`rest`: the seconds that the provider itself asked for."""
        with self._lock:
            self._failed += 1
            if rest or self._failed >= self._most:
                self._until = time.monotonic() + (rest or self._seconds)
                self._to(OPEN)

    def _to(self, state):
        if state != self._state:
            TRANSITIONS.labels(self.name, self._state, state).inc()
            STATE.labels(self.name).set(STATES[state])
            self._state = state


def breaker(key, name):
    """The breaker of a provider, named by `name` in the metrics."""
    with _guard:
        if key not in _breakers:
            _breakers[key] = Breaker(name, FAILURES, SECONDS)
        return _breakers[key]


def guarded(found, send):
    """What `send()` returns, or its error; Unavailable without a call while the breaker is open. What is refused for good, or asked too often, counts as answered."""
    rest = found.rest()
    if rest:
        raise Unavailable("circuit_open", provider=found.name, kind="circuit_open", retry_after=math.ceil(rest))
    try:
        answer = send()
    except Exception as error:
        found.failed() if getattr(error, "transient", False) and error.status != 429 else found.succeeded()
        raise
    found.succeeded()
    return answer
