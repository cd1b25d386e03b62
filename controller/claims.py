"""Which app an object is: two apps of an environment that render the same object would undo each other without end."""

import threading

from gitops.errors import Conflict, KlepaasError


class Claims:
    """The keys of every app's desired objects, and what they were rendered from.

    `live(key)` is the app whose the object in the cluster is; `now(app)` what the app is made from at this revision, None where it is gone;
    `render(app)` the keys of that. What an app renders that cannot be rendered is unknown, so it keeps what it has.
    """

    def __init__(self, live, now, render):
        self.live, self.now, self.render = live, now, render
        self.owners, self.apps, self.beaten, self.lock = {}, {}, set(), threading.Lock()

    def take(self, app, made_from, keys):
        """These are the app's from here on; whose they were before. Conflict where another renders one too, and has it or comes first."""
        with self.lock:
            for key in keys:
                if (holder := self._holder(app, key)) != app:
                    raise Conflict("claimed_twice", kind=key.kind, name=key.name, app=holder)
            before = {self.owners.get(key, app) for key in keys} - {app}
            self._leave(app)
            self.apps[app] = made_from, frozenset(keys)
            self.owners |= dict.fromkeys(keys, app)
            self.beaten |= before
            return before

    def _holder(self, app, key):
        """Of those who render an object, `app` among them: whose it is in the cluster; of nobody there, the first by name."""
        live, other = self.live(key), self.owners.get(key, app)
        if live not in (None, app) and self._renders(live, key):
            return live
        return min(app, other) if live != app and other != app and self._renders(other, key) else app

    def _renders(self, app, key):
        now = self.now(app)
        made_from, keys = self.apps.get(app, (None, ()))
        try:
            return now is not None and key in (keys if made_from == now else self.render(app))
        except KlepaasError:
            return True

    def lost(self, app):
        """Whether another took what was the app's, once."""
        with self.lock:
            lost = app in self.beaten
            self.beaten.discard(app)
            return lost

    def leave(self, app):
        with self.lock:
            self._leave(app)

    def _leave(self, app):
        for key in self.apps.pop(app, (None, ()))[1]:
            if self.owners.get(key) == app:
                del self.owners[key]

    def holds(self, app, key):
        return self.owners.get(key) == app
