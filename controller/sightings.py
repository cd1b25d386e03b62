"""What a cluster reports (its Events) about objects of our apps, told to the ledger as it happens. Must not hold up a sync, nor decide anything.

One watch an environment, from now on: what was before is the cluster's own to tell. Of an object that reports again and again the last is told, ever more rarely.
"""

import logging
import threading
import time
from dataclasses import dataclass, field

from controller import observe
from controller.cluster.answers import Expired
from controller.cluster.kube import backoff
from controller.ownership import Key
from gitops.errors import KlepaasError

log = logging.getLogger(__name__)
EVENT = "", "Event"
FIRST, LONGEST, QUIET = 1.0, 300.0, 600.0  # seconds between two tellings of one object, doubled each time up to the longest; quiet for so long, it begins anew
AT_ONCE, REST = 50, 1.0  # of an environment that are told at a time, and the seconds between
KNOWN = 5000            # objects that are remembered
NAMED = 10               # that are told of one object at a time
DEPLOYMENT, SET, CRONJOB = ("apps", "Deployment"), ("apps", "StatefulSet"), ("batch", "CronJob")
MADE = {"Pod": (DEPLOYMENT, SET, ("apps", "DaemonSet"), ("batch", "Job"), CRONJOB), "ReplicaSet": (DEPLOYMENT,), "Job": (CRONJOB,), "PersistentVolumeClaim": (SET,)}


@dataclass
class Pace:
    """How often one object was told of, and when it may be again; `waiting`: what it reported since, by the Event's uid."""

    due: float = 0.0
    pause: float = FIRST
    told: float = 0.0
    waiting: dict = field(default_factory=dict)


class Sightings:
    """Of one environment."""

    def __init__(self, world):
        self.world, self.paces, self.lock = world, {}, threading.Lock()
        self.following = self.telling = None

    def begin(self):
        """Watch from now on, where that is asked for and nobody here does yet."""
        if self.world.settings.event_days and self.following is None:
            self.following = threading.Thread(target=self._follow, name=f"sightings-{self.world.environment.name}", daemon=True)
            self.following.start()

    # --- seeing -----------------------------------------------------------------------------------------------------------

    def _follow(self):
        version, failures, stopped = None, 0, self.world.cache.stopped
        while not stopped.is_set():
            began = time.monotonic()
            try:
                version = version or self._now()
                for change, obj in self.world.kube.watch(self.world.kube.kind(*EVENT), self.world.environment.namespace, version, stopped):
                    version = obj["metadata"]["resourceVersion"]
                    if change in ("ADDED", "MODIFIED"):
                        self.seen(obj)
                failures = 0 if time.monotonic() - began > FIRST else failures + 1
            except Expired:
                version, failures = None, failures + 1
            except KlepaasError as error:
                failures += 1
                log.info("events of %s: %s", self.world.environment.name, error)
            except Exception:
                log.exception("events of %s", self.world.environment.name)
                version, failures = None, failures + 1
            stopped.wait(backoff(failures - 1, 0.5, LONGEST) if failures else 0)

    def _now(self):
        found = self.world.kube.request("GET", self.world.kube.kind(*EVENT).path(self.world.environment.namespace), {"limit": 1})
        return found["metadata"]["resourceVersion"]

    def seen(self, obj):
        """An Event about an object of an app's waits for its turn to be told."""
        about = obj.get("involvedObject") or {}
        app = self._app(about) if self.world.active() else None
        if app is None:
            return
        with self.lock:
            pace = self.paces.setdefault((app, about.get("kind"), about.get("name")), Pace())
            pace.waiting.pop(obj["metadata"]["uid"], None)
            pace.waiting[obj["metadata"]["uid"]] = {"uid": obj["metadata"]["uid"], **observe.event_view(obj)}
            while len(pace.waiting) > NAMED:
                del pace.waiting[next(iter(pace.waiting))]
            if self.telling is None:
                self.telling = threading.Thread(target=self._tell, name=f"telling-{self.world.environment.name}", daemon=True)
                self.telling.start()

    def _app(self, about):
        """Whose object it is: an app's own, or one that a workload of its made."""
        group, slash, _ = (about.get("apiVersion") or "").partition("/")
        key = Key(group if slash else "", about.get("kind") or "", about.get("namespace") or "", about.get("name") or "")
        return self.world.cache.app_of(key) or self._made(key)

    def _made(self, key):
        """The app of the workload that made it: of the longest name that this one begins with, up to a dash. Looked up, for a rollout reports by the thousand."""
        ends = [place for place, letter in enumerate(key.name) if letter == "-"]
        wanted = (Key(group, kind, key.namespace, key.name[:end]) for end in (len(key.name), *reversed(ends)) for group, kind in MADE.get(key.kind, ()))
        return next(filter(None, map(self.world.cache.app_of, wanted)), None)

    # --- telling ----------------------------------------------------------------------------------------------------------

    def _tell(self):
        """As long as something waits."""
        while not self.world.cache.stopped.is_set():
            with self.lock:
                told = self._due(time.monotonic())
                if not told and not any(each.waiting for each in self.paces.values()):
                    self.telling = None
                    return
            for app, found in told:
                self.world.tell(self.world.ledger.event, "cluster", app, self.world.environment.name, **found)
            self.world.cache.stopped.wait(REST)

    def _due(self, now):
        """What may be told now, object by object."""
        told = []
        for (app, *_), pace in list(self.paces.items()):
            if pace.waiting and pace.due <= now and len(told) < AT_ONCE:
                pace.pause = FIRST if now - pace.told > QUIET else min(pace.pause * 2, LONGEST)
                pace.due, pace.told = now + pace.pause, now
                told += [(app, each) for each in pace.waiting.values()]
                pace.waiting = {}
        self._forget(now)
        return told

    def _forget(self, now):
        """Objects that are quiet, and of too many the oldest."""
        for key in [key for key, pace in self.paces.items() if not pace.waiting and now - pace.told > QUIET] + list(self.paces)[:max(len(self.paces) - KNOWN, 0)]:
            self.paces.pop(key, None)
