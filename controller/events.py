"""Kubernetes Events on what the controller changes, so that `kubectl describe` says who did it. Best effort: never holds up or fails a sync.

One Event an app and sync, on its main workload, not one an object; the same again is counted on the first. A thread sends them,
a few a second, and ends when there is nothing to send; what waits for an object and reason is replaced by what comes later.
"""

import functools
import logging
import re
import threading
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from controller import metrics
from gitops import checks
from gitops.charts import MASK
from gitops.errors import KlepaasError, NotFound

log = logging.getLogger(__name__)
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job")
COMPONENT = "klepaas-controller"
BURST, RATE = 20, 5     # Events at once, then so many a second: a first sync of 1,000 apps writes thousands of objects meanwhile
MOST, KNOWN = 2000, 500  # that wait; that are remembered to be counted on
LONGEST, NAMED = 1000, 8  # characters of a message (the API's bound is 1,024); objects it names
PATIENCE, LAST = 5, 2   # seconds for one request, and for what waits when the process ends
LEASE = "coordination.k8s.io/v1", "Lease"


@dataclass(frozen=True, slots=True)
class News:
    """What an Event will say: `about` is (apiVersion, kind, name, uid)."""

    about: tuple
    reason: str
    message: str
    warning: bool = False


def listening(world, tell):
    """`tell`, whose news of an environment become Events too."""
    events = Events(world)

    @functools.wraps(tell)
    def heard(call, *args, **more):
        tell(call, *args, **more)
        if world.writes:
            events.hear(call.__name__, args, more)
    heard.events = events
    return heard


class Events:
    """The Events of one environment."""

    def __init__(self, world):
        self.world, self.guard, self.thread = world, threading.Lock(), None
        self.waiting, self.known, self.synced, self.healed = OrderedDict(), OrderedDict(), {}, set()
        self.tokens, self.filled = BURST, time.monotonic()

    # --- what is worth an Event -------------------------------------------------------------------------------------------

    def hear(self, name, args, more):
        try:
            news = self._of_sync(*args) if name == "record_sync" else self._of_event(*args, **more) if name == "event" else self._of_mark(*args, **more) if name == "mark" else None
        except Exception:
            log.exception("event of %s", name)
            return
        if news is not None:
            self._append(news)

    def _of_sync(self, result):
        if result.status == "failed":
            return News(self._about(result.app, result.actions), "SyncFailed", f"{result.app}: {result.error or result.health.message}{_at(result.revision)}", True)
        if not result.actions or self.synced.get(result.app) == (result.started, result.actions):
            return None
        self.synced[result.app] = result.started, result.actions
        if result.app in self.healed:
            self.healed.discard(result.app)
            return None  # told as drift
        did = {each["action"] for each in result.actions} - {"hook"}
        reason = "Created" if did == {"created"} else "Changed" if did else "HookStarted"
        return News(self._about(result.app, result.actions), reason, f"{result.app}: {_listed(result.actions)}{_at(result.revision)}")

    def _of_event(self, kind, app, environment, **data):
        if kind == "drift":
            return self._of_drift(app, data)
        if kind == "sync" and data.get("status") == "pruned":
            return News(self._about(app, data["actions"]), "Pruned", f"{app}: {_listed(data['actions'])}{_at(data.get('revision'))}")
        return None

    def _of_mark(self, environment, held=None, **_):
        return News(self._lease(), "Held", held, True) if held else None

    def _of_drift(self, app, data):
        fields = ", ".join(f"{each['kind']} {each['name']} {' '.join(each['fields'])}" for each in data["fields"][:NAMED])
        by = f", changed by {', '.join(data['opponents'])}" if data.get("opponents") else ""
        if data["repaired"]:
            self.healed.add(app)
        return News(self._about(app, data["fields"]), "DriftHealed" if data["repaired"] else "DriftFound", f"{app}: {fields}{by}", not data["repaired"])

    def _about(self, app, actions):
        """The app's main workload; else the first object that was written, else the environment's lease."""
        keys = self.world.cache.keys_of(app)
        workloads = sorted((each for each in keys if each.kind in WORKLOADS and each.namespace), key=lambda each: (each.name != app, WORKLOADS.index(each.kind), each.name))
        written = {(each["kind"], each["name"]) for each in actions}
        found = workloads or sorted((each for each in keys if each.namespace and (each.kind, each.name) in written), key=str)
        live = next(filter(None, map(self.world.cache.get, found)), None)
        return (live["apiVersion"], live["kind"], live["metadata"]["name"], live["metadata"].get("uid")) if live else self._lease()

    def _lease(self):
        live = self.world.lease.live
        return *LEASE, self.world.lease.name, live["metadata"].get("uid") if live else None

    # --- sending ----------------------------------------------------------------------------------------------------------

    def _append(self, news):
        """Warnings go first; of the same object and reason the last."""
        with self.guard:
            self.waiting[news.about, news.reason] = news
            self.waiting.move_to_end((news.about, news.reason), last=not news.warning)
            if len(self.waiting) > MOST:
                self.waiting.popitem()
                metrics.EVENTS.labels("dropped").inc()
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name=f"events-{self.world.environment.name}", daemon=True)
                self.thread.start()

    def finish(self):
        """The process ends: a moment for what waits."""
        thread = self.thread
        if thread is not None:
            thread.join(LAST)

    def _run(self):
        while news := self._next():
            try:
                self._send(news)
                metrics.EVENTS.labels("sent").inc()
            except KlepaasError as error:
                metrics.EVENTS.labels("refused").inc()
                log.info("event %s: %s", news.reason, error)
            except Exception:
                metrics.EVENTS.labels("refused").inc()
                log.exception("event %s", news.reason)

    def _next(self):
        """What is to be sent, when its turn has come; None, and the thread ends, when nothing waits."""
        while (pause := self._pause()) > 0:
            time.sleep(pause)
        with self.guard:
            if not self.waiting:
                self.thread = None
                return None
            return self.waiting.popitem(last=False)[1]

    def _pause(self):
        now = time.monotonic()
        self.tokens, self.filled = min(self.tokens + (now - self.filled) * RATE, BURST), now
        if self.tokens < 1:
            return (1 - self.tokens) / RATE
        self.tokens -= 1
        return 0

    def _send(self, news):
        """A new Event, or one more of one that is there."""
        text, now = _masked(news.message), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        same = news.about, news.reason, text
        name, count = self.known.pop(same, (None, 0))
        if name is None or not self._counted(name, count + 1, now):
            name, count = f"{news.about[2]}.{uuid.uuid4().hex[:16]}", 0
            self._create(name, news, text, now)
        self.known[same] = name, count + 1
        if len(self.known) > KNOWN:
            self.known.popitem(last=False)

    def _counted(self, name, count, now):
        """Whether it could be counted on; the server forgets Events after a while."""
        try:
            self._ask("PATCH", name, {"count": count, "lastTimestamp": now}, "application/merge-patch+json")
        except NotFound:
            return False
        return True

    def _create(self, name, news, text, now):
        version, kind, about, uid = news.about
        namespace = self.world.environment.namespace
        self._ask("POST", None, {
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": name, "namespace": namespace}, "type": "Warning" if news.warning else "Normal",
            "reason": news.reason, "message": text, "count": 1, "firstTimestamp": now, "lastTimestamp": now,
            "source": {"component": COMPONENT}, "reportingComponent": COMPONENT, "reportingInstance": self.world.lease.holder[:128],
            "involvedObject": {"apiVersion": version, "kind": kind, "name": about, "namespace": namespace, **({"uid": uid} if uid else {})}})

    def _ask(self, method, name, body, content_type="application/json"):
        path = f"/api/v1/namespaces/{self.world.environment.namespace}/events" + (f"/{name}" if name else "")
        self.world.kube.request(method, path, {"fieldManager": COMPONENT}, body, content_type, timeout=PATIENCE)


def _at(revision):
    return f" (commit {revision[:7]})" if revision else ""


def _listed(actions):
    """created Deployment web, Service web; changed …; and 12 more."""
    said = [f"{each['action']} {each['kind']} {each['name']}" for each in actions[:NAMED]]
    return ", ".join(said) + (f" and {len(actions) - NAMED} more" if len(actions) > NAMED else "")


def _masked(text):
    """Anybody who may look at the namespace reads it."""
    for pattern in checks.SECRETS.values():
        text = re.sub(pattern, MASK, text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST - 1]}…"
