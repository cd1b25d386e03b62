"""The deployment-config repository: trees at revisions, commits by compare-and-swap, history. Bare, no work tree.

A local path is written in place. A remote has a bare mirror under KLEPAAS_HOME, whose main is what the remote last said; a
commit exists for us when the push has landed.
"""

import contextlib
import hashlib
import os
import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import git

from gitops.errors import Conflict, Invalid, NotFound, Unavailable
from gitops.git import log, refs, run
from gitops.git.landing import Landing, locked
from gitops.git.objects import Objects
from gitops.tree import Tree, check_path, rooted
from gitops.types import Change

HEADS = "refs/heads/"
REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")
SERVICE = ("klepaas", "klepaas@localhost")
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@dataclass(frozen=True, slots=True)
class Draft:
    """A commit to be: Changes, the whole message, the author as (name, e-mail)."""

    changes: tuple
    message: str
    author: tuple


class Repository:
    """Thread-safe and process-safe. `path` is the bare repository here, `url` the remote or None."""

    def __init__(self, path, url=None, token=None, committer=SERVICE):
        self.path, self.url, self.committer = str(path), url, committer
        env = run.environment(path, url, token)
        self.objects = Objects(self.path, env)
        self.refs = refs.Refs(self.objects.repo, env)
        self.repo = git.Repo(self.path)
        self.repo.git.update_environment(**env)
        self.landings = defaultdict_by(lambda ref: Landing(self, ref))
        self._name = None

    @staticmethod
    def open(url, home, token=None):
        """The repository at a path or URL; Invalid when a path is no bare repository."""
        if not _remote(url):
            return Repository(_bare(url))
        mirror = Path(home, "mirrors", hashlib.sha256(url.encode()).hexdigest()[:16] + ".git")
        if not mirror.exists():
            Repository.create(mirror)
        return Repository(mirror, url, token)

    @staticmethod
    def create(path):
        """A new bare repository with branch main."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        git.Repo.init(str(path), bare=True, initial_branch="main").close()
        return Path(path)

    def close(self):
        self.refs.close()
        self.objects.close()
        self.repo.close()

    # --- reading ---------------------------------------------------------------------------------------------------

    @property
    def name(self):
        """8 hex digits of the first commit: what the repository is called where nobody named it."""
        if self._name is None and self.head():
            self._name = self.repo.git.rev_list("--max-parents=0", self.head()).split()[-1][:8]
        return self._name

    def head(self):
        """The tip of main as known here, or None in an empty repository; a remote never heard of is fetched."""
        found = self.tip(HEADS + "main")
        return self.fetch() if found is None and self.url else found

    def tip(self, ref):
        return self.refs.read(ref)

    def fetch(self):
        """Main's tip after asking the remote, if there is one."""
        if self.url:
            with locked(self.path):
                self.catch_up()
        return self.tip(HEADS + "main")

    def catch_up(self):
        """Branches as the remote has them; nothing for a local repository."""
        if self.url:
            run.remote(self.repo.git.fetch, "--prune", "--no-tags", "--force", "--quiet", "--no-write-fetch-head", self.url, f"+{HEADS}*:{HEADS}*")

    def tree(self, revision):
        """A Tree of a commit; a full sha needs no look-up."""
        sha = revision if re.fullmatch(r"[0-9a-f]{40}", revision) else self.resolve(revision)
        return Tree(self.objects, sha, self.objects.commit(sha)[0])

    def view(self, ref):
        return self.at(self.tip(ref))

    def at(self, sha):
        return self.tree(sha) if sha else Tree(self.objects, None, None)

    def resolve(self, revision):
        """The full sha of a commit, branch or tag."""
        if not REVISION.fullmatch(revision) or ".." in revision:
            raise NotFound("no_such_revision", revision=revision[:80])
        try:
            return self.repo.git.rev_parse("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        except git.GitCommandError:
            raise NotFound("no_such_revision", revision=revision) from None

    def parent(self, sha):
        """The first parent of a commit, or None."""
        parents = self.objects.commit(sha)[1]
        return parents[0] if parents else None

    def holds(self, sha, ref="main"):
        """Whether a branch contains a commit; the remote is asked first."""
        self.fetch()
        tip = self.tip(HEADS + ref)
        if tip is None:
            return False
        status, _, _ = self.repo.git.merge_base("--is-ancestor", sha, tip, with_extended_output=True, with_exceptions=False)
        return status == 0

    def history(self, paths=(), limit=50, before=None, ref="main"):
        """Commits that changed any of the paths (all of them without), newest first; `before` is a sha to go on after."""
        tip = before or (ref if re.fullmatch(r"[0-9a-f]{40}", ref) else self.tip(HEADS + ref))
        if tip is None:
            return ()
        return log.commits(self.repo, self.resolve(tip), [check_path(path) for path in paths], limit, skip_first=before is not None)

    def changed(self, a, b, paths=()):
        """The Changes from one revision to another; `a` None means from nothing."""
        old, new = (self.objects.commit(sha)[0] if sha else EMPTY_TREE for sha in (a, b))
        lines = self.repo.git.execute(["git", "--git-dir", self.path, "--literal-pathspecs", "diff-tree", "-r", "-z", "--no-renames", old, new,
                                       "--", *map(check_path, paths)], strip_newline_in_stdout=False).split("\0")[:-1]
        return tuple(Change(path, *(self._blob(*side) for side in zip(head[1:].split()[:2], head.split()[2:4])))
                     for head, path in zip(lines[::2], lines[1::2]))

    def _blob(self, mode, id):
        return self.objects.blob(id) if mode.startswith("100") else None

    def branches(self, prefix=""):
        """name -> sha of the branches that begin with a prefix."""
        lines = self.repo.git.for_each_ref("--format=%(refname) %(objectname)", HEADS + prefix).splitlines()
        return {name.removeprefix(HEADS): sha for name, sha in map(str.split, lines)}

    # --- writing ---------------------------------------------------------------------------------------------------

    def land(self, plan, announce, ref="main"):
        """Commit what `plan(tree)` drafts on the tip of a branch; the sha, or None when it drafts nothing.

        `plan` is called again when something it read differs on the tip meanwhile. `announce(sha)` is called for each
        attempt before anything moves. Unavailable: a remote is away, and the outcome may be unknown.
        """
        if self.url and self.tip(HEADS + ref) is None:
            self.fetch()
        return self.landings[HEADS + ref].land(plan, announce)

    def propose(self, branch, base, draft, announce):
        """One commit on `base` as a branch, made or replaced; its sha."""
        ref = HEADS + check_path(branch)
        sha = self.write(base, draft)
        announce(sha)
        for _ in range(3):
            with contextlib.suppress(run.Moved), locked(self.path):
                self.publish(ref, sha, self.tip(ref), force=True)
                return sha
            self.fetch()
        raise Conflict("repo_contended", tries=3)

    def drop(self, branch):
        """Remove a branch, here and at the remote; nothing if it is not there."""
        ref, sha = HEADS + check_path(branch), self.tip(HEADS + branch)
        if sha is None:
            return
        with contextlib.suppress(run.Moved), locked(self.path):
            if self.url:
                run.remote(self.repo.git.push, "--quiet", self.url, f":{ref}")
            self.refs.move(ref, None, sha)

    def write(self, parent, draft):
        """The commit object; no ref moves. Conflict when the tree is not what the draft was made from."""
        tree = self.at(parent)
        for change in draft.changes:
            if tree.read(change.path) != change.before:
                raise Conflict("base_moved", path=change.path)
        root = rooted(self.objects, tree.root, [(check_path(change.path), change.after) for change in draft.changes])
        headers = [f"tree {root or self.objects.put('tree', b'')}", *([f"parent {parent}"] if parent else []),
                   f"author {_signature(*draft.author)}", f"committer {_signature(*self.committer)}"]
        return self.objects.put("commit", ("\n".join(headers) + "\n\n" + draft.message).encode())

    def publish(self, ref, new, old, force=False):
        """Move the ref for everybody: at the remote, then here. Moved when it was not where we believed."""
        if self.url:
            lease = [f"--force-with-lease={ref}:{old or ''}"] if force else []
            run.remote(self.repo.git.push, "--quiet", *lease, self.url, f"{new}:{ref}")
        self.refs.move(ref, new, old)

    def maintain(self):
        """Pack what has grown and keep the commit graph, so that histories stay quick."""
        self.repo.git.repack("-d", "-l", "-q")
        self.repo.git.commit_graph("write", "--reachable", "--changed-paths", "--no-progress")


class defaultdict_by(defaultdict):
    """A defaultdict whose factory is given the key; made once a key, whatever threads ask."""

    lock = threading.Lock()

    def __missing__(self, key):
        with self.lock:
            if key not in self:
                self[key] = self.default_factory(key)
            return self[key]


def _signature(name, email):
    clean = [re.sub(r"[<>\n\0\r]", "", text).strip() or "unknown" for text in (name, email)]
    return f"{clean[0]} <{clean[1]}> {int(time.time())} +0000"


def _remote(url):
    return "://" in url or bool(re.match(r"[\w.-]+@?[\w.-]*:(?!\\)", url)) and not Path(url).exists()


def _bare(url):
    path = Path(os.path.expanduser(url)).absolute()
    if not path.is_dir():
        raise Unavailable("repo_missing", path=str(path))
    if not (path / "objects").is_dir() or not (path / "HEAD").is_file():
        raise Invalid("repo_not_bare", path=str(path))
    return path
