"""What becomes of a delivery: commands through gitops.submit, as any door's; the config repository's own only wake the loop."""

import hashlib
import logging
import time
from dataclasses import asdict

from gitops import reviewing, submit
from gitops.cicd import building, built, commented, installed, pulled, rules
from gitops.cicd.facts import Facts
from gitops.errors import Invalid, KlepaasError
from gitops.forges import pulls
from gitops.origin import CURRENT, HERE, Origin, within
from gitops.telemetry import tracing
from gitops.types import Command

log = logging.getLogger(__name__)
PATIENCE = 60        # seconds until a delivery that nobody finished is tried again
DAY = 24 * 3600      # seconds after which it is not
FOLLOWED = {building.EVENT: built.outcome, commented.REPLY: commented.followed}  # deliveries of our own: what is waited for


def keep(services, id, digest, facts):
    """Remember a delivery; False when it was delivered before."""
    return services.ledger.delivered(id, digest, facts.event, facts.repository, asdict(facts) | {"received": time.time(), "origin": asdict(CURRENT.get())})


def waiting(services):
    """Work on every delivery that waits."""
    for id in services.ledger.waiting(PATIENCE):
        try:
            one(services, id)
        except Exception:  # a bug that one delivery meets keeps no other from being worked on
            log.exception("delivery %s", id)


def one(services, id):
    """Work on a delivery, if nobody else does. What is away is waited for, a day at most; what is refused is said in its outcome."""
    kept = services.ledger.delivery(id, PATIENCE)
    if kept is None:
        return
    received, came = kept.pop("received", None) or time.time(), kept.pop("origin", None)
    try:
        with within(Origin(**came) if came else HERE), tracing.door(f"webhook {kept['event']}"):
            outcome = FOLLOWED[kept["event"]](services, kept) if kept["event"] in FOLLOWED else _outcome(services, id, Facts(**kept))
    except KlepaasError as error:
        if error.transient and time.time() < received + DAY:
            log.warning("delivery %s: %s", id, error)
            return
        outcome = [{"status": "refused", "code": error.code, "message": error.text()}]
    services.ledger.delivery_done(id, outcome)


def _outcome(services, id, facts):
    if facts.event in installed.EVENTS:
        return installed.outcome(facts)
    if ours(services.settings, facts.repository):
        return _woken(services, facts)
    services.repo.fetch()
    tree, catalog = services.head()
    if not catalog.environments:
        raise Invalid("config_broken", path=catalog.problems[0].path, line=catalog.problems[0].line, detail=catalog.problems[0].message)
    if facts.event == commented.EVENT:
        return commented.outcome(services, id, catalog, facts)
    arrived = [_arrive(services, id, facts, *each) for each in rules.wanted(catalog, tree, facts)]
    return [*arrived, *pulled.outcome(services, id, catalog, facts)] or [{"status": "ignored"}]


def ours(settings, repository):
    """Whether a repository is the config repository itself: what happens there is never deployed from."""
    try:
        return pulls.path(settings).lower() == repository.lower()
    except Invalid:  # a path: no forge speaks of it
        return False


def _woken(services, facts):
    """Bring it here, follow the review that it is about, and wake the loop."""
    services.repo.fetch()
    review = reviewing.of_branch(services, facts.branch) if facts.event in ("pull_request", "push") and facts.branch else None
    if review is not None and review.forge != "local":
        reviewing.noticed(services, review)
    elif facts.merged:
        reviewing.follow(services)
    services.ledger.event("revision", hook=True)
    return [{"status": "woken"}]


def _arrive(services, id, facts, app, environment, version):
    """One app gets its version, unless what it has is newer; nobody else brings it anything meanwhile."""
    place = {"app": app, "environment": environment, "version": version}
    with services.ledger.arrival(app, environment) as last:
        if not rules.forward(last, facts, version):
            return place | {"status": "older"}
        try:
            receipt = submit.submit(services, rules.actor(facts, environment), _command(id, facts, app, environment, version))
        except KlepaasError as error:
            if error.transient:
                raise
            return place | {"status": "refused", "code": error.code, "message": error.text()}
        services.ledger.arrived(app, environment, rules.arrived(facts, version))
        return place | {"status": receipt.status, "commit": receipt.commit, "review": receipt.review.id if receipt.review else None}


def _command(id, facts, app, environment, version):
    """Its id comes from the delivery's, so that a delivery worked on twice is one command."""
    where = facts.tag or f"{facts.branch or ''} {(facts.sha or '')[:rules.SHORT]}".strip()
    name = hashlib.sha256("\0".join((id, app, environment)).encode()).hexdigest()[:40]
    return Command("deploy", app, environment, {"version": version}, f"hook-{name}", reason=f"{facts.event} of {facts.repository} {where}".strip())
