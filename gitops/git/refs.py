"""Refs: their names, reading them, and moving them with compare-and-swap through one persistent `git update-ref --stdin`.

A lock file that a killed git left does not block for ever: after STALE seconds it is removed. Git holds one for milliseconds, and
only the holder of the repository's flock removes any, so nobody's fresh one is taken away by mistake.
"""

import contextlib
import re
import subprocess
import threading
import time
from pathlib import Path

import git

from gitops.errors import Invalid, Unavailable
from gitops.git import run

ABSENT = "0" * 40
STALE = 10  # seconds
HEADS = "refs/heads/"
REFUSED = re.compile(r"[\x00-\x20\x7f~^:?*\[\\\ud800-\udfff]|\.\.|//|@\{|/\.|\.lock(?:/|\Z)|\A[./@-]|[./]\Z|\A\Z")  # as git check-ref-format
LOCKED = re.compile(r"Unable to create '([^'\n]+\.lock)': File exists")
MOVED = re.compile(r"but expected|reference already exists|unable to resolve reference|reference is missing")


class Moved(Exception):
    """A ref is not where we believed, or we were not told: look again, and try again if it does not hold what we wrote."""


def full_name(branch):
    """refs/heads/<branch>, if that is a name git takes."""
    if REFUSED.search(branch):
        raise Invalid("bad_branch", branch=branch[:100])
    return HEADS + branch


class Refs:
    """Thread-safe; who moves a ref holds the repository's lock."""

    def __init__(self, repo, env):
        self.repo, self.env, self.lock, self.process = repo, env, threading.Lock(), None

    def read(self, ref):
        """The sha a ref points at, or None."""
        try:
            return git.SymbolicReference.dereference_recursive(self.repo, ref)
        except ValueError:
            return None

    def move(self, ref, new, old):
        """Set the ref to `new` (None: delete it) if it is `old` (None: absent); Moved otherwise, or when git was killed over it."""
        with self.lock:
            patiently(self.repo.git_dir, lambda: self._try(ref, new, old))

    def _try(self, ref, new, old):
        said = self._told(f"start\nupdate {ref} {new or ABSENT} {old or ABSENT}\ncommit\n")
        if said is None:
            return ""
        if said == "" or MOVED.search(said):
            raise Moved
        return said

    def _told(self, lines):
        """None when git did it, else what it said ("": it was killed); git ends after an error, and is started again for the next."""
        if self.process is None or self.process.poll() is not None:
            self.process = run.start(self.env, "update-ref", "--stdin", stdin=subprocess.PIPE)
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(lines.encode())
            self.process.stdin.flush()
            if [self.process.stdout.readline() for _ in range(2)] == [b"start: ok\n", b"commit: ok\n"]:
                return None
        said = self.process.stderr.read().decode("utf-8", "replace")
        run.end(self.process)
        return said

    def close(self):
        with self.lock:
            if self.process is not None:
                run.end(self.process)


def patiently(path, attempt):
    """Call `attempt` until it says nothing of a lock file in the way; Unavailable when it fails otherwise."""
    until = time.monotonic() + 2 * STALE
    while said := attempt():
        found = LOCKED.search(said)
        if found is None or time.monotonic() > until:
            raise Unavailable("repo_unwritable", path=str(path), detail=run.one_line(said))
        if not _removed(Path(found[1]), path):
            time.sleep(0.02)


def _removed(lock, path):
    """Whether the lock file was a dead process's, or is gone by itself."""
    if Path(path).resolve() not in lock.resolve().parents:
        return False
    with contextlib.suppress(FileNotFoundError):
        if abs(time.time() - lock.stat().st_mtime) < STALE:
            return False
        lock.unlink()
    return True
