"""Group commit: threads that come while one holds the lock are served by it, as one chain of commits and one move of the ref.

Across processes the lock is flock on a file in the repository, so it dies with its process; compare-and-swap (or the remote's
refusal of a push) is the backstop against everybody else.
"""

import contextlib
import fcntl
import threading
from pathlib import Path

from gitops.errors import Conflict, KlepaasError
from gitops.git.run import Moved

TRIES = 20


class Request:
    """One thread's commit on its way: planned on a view, planned again where that view no longer holds."""

    def __init__(self, plan, announce, view):
        self.plan, self.announce = plan, announce
        self.view, self.draft = view, plan(view)
        self.done, self.sha, self.error = False, None, None

    def on(self, view):
        """The draft on this view: the one there is, unless something it was made from differs here."""
        if any(view.id(path) != id for path, id in tuple(self.view.reads.items())):
            self.view, self.draft = view.fresh(), None
            self.draft = self.plan(self.view)
        return self.draft

    def ended(self, sha=None, error=None):
        self.done, self.sha, self.error = True, sha, error

    def result(self):
        if self.error is not None:
            raise self.error
        return self.sha


class Landing:
    """The queue of one ref. `store` writes commits and publishes them: see gitops/repo."""

    def __init__(self, store, ref):
        self.store, self.ref = store, ref
        self.queue, self.guard, self.leader = [], threading.Lock(), threading.Lock()

    def land(self, plan, announce):
        request = Request(plan, announce, self.store.view(self.ref))
        if request.draft is None:
            return None
        with self.guard:
            self.queue.append(request)
        with self.leader:
            if not request.done:
                self._serve()
        return request.result()

    def _serve(self):
        with self.guard:
            batch, self.queue = self.queue, []
        try:
            with locked(self.store.path):
                self._land_all(batch)
        except BaseException as error:
            for request in batch:
                if not request.done:
                    request.ended(error=error)
            if not isinstance(error, KlepaasError):
                raise

    def _land_all(self, batch):
        for _ in range(TRIES):
            tip = self.store.tip(self.ref)
            staged = self._staged([request for request in batch if not request.done], tip)
            if not staged:
                return
            try:
                self.store.publish(self.ref, staged[-1][1], tip)
            except Moved:
                self.store.catch_up()
                continue
            for request, sha in staged:
                request.ended(sha=sha)
            return
        raise Conflict("repo_contended", tries=TRIES)

    def _staged(self, batch, tip):
        staged = []
        for request in batch:
            try:
                sha = self._commit(request, tip)
            except Exception as error:
                request.ended(error=error)
                continue
            if sha is None:
                request.ended()
            else:
                staged.append((request, sha))
                tip = sha
        return staged

    def _commit(self, request, tip):
        draft = request.on(self.store.at(tip))
        if draft is None:
            return None
        sha = self.store.write(tip, draft)
        request.announce(sha)
        return sha


@contextlib.contextmanager
def locked(path):
    with Path(path, "klepaas.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
