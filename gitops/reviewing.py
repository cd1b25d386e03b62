"""What happens to a review after it was proposed: approved, merged, rejected here, or merged and closed at its forge.

The ledger says what was reviewed and by whom. Must not decide who may: that is gitops/policy.
"""

from gitops import message, planning, policy, values, verbs
from gitops.errors import Conflict
from gitops.forges import FORGES, chosen, pulls, text
from gitops.repo import Draft
from gitops.types import Actor

PREFIX = "klepaas/"
LABEL = "klepaas"


def branch(uid):
    return f"{PREFIX}{uid}"


def drafted(plan, actor, uid, trailers=()):
    return Draft(plan.changes, message.message(plan, actor, uid, (*plan.trailers, *trailers)), (actor.name, actor.email))


def opened(services, row, plan, head):
    """The review of the branch that holds `head`; there is one a command, at its forge and in the ledger, however often this is asked."""
    environment = services.head()[1].environment(plan.command.environment)
    name, forge = chosen(services)
    title = message.subject(plan)
    pull = forge.open(services, branch(row.uid), title, text.body(plan, row.actor, row.command.text, services.settings.klepaas_url))
    found = services.ledger.review_open(
        command_uid=row.uid, environment=environment.name, app=plan.command.app, branch=branch(row.uid), base=plan.base, head=head, author_email=row.actor.email,
        author_name=row.actor.name, title=title, required=environment.approvals if environment.review else 0, forge=name, url=pull.url, number=pull.number)
    if found.status == "open" and pull.status != "open":
        found = _noticed(services, found, pull)
    if found.status != "open":
        services.repo.drop(found.branch)  # it was closed while nobody knew that it was there
    elif pull.fresh:
        pulls.beside(forge.labels, services, found, (LABEL, found.environment))
        _told(services, found)
    return found


def _told(services, review):
    pulls.beside(FORGES[review.forge].comment, services, review, text.comment(review))
    return review


# --- here ------------------------------------------------------------------------------------------------------------


def _open(services, plan):
    found = services.ledger.review(plan.command.args["review"])
    if found.status != "open":
        raise Conflict("review_closed", review=found.id, status=found.status)
    return found


def approve(services, actor, row, plan):
    found = _open(services, plan)
    policy.may_approve(actor, found)
    approved = services.ledger.approve(found.id, actor, found.head)
    pulls.beside(FORGES[found.forge].approve, services, found, f"Approved by {actor.name} in K-Le-PaaS.")
    return None, _told(services, approved)


def reject(services, actor, row, plan):
    found = _open(services, plan)
    FORGES[found.forge].close(services, found)
    rejected = services.ledger.reject(found.id, actor)
    services.repo.drop(found.branch)
    return None, _told(services, rejected)


def merge(services, actor, row, plan):
    """The reviewed command planned again on main's tip: merged, if it still does what was reviewed."""
    found = _open(services, plan)
    policy.may_merge(actor, services.head()[1].environment(found.environment), found)
    asked = services.ledger.command_by_uid(found.branch.removeprefix(PREFIX))
    verb = verbs.find(asked["command"].verb)
    seen = services.repo.changed(services.repo.parent(found.head), found.head)

    def draft(tree):
        again = planning.planned(services, verb, asked["command"], tree)
        if not again.changes:
            return None
        _same_as_reviewed(found, seen, again.changes)
        by = [("Reviewed-by", approval) for approval in found.approvals or (f"{actor.name} <{actor.email}>",)]
        return drafted(again, asked["actor"], asked["uid"], by)

    return merged(services, actor, row, found, FORGES[found.forge].merge(services, found, draft, row.attempt))


def merged(services, actor, row, found, sha):
    """Keep that a review is on main as a commit (None: it had nothing left to change)."""
    if sha:
        row.attempt(sha)
    else:
        FORGES[found.forge].close(services, found)
    done = services.ledger.merged(found.id, sha, actor)
    services.repo.drop(found.branch)
    return sha, _told(services, done)


def _same_as_reviewed(found, seen, would):
    """Conflict when on the moved base other lines would change than those of the branch, which the reviewers saw."""
    if _lines(seen) != _lines(would):
        raise Conflict("review_outdated", review=found.id, path=seen[0].path)


def _lines(changes):
    """path -> the lines that go and come, of each change."""
    return {change.path: [line for line in values.diff(change).splitlines()[2:] if line[:1] in ("+", "-")] for change in changes}


VERBS = {"approve": approve, "merge": merge, "reject": reject}


# --- at the forge ----------------------------------------------------------------------------------------------------


def follow(services):
    """Notice what happened to open reviews at their forges. One that cannot be asked about keeps no other from it."""
    for review in services.ledger.reviews("open"):
        if review.forge != "local":
            pulls.beside(noticed, services, review)


def noticed(services, review):
    """The review as it is at its forge, kept in the ledger: merged, closed, or another head, which nobody approved yet."""
    return _noticed(services, review, FORGES[review.forge].state(services, review))


def _noticed(services, review, pull):
    somebody = Actor(pull.by or review.forge, "", frozenset(), "git")
    if pull.status == "open" and pull.head == review.head:
        return review
    services.repo.fetch()
    if pull.status == "open":
        return services.ledger.review_moved(review.id, pull.head)
    if pull.status == "merged":
        done = services.ledger.merged(review.id, pull.commit, somebody)
    else:
        done = services.ledger.reject(review.id, somebody)
    services.repo.drop(review.branch)
    return _told(services, done)


def of_branch(services, name):
    """The open review of a branch, or None."""
    return next((each for each in services.ledger.reviews("open") if each.branch == name), None)
