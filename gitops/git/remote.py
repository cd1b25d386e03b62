"""Talking to the remote of the config repository: fetch all of it, push one ref with compare-and-swap. A deadline on each."""

import re

from gitops.errors import Conflict, NotFound, Timeout, Unavailable
from gitops.git import run
from gitops.git.refs import HEADS, Moved, full_name, patiently

DEADLINE = 30  # seconds
FIRST = 10  # times that for the first fetch, which brings everything
REFS = (f"+{HEADS}*:{HEADS}*", "+refs/tags/*:refs/tags/*")
REJECTED = re.compile(r"(?m)^!\t[^\t]*\t\[(?P<by>[a-z ]+)\](?: \((?P<why>.*)\))?$")
RACED = re.compile(r"fetch first|non-fast-forward|stale info|already exists|needs force|cannot lock ref|failed to update ref|failed to lock|incorrect old value")
DENIED = re.compile(r"(?i)authentication failed|could not read (username|password)|permission denied|access denied|error: 40[13]|host key verification failed")
LOST = re.compile(r"unpacker error|internal|remote unpack failed|report failure|remote failed to report")


class Remote:
    """`env` is git's environment with the credentials in it; `address` knows what to mask."""

    def __init__(self, address, env, deadline=DEADLINE):
        self.address, self.env, self.deadline = address, env, deadline

    def fetch(self, first=False):
        """Branches and tags here as they are there."""
        deadline = self.deadline * (FIRST if first else 1)
        patiently(self.env["GIT_DIR"], lambda: self._fetched(deadline))

    def _fetched(self, deadline):
        """What git said of a lock file in its way here, if that was what went wrong."""
        done = self._asked(deadline, "fetch", "--prune", "--no-tags", "--force", "--quiet", "--update-head-ok", "--no-write-fetch-head",
                           "--no-auto-maintenance", "--no-recurse-submodules", "--", self.address.url, *REFS)
        if done.code and ".lock': File exists" not in done.err:
            raise self._away(done.err)
        return done.err if done.code else ""

    def tip(self, branch=None):
        """(branch, sha of its newest commit) there, of the default branch if none is named; NotFound when it has none of the name."""
        done = self._asked(self.deadline, "ls-remote", "--symref", "--", self.address.url, full_name(branch) if branch else "HEAD")
        if done.code:
            raise self._away(done.err)
        lines = [line.split() for line in done.out.decode("utf-8", "replace").splitlines()]
        named = next((words[1].removeprefix(HEADS) for words in lines if words[0] == "ref:"), branch)
        sha = next((words[0] for words in lines if words[0] != "ref:"), None)
        if sha is None or named is None:
            raise NotFound("no_such_revision", revision=branch or "HEAD")
        return named, sha

    def push(self, ref, new, old):
        """The ref there from `old` (None: absent) to `new`; Moved when it was elsewhere, Conflict when the remote forbids it.

        The lease matters for fast-forwards too: a branch that was set back there must not come forward again by our push.
        """
        self._pushed(f"--force-with-lease={ref}:{old or ''}", "--", self.address.url, f"{new}:{ref}")

    def delete(self, ref):
        self._pushed("--", self.address.url, f":{ref}")

    def _pushed(self, *what):
        done = self._asked(self.deadline, "push", "--porcelain", "--no-verify", "--no-signed", "--no-follow-tags", *what)
        if done.code == 0 or "remote ref does not exist" in done.err:
            return
        rejected = REJECTED.search(done.out.decode("utf-8", "replace"))
        why = rejected["why"] or "" if rejected else ""
        if rejected is None or LOST.search(why):
            raise self._away(done.err + why)
        if rejected["by"] == "rejected" or RACED.search(why):
            raise Moved
        raise Conflict("remote_refused", detail=self._masked(f"{why}\n{done.err}"))

    def _asked(self, deadline, *args):
        try:
            return run.git(self.env, *args, deadline=deadline)
        except Timeout:
            raise Unavailable("remote_unavailable", detail=f"> {deadline} s") from None

    def _away(self, said):
        return Unavailable("remote_denied" if DENIED.search(said) else "remote_unavailable", detail=self._masked(said))

    def _masked(self, said):
        said = re.sub(r"(\w+://)[^/@\s]+@", r"\1***@", said)
        lines = (line for line in said.splitlines() if not line.startswith(("error: failed to push", "hint:", "To ")))
        return run.one_line("\n".join(lines), self.address.secrets)
