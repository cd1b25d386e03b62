"""The deployment-config repository: trees at revisions, commits by compare-and-swap, history. Bare, no work tree.

A local path is written in place. A remote has a bare mirror under KLEPAAS_HOME, whose main is what the remote last said; a
commit exists for us when the push has landed. Must not know commands or what is in the files.
"""

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import threading
import time
from pathlib import Path

from gitops.errors import Conflict, Invalid, NotFound, Unavailable
from gitops.git import commits, compare, landing, log, refs, run, signing, signing
from gitops.git.address import address
from gitops.git.commits import Draft
from gitops.git.objects import Objects
from gitops.git.remote import DEADLINE, Remote
from gitops.tree import Overlaid, Tree, check_path
from gitops.types import Change

__all__ = ["Draft", "Repository"]

REVISION = re.compile(r"[A-Za-z0-9](?:[\w.+/-]|@(?!\{)){0,199}")
SHA = re.compile(r"[0-9a-f]{40}")
SERVICE = ("klepaas", "klepaas@localhost")
GC_DEADLINE = 1800  # seconds
MAINTENANCE = (
    # before gc, so that the graph never names a commit that gc removed
    ("commit-graph", "write", "--reachable", "--changed-paths", "--no-progress"),
    # unreachable objects older than a day go: no commit is a day on its way
    ("-c", "gc.writeCommitGraph=false", "gc", "--quiet", "--prune=1.day.ago"),
)


class Repository:
    """Thread-safe and process-safe; open it after a fork. `path` is the bare repository here, `url` the remote's or None."""

    def __init__(self, path, remote=None, committer=SERVICE, deadline=DEADLINE, patience=landing.PATIENCE, key=None):
        self.path, self.committer, self.patience, self.key = str(path), committer, patience, key
        self.env = run.environment(self.path)
        self.url = remote.url if remote else None
        self.remote = Remote(remote, run.environment(self.path, *remote.settings), deadline) if remote else None
        self.objects = Objects(self.path)
        self.refs = refs.Refs(self.objects.repo, self.env)
        self.landings, self.guard = {}, threading.Lock()
        self.fetched, self._name = None, None

    @staticmethod
    def open(url, home, token=None, **options):
        """The repository at a path or URL; `options` are committer, deadline, patience and the key that signs. Invalid when a path is no bare one."""
        remote = address(url, token)
        if remote is None:
            return Repository(_bare(url), **options)
        mirror = Path(home, "mirrors", hashlib.sha256(remote.url.encode()).hexdigest()[:16] + ".git")
        return Repository(Repository.create(mirror), remote, **options)

    @staticmethod
    def create(path):
        """A bare repository with branch main and no commit, there at once or not at all; the one there is, if there is one."""
        path = Path(path).absolute()
        if not (path / "HEAD").exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _create(path)
        return path

    def close(self):
        self.refs.close()
        self.objects.close()

    # --- reading ---------------------------------------------------------------------------------------------------

    @property
    def name(self):
        """8 hex digits of the first commit: what the repository is called where nobody named it."""
        if self._name is None and (head := self.head()):
            self._name = run.must(self.env, "rev-list", "--max-parents=0", head).split()[-1][:8]
        return self._name

    def head(self):
        """The tip of main as known here, or None in an empty repository; a remote never heard of is fetched."""
        found = self.tip(refs.HEADS + "main")
        return self.fetch() if found is None and self.remote else found

    def tip(self, ref):
        return self.refs.read(ref)

    def fetch(self):
        """Main's tip after asking the remote, if there is one. Who waited while another thread asked need not ask again."""
        if self.remote:
            came = time.monotonic()
            with self.locked():
                if self.fetched is None or self.fetched < came:
                    self.catch_up()
        return self.tip(refs.HEADS + "main")

    def catch_up(self):
        """Branches and tags as the remote has them; nothing for a local repository. The caller holds the lock."""
        if self.remote:
            began = time.monotonic()
            self.remote.fetch(first=self.tip(refs.HEADS + "main") is None)
            self.fetched = began

    def tree(self, revision):
        """A Tree of a commit, branch or tag."""
        sha = self.resolve(revision)
        return Tree(self.objects, sha, self.objects.commit(sha)[0])

    def at(self, sha, objects=None):
        """The Tree of a commit, an empty one for None; in `objects` made over the repository's, if given."""
        objects = objects or self.objects
        return Tree(objects, sha, objects.commit(sha)[0] if sha else None)

    def resolve(self, revision):
        """The full sha of a commit, a branch, a tag or a short sha, in this order; a full sha is looked up only."""
        if SHA.fullmatch(revision):
            return self._known(revision)
        if REVISION.fullmatch(revision) and ".." not in revision:
            return self.tip(refs.HEADS + revision) or self._tag_or_short(revision)
        raise NotFound("no_such_revision", revision=ascii(revision[:80]))

    def _known(self, sha):
        try:
            self.objects.commit(sha)
        except NotFound:
            raise NotFound("no_such_revision", revision=sha) from None
        return sha

    def _tag_or_short(self, revision):
        for name in (f"refs/tags/{revision}", revision if re.fullmatch(r"[0-9a-f]{4,39}", revision) else None):
            done = name and run.git(self.env, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
            if done and done.code == 0:
                return done.out.decode().strip()
        raise NotFound("no_such_revision", revision=revision)

    def parent(self, sha):
        """The first parent of a commit, or None."""
        parents = self.objects.commit(sha)[1]
        return parents[0] if parents else None

    def forked(self, sha):
        """The newest commit of main that a branch's head is made on, or None: what the branch brings is what differs from there."""
        tip = self.tip(refs.full_name("main"))
        return run.git(self.env, "merge-base", tip, sha).out.decode().strip() or None

    def holds(self, sha, ref="main"):
        """Whether a branch contains a commit; the remote is asked first."""
        ref = refs.full_name(ref)
        self.fetch()
        return bool(SHA.fullmatch(sha)) and self.contains(ref, sha)

    def contains(self, ref, sha):
        """Whether a commit is reachable from a ref, as known here."""
        tip = self.tip(ref)
        return tip == sha or tip is not None and run.git(self.env, "merge-base", "--is-ancestor", sha, tip).code == 0

    def doubtful(self, old, new, signers=None):
        """(sha, what is wrong) of the first commit from one revision to another that nobody known has signed, or None."""
        return signing.doubtful(self.env, old, new, signers)

    def mainline(self, old, new):
        """The shas that came to a branch from one revision to another, oldest first; what was merged counts as its merge."""
        return tuple(run.must(self.env, "rev-list", "--first-parent", "--reverse", f"{old}..{new}", "--").split())

    def history(self, paths=(), limit=50, before=None, ref="main", author=None, says=None, skip=0):
        """Commits that changed any of the paths (all of them without), newest first, but for `skip`; `before` is a sha to go on after. `author` and `says`: text in who and in the message."""
        tip = self.resolve(before or ref) if before or SHA.fullmatch(ref) else self.tip(refs.full_name(ref))
        if tip is None:
            return ()
        return log.commits(self.env, tip, tuple(dict.fromkeys(map(check_path, paths))), limit, after=before is not None, author=author, says=says, skip=skip)

    def files_since(self, since, paths=()):
        """[sha, time, [(path, blob before, blob after), …]] of main's commits since a time in UTC seconds, oldest first."""
        tip = self.head()
        return log.files(self.env, tip, tuple(map(check_path, paths)), since) if tip else []

    def between(self, old, new, limit=1000):
        """[sha, time, [(path, blob before, blob after), …]] of the commits that came from one revision to another, newest first."""
        return log.between(self.env, self.resolve(old), self.resolve(new), limit)

    def blame(self, revision, path):
        """(lines, commits) of a file at a revision: [(text, sha)], sha -> {author, email, time, subject}."""
        return log.blame(self.env, self.resolve(revision), check_path(path))

    def blob(self, id):
        """The bytes of a file's object."""
        return self.objects.blob(id)

    def differs(self, a, b, paths=()):
        """The paths of the files that differ between two revisions; None is the empty one."""
        return tuple(path for path, _, _ in self._differing(a, b, paths))

    def changed(self, a, b, paths=()):
        """The Changes from one revision to another; what is no file (a symlink, a submodule) counts as absent."""
        return tuple(Change(path, self._bytes(old), self._bytes(new)) for path, old, new in self._differing(a, b, paths))

    def _differing(self, a, b, paths):
        old, new = (self.tree(revision).root if revision else None for revision in (a, b))
        return compare.differing(self.objects, old, new, tuple(map(check_path, paths)))

    def _bytes(self, entry):
        return self.objects.blob(entry.id) if entry and entry.kind in ("file", "other") else None

    def branches(self, prefix=""):
        """name -> sha of the branches that begin with a prefix."""
        lines = run.must(self.env, "for-each-ref", "--format=%(refname) %(objectname)", refs.HEADS).splitlines()
        found = ((name.removeprefix(refs.HEADS), sha) for name, sha in map(str.split, lines))
        return {name: sha for name, sha in found if name.startswith(prefix)}

    # --- writing ---------------------------------------------------------------------------------------------------

    def land(self, plan, announce, ref="main"):
        """Commit what `plan(tree)` drafts on the tip of a branch; the sha, or None when it drafts nothing.

        `plan` is called again when something it read, or would change, is another on the tip meanwhile: by its own thread, or
        by one that serves it, so it must not keep to a thread. `announce(sha)` is called for each attempt before anything
        moves. Unavailable: a remote is away, and the outcome may be unknown.
        """
        ref = refs.full_name(ref)
        if self.remote and self.tip(ref) is None:
            self.fetch()
        with self.guard:
            queue = self.landings.setdefault(ref, landing.Landing(self, ref))
        return queue.land(plan, announce)

    def propose(self, branch, base, draft, announce):
        """One commit on `base` as a branch, made or replaced; its sha."""
        ref, made = refs.full_name(branch), Overlaid(self.objects)
        sha = self.write(self.at(base, made), draft)
        if sha is None:
            raise Conflict("nothing_to_propose", branch=branch)
        announce(sha)
        with self.locked():
            self._replace(ref, sha, made)
        return sha

    def _replace(self, ref, sha, made):
        for _ in range(landing.TRIES):
            try:
                return self.publish(ref, sha, self.tip(ref), made)
            except refs.Moved:
                self.catch_up()
                if self.contains(ref, sha):
                    return None
        raise Conflict("repo_contended", tries=landing.TRIES)

    def drop(self, branch):
        """Remove a branch, here and at the remote; nothing if it is not there."""
        ref = refs.full_name(branch)
        with self.locked():
            if self.remote:
                self.remote.delete(ref)
            while sha := self.tip(ref):
                with contextlib.suppress(refs.Moved):
                    self.refs.move(ref, None, sha)

    def write(self, view, draft):
        """The commit's sha, or None when it changes nothing; it is in the view's objects alone. Conflict when made from another tree."""
        return commits.written(view, draft, self.committer, self.key)

    def publish(self, ref, new, old, made):
        """Write what was made and move the ref for everybody: at the remote, then here. Moved when it was elsewhere. Needs the lock."""
        self.objects.write(made)
        if not self.remote:
            return self.refs.move(ref, new, old)
        self.remote.push(ref, new, old)
        with contextlib.suppress(refs.Moved, Unavailable):  # it has landed; the next fetch brings it here too
            self.refs.move(ref, new, old)

    def locked(self):
        return landing.locked(self.path, self.patience)

    def maintain(self):
        """Pack what has grown and keep the commit graph, so that histories stay quick; nothing while another process does."""
        with landing.claimed(self.path) as ours:
            for command in MAINTENANCE if ours else ():
                refs.patiently(self.path, lambda: _failure(run.git(self.env, *command, deadline=GC_DEADLINE)))


def _failure(done):
    return done.err if done.code else ""


def _bare(url):
    path = Path(os.path.expanduser(url)).absolute()
    if not path.is_dir():
        raise Unavailable("repo_missing", path=str(path))
    done = run.git(run.environment(path), "rev-parse", "--is-bare-repository", "--show-object-format")
    if done.code or not done.out.startswith(b"true"):
        raise Invalid("repo_not_bare", path=str(path))
    if done.out != b"true\nsha1\n" or (path / "reftable").exists():
        raise Invalid("repo_format", path=str(path))
    return path


def _create(path):
    """Made beside its place and renamed: a process killed meanwhile leaves no half repository."""
    making = Path(tempfile.mkdtemp(dir=path.parent, prefix=".new-"))
    try:
        run.must(run.environment(making), "init", "--quiet", "--bare", "--initial-branch=main", "--template=", str(making))
        making.rename(path)
    except OSError:  # another process was first
        if not (path / "HEAD").exists():
            raise
    finally:
        shutil.rmtree(making, ignore_errors=True)
