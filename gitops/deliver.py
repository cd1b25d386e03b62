"""How a plan reaches git: a commit on main, a branch to review, or an order in the ledger. DELIVERIES, by the plan's delivery.

Every attempt's sha is in the command's row before a ref moves, so that after a crash the row says where to look.
"""

import logging
from contextlib import nullcontext
from dataclasses import replace

from gitops import audit, planning, reviewing, views
from gitops.cicd import building
from gitops.errors import Conflict, KlepaasError
from gitops.telemetry import tracing
from gitops.types import Plan, Receipt

log = logging.getLogger(__name__)
MOVES = 5  # how often the delivery itself may change under a command before it is refused


class _OtherDelivery(Exception):
    """On the moved base the plan must go another way than the one begun."""


def deliver(services, actor, row, verb, command):
    """Take the way that the plan on main's tip says, again if main moved so that it says another."""
    for _ in range(MOVES):
        view = planning.tip(services)
        plan = planning.decided(services, actor, verb, command, view)
        try:
            if plan.command.args.get("build") and plan.changes:
                return _built_first(services, row, plan, view)
            return DELIVERIES[plan.delivery](services, actor, row, verb, plan, view)
        except _OtherDelivery:
            continue
    raise Conflict("base_moves")


def _built_first(services, row, plan, view):
    """The change comes when its image is there: see gitops/cicd/building."""
    building.begin(services, row, plan, view, services.head()[1])
    return _finish(services, row, plan, "building")


def commit(services, actor, row, verb, plan, view):
    made = plan

    def draft(tree):
        nonlocal made
        made = plan if tree.revision == plan.base else planning.decided(services, actor, verb, plan.command, tree)
        if made is plan:
            tree.reads.update(view.reads)  # what it was made from counts on this view too, klepaas.yaml above all
        if made.delivery != "commit":
            raise _OtherDelivery
        return reviewing.drafted(made, actor, row.uid) if made.changes else None

    with tracing.step("commit") if plan.changes else nullcontext():
        sha = services.repo.land(draft, row.attempt) if plan.changes else None
    return _finish(services, row, made, "committed" if sha else "unchanged", commit=sha)


def review(services, actor, row, verb, plan, view):
    if not plan.changes:
        return _finish(services, row, plan, "unchanged")
    head = services.repo.propose(reviewing.branch(row.uid), plan.base, reviewing.drafted(plan, actor, row.uid), row.attempt)
    return _proposed(services, row, plan, head)


def order(services, actor, row, verb, plan, view):
    commit, review = reviewing.VERBS[verb.name](services, actor, row, plan) if verb.name in reviewing.VERBS else (None, None)
    return _finish(services, row, plan, "accepted", commit=commit, review=review)


def _finish(services, row, plan, status, commit=None, review=None):
    receipt = Receipt(row.id, status, views.plan(plan), commit, review)
    row.finish(status, commit=commit, review=review.id if review else None, receipt=views.receipt(receipt),
               entry=audit.of_command(row.actor, row.command, outcome=status, commit=commit, review=review.id if review else None))
    log.info("%s by %s: %s", plan.command.verb, row.actor.email, status, extra={"commit": commit, "review": review.id if review else None})
    return receipt


def _proposed(services, row, plan, head):
    return _finish(services, row, plan, "proposed", review=reviewing.opened(services, row, plan, head))


def found_again(services, row, verb):
    """The receipt of an attempt that reached git although nobody heard of it, or None."""
    for sha in row.attempts:
        if services.repo.holds(sha):
            return _committed_again(services, row, verb, sha) if verb.kind == "change" else _merged_again(services, row, sha)
        if services.repo.holds(sha, reviewing.branch(row.uid)):
            return _proposed(services, row, replace(_plan_of(services, row, verb, sha), delivery="review"), sha)
    return None


def _committed_again(services, row, verb, sha):
    return _finish(services, row, replace(_plan_of(services, row, verb, sha), delivery="commit"), "committed", commit=sha)


def _plan_of(services, row, verb, sha):
    """The plan that made the commit: plans are pure, so made again on its parent it is the same. What is in git stands, even if it cannot."""
    parent = services.repo.parent(sha)
    try:
        return planning.planned(services, verb, row.command, services.repo.tree(parent))
    except KlepaasError as error:
        if error.transient:
            raise
        return Plan(row.command, parent, services.repo.changed(parent, sha), risk=verb.risk)


def _merged_again(services, row, sha):
    plan = Plan(row.command, sha, risk="high", delivery="order", summary="merge")
    _, review = reviewing.merged(services, row.actor, row, services.ledger.review(row.command.args["review"]), sha)
    return _finish(services, row, plan, "accepted", commit=sha, review=review)


DELIVERIES = {"commit": commit, "review": review, "order": order}
