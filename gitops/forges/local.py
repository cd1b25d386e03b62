"""Reviews without a forge: the branch is in the config repository, the approvals are in the ledger, and merging is a commit of ours.

What only a forge has (a comment, labels, reviewers, drafts) is nothing here: the dashboard shows the ledger itself.
"""

from gitops.errors import Conflict, Invalid
from gitops.forges.pulls import Pull

BRANCHES = "refs/heads/"


def find(services, branch):
    return None


def open(services, branch, title, body, draft=False):
    return Pull(None, None, "open", None, title=title)


def merge(services, review, draft, announce):
    """The reviewed command, planned again on main's tip and committed there; None when it has nothing left to change. Conflict when its branch was pushed to."""
    services.repo.fetch()
    if state(services, review).head != review.head:
        raise Conflict("review_changed", review=review.id)
    return services.repo.land(draft, announce)


def state(services, review):
    """Open until it is settled here; its branch is anybody's who may push."""
    return Pull(None, None, "open", services.repo.tip(BRANCHES + review.branch) or review.head, title=review.title)


def propose(services, at, path, content, branch, title):
    """There is no other repository that could be reached."""
    raise Invalid("bad_setting", name="FORGE", wanted="github, gitea, gitlab")


def repositories(services):
    """None that could be reached."""
    raise Invalid("bad_setting", name="FORGE", wanted="github, gitea, gitlab")


def commit(services, at, branch=None):
    raise Invalid("build_no_forge")


def approvals(services, what):
    """The ledger knows all there is."""
    return None


approved = approvals


def _nothing(services, review, *what):
    """There is no forge that could be told."""


update = comment = note = status = deployment = approve = close = labels = reviewers = draft = _nothing
