"""What happens to a review after it was proposed: approved, merged, rejected here, or merged and closed at its forge.

The ledger says what was reviewed and by whom. Must not decide who may: that is gitops/policy.
"""

import logging
import time

from gitops import access, audit, gates, message, planning, policy, values, verbs
from gitops.errors import Conflict, KlepaasError, NotFound
from gitops.forges import FORGES, chosen, pulls, text
from gitops.repo import Draft
from gitops.types import Actor

log = logging.getLogger(__name__)
PREFIX = "klepaas/"
LABEL = "klepaas"


def branch(uid):
    return f"{PREFIX}{uid}"


def drafted(plan, actor, uid, trailers=()):
    return Draft(plan.changes, message.message(plan, actor, uid, (*plan.trailers, *trailers)), (actor.name, actor.email))


def opened(services, row, plan, head):
    """The review of the branch that holds `head`; there is one a command, at its forge and in the ledger, however often this is asked."""
    catalog = services.head()[1]
    environment = catalog.environment(plan.command.environment)
    asked = policy.asked(catalog, plan.command.app, environment, [change.path for change in plan.changes])
    name, forge = chosen(services.settings)
    title = message.subject(plan)
    pull = _pulled(services, forge, row, title, text.body(plan, row.actor, row.command.text, services.settings.klepaas_url))
    found = services.ledger.review_open(
        command_uid=row.uid, environment=environment.name, app=plan.command.app, branch=branch(row.uid), base=plan.base, head=head, author_email=row.actor.email,
        author_name=row.actor.name, title=title, required=asked.approvals, forge=name, url=pull.url, number=pull.number)
    if found.status == "open" and pull.status != "open":
        found = _noticed(services, found, pull)
    if found.status != "open":
        services.repo.drop(found.branch)  # it was closed while nobody knew that it was there
    elif pull.fresh:
        pulls.beside(forge.labels, services, found, (LABEL, found.environment))
        _told(services, found)
    return found


def _pulled(services, forge, row, title, body):
    """The pull of the command's branch; where the forge wants none, the branch goes too."""
    try:
        return forge.open(services, branch(row.uid), title, body)
    except KlepaasError as error:
        if not error.transient:
            services.repo.drop(branch(row.uid))
        raise


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
    return None, _closed(services, _open(services, plan), actor)


def _closed(services, found, actor):
    FORGES[found.forge].close(services, found)
    rejected = services.ledger.reject(found.id, actor)
    services.repo.drop(found.branch)
    return _told(services, rejected)


def merge(services, actor, row, plan):
    """The reviewed command planned again on main's tip: merged, if it still does what was reviewed. One after another in an environment."""
    with services.ledger.merging(plan.command.environment):
        found, reason = _open(services, plan), plan.command.args.get("break_glass")
        _may(services, actor, found, reason)
        sha = FORGES[found.forge].merge(services, found, _again(services, actor, found, reason), row.attempt)
        if reason:
            _shout(services, actor, found, reason, sha)
        return merged(services, actor, row, found, sha)


def _may(services, actor, found, reason):
    catalog = services.head()[1]
    environment = catalog.environment(found.environment)
    if reason:
        policy.may_break_glass(actor, environment)
    else:
        kept = services.ledger.command_by_uid(found.branch.removeprefix(PREFIX))
        gates.passed(services, kept["command"], environment, services.head()[0])
        asked = policy.asked(catalog, found.app, environment, [change.path for change in _seen(services, found)])
        policy.may_merge(actor, asked, found, kept["actor"].email if kept["actor"].session else None)


def _seen(services, found):
    """All that its branch brings, which the reviewers saw, in however many commits."""
    return services.repo.changed(services.repo.forked(found.head), found.head)


def _again(services, actor, found, reason):
    """What drafts the reviewed command on a tree: None when nothing is left to change, Conflict when it would do something else."""
    asked = services.ledger.command_by_uid(found.branch.removeprefix(PREFIX))
    verb = verbs.find(asked["command"].verb)
    seen = _seen(services, found)
    approvals = found.approvals or (() if reason else (f"{actor.name} <{actor.email}>",))
    by = [("Reviewed-by", approval) for approval in approvals] + [("Break-Glass", f"{actor.name} <{actor.email}>: {reason}")] * bool(reason)

    def draft(tree):
        again = planning.planned(services, verb, asked["command"], tree)
        if not again.changes:
            return None
        _same_as_reviewed(found, seen, again.changes)
        access.allowed(actor, tree, again.changes)
        return drafted(again, asked["actor"], asked["uid"], by)

    return draft


def problem(services, found):
    """What a merge of an open review would be refused for now, whoever asks: an error, or None."""
    asked = services.ledger.command_by_uid(found.branch.removeprefix(PREFIX))["command"]
    try:
        again = planning.planned(services, verbs.find(asked.verb), asked, services.head()[0].fresh())
        if again.changes:
            _same_as_reviewed(found, _seen(services, found), again.changes)
    except KlepaasError as error:
        return error
    return None


def _shout(services, actor, found, reason, sha):
    """Nobody approved what runs now: in the log, and as an event that everybody who may read there sees."""
    log.warning("break glass: %s merged review %s of %s without approvals: %s", actor.email, found.id, found.environment, reason)
    services.ledger.event("review", found.app, found.environment, review=found.id, status="broke_glass", by=actor.name, title=found.title, commit=sha, reason=reason)


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
    """Conflict when on the moved base other lines would change than those of the branch, which the reviewers saw: both, side by side."""
    was, now = _lines(seen), _lines(would)
    if was != now:
        sides = [{"path": path, "reviewed": was.get(path, []), "now": now.get(path, [])} for path in sorted({*was, *now}) if was.get(path) != now.get(path)]
        raise Conflict("review_outdated", review=found.id, path=sides[0]["path"], conflict=sides)


def _lines(changes):
    """path -> the lines that go and come, of each change."""
    return {change.path: [line for line in values.diff(change).splitlines()[2:] if line[:1] in ("+", "-")] for change in changes}


VERBS = {"approve": approve, "merge": merge, "reject": reject}


def expire(services):
    """Close the reviews that nobody settled within the days of their environment."""
    _, catalog = services.head()
    for review in services.ledger.reviews("open"):
        days = getattr(catalog.environments.get(review.environment), "review_days", None)
        if days and review.created < time.time() - days * 86400:
            pulls.beside(_expired, services, review)


def _expired(services, review):
    nobody = Actor("expired", "", frozenset(), "controller")
    _audited(services, nobody, _closed(services, review, nobody), "reject")


def _audited(services, actor, review, verb):
    """What became of a review without a command of ours."""
    services.ledger.audit.add(audit.entry(actor, verb, review.app, review.environment, outcome="accepted", commit=review.commit, review=review.id))


# --- at the forge ----------------------------------------------------------------------------------------------------


def follow(services):
    """Notice what happened to open reviews at their forges, and to their branches. One that cannot be asked about keeps no other from it."""
    for review in services.ledger.reviews("open"):
        pulls.beside(noticed, services, review)


def noticed(services, review):
    """The review as it is at its forge, kept in the ledger: merged, closed, or another head, which nobody approved yet."""
    return _noticed(services, review, FORGES[review.forge].state(services, review))


def _somebody(ledger, forge, name, subject):
    """Who acted at the forge: the person of ours that signed in by that very account, else the account's name there."""
    person = ledger.person_of(forge, subject) if subject else None
    return Actor(person["name"] if person else name or forge, person["email"] if person else "", frozenset(), "git")


def agreed(ledger, review):
    """The addresses of who approved a review here, and of its author if signed in as a person."""
    by = policy.addresses(review.approvals)
    try:
        author = ledger.command_by_uid(review.branch.removeprefix(PREFIX))["actor"]
    except NotFound:
        return set(by)
    return {*by, author.email.lower()} if author.session else set(by)


def known(ledger, forge, approvals):
    """The addresses of who approved or opened a pull there, as far as they are people of ours."""
    there = (*approvals.by, *([approvals.author] if approvals.author else ()))
    return {email.lower() for each in there if (email := _somebody(ledger, forge, each.name, each.subject).email)}


def _counted(services, review):
    """The review with who approved it at its forge, kept in the ledger; as it was where the forge does not say."""
    found = pulls.beside(FORGES[review.forge].approved, services, review)
    if found is None:
        return review
    return services.ledger.review_approved(review.id, review.head, [_somebody(services.ledger, review.forge, each.name, each.subject).name for each in found.by])


def _noticed(services, review, pull):
    somebody, ended = _somebody(services.ledger, review.forge, pull.by, pull.subject), services.ledger.review(review.id).status != "open"
    if pull.status != "closed" and pull.head == review.head:
        review = _counted(services, review)
    if pull.status == "open" and pull.head == review.head:
        return review
    services.repo.fetch()
    if pull.status == "open":
        return services.ledger.review_moved(review.id, pull.head)
    if pull.status == "merged":
        done = services.ledger.merged(review.id, pull.commit, somebody)
    else:
        done = services.ledger.reject(review.id, somebody)
    if not ended:
        _audited(services, somebody, done, "merge" if pull.status == "merged" else "reject")
    services.repo.drop(review.branch)
    return _told(services, done)


def of_branch(services, name):
    """The open review of a branch, or None."""
    return next((each for each in services.ledger.reviews("open") if each.branch == name), None)
