"""Commits as history shows them: one `git log` a path, at once.

Git 2.39 uses the commit graph's changed paths for one path alone: two in one command cost 40 times as much in 10,000 commits.
"""

import re

from gitops.git import run
from gitops.types import Commit

FIELDS = ("%H", "%an", "%ae", "%at", "%P", "%s", "%b", "%(trailers:only,unfold)")
LOG = ("--literal-pathspecs", "log", "-z", "--format=" + "%x00".join(FIELDS))
TRAILER = re.compile(r"(?m)^([A-Za-z][A-Za-z0-9-]*): ?(.*)$")
AT_ONCE = 8
BLAMED = re.compile(r"[0-9a-f]{40,64} \d+ \d+")
BLAME = {"author": "author", "author-mail": "email", "author-time": "time", "summary": "subject"}


def commits(env, tip, paths, limit, after=False, author=None, says=None, skip=0):
    """The newest `limit` that changed any of the paths, newest first, but for `skip`; `after` leaves out `tip` itself. `author` is in their author's name or address, `says` in their message."""
    first = f"{tip}^@" if after else tip
    apart = 1 < len(paths) <= AT_ONCE
    groups = [(path,) for path in paths] if apart else [paths]
    wanted = [f"--{name}={text}" for name, text in (("author", author), ("grep", says)) if text]
    fixed = ("--fixed-strings", "--regexp-ignore-case", *wanted) if wanted else ()
    part = (f"--max-count={limit + skip}",) if apart else (f"--max-count={limit}", f"--skip={skip}")
    logs = [(*LOG, *part, *fixed, first, "--", *group) for group in groups]
    if not apart:
        return tuple(_parsed(run.must(env, *logs[0])))
    *found, order = run.together(env, *logs, ("rev-list", first, "--"))
    return tuple(_merged(map(_parsed, found), order.split(), limit + skip)[skip:])


def files(env, tip, paths, since):
    """[sha, time, [(path, blob before or None, blob after or None), …]] of the commits of a branch since a time, oldest first; a merge is what it brought."""
    return _with_files(env, "--first-parent", "--diff-merges=first-parent", f"--since=@{int(since)}", tip, "--", *paths)[::-1]


def between(env, old, new, limit):
    """The newest `limit` commits that one revision has and an older one has not, as `files` tells of them, newest first."""
    return _with_files(env, f"--max-count={limit}", f"{old}..{new}", "--")


def _with_files(env, *walk):
    fields = iter(run.must(env, "--literal-pathspecs", "log", "-z", "--raw", "--no-renames", "--abbrev=64", "--format=%H %ct", *walk).split("\0"))
    found = []
    for field in fields:
        if field.lstrip("\n").startswith(":"):
            found[-1][2].append((next(fields), *(None if set(id) == {"0"} else id for id in field.split()[2:4])))
        elif field:
            sha, at = field.split()
            found.append([sha, int(at), []])
    return found


def blame(env, revision, path):
    """(lines, commits): of each line (its text, the sha that wrote it), and of each sha {author, email, time, subject}."""
    lines, commits, sha = [], {}, None
    for line in run.must(env, "blame", "--porcelain", revision, "--", path).splitlines():
        if line.startswith("\t"):
            lines.append((line[1:], sha))
        elif BLAMED.match(line):
            sha = line.split()[0]
            commits.setdefault(sha, {})
        else:
            name, _, value = line.partition(" ")
            if name in BLAME:
                commits[sha][BLAME[name]] = int(value) if name == "author-time" else value.strip("<>") if name == "author-mail" else value
    return lines, commits


def _merged(found, order, limit):
    """The commits of several paths, as one log of all of them has them."""
    known = {commit.sha: commit for commits in found for commit in commits}
    return [known[sha] for sha in order if sha in known][:limit]


def _parsed(out):
    """A commit cannot hold a NUL, so nobody's message ends a field early."""
    fields = out.split("\0")
    return [_commit(*fields[at:at + len(FIELDS)]) for at in range(0, len(fields) - len(FIELDS) + 1, len(FIELDS))]


def _commit(sha, author, email, time, parents, subject, body, trailers):
    words = body.strip().removesuffix(trailers.strip()).strip()
    return Commit(sha, author, email, int(time or 0), subject, words, _trailers(trailers), tuple(parents.split()))


def _trailers(text):
    """name -> value; what is said several times, as who reviewed it, is one list."""
    found = {}
    for name, value in TRAILER.findall(text):
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
