"""Commits as history shows them, from one `git log`."""

import re

from gitops.types import Commit

FIELDS = ("%H", "%an", "%ae", "%at", "%P", "%s", "%b", "%(trailers:only,unfold)")
FORMAT = "%x00".join(FIELDS) + "%x1e"
TRAILER = re.compile(r"(?m)^([A-Za-z][A-Za-z0-9-]*): ?(.*)$")


def commits(repo, ref, paths, limit, skip_first=False):
    """Newest first; `skip_first` leaves out `ref` itself."""
    first = f"{ref}^@" if skip_first else ref
    text = repo.git.execute(["git", "--git-dir", repo.git_dir, "--literal-pathspecs", "log", f"--max-count={limit}", f"--format={FORMAT}",
                             "--no-show-signature", first, "--", *paths], strip_newline_in_stdout=False)
    return tuple(_commit(each.lstrip("\n")) for each in text.split("\x1e") if each.strip("\n"))


def _commit(text):
    sha, author, email, time, parents, subject, body, trailers = text.split("\x00")
    found = dict(TRAILER.findall(trailers))
    words = body.strip()
    return Commit(sha, author, email, int(time), subject, words.removesuffix(trailers.strip()).strip(), found, tuple(parents.split()))
