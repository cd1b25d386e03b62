"""Whether a new revision may be followed: signed by somebody known, reviewed, as the environment asks. Must not hold it: that is controller/following.

What the environment asks is said by every revision since the one before, or a push could take the rule away together with what it forbids.
"""

import time

from gitops import catalog as catalogs
from gitops import policy, reviewing
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
    """(why, until when that is known). A review may be known a moment after its commit, so that one that misses is looked for again."""
    name = world.environment.name
    try:
        came = world.repo.mainline(last, revision) if last else ()
        said = _catalogs(world.repo, [each for each in (last, *came) if each]) or (catalog,)
        asked = [each.environments[name] for each in said if name in each.environments]
        if any(each.verify for each in asked) and (found := world.repo.doubtful(last, revision, world.settings.allowed_signers)):
            return f"{found[0][:7]} {found[1]}, and {name} follows signed commits only", float("inf")
        enforced = any(each.enforce_review for each in asked)
        mattering = came if enforced or any(each.config.protected for each in said) else ()
        why = next(filter(None, (_unreviewed(world, sha, said, asked, enforced) for sha in mattering)), None)
        return why, time.monotonic() + AGAIN if why else float("inf")
    except KlepaasError as error:
        return f"{revision[:7]} cannot be verified now: {error}", time.monotonic() + AGAIN


def _catalogs(repo, revisions):
    """One of each klepaas.yaml that these revisions have."""
    trees = [repo.tree(each) for each in revisions]
    return tuple(catalogs.load(tree) for tree in {tree.id(CONFIG): tree for tree in trees}.values())


def _unreviewed(world, sha, said, asked, enforced):
    """Why a commit that came should have been reviewed, and was not."""
    environment, paths = asked[-1], world.repo.differs(world.repo.parent(sha), sha)
    if not _concerned(paths, said, environment.name):
        return None
    rules = [found for each in said for found in each.protecting(environment, paths)]
    owners = tuple(dict.fromkeys(rule.owners for rule, _ in rules if rule.owners))
    approvals = max(each.approvals for each in asked) if enforced else 1
    if not (enforced or rules) or _reviewed(world, sha, approvals, owners):
        return None
    return f"{sha[:7]} reached {environment.name} without a review" + (f", and it changes {rules[0][1]}, which is protected{_of(owners)}" if rules else "")


def _of(owners):
    return f": {' and '.join(' or '.join(group) for group in owners)} has to agree" if owners else ""


def _concerned(paths, catalogs, environment):
    return any(path.startswith(policy.SHARED) or each.app_of(path, environment) for path in paths for each in catalogs)


def _reviewed(world, sha, approvals, owners):
    """The ledger knows what was merged here, and what answers by itself; of the rest the forge is asked. Of each group of owners one has agreed."""
    command = world.ledger.command_of_commit(sha)
    if command and (command["actor"].channel == "controller" or command["command"].args.get("break_glass")):
        return True
    review = world.ledger.review_of_commit(sha)
    agreed = reviewing.agreed(world.ledger, review) if review else set()
    if review and len(review.approvals) >= approvals and not policy.disagreeing(owners, agreed):
        return True
    name, forge = chosen(world.settings)
    found = forge.approvals(Services(world.settings, world.repo, world.ledger, world.renderer), sha)
    if found is None or len(found.by) < approvals:
        return False
    return not policy.disagreeing(owners, agreed | reviewing.known(world.ledger, name, found))
