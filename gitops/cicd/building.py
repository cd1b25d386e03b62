"""Building an image first: which branch of which repository, and that a command waits for it. Followed by gitops/cicd/built.

What is waited for is kept as a delivery of our own, so whoever works on deliveries goes on with it after a crash.
"""

import re
import time

from gitops.cicd import rules
from gitops.cicd.rules import SHORT
from gitops.errors import Conflict, Invalid
from gitops.forges import chosen

EVENT = "build"


def completed(services, tree, target, args):
    """The arguments with the branch to build and the version it becomes: the first of its newest commit, unless one was named."""
    branch, sha = chosen(services.settings)[1].commit(services, _repository(tree, target), args.get("branch"))
    return {"version": sha[:SHORT], **args, "branch": branch, "build": True}


def _repository(tree, target):
    found = rules.repository(tree, target)
    if found is None:
        raise Invalid("build_no_repository", app=target.app)
    return found


def begin(services, row, plan, tree, target):
    """Keep that a command waits for its image; Conflict when the branch has moved since its version was chosen."""
    args, repository = plan.command.args, _repository(tree, target)
    branch, sha = chosen(services.settings)[1].commit(services, repository, args["branch"])
    if re.fullmatch(r"[0-9a-f]{7}", args["version"]) and not sha.startswith(args["version"]):
        raise Conflict("build_branch_moved", branch=branch, version=args["version"])
    name = f"build-{row.uid}"
    services.ledger.delivered(name, name, EVENT, repository, {"event": EVENT, "uid": row.uid, "repository": repository, "branch": branch, "sha": sha, "version": args["version"],
                                                     "asked": time.time()})
