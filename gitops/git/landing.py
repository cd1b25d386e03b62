"""Group commit: threads that come while one holds the lock are served by it, as one chain of commits and one move of the ref.

Across processes the lock is flock on a file in the repository, so it dies with its process; compare-and-swap (or the remote's
refusal of a push) is the backstop against everybody else.
"""

import contextlib
import fcntl
import threading
import time
from pathlib import Path

from gitops.errors import Conflict, KlepaasError, Unavailable
from gitops.git.commits import outdated
from gitops.git.refs import Moved
from gitops.tree import Overlaid

TRIES = 20  # moves of the ref by others that one batch puts up with
OWN = 2  # times a request is planned by its own thread; then under the lock, so that it comes to an end
PATIENCE = 60  # seconds to wait for others that hold the lock


class Request:
    """One thread's commit on its way. `waiting`: no leader has looked at it since it was queued."""

    def __init__(self, plan, announce):
        self.plan, self.announce, self.drawn = plan, announce, 0
        self.view = self.draft = self.sha = self.error = None
        self.waiting = self.done = False

    def draw(self, view):
        self.view, self.draft = view, None
        self.drawn += 1
        self.draft = self.plan(view)

    def fits(self, view):
        """Whether all that the draft was made from is the same in this view."""
        return all(view.id(path) == id for path, id in tuple(self.view.reads.items())) and outdated(view, self.draft.changes) is None

    def ended(self, sha=None, error=None):
        self.done, self.sha, self.error = True, sha, error

    def result(self):
        if self.error is not None:
            raise self.error
        return self.sha


class Landing:
    """The queue of one ref. `store` reads, writes and publishes commits: see gitops/repo."""

    def __init__(self, store, ref):
        self.store, self.ref = store, ref
        self.queue, self.guard, self.leader = [], threading.Lock(), threading.Lock()

    def land(self, plan, announce):
        request = Request(plan, announce)
        while not request.done:
            request.draw(self.store.at(self.store.tip(self.ref)))
            if request.draft is None:
                return None
            self._served(request)
        return request.result()

    def _served(self, request):
        """Queue the request until a leader, perhaps this thread, has looked at it."""
        with self.guard:
            request.waiting = True
            self.queue.append(request)
        if not self.leader.acquire(timeout=self.store.patience):
            self._left(request)
            raise Unavailable("repo_busy")
        try:
            if request.waiting:
                self._lead()
        finally:
            self.leader.release()

    def _left(self, request):
        with self.guard, contextlib.suppress(ValueError):
            self.queue.remove(request)

    def _lead(self):
        batch = []
        try:
            with self.store.locked():
                batch = self._taken()
                self._land_all(batch)
        except BaseException as error:
            batch = batch or self._taken()
            for request in batch:
                if not request.done:
                    request.ended(error=_own(error))
            if not isinstance(error, KlepaasError):
                raise
        finally:
            for request in batch:
                request.waiting = False

    def _taken(self):
        with self.guard:
            batch, self.queue = self.queue, []
        return batch

    def _land_all(self, batch):
        """All as one; each alone when the remote refuses them together, for it may mean one of them."""
        try:
            self._chain(batch)
        except Conflict as refused:
            if len(batch) == 1 or refused.code != "remote_refused":
                raise
            for request in batch:
                self._alone(request)

    def _alone(self, request):
        try:
            self._chain([request])
        except Conflict as error:
            request.ended(error=error)

    def _chain(self, batch):
        for _ in range(TRIES):
            tip, made = self.store.tip(self.ref), Overlaid(self.store.objects)
            staged = self._staged([request for request in batch if not request.done], self.store.at(tip, made))
            if not staged:
                return
            try:
                self.store.publish(self.ref, staged[-1][1], tip, made)
            except Moved:
                self.store.catch_up()
                if not self.store.contains(self.ref, staged[-1][1]):
                    continue
            for request, sha in staged:
                request.ended(sha=sha)
            return
        raise Conflict("repo_contended", tries=TRIES)

    def _staged(self, batch, view):
        """(request, sha) of the commits made one on another. Who fails, fails alone."""
        staged = []
        for request in batch:
            try:
                sha = self._commit(request, view)
            except Exception as error:
                request.ended(error=error)
                continue
            if sha is not None:
                staged.append((request, sha))
                view = self.store.at(sha, view.objects)
        return staged

    def _commit(self, request, view):
        """The sha; None when there is nothing to commit, or when its own thread shall plan it again."""
        if not request.fits(view.fresh()):
            if request.drawn < OWN:
                return None
            request.draw(view.fresh())
        sha = request.draft and self.store.write(view, request.draft)
        if sha is None:
            return request.ended()
        request.announce(sha)
        return sha


def _own(error):
    """The error for one caller, who may add to it; of what is no error of ours, that the end is not known."""
    if not isinstance(error, KlepaasError):
        return Unavailable("commit_interrupted")
    return type(error)(error.code, path=error.path, line=error.line, retry_after=error.retry_after, **error.details)


@contextlib.contextmanager
def locked(path, patience=PATIENCE):
    """The repository's flock; Unavailable when others hold it for longer than `patience` seconds.

    Who waits holds the gate, so that who was just in the repository cannot enter again before.
    """
    until = time.monotonic() + patience
    with contextlib.ExitStack() as inside:
        with _flock(path, "klepaas-gate.lock", until):
            inside.enter_context(_flock(path, "klepaas.lock", until))
        yield


@contextlib.contextmanager
def claimed(path):
    """Gives True to one process at a time: the one that maintains the repository."""
    with contextlib.ExitStack() as inside:
        try:
            inside.enter_context(_flock(path, "klepaas-gc.lock", 0))
        except Unavailable as busy:
            if busy.code != "repo_busy":
                raise
            yield False
            return
        yield True


@contextlib.contextmanager
def _flock(path, name, until):
    with _opened(Path(path, name)) as file:
        _wait(file, until)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # a child forked by another thread may still hold the descriptor


def _opened(path):
    try:
        return path.open("a")
    except OSError as error:
        raise Unavailable("repo_unwritable", path=str(path.parent), detail=error.strerror) from None


def _wait(file, until):
    """By trying: a blocking flock has no time limit, and its holder may be a process that was stopped."""
    while True:
        with contextlib.suppress(BlockingIOError):
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if time.monotonic() > until:
            raise Unavailable("repo_busy")
        time.sleep(0.001)
