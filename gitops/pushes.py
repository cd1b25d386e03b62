"""Plain pushes: what changed desired state without a command of ours. Written into the audit once it is noticed; what not even that explains is told.

A commit is a command's if the ledger's rows say so, whatever its trailers claim.
"""

import time

from gitops import policy, previews
from gitops.ledger.audit import Entry

DAY = 86400
LOOKED = 7 * DAY  # seconds back that are looked at for pushes nobody wrote down yet


def note(services):
    """Write down the pushes that are in no row yet; how many."""
    found = _unknown(services, time.time() - LOOKED)
    for each in found:
        services.ledger.audit.add(Entry(each["email"], each["author"], False, None, None, "git", "push", each["app"], each["environment"], {"subject": each["subject"][:200]}, "committed", commit=each["revision"]))
    return len(found)


def unexplained(services):
    """The commits since the audit began that change desired state and that no row explains: dicts of revision, time, author, email, subject, app, environment."""
    return _unknown(services, 0)


def _unknown(services, since):
    """Commits count from the audit's first row on: what is older was there before the product, or its rows are gone as AUDIT_DAYS says."""
    began = services.ledger.audit.began()
    if began is None or services.repo.head() is None:
        return []
    _, catalog = services.head()
    came = [(sha, at, _places(catalog, paths)) for sha, at, paths in services.repo.files_since(max(since, began)) if at >= began]
    shas = [sha for sha, _, places in came if places is not None]
    known = {*services.ledger.commands_of_commits(shas), *services.ledger.reviewed_commits(shas), *services.ledger.audit.commits(shas)}
    return [_shown(services.repo, sha, at, *places) for sha, at, places in came if places is not None and sha not in known]


def _places(catalog, paths):
    """(app, environment) of what a commit changes, None for several; None at all where it is no desired state."""
    found = {(app, name) for path, *_ in paths for name in catalog.environments if (app := catalog.app_of(path, name))}
    everybodys = (*policy.SHARED, f"{previews.FOLDER}/") if catalog.config.previews else policy.SHARED
    shared = any(path.startswith(everybodys) for path, *_ in paths)
    if not found and not shared:
        return None
    return found.pop() if len(found) == 1 and not shared else (None, None)


def _shown(repo, sha, at, app, environment):
    commit = repo.history(limit=1, ref=sha)[0]
    return {"revision": sha, "time": at, "author": commit.author, "email": commit.email, "subject": commit.subject, "app": app, "environment": environment}
