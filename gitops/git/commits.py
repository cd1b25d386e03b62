"""Commit objects from drafts, in memory. Must not write them or move a ref."""

import re
import time
from dataclasses import dataclass

from gitops.errors import Conflict
from gitops.git import signing
from gitops.tree import check_path, git_id, rooted


@dataclass(frozen=True, slots=True)
class Draft:
    """A commit to be: Changes, the whole message, the author as (name, e-mail)."""

    changes: tuple
    message: str
    author: tuple


def outdated(tree, changes):
    """The first path where the tree does not hold what a change says it holds; None when all is as it says."""
    return next((change.path for change in changes if tree.id(change.path) != _id(change.before)), None)


def _id(data):
    return None if data is None else git_id("blob", data)


def written(tree, draft, committer, key=None):
    """The sha of the draft's commit on this tree, signed with the key, put into the tree's objects; None when it changes nothing.

    Conflict when the draft was made from another tree.
    """
    path = outdated(tree, draft.changes) or _twice(draft.changes)
    if path is not None:
        raise Conflict("base_moved", path=path)
    root = rooted(tree.objects, tree.root, [(check_path(change.path), change.after) for change in draft.changes])
    return None if root == tree.root else _commit(tree, root or tree.objects.put_tree(()), draft, committer, key)


def _twice(changes):
    paths = [change.path for change in changes]
    return next((path for path in paths if paths.count(path) > 1), None) if len(set(paths)) < len(paths) else None


def _commit(tree, root, draft, committer, key):
    parents = (tree.revision,) if tree.revision else ()
    headers = (f"tree {root}", *(f"parent {parent}" for parent in parents), f"author {_person(*draft.author)}", f"committer {_person(*committer)}")
    message = draft.message.replace("\0", "").rstrip("\n")  # trailers need the newline at the end
    data = ("\n".join(headers) + f"\n\n{message}\n").encode("utf-8", "replace")
    return tree.objects.put("commit", signing.signed(data, key) if key else data, (root, parents))


def _person(name, email):
    name, email = (re.sub(r"[<>\x00-\x1f\x7f]", "", text).strip(" .,:;\"'\\") or "unknown" for text in (name, email))
    return f"{name} <{email}> {int(time.time())} +0000"
