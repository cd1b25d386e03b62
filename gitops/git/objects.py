"""Objects by id, read through one persistent `git cat-file` and kept in a bounded cache; written loose, without a process each.

GitPython's own database spawns `git hash-object` for each object it stores; LooseObjectDB's `store` does not, and reading
through cat-file survives a gc, which a pure gitdb does not.
"""

import threading
from collections import OrderedDict
from io import BytesIO

import git
from gitdb.base import IStream
from gitdb.db import LooseObjectDB

from gitops import tree as trees
from gitops.errors import NotFound

CACHE = 64 << 20  # bytes


class Database(git.GitCmdObjectDB):
    store = LooseObjectDB.store


class Objects:
    """Thread-safe. What it returns is shared: nobody changes it."""

    def __init__(self, path, env):
        self.repo = git.Repo(path, odbt=Database)
        self.repo.git.update_environment(**env)
        self.lock = threading.Lock()
        self.cache, self.size = OrderedDict(), 0

    def blob(self, id):
        return self._object(id, "blob")

    def tree(self, id):
        return self._object(id, "tree")

    def commit(self, id):
        """(tree id, parent ids) of a commit."""
        return self._object(id, "commit")

    def _object(self, id, kind):
        with self.lock:
            if id in self.cache:
                self.cache.move_to_end(id)
                return self.cache[id][0]
            data = self._read(id, kind)
            value = {"blob": bytes, "tree": trees.decoded, "commit": _commit}[kind](data)
            self._keep(id, value, len(data) * (1 if kind == "blob" else 6) + 200)
            return value

    def _read(self, id, kind):
        try:
            stream = self.repo.odb.stream(bytes.fromhex(id))
        except (ValueError, git.BadName, git.GitCommandError):
            raise NotFound("no_such_object", object=id) from None
        if stream.type.decode() != kind:
            raise NotFound("no_such_object", object=id)
        return stream.read()

    def _keep(self, id, value, size):
        self.cache[id] = value, size
        self.size += size
        while self.size > CACHE:
            self.size -= self.cache.popitem(last=False)[1][1]

    def put_blob(self, data):
        return self.put("blob", data)

    def put_tree(self, entries):
        return self.put("tree", trees.encoded(entries))

    def put(self, kind, data):
        with self.lock:
            return self.repo.odb.store(IStream(kind.encode(), len(data), BytesIO(data))).hexsha.decode()

    def close(self):
        with self.lock:
            self.repo.close()


def _commit(data):
    headers = [line.partition(b" ")[::2] for line in data.partition(b"\n\n")[0].split(b"\n")]
    found = [(name, value.decode()) for name, value in headers if name in (b"tree", b"parent")]
    return found[0][1], tuple(value for name, value in found if name == b"parent")
