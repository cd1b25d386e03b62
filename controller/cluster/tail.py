"""What a container says, as it says it: read by a thread of its own, so that whoever follows can look up meanwhile and then whether they still may. Read-only."""

import contextlib
import queue
import re
import threading

import urllib3

from controller import whose

MOST = 1000          # lines that wait to be taken: more are not read from the cluster
LONGEST = 64 * 1024  # bytes of a line; what is longer comes in pieces
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
NOTHING = object()   # was said for a while
_END = object()


class Tail:
    """The last lines of a container, or those after a time, and then what it says; `stop` from any thread."""

    def __init__(self, kube, namespace, pod, container, lines, after=None):
        self.after, self.stopped, self.queue = after, threading.Event(), queue.Queue(MOST)
        self.response = kube.follow(namespace, pod, container, **({"sinceTime": after} if after else {"tailLines": lines}))
        threading.Thread(target=self._run, name="tail", daemon=True).start()

    def next(self, seconds):
        """(time, line), NOTHING where none came in so many seconds, None when the container is over."""
        try:
            found = self.queue.get(timeout=seconds)
        except queue.Empty:
            return NOTHING
        return None if found is _END else found

    def stop(self):
        self.stopped.set()
        with contextlib.suppress(OSError, RuntimeError, ValueError):  # it ended by itself meanwhile
            self.response.shutdown()

    def _run(self):
        try:
            for line in self._lines():
                at, _, text = line.decode("utf-8", "replace").partition(" ")
                if self.after is None or moment(at) > moment(self.after):
                    self._put((at, text))
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            pass  # the connection ended: who follows resumes
        finally:
            self._put(_END)
            self.response.close()

    def _lines(self):
        rest = b""
        while not self.stopped.is_set() and (chunk := self.response.read1(1 << 16)):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LONGEST:
                lines, rest = [*lines, rest], b""
            yield from filter(None, lines)

    def _put(self, found):
        """Waits while nobody takes, as long as somebody may."""
        while not self.stopped.is_set():
            with contextlib.suppress(queue.Full):
                return self.queue.put(found, timeout=1)


def opened(observer, environment, app, lines, pod=None, container=None, after=None):
    """(pod's name, container's name, Tail of what it says)."""
    found, name, _ = whose.chosen(observer, environment, app, {"pod": pod, "container": container})
    pod = found["metadata"]["name"]
    return pod, name, Tail(observer.kube(environment), environment.namespace, pod, name, lines, after)


def moment(at):
    """A time as it can be compared: fractions come with or without their last zeros."""
    seconds, _, fraction = at.rstrip("Z").partition(".")
    return seconds, fraction.ljust(9, "0")
