"""Asking the render process, with a deadline and a bound on its memory; a process that breaks one is replaced."""

import contextlib
import importlib.util
import os
import selectors
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import orjson

import gitops
from gitops.errors import Timeout, Unavailable

STARTING = 60  # seconds for the process to say that it is ready: it reads 85 MB of library
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "HELM_C_LIB")  # no tokens or keys for what runs strangers' templates
EXHAUSTED = ("out of memory", "cannot allocate memory", "MemoryError")  # as Go and Python say it when they die of it
TRIES = 2      # a process may also die of what is not its request


class Client:
    """One render process, started when first asked and again when it died. Thread-safe: one request at a time."""

    def __init__(self, deadline, memory):
        self.deadline, self.memory, self.lock, self.process, self.owner = deadline, memory, threading.Lock(), None, None

    def render(self, request, files):
        """The answer to a request (a dict); `files()` gives the chart as a tar if the process has not got it. Hold `lock`."""
        for _ in range(TRIES):
            with contextlib.suppress(EOFError):
                answer = self._asked({"op": "render", **request})
                if "unknown_chart" not in answer:
                    return answer
                loaded = self._asked({"op": "load", "chart": request["chart"]}, files())
                return loaded if "error" in loaded else self._asked({"op": "render", **request})
        raise Timeout("render_memory" if self.exhausted else "render_died", megabytes=self.memory >> 20)

    def _asked(self, request, *frames):
        """One exchange; EOFError when the process died of it."""
        self._running()
        try:
            self.until = time.monotonic() + self.deadline
            for frame in (orjson.dumps(request), *frames):
                self._write(struct.pack(">I", len(frame)) + frame)
            return self._answer()
        except BrokenPipeError:
            self._stop()
            raise EOFError from None
        except BaseException:
            self._stop()  # what comes next on the pipe would be the answer to another question
            raise

    def _answer(self):
        return orjson.loads(self._read(struct.unpack(">I", self._read(4))[0]))

    def _write(self, data):
        view, stream = memoryview(data), self.process.stdin
        while view:
            self._wait(stream, selectors.EVENT_WRITE)
            view = view[os.write(stream.fileno(), view):]

    def _read(self, count):
        data = bytearray()
        while len(data) < count:
            self._wait(self.process.stdout, selectors.EVENT_READ)
            chunk = os.read(self.process.stdout.fileno(), min(count - len(data), 1 << 20))
            if not chunk:
                raise EOFError
            data += chunk
        return bytes(data)

    def _wait(self, stream, event):
        with selectors.PollSelector() as selector:
            selector.register(stream, event)
            if not selector.select(max(0, self.until - time.monotonic())):
                raise Timeout("render_timeout", seconds=self.deadline)

    def _running(self):
        if self.owner != os.getpid():
            self.process = None  # a forked child leaves its parent's process alone
        if self.process is not None and self.process.poll() is not None:
            self._stop()
        if self.process is None:
            self._start(engine())

    def _start(self, name):
        self.folder, self.owner = tempfile.mkdtemp(prefix="klepaas-render-"), os.getpid()
        command = [sys.executable, "-P", "-m", "gitops.render.worker", name, self.folder, str(self.memory)]
        with Path(self.folder, "stderr").open("wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, bufsize=0, env=_environment(), start_new_session=True)
        os.set_blocking(self.process.stdin.fileno(), False)
        self.until = time.monotonic() + STARTING
        try:
            self._answer()
        except (EOFError, Timeout):
            said = self._stop()
            raise Unavailable("render_not_started", detail=said[-300:]) from None
        except BaseException:
            self._stop()
            raise

    def _stop(self):
        """Ends the process and what it started; its last words."""
        process, self.process = self.process, None
        if process is None:
            return ""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.stdin.close()
        process.stdout.close()
        process.wait()
        said = _last_words(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.exhausted = any(words in said for words in EXHAUSTED)
        return said

    def close(self):
        with self.lock:
            if self.owner == os.getpid():
                self._stop()


def _last_words(folder):
    with contextlib.suppress(FileNotFoundError):
        return Path(folder, "stderr").read_text(errors="replace")
    return ""


def engine():
    """What renders here: "sdk" or "binary"; Unavailable says what to install."""
    with contextlib.suppress(ModuleNotFoundError):
        if importlib.util.find_spec("helm_python"):
            return "sdk"
    if shutil.which("helm"):
        return "binary"
    raise Unavailable("helm_missing")


def _environment():
    paths = [str(Path(gitops.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "GOMAXPROCS": "2", "GOGC": "400"}  # a sixth less time for 10 MB more, measured
