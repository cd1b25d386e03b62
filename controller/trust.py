"""Whether a new revision may be followed: signed by somebody known, reviewed, as the environment asks. Must not hold it: that is controller/following.

What the environment asks is said by every revision since the one before, or a push could take the rule away together with what it forbids.
"""

import time

from gitops import catalog as catalogs
from gitops import policy
from gitops.errors import KlepaasError
from gitops.forges import chosen
from gitops.layout import CONFIG
from gitops.services import Services

AGAIN = 15  # seconds until what could not be asked is asked again


def doubt(world, tree, catalog):
    """Why a revision is not to be followed without a word of somebody who may release it, or None."""
    last, revision = world.head or world.lease.revision, tree.revision
    if revision in world.released or revision == last:
        return None
    known = world.doubts.get((last, revision))
    if known is None or known[1] < time.monotonic():
        known = _looked(world, last, revision, catalog)
        world.doubts = {(last, revision): known}
    return known[0]


def _looked(world, last, revision, catalog):
    """(why, until when that is known)."""
    try:
        return _doubt(world, last, revision, catalog), float("inf")
    except KlepaasError as error:
        return f"{revision[:7]} cannot be verified now: {error}", time.monotonic() + AGAIN


def _doubt(world, last, revision, catalog):
    name, came = world.environment.name, world.repo.mainline(last, revision) if last else ()
    said = _catalogs(world.repo, [each for each in (last, *came) if each]) or (catalog,)
    asked = [each.environments[name] for each in said if name in each.environments]
    if any(each.verify for each in asked) and (found := world.repo.doubtful(last, revision, world.settings.allowed_signers)):
        return f"{found[0][:7]} {found[1]}, and {name} follows signed commits only"
    if any(each.enforce_review for each in asked):
        approvals = max(each.approvals for each in asked)
        for sha in came:
            if _concerned(world.repo, sha, said, name) and not _reviewed(world, sha, approvals):
                return f"{sha[:7]} reached {name} without a review"
    return None


def _catalogs(repo, revisions):
    """One of each klepaas.yaml that these revisions have."""
    trees = [repo.tree(each) for each in revisions]
    return tuple(catalogs.load(tree) for tree in {tree.id(CONFIG): tree for tree in trees}.values())


def _concerned(repo, sha, catalogs, environment):
    paths = repo.differs(repo.parent(sha), sha)
    return any(path.startswith(policy.SHARED) or each.app_of(path, environment) for path in paths for each in catalogs)


def _reviewed(world, sha, approvals):
    """The ledger knows what was merged here, and what answers by itself; of the rest the forge is asked."""
    command = world.ledger.command_of_commit(sha)
    if command and (command["actor"].channel == "controller" or command["command"].args.get("break_glass")):
        return True
    review = world.ledger.review_of_commit(sha)
    if review and len(review.approvals) >= approvals:
        return True
    found = chosen(world.settings)[1].approvals(Services(world.settings, world.repo, world.ledger, world.renderer), sha)
    return found is not None and found >= approvals
