"""What was worked out once, kept by the ids of what it was made from. Must not hold what can change."""

import threading
from collections import OrderedDict


class Kept:
    """Values by key, those not asked for longest dropped beyond a number. Thread-safe; two threads may make the same one."""

    def __init__(self, most):
        self.most, self.lock, self.values = most, threading.Lock(), OrderedDict()

    def get(self, key, make):
        """The value of a key, made when there is none; what raises is not kept."""
        with self.lock:
            if key in self.values:
                self.values.move_to_end(key)
                return self.values[key]
        value = make()
        with self.lock:
            self.values[key] = value
            while len(self.values) > self.most:
                self.values.popitem(last=False)
        return value
