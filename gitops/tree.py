"""Desired state at one revision: a read-only view of a git tree that remembers what was asked of it.

`Tree` and `overlay` (a tree with changes applied) answer alike. Must not write.
"""

import hashlib
import re
from dataclasses import dataclass, replace

from gitops.errors import Conflict, Invalid

KINDS = {"40000": "folder", "120000": "link", "160000": "module"}
SEGMENT = r"(?!(?:\.\.?|\.git)(?:/|\Z))[^/\\\x00-\x1f\x7f\ud800-\udfff]+"
NAME = re.compile(SEGMENT, re.IGNORECASE)
DEPTH = 64  # folders below each other; hostile content has thousands
PATH = re.compile(f"{SEGMENT}(?:/{SEGMENT}){{0,{DEPTH}}}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a folder; `kind` is file, folder, link or module, or other: a name that no path may hold."""

    name: str
    kind: str
    id: str
    mode: str = "100644"


def check_path(path):
    """The path, if it is a plain one inside the repository."""
    if not PATH.fullmatch(path):
        raise Invalid("bad_path", path=printable(path)[:200])
    return path


def printable(name):
    """A name as it can be shown and sent, whatever its bytes are."""
    return "".join(c if c.isprintable() and c != "\\" else c.encode("unicode_escape", "surrogatepass").decode() for c in name)


def _shown(entry):
    return replace(entry, name=printable(entry.name).replace("/", "\\x2f"))


class Tree:
    """A view of a revision. `objects` reads by id; `reads` is path -> id (None: absent) of all that was asked."""

    def __init__(self, objects, revision, root):
        self.objects, self.revision, self.root = objects, revision, root
        self.reads = {}

    def fresh(self):
        """The same revision, with nothing asked yet."""
        return Tree(self.objects, self.revision, self.root)

    def id(self, path):
        entry = self._entry(path)
        return entry.id if entry else None

    def read(self, path):
        """The bytes of a file, None when absent; Invalid for a folder, a symlink, a submodule, or when it is too large."""
        id = self.file_id(path)
        return None if id is None else self.objects.blob(id)

    def file_id(self, path):
        """The id of a file's bytes, None when absent; Invalid for what is no file."""
        entry = self._entry(path)
        if entry is not None and entry.kind != "file":
            raise Invalid("not_a_file", path=path or "/", kind=entry.kind)
        return entry.id if entry else None

    def ahead(self, paths):
        """Files that will be read soon are read together. Asks nothing that counts as asked."""
        found = (self._find(check_path(path).split("/")) for path in paths)
        self.objects.ahead([entry.id for entry in found if entry is not None and entry.kind == "file"])

    def names(self, folder):
        """The entries of a folder in git's order; () when there is none. Names of kind other are shown escaped."""
        entry = self._entry(folder)
        if entry is None or entry.kind != "folder":
            return ()
        return tuple(each if each.kind != "other" else _shown(each) for each in self.objects.tree(entry.id).values())

    def walk(self, folder):
        """(path, Entry) of everything below a folder that is not itself a folder; Invalid where folders are too deep."""
        for entry in self.names(folder):
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.kind == "folder":
                yield from self.walk(path)
            else:
                yield path, entry

    def _entry(self, path):
        found = self._find(check_path(path).split("/")) if path else self._root()
        self.reads[path] = found.id if found else None
        return found

    def _root(self):
        return Entry("", "folder", self.root, "40000") if self.root else None

    def _find(self, parts):
        at = self.root
        for number, part in enumerate(parts):
            entry = self.objects.tree(at).get(part)
            if entry is None or number == len(parts) - 1:
                return entry
            if entry.kind != "folder":
                return None
            at = entry.id
        return None


class Overlaid:
    """Objects made in memory, named as git would name them, over those there are. `new`: (kind, id) -> (bytes, decoded)."""

    def __init__(self, objects):
        self.objects, self.new = objects, {}

    def blob(self, id):
        return self._made("blob", id, self.objects.blob)

    def ahead(self, ids):
        self.objects.ahead([id for id in ids if ("blob", id) not in self.new])

    def tree(self, id):
        return self._made("tree", id, self.objects.tree)

    def commit(self, id):
        return self._made("commit", id, self.objects.commit)

    def _made(self, kind, id, below):
        return self.new[kind, id][1] if (kind, id) in self.new else below(id)

    def put(self, kind, data, decoded):
        id = git_id(kind, data)
        self.new[kind, id] = data, decoded
        return id

    def put_blob(self, data):
        return self.put("blob", data, data)

    def put_tree(self, entries):
        return self.put("tree", encoded(entries), {entry.name: entry for entry in entries})


def overlay(tree, changes):
    """The tree with the changes applied; what is asked of it counts as read of itself alone."""
    objects = Overlaid(tree.objects)
    return Tree(objects, tree.revision, rooted(objects, tree.root, [(check_path(change.path), change.after) for change in changes]))


def rooted(objects, root, changes):
    """The id of the root with the changes (path, bytes or None) applied, its new objects put into `objects`; None when nothing is left."""
    below, here = {}, dict(objects.tree(root))
    for change in changes:
        _sort_out(objects, here, below, *change)
    for name, inner in below.items():
        entry = here.get(name)
        if entry is not None and entry.kind != "folder":
            raise Conflict("path_clash", path=inner[0][0])
        child = rooted(objects, entry.id if entry else None, inner)
        if child is None:
            here.pop(name, None)
        else:
            here[name] = Entry(name, "folder", child, "40000")
    return objects.put_tree(sorted(here.values(), key=_git_order)) if here else None


def _sort_out(objects, here, below, path, data):
    """One change (path, bytes or None): into this folder, or into those of the folders below."""
    name, _, rest = path.partition("/")
    if rest:
        below.setdefault(name, []).append((rest, data))
        return
    entry = here.get(name)
    if entry is not None and entry.kind != "file":
        raise Conflict("path_clash", path=path)
    if data is None:
        here.pop(name, None)
    else:
        here[name] = Entry(name, "file", objects.put_blob(data), entry.mode if entry else "100644")


def _git_order(entry):
    """Git sorts a folder as if its name ended in a slash."""
    return (entry.name + "/" if entry.kind == "folder" else entry.name).encode("utf-8", "surrogateescape")


def encoded(entries):
    """A tree object's bytes."""
    return b"".join(f"{entry.mode} ".encode() + entry.name.encode("utf-8", "surrogateescape") + b"\0" + bytes.fromhex(entry.id) for entry in entries)


def decoded(data):
    """The entries of a tree object's bytes: name -> Entry."""
    entries, at = {}, 0
    while at < len(data):
        end = data.index(b"\0", at)
        mode, _, name = data[at:end].decode("utf-8", "surrogateescape").lstrip("0").partition(" ")
        kind = KINDS.get(mode, "file") if NAME.fullmatch(name) else "other"
        entries[name] = Entry(name, kind, data[end + 1:end + 21].hex(), mode)
        at = end + 21
    return entries


def git_id(kind, data):
    return hashlib.sha1(header(kind, data) + data, usedforsecurity=False).hexdigest()


def header(kind, data):
    return b"%s %d\0" % (kind.encode(), len(data))
