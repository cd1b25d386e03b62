"""How often: wrong sign-ins and tokens lock the address they come from for a while, and nobody asks faster than REQUESTS_PER_MINUTE.

Locks are the ledger's, so that all processes know them; what is asked is counted in each process. Must not decide who somebody is.
"""

import hashlib
import ipaddress
import threading
import time
from collections import OrderedDict

from flask import g

from gitops.errors import RateLimited
from gitops.kept import Kept
from gitops.origin import CURRENT
from web.context import services

MOST = {"sign-in": 10, "token": 100}  # different wrong ones within LOCKOUT_SECONDS
_SEEN = Kept(4096)


def source():
    """Whom a lock concerns: an address, or the /64 network that one has in IPv6."""
    address = CURRENT.get().address or "unknown"
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


def first(*what):
    """Whether this was not seen from there in this window of time, as far as this process remembers."""
    seen = []
    _SEEN.get((source(), int(time.time()) // _window(), *what), lambda: seen.append(True))
    return bool(seen)


def digest(text):
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def admitted(kind):
    """RateLimited where too much of the kind was wrong from there."""
    seconds = services().ledger.lockouts.locked(f"{kind} {source()}")
    if seconds:
        raise RateLimited("locked_out", retry_after=int(seconds) + 1, seconds=int(seconds) + 1)


def wrong(kind, text):
    """Count what was wrong, the same again only once: a program with an old token guesses nothing. Whether that locks."""
    return first(kind, digest(text)) and services().ledger.lockouts.failed(f"{kind} {source()}", MOST[kind], _window())


def _window():
    return max(services().settings.lockout_seconds, 1)


class Buckets:
    """What is left to each of what they may ask a minute; those who asked longest ago are forgotten."""

    def __init__(self, most=10_000):
        self.most, self.lock, self.left = most, threading.Lock(), OrderedDict()

    def take(self, key, rate):
        """Seconds to wait, 0 for none."""
        now = time.monotonic()
        with self.lock:
            left, at = self.left.pop(key, (rate, now))
            left = min(rate, left + (now - at) * rate / 60)
            self.left[key] = (max(left - 1, 0) if left >= 1 else left, now)
            while len(self.left) > self.most:
                self.left.popitem(last=False)
        return 0 if left >= 1 else (1 - left) * 60 / rate


_BUCKETS = Buckets()


def paced():
    """RateLimited where the credential of this request asked too often."""
    rate = services().settings.requests_per_minute
    wait = rate and _BUCKETS.take((g.actor.email, g.credential.get("token")), rate)
    if wait:
        raise RateLimited("too_many_requests", retry_after=int(wait) + 1, rate=rate)
