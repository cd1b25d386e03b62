"""A circuit breaker for each provider of the world outside: 5 failed calls open it, 60 s later one trial decides.

pybreaker holds its lock while it calls, so only the trial is made inside; else one server that hangs would queue every thread.
"""

import threading

import pybreaker
from prometheus_client import Counter, Gauge

from gitops.errors import Unavailable

FAILURES, SECONDS = 5, 60
STATES = {pybreaker.STATE_CLOSED: 0, pybreaker.STATE_OPEN: 1, pybreaker.STATE_HALF_OPEN: 2}
STATE = Gauge("circuit_breaker_state", "0 closed, 1 open, 2 half-open", ("provider",))
TRANSITIONS = Counter("circuit_breaker_transitions_total", "Changes of state, by where from and where to", ("provider", "from_state", "to_state"))
_breakers, _guard = {}, threading.Lock()


class _Told(pybreaker.CircuitBreakerListener):
    def state_change(self, cb, old_state, new_state):
        STATE.labels(cb.name).set(STATES[new_state.name])
        if old_state is not None:
            TRANSITIONS.labels(cb.name, old_state.name, new_state.name).inc()


def breaker(key, name):
    """The breaker of a provider, named by `name` in the metrics."""
    with _guard:
        if key not in _breakers:
            STATE.labels(name).set(0)
            _breakers[key] = pybreaker.CircuitBreaker(FAILURES, SECONDS, exclude=[lambda error: not getattr(error, "transient", False) or error.status == 429],
                                                      listeners=[_Told()], name=name, throw_new_error_on_trip=False)
        return _breakers[key]


def guarded(found, send):
    """What `send()` returns, or its error; Unavailable without a call while the breaker is open."""
    if found.current_state == pybreaker.STATE_CLOSED:
        return _counted(found, send)
    try:
        if found.current_state != pybreaker.STATE_HALF_OPEN:  # another thread's trial is on its way
            return found.call(send)
    except pybreaker.CircuitBreakerError:
        pass
    raise Unavailable("circuit_open", provider=found.name, kind="circuit_open", retry_after=SECONDS)


def _counted(found, send):
    """Called outside of the breaker, then told to it; what opened it meanwhile does not change this answer."""
    try:
        answer, error = send(), None
    except Exception as raised:
        answer, error = None, raised
    try:
        return found.call(_again, answer, error)
    except pybreaker.CircuitBreakerError:
        return _again(answer, error)


def _again(answer, error):
    if error is not None:
        raise error
    return answer
