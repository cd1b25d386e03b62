"""Moving refs with compare-and-swap, through one persistent `git update-ref --stdin`."""

import contextlib
import os
import subprocess
import threading
import time
from pathlib import Path

import git

from gitops.git.run import Moved

ABSENT = "0" * 40
STALE = 60  # seconds after which a ref's lock file belongs to a process that died: an update takes milliseconds


class Refs:
    def __init__(self, repo, env):
        self.repo, self.env, self.lock, self.process = repo, env, threading.Lock(), None

    def read(self, ref):
        """The sha a ref points at, or None."""
        try:
            return git.SymbolicReference.dereference_recursive(self.repo, ref)
        except ValueError:
            return None

    def move(self, ref, new, old):
        """Set the ref to `new` (None: delete it) if it is `old` (None: absent); Moved otherwise."""
        with self.lock:
            if not self._told(f"start\nupdate {ref} {new or ABSENT} {old or ABSENT}\nprepare\ncommit\n"):
                self._stop()
                self._drop_stale(ref)
                raise Moved

    def _told(self, lines):
        process = self._running()
        try:
            process.stdin.write(lines)
            process.stdin.flush()
        except BrokenPipeError:
            return False
        return [process.stdout.readline() for _ in range(3)] == ["start: ok\n", "prepare: ok\n", "commit: ok\n"]

    def _running(self):
        if self.process is None or self.process.poll() is not None:
            command = ["git", "--git-dir", self.repo.git_dir, "update-ref", "--stdin"]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                            text=True, env={**os.environ, **self.env}, start_new_session=True)
        return self.process

    def _stop(self):
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
            process.wait()

    def _drop_stale(self, ref):
        lock = Path(self.repo.git_dir, f"{ref}.lock")
        with contextlib.suppress(FileNotFoundError):
            if time.time() - lock.stat().st_mtime > STALE:
                lock.unlink()

    def close(self):
        with self.lock:
            self._stop()
