"""Objects by id: read through one persistent `git cat-file` and kept in a bounded cache; written loose, without a process each.

Reading through cat-file survives a gc, which reading packs ourselves would not. A written object is on the disk before
anything refers to it.
"""

import contextlib
import errno
import io
import os
import tempfile
import threading
import zlib
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import git

from gitops import tree as trees
from gitops.errors import Invalid, NotFound, Unavailable
from gitops.git import run

CACHE = 64 << 20  # bytes
LARGEST = {"blob": 32 << 20, "tree": 4 << 20, "commit": 1 << 20}  # bytes: desired state is text, of many files
AT_ONCE = 64  # files open while writing
FEW, SMALL, MOST = 16, 64 << 10, 16 << 20  # objects, bytes of each, bytes of all: what is read ahead
SYNCS = 8  # threads that wait for the disk
GROWTH = {"blob": 1, "tree": 6, "commit": 1}  # memory of a decoded object, in lengths of its bytes


class Objects:
    """Thread-safe. What it returns is shared: nobody changes it. Open it after a fork, not before."""

    def __init__(self, path):
        self.folder = Path(path, "objects")
        self.repo = git.Repo(path, expand_vars=False)
        self.environment = run.environment(path)
        self.repo.git.update_environment(**run.overrides(path))
        self.reading, self.caching = threading.Lock(), threading.Lock()
        self.cache, self.size = OrderedDict(), 0
        self.pool = ThreadPoolExecutor(SYNCS)

    def blob(self, id):
        return self._object(id, "blob")

    def tree(self, id):
        """name -> Entry; {} for None."""
        return self._object(id, "tree") if id else {}

    def commit(self, id):
        """(tree id, parent ids) of a commit."""
        return self._object(id, "commit")

    def ahead(self, ids):
        """Bring small files into the cache in one go: a fifteenth of the time that one by one takes. What is not there is left for whoever reads it."""
        with self.caching:
            wanted = [id for id in dict.fromkeys(ids) if ("blob", id) not in self.cache]
        if len(wanted) > FEW:
            for id, data in _together(self.environment, wanted):
                self._cache(("blob", id), data, len(data) + 200)

    def _object(self, id, kind):
        with self.caching:
            found = self.cache.get((kind, id))
            if found is not None:
                self.cache.move_to_end((kind, id))
                return found[0]
        return self._keep(id, kind, self._read(id, kind))

    def _keep(self, id, kind, data):
        try:
            value = DECODE[kind](data)
        except (ValueError, IndexError):
            raise Invalid("broken_object", object=id) from None
        self._cache((kind, id), value, len(data) * GROWTH[kind] + 200)
        return value

    def _cache(self, key, value, size):
        with self.caching:
            if key in self.cache:
                return
            self.cache[key] = value, size
            self.size += size
            while self.size > CACHE:
                self.size -= self.cache.popitem(last=False)[1][1]

    def _read(self, id, kind):
        with self.reading:
            _, found, size = self._asked(self.repo.git.get_object_header, id)
            if found != kind.encode():
                raise NotFound("no_such_object", object=id)
            if size > LARGEST[kind]:
                raise Invalid("object_too_large", object=id, size=size, limit=LARGEST[kind])
            return self._asked(self._whole, id)

    def _whole(self, id):
        """The object's bytes: those that its id says, since a cat-file that dies midway looks like the end of the object."""
        _, kind, _, data = self.repo.git.get_object_data(id)
        if trees.git_id(kind.decode(), data) != id:
            raise ValueError(f"object {id} is not whole")
        return data

    def _asked(self, ask, name):
        """The answer of cat-file, started again if it died; NotFound when it has no such object."""
        for _ in range(2):
            try:
                return ask(name)
            except (ValueError, OSError) as error:
                said = str(error)
                if "could not be resolved" in said:
                    raise NotFound("no_such_object", object=name) from None
                self.repo.git.clear_cache()
        raise Unavailable("git_failed", command="cat-file", detail=run.one_line(said))

    def write(self, overlaid):
        """Put what was made over these objects on the disk: all of it, before this returns."""
        made = tuple(overlaid.new.items())
        try:
            for at in range(0, len(made), AT_ONCE):
                self._write([(self._place(id), kind, data) for (kind, id), (data, _) in made[at:at + AT_ONCE]])
        except OSError as error:
            raise Unavailable("repo_unwritable", path=str(self.folder.parent), detail=error.strerror) from None
        for key, (data, value) in made:
            self._cache(key, value, len(data) * GROWTH[key[0]] + 200)

    def _place(self, id):
        return self.folder / id[:2] / id[2:]

    def _write(self, objects):
        """By renames, from names that git's gc clears away should we die before them; synced together, which costs as one."""
        with contextlib.ExitStack() as files:
            written = [(self._written(files, place, kind, data), place) for place, kind, data in objects if not _touched(place)]
            list(self.pool.map(os.fsync, [file.fileno() for file, _ in written]))
            for file, place in written:
                os.rename(file.name, place)

    def _written(self, files, place, kind, data):
        file = files.enter_context(self._temporary(place.parent))
        files.callback(_gone, file.name)
        file.write(zlib.compress(trees.header(kind, data) + data, 1))
        file.flush()
        os.fchmod(file.fileno(), 0o444)
        return file

    def _temporary(self, folder):
        """A new file in a folder that is made if need be, and made again if a gc found it empty meanwhile."""
        for _ in range(100):
            with contextlib.suppress(FileNotFoundError):
                if not folder.is_dir():
                    folder.mkdir(exist_ok=True)
                    folder.chmod(self.folder.stat().st_mode & 0o7777)  # as the owner shares it
                return tempfile.NamedTemporaryFile(dir=folder, prefix="tmp_obj_", delete=False)
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    def close(self):
        self.pool.shutdown()
        with self.reading:
            self.repo.close()


def _together(environment, ids):
    """(id, bytes) of those that are small blobs, in one process; what is cut short or not what its id says is left out."""
    sizes = (line.split() for line in _answers(environment, "--batch-check", ids).splitlines())
    small, total = [], 0
    for id, kind, *size in sizes:
        if kind == b"blob" and int(size[0]) <= SMALL and total <= MOST:
            small.append(id.decode())
            total += int(size[0])
    answers = io.BytesIO(_answers(environment, "--batch", small))
    while head := answers.readline().split():
        data = answers.read(int(head[2]))
        answers.read(1)
        if trees.git_id("blob", data) == head[0].decode():
            yield head[0].decode(), data


def _answers(environment, how, ids):
    with tempfile.TemporaryFile() as asked:
        asked.write("".join(f"{id}\n" for id in ids).encode())
        asked.seek(0)
        return run.finish(run.start(environment, "cat-file", how, stdin=asked)).out


def _gone(name):
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name)


def _touched(path):
    """Whether the object is there; its time made new, so that a gc which runs now leaves it."""
    try:
        os.utime(path)
    except (FileNotFoundError, PermissionError):
        return False  # absent, or another user's: written anew either way
    return True


def _commit(data):
    headers = [line.split(b" ", 1) for line in data.partition(b"\n\n")[0].split(b"\n")]
    if headers[0][0] != b"tree":
        raise ValueError
    return headers[0][1].decode(), tuple(line[1].decode() for line in headers if line[0] == b"parent")


DECODE = {"blob": bytes, "tree": trees.decoded, "commit": _commit}
