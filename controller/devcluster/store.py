"""Objects in memory with a history for watches, and a log on disk so that they survive a restart.

What is stored is never changed in place: a write stores a new dict. Not thread-safe: everything runs in one loop.
"""

import bisect
from collections import deque
from pathlib import Path

import orjson

HISTORY = 20_000  # events kept for watches that come back
FIRST = 1000      # the first resourceVersion: 1 is too old for everybody


class Store:
    def __init__(self, path=None):
        self.objects, self.owned, self.version = {}, {}, FIRST
        self.history, self.horizon, self.watchers = deque(), FIRST, []
        self.log = None
        if path is not None:
            self._load(Path(path))

    def _load(self, path):
        """Replay the log, write it anew without what is gone, and go on appending."""
        if path.exists():
            for line in path.read_bytes().split(b"\n"):
                try:
                    version, resource, namespace, name, obj = orjson.loads(line)
                except ValueError:
                    continue  # the last line of a process that was killed while it wrote, or the empty one
                self._place(resource, namespace, name, obj)
                self.version = max(self.version, version)
        self.horizon = self.version
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as file:
            for resource, found in self.objects.items():
                for (namespace, name), obj in found.items():
                    file.write(orjson.dumps([self.version, resource, namespace, name, obj]) + b"\n")
        fresh.replace(path)
        self.log = path.open("ab", buffering=0)

    def get(self, resource, namespace, name):
        return self.objects.get(resource, {}).get((namespace or "", name))

    def list(self, resource, namespace=None):
        """In the order of the text NAMESPACE/NAME."""
        found = self.objects.get(resource, {})
        keys = [key for key in found if namespace is None or key[0] == namespace]
        return [found[key] for key in sorted(keys, key="/".join)]

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
        found = self.objects.setdefault(resource, {})
        key = namespace or "", name
        self._owners(found.get(key), resource, key, remove=True)
        if obj is None:
            found.pop(key, None)
        else:
            found[key] = obj
            self._owners(obj, resource, key)

    def _owners(self, obj, resource, key, remove=False):
        for owner in (obj or {}).get("metadata", {}).get("ownerReferences") or ():
            index = self.owned.setdefault(owner["uid"], {})
            if remove:
                index.pop((resource, *key), None)
                if not index:
                    del self.owned[owner["uid"]]
            else:
                index[resource, *key] = True

    def dependents(self, uid):
        """(resource, object) of all that name this owner."""
        return [(resource, self.objects[resource][namespace, name]) for resource, namespace, name in self.owned.get(uid, ())]

    def _record(self, resource, namespace, name, obj):
        if self.log is not None:
            self.log.write(orjson.dumps([self.version, resource, namespace, name, obj]) + b"\n")

    def _tell(self, kind, resource, obj, before):
        event = self.version, kind, resource, obj, before
        self.history.append(event)
        if len(self.history) > HISTORY:
            self.horizon = self.history.popleft()[0]
        for watcher in tuple(self.watchers):
            watcher(event)

    def since(self, version):
        """Events after a version, oldest first; None when they are no longer known."""
        if version < self.horizon:
            return None
        start = bisect.bisect_right(self.history, version, key=lambda event: event[0])
        return [self.history[number] for number in range(start, len(self.history))]

    def close(self):
        if self.log is not None:
            self.log.close()
