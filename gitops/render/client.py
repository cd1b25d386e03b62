"""Asking the render process, with a deadline and a bound on its memory; a process that breaks one is replaced."""

import contextlib
import importlib.util
import os
import selectors
import struct
import subprocess
import sys
import threading
import time

import orjson

from gitops.errors import Timeout, Unavailable

LOOK = 0.05  # seconds between looks at the process's memory while it works


class Client:
    """One render process, started when first asked. Thread-safe: one request at a time."""

    def __init__(self, deadline, memory):
        self.deadline, self.memory, self.lock, self.process = deadline, memory, threading.Lock(), None

    def ask(self, request, *frames):
        """The answer to a request (a dict); Timeout when it takes too long or too much memory."""
        if importlib.util.find_spec("helm_python") is None:
            raise Unavailable("helm_missing")
        with self.lock:
            try:
                self._send(orjson.dumps(request), *frames)
                return orjson.loads(self._receive())
            except (BrokenPipeError, EOFError):
                self._stop()
                raise Timeout("render_died") from None
            except Timeout:
                self._stop()
                raise

    def _send(self, *frames):
        process = self._running()
        for frame in frames:
            process.stdin.write(struct.pack(">I", len(frame)) + frame)
        process.stdin.flush()

    def _receive(self):
        self.until = time.monotonic() + self.deadline
        return self._read(struct.unpack(">I", self._read(4))[0])

    def _read(self, count):
        data = bytearray()
        while len(data) < count:
            while not self.selector.select(LOOK):
                self._within_bounds()
            chunk = os.read(self.process.stdout.fileno(), min(count - len(data), 1 << 20))
            if not chunk:
                raise EOFError
            data += chunk
        return bytes(data)

    def _within_bounds(self):
        if time.monotonic() > self.until:
            raise Timeout("render_timeout", seconds=self.deadline)
        with contextlib.suppress(FileNotFoundError, IndexError), open(f"/proc/{self.process.pid}/statm") as file:
            if int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") > self.memory:
                raise Timeout("render_memory", megabytes=self.memory >> 20)

    def _running(self):
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen([sys.executable, "-m", "gitops.render.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL, env={**os.environ, "GOMAXPROCS": "2"}, start_new_session=True)
            self.selector = selectors.DefaultSelector()
            self.selector.register(self.process.stdout, selectors.EVENT_READ)
        return self.process

    def _stop(self):
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            self.selector.close()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
            process.wait()

    def close(self):
        with self.lock:
            self._stop()
