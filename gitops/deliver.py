"""How a plan reaches git: a commit on main, a branch to review, or an order in the ledger. DELIVERIES, by the plan's delivery.

Every attempt's sha is in the command's row before a ref moves, so that after a crash the row says where to look.
"""

from dataclasses import replace

from gitops import message, planning, policy, values, verbs, views
from gitops.errors import Conflict, KlepaasError
from gitops.forges import FORGES
from gitops.repo import Draft
from gitops.types import Plan, Receipt

MOVES = 5  # how often the delivery itself may change under a command before it is refused


class _OtherDelivery(Exception):
    """On the moved base the plan must go another way than the one begun."""


def deliver(services, actor, row, verb, command):
    """Take the way that the plan on main's tip says, again if main moved so that it says another."""
    for _ in range(MOVES):
        view = planning.tip(services)
        plan = planning.decided(services, actor, verb, command, view)
        try:
            return DELIVERIES[plan.delivery](services, actor, row, verb, plan, view)
        except _OtherDelivery:
            continue
    raise Conflict("base_moves")


def commit(services, actor, row, verb, plan, view):
    made = plan

    def draft(tree):
        nonlocal made
        made = plan if tree.revision == plan.base else planning.decided(services, actor, verb, plan.command, tree)
        if made is plan:
            tree.reads.update(view.reads)  # what it was made from counts on this view too, klepaas.yaml above all
        if made.delivery != "commit":
            raise _OtherDelivery
        return _draft(made, actor, row.uid) if made.changes else None

    sha = services.repo.land(draft, row.attempt) if plan.changes else None
    return _finish(services, row, made, "committed" if sha else "unchanged", commit=sha)


def review(services, actor, row, verb, plan, view):
    if not plan.changes:
        return _finish(services, row, plan, "unchanged")
    branch = f"klepaas/{row.uid}"
    head = services.repo.propose(branch, plan.base, _draft(plan, actor, row.uid), row.attempt)
    return _proposed(services, row, plan, head)


def order(services, actor, row, verb, plan, view):
    if verb.name in REVIEWING:
        return REVIEWING[verb.name](services, actor, row, plan)
    return _finish(services, row, plan, "accepted")


def _draft(plan, actor, uid, trailers=()):
    return Draft(plan.changes, message.message(plan, actor, uid, (*plan.trailers, *trailers)), (actor.name, actor.email))


def _finish(services, row, plan, status, commit=None, review=None):
    receipt = Receipt(row.id, status, views.plan(plan), commit, review)
    row.finish(status, commit=commit, review=review.id if review else None, receipt=views.receipt(receipt))
    return receipt


def _proposed(services, row, plan, head):
    """The review of the branch that holds `head`; there is one a command, however often this is asked."""
    environment = services.head()[1].environment(plan.command.environment)
    opened = FORGES["local"].open_review(services, row, plan, environment, head)
    if opened.status != "open":
        services.repo.drop(opened.branch)  # it was closed while nobody knew that it was there
    return _finish(services, row, plan, "proposed", review=opened)


def found_again(services, row, verb):
    """The receipt of an attempt that reached git although nobody heard of it, or None."""
    for sha in row.attempts:
        if services.repo.holds(sha):
            return _committed_again(services, row, verb, sha) if verb.kind == "change" else _merged_again(services, row, sha)
        if services.repo.holds(sha, f"klepaas/{row.uid}"):
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


# --- reviews ---------------------------------------------------------------------------------------------------------


def _open_review(services, plan):
    found = services.ledger.review(plan.command.args["review"])
    if found.status != "open":
        raise Conflict("review_closed", review=found.id, status=found.status)
    return found


def approve(services, actor, row, plan):
    found = _open_review(services, plan)
    policy.may_approve(actor, found)
    return _finish(services, row, plan, "accepted", review=FORGES["local"].approve_review(services, found, actor))


def reject(services, actor, row, plan):
    return _finish(services, row, plan, "accepted", review=FORGES["local"].reject_review(services, _open_review(services, plan), actor))


def merge(services, actor, row, plan):
    """The reviewed command planned again on main's tip and committed there, if it still does what was reviewed."""
    found = _open_review(services, plan)
    policy.may_merge(actor, services.head()[1].environment(found.environment), found)
    asked = services.ledger.command_by_uid(FORGES["local"].command_of(found))
    verb = verbs.find(asked["command"].verb)
    seen = services.repo.changed(services.repo.parent(found.head), found.head)

    def draft(tree):
        again = planning.planned(services, verb, asked["command"], tree)
        if not again.changes:
            return None
        _same_as_reviewed(found, seen, again.changes)
        by = [("Reviewed-by", approval) for approval in found.approvals or (f"{actor.name} <{actor.email}>",)]
        return _draft(again, asked["actor"], asked["uid"], by)

    sha = services.repo.land(draft, row.attempt)
    return _merged(services, row, plan, found, actor, sha)


def _merged(services, row, plan, found, actor, sha):
    return _finish(services, row, plan, "accepted", commit=sha, review=FORGES["local"].merge_review(services, found, actor, sha))


def _merged_again(services, row, sha):
    plan = Plan(row.command, sha, risk="high", delivery="order", summary="merge")
    found = services.ledger.review(row.command.args["review"])
    return _merged(services, row, plan, found, row.actor, sha)


def _same_as_reviewed(found, seen, would):
    """Conflict when on the moved base other lines would change than those of the branch, which the reviewers saw."""
    if _lines(seen) != _lines(would):
        raise Conflict("review_outdated", review=found.id, path=seen[0].path)


def _lines(changes):
    """path -> the lines that go and come, of each change."""
    return {change.path: [line for line in values.diff(change).splitlines()[2:] if line[:1] in ("+", "-")] for change in changes}


DELIVERIES = {"commit": commit, "review": review, "order": order}
REVIEWING = {"approve": approve, "merge": merge, "reject": reject}
