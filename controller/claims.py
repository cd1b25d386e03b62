"""Which app an object is: two apps of an environment that render the same object would undo each other without end."""

import threading

from gitops.errors import Conflict


class Claims:
    """The keys of every app's desired objects, and what they were rendered from."""

    def __init__(self):
        self.owners, self.apps, self.lock = {}, {}, threading.Lock()

    def take(self, app, made_from, keys, now):
        """These are the app's from here on. Conflict where one is another's, unless what that one was rendered from is not what `now(app)` says of it: it moved."""
        with self.lock:
            for key in keys:
                other = self.owners.get(key, app)
                if other != app and self.apps[other][0] == now(other):
                    raise Conflict("claimed_twice", kind=key.kind, name=key.name, app=other)
            self._leave(app)
            self.apps[app] = made_from, frozenset(keys)
            self.owners |= dict.fromkeys(keys, app)

    def leave(self, app):
        with self.lock:
            self._leave(app)

    def _leave(self, app):
        for key in self.apps.pop(app, (None, ()))[1]:
            if self.owners.get(key) == app:
                del self.owners[key]

    def holds(self, app, key):
        return self.owners.get(key) == app
