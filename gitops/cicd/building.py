"""Building an image first: which branch of which repository, and that a command waits for it. Followed by gitops/cicd/built.

What is waited for is kept as a delivery of our own, so whoever works on deliveries goes on with it after a crash.
"""

import re
import time
from dataclasses import asdict

from gitops import builders
from gitops.cicd import rules
from gitops.cicd.rules import SHORT
from gitops.errors import Conflict, Invalid

EVENT = "build"


def completed(services, catalog, tree, target, args):
    """The arguments with the branch to build and the version it becomes: the first of its newest commit, unless one was named."""
    branch, sha = _commit(services, builders.of(catalog, _repository(tree, target)), args.get("branch"))
    return {"version": sha[:SHORT], **args, "branch": branch, "build": True}


def _commit(services, pipeline, branch):
    return builders.BUILDERS[pipeline.kind].commit(services, pipeline, branch)


def _repository(tree, target):
    found = rules.repository(tree, target)
    if found is None:
        raise Invalid("build_no_repository", app=target.app)
    return found


def begin(services, row, plan, tree, catalog):
    """Keep that a command waits for its image; Conflict when the branch has moved since its version was chosen."""
    args, repository = plan.command.args, _repository(tree, catalog.target(plan.command.app, plan.command.environment))
    pipeline = builders.of(catalog, repository)
    branch, sha = _commit(services, pipeline, args["branch"])
    if re.fullmatch(r"[0-9a-f]{7}", args["version"]) and not sha.startswith(args["version"]):
        raise Conflict("build_branch_moved", branch=branch, version=args["version"])
    name = called(row.uid)
    services.ledger.delivered(name, name, EVENT, repository, {"event": EVENT, "uid": row.uid, "repository": repository, "pipeline": asdict(pipeline), "branch": branch, "sha": sha,
                                                             "version": args["version"], "asked": time.time()})


def called(uid):
    """The id of the delivery that a command waits in."""
    return f"build-{uid}"
