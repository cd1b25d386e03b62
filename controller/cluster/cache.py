"""What an environment's cluster holds of ours, fed by one list and one watch a kind; kept as compact JSON. Of others' objects the names.

`changed(key)` is called for every change that others made, from the watches' threads.
"""

import logging
import threading
import time

import orjson

from controller import ownership
from controller.cluster.answers import Expired
from controller.cluster.kube import backoff
from gitops.errors import KlepaasError

log = logging.getLogger(__name__)
KUBERNETES = ("kube-controller-manager", "cloud-controller-manager", "kube-apiserver", "kube-scheduler", "kubelet")
BRIEF = 1  # seconds: a watch that ends sooner is not asked for again at once


class Cache:
    def __init__(self, kube, namespace, repository, environment, changed):
        self.kube, self.namespace, self.repository, self.environment, self.changed = kube, namespace, repository, environment, changed
        self.labels = f"{ownership.LABEL}={ownership.label(repository, environment)}"
        self.objects, self.apps, self.strangers, self.kinds = {}, {}, set(), {}
        self.named = set()  # kinds of which the names of others' objects are known
        self.lock, self.opening, self.stopped = threading.RLock(), threading.Lock(), threading.Event()

    def watch(self, kind, even_if_none=True):
        """Begin to look at a kind: its list is read before this returns; raises when it cannot be. Or only where something of ours is there."""
        if (kind.group, kind.kind) in self.kinds:
            return
        with self.opening:  # once, however many apps bring the kind at the same time
            if (kind.group, kind.kind) not in self.kinds:
                self._open(kind, even_if_none)

    def _open(self, kind, even_if_none):
        version = self._list(kind)
        if not even_if_none and not any((key.group, key.kind) == (kind.group, kind.kind) for key in self.objects):
            return
        self.kinds[kind.group, kind.kind] = kind
        threading.Thread(target=self._follow, args=(kind, version), name=f"watch-{kind.plural}-{self.namespace}", daemon=True).start()

    def _list(self, kind):
        """Ours as they are; the version to watch from."""
        namespace = self.namespace if kind.namespaced else None
        items, version = self.kube.list(kind, namespace, labels=self.labels)
        with self.lock:
            self.named.discard((kind.group, kind.kind))
            listed = {ownership.key(each) for each in items}
            gone = {key for key, (_, at, _) in self.objects.items() if (key.group, key.kind) == (kind.group, kind.kind) and key not in listed and not _later(at, version)}
            for each in items:
                self._store(each)
            for key in gone:
                self._forget(key)
        for key in gone | listed:
            self._tell(key)
        return version

    def _follow(self, kind, version):
        """Until stopped, whatever comes: a watch that died unseen would leave drift alone for ever."""
        failures = 0
        while not self.stopped.is_set():
            began = time.monotonic()
            try:
                for event, obj in self.kube.watch(kind, self.namespace if kind.namespaced else None, version, self.stopped):
                    version = self._took(kind, event, obj)
                failures = 0 if time.monotonic() - began > BRIEF else failures + 1
            except Expired:
                version, failures = self._again(kind, version), failures + 1
            except KlepaasError as error:
                failures += 1
                log.info("watch %s: %s", kind.plural, error)
            except Exception:
                log.exception("watch %s", kind.plural)
                version, failures = self._again(kind, version), failures + 1
            if failures:
                self.stopped.wait(backoff(failures - 1, 0.1, 10))

    def _took(self, kind, event, obj):
        """An event; the version to go on from."""
        if event != "BOOKMARK":
            self._seen(event, {"apiVersion": kind.api_version, "kind": kind.kind, **obj})
        return obj["metadata"]["resourceVersion"]

    def _again(self, kind, version):
        try:
            return self._list(kind)
        except KlepaasError as error:
            log.info("list %s: %s", kind.plural, error)
            return version

    def _seen(self, event, obj):
        """A change; none where it is our own write, of which the answer came before."""
        key, version = ownership.key(obj), obj["metadata"]["resourceVersion"]
        with self.lock:
            known = self.objects.get(key)
            if known is not None and (_later(known[1], version) or known[1] == version and event != "DELETED"):
                return
            if event == "DELETED":
                self._forget(key)
            else:
                self._store(obj)
        self._tell(key)

    def _tell(self, key):
        """What is made of a change never ends the watch that brought it."""
        try:
            self.changed(key)
        except Exception:
            log.exception("%s: %s", self.environment, key)

    def written(self, obj):
        """What an apply answered: newer than what the watch has told so far."""
        with self.lock:
            self.strangers.discard(ownership.key(obj))
            self._store(obj)

    def deleted(self, key):
        with self.lock:
            self._forget(key)

    def _store(self, obj):
        key = ownership.key(obj)
        app = ownership.app_of(obj, self.repository, self.environment)
        known = self.objects.get(key)
        if known is not None and _later(known[1], obj["metadata"]["resourceVersion"]):
            return
        if app is None:
            self._forget(key)
            self.strangers.add(key)
            return
        self.objects[key] = orjson.dumps(_slim(obj)), obj["metadata"]["resourceVersion"], app
        self.apps.setdefault(app, set()).add(key)

    def _forget(self, key):
        known = self.objects.pop(key, None)
        if known is not None:
            self.apps.get(known[2], set()).discard(key)
        self.strangers.discard(key)

    def get(self, key):
        """The object of ours as last seen, or None."""
        with self.lock:
            known = self.objects.get(key)
        return orjson.loads(known[0]) if known else None

    def version(self, key):
        """The resourceVersion of an object of ours as last seen, or None."""
        known = self.objects.get(key)
        return known[1] if known else None

    def app_of(self, key):
        with self.lock:
            known = self.objects.get(key)
            return known[2] if known else None

    def keys_of(self, app):
        with self.lock:
            return tuple(self.apps.get(app, ()))

    def keys(self):
        with self.lock:
            return {key: known[2] for key, known in self.objects.items()}

    def stranger(self, key):
        """Whether an object of this name is there that is not ours. The names of a kind are listed when first asked for: who starts and creates nothing needs none."""
        if (key.group, key.kind) not in self.named:
            with self.opening:
                if (key.group, key.kind) not in self.named:
                    self._name(self.kube.kind(key.group, key.kind))
        with self.lock:
            return key in self.strangers

    def _name(self, kind):
        names, _ = self.kube.list(kind, self.namespace if kind.namespaced else None, partial=True)
        with self.lock:
            others = {ownership.Key(kind.group, kind.kind, each["metadata"].get("namespace") or "", each["metadata"]["name"]) for each in names} - set(self.objects)
            self.strangers = {key for key in self.strangers if (key.group, key.kind) != (kind.group, kind.kind)} | others
            self.named.add((kind.group, kind.kind))

    def stop(self):
        self.stopped.set()


def _later(version, than):
    """Whether a resourceVersion is later than another one of its kind; not where the server's are no numbers."""
    return version.isdigit() and than.isdigit() and int(version) > int(than)


def _slim(obj):
    """The object with what the diff needs of its managedFields: the fields we applied, and who else wrote some."""
    metadata = {name: value for name, value in obj["metadata"].items() if name != "managedFields"}
    managers = obj["metadata"].get("managedFields") or ()
    owned = next((each.get("fieldsV1") for each in managers if ownership.applied(each)), None)
    return {**obj, "metadata": metadata, "$owned": owned or {}, "$others": sorted({each["manager"] for each in managers if _other(each)})}


def _other(entry):
    """Whether an entry of managedFields is of somebody who may write what we render: Kubernetes itself does not, nor who writes a status."""
    return entry.get("manager") not in (None, "klepaas", *KUBERNETES) and entry.get("subresource") != "status"
