"""Objects in memory with a history for watches, and a log on disk so that they survive a restart.

What is stored is never changed in place: a write stores a new dict. Not thread-safe: everything runs in one loop.
"""

import bisect
from collections import deque
from pathlib import Path

import orjson

from controller.devcluster import paths

HISTORY = 20_000  # events kept for watches that come back
ADOPTABLE = ("pods", "replicasets.apps")
FIRST = 1000      # the first resourceVersion: 1 is too old for everybody
GROWN, LEAST = 4, 64 << 20  # the log is written anew at so many times its size at first, and not below so many bytes


class Store:
    def __init__(self, path=None):
        self.objects, self.version = {}, FIRST  # resource -> namespace ("" for none) -> name -> object
        self.owned, self.uids, self.orphans, self.labels = {}, {}, {}, {}
        self.history, self.horizon, self.watchers, self.followers = deque(), FIRST, [], {}
        self.path, self.log, self.size, self.most = path and Path(path), None, 0, LEAST
        if path is not None:
            self._load()
            self._compact()

    def _load(self):
        """Replay the log."""
        for line in self.path.open("rb") if self.path.exists() else ():
            try:
                version, resource, namespace, name, obj = orjson.loads(line)
            except ValueError:
                continue  # the last line of a process that was killed while it wrote
            for entry in obj["metadata"].get("managedFields") or () if obj else ():
                entry["fieldsV1"] = paths.shared(entry.get("fieldsV1") or {})
            self._place(resource, namespace, name, obj)
            self.version = max(self.version, version)
        self.horizon = self.version

    def _compact(self):
        """Write the log anew without what is gone, and go on appending."""
        fresh = self.path.with_suffix(".new")
        with fresh.open("wb") as file:
            for resource, spaces in self.objects.items():
                for namespace, found in spaces.items():
                    for name, obj in found.items():
                        file.write(orjson.dumps([self.version, resource, namespace, name, obj]) + b"\n")
            self.size = file.tell()
        fresh.replace(self.path)
        self.close()
        self.log, self.most = self.path.open("ab", buffering=0), max(LEAST, GROWN * self.size)

    def get(self, resource, namespace, name):
        return self.objects.get(resource, {}).get(namespace or "", {}).get(name)

    def list(self, resource, namespace=None):
        """In the order of the text NAMESPACE/NAME."""
        spaces = self.objects.get(resource, {})
        if namespace is not None:
            found = spaces.get(namespace, {})
            return [found[name] for name in sorted(found)]
        keys = [(space, name) for space, found in spaces.items() for name in found]
        return [spaces[space][name] for space, name in sorted(keys, key="/".join)]

    def put(self, resource, obj):
        """Store an object under a new resourceVersion; the object as stored."""
        self.version += 1
        metadata = obj["metadata"]
        obj = {**obj, "metadata": {**metadata, "resourceVersion": str(self.version)}}
        namespace, name = metadata.get("namespace", ""), metadata["name"]
        before = self.get(resource, namespace, name)
        self._place(resource, namespace, name, obj)
        self._record(resource, namespace, name, obj)
        self._tell("MODIFIED" if before is not None else "ADDED", resource, obj, before)
        return obj

    def remove(self, resource, obj):
        """Take an object out; as it last was, with the resourceVersion of its deletion."""
        self.version += 1
        gone = {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(self.version)}}
        namespace, name = gone["metadata"].get("namespace", ""), gone["metadata"]["name"]
        before = self.get(resource, namespace, name)
        self._place(resource, namespace, name, None)
        self._record(resource, namespace, name, None)
        self._tell("DELETED", resource, gone, before)
        return gone

    def _place(self, resource, namespace, name, obj):
        found = self.objects.setdefault(resource, {}).setdefault(namespace or "", {})
        key = resource, namespace or "", name
        if name in found:
            self._unlink(found[name], key)
        if obj is None:
            found.pop(name, None)
        else:
            found[name] = obj
            self._link(obj, key)

    def _link(self, obj, key):
        """Remember by uid, by owner, and what has no owner."""
        metadata = obj["metadata"]
        self.uids[metadata["uid"]] = key
        owners = metadata.get("ownerReferences")
        for owner in owners or ():
            self.owned.setdefault(owner["uid"], {})[key] = True
        if not owners and key[0] in ADOPTABLE:
            self.orphans.setdefault(key[:2], {})[key[2]] = True
        for label in _labels(obj, key):
            self.labels.setdefault((key[1], *label), set()).add(key[2])

    def _unlink(self, obj, key):
        metadata = obj["metadata"]
        self.uids.pop(metadata["uid"], None)
        self.orphans.get(key[:2], {}).pop(key[2], None)
        for label in _labels(obj, key):
            found = self.labels[key[1], *label]
            found.discard(key[2])
            if not found:
                del self.labels[key[1], *label]
        for owner in metadata.get("ownerReferences") or ():
            found = self.owned.get(owner["uid"], {})
            found.pop(key, None)
            if not found:
                self.owned.pop(owner["uid"], None)

    def pods_with(self, namespace, labels):
        """The pods that have all of these labels, by name; looked for among those that have the rarest."""
        found = sorted((self.labels.get((namespace, *label), ()) for label in labels.items()), key=len)
        return [self.get("pods", namespace, name) for name in sorted(found[0]) if all(name in each for each in found[1:])]

    def dependents(self, uid):
        """(resource, object) of all that name this owner."""
        return [(key[0], self.get(*key)) for key in self.owned.get(uid, ())]

    def ownerless(self, resource, namespace):
        """Objects of an adoptable resource that name no owner."""
        return [self.get(resource, namespace, name) for name in self.orphans.get((resource, namespace), ())]

    def of_uid(self, uid):
        """(resource, object), or None."""
        key = self.uids.get(uid)
        return (key[0], self.get(*key)) if key else None

    def _record(self, resource, namespace, name, obj):
        if self.log is None:
            return
        self.size += self.log.write(orjson.dumps([self.version, resource, namespace, name, obj]) + b"\n")
        if self.size > self.most:
            self._compact()

    def _tell(self, kind, resource, obj, before):
        event = self.version, kind, resource, obj, before
        self.history.append(event)
        if len(self.history) > HISTORY:
            self.horizon = self.history.popleft()[0]
        for watcher in (*self.watchers, *self.followers.get(resource, ())):
            watcher(event)

    def follow(self, resource, watcher):
        """Tell a watcher every event of one resource; `watchers` are told all."""
        self.followers.setdefault(resource, []).append(watcher)

    def unfollow(self, resource, watcher):
        self.followers[resource].remove(watcher)

    def since(self, version):
        """Events after a version, oldest first; None when they are no longer known."""
        if version < self.horizon:
            return None
        start = bisect.bisect_right(self.history, version, key=lambda event: event[0])
        return [self.history[number] for number in range(start, len(self.history))]

    def close(self):
        if self.log is not None:
            self.log.close()


def _labels(obj, key):
    return (obj["metadata"].get("labels") or {}).items() if key[0] == "pods" else ()
