"""What comes from outside to the loop: reviews that ended at their forges or in time, and news of commits that are not here yet. Decides nothing."""

import logging
import time

from gitops import mirror as copies
from gitops import pushes as noted
from gitops import reviewing
from gitops import statuses as said
from gitops.cicd import images as cicd
from gitops.cicd import pulled
from gitops.errors import KlepaasError, NotFound

log = logging.getLogger(__name__)
STATUSES, MOVED = 5, 2  # seconds between looks at what is to be said at a forge; until what came with a new revision is looked at


def follow(services):
    """Look at open reviews once per installation and poll; webhooks tell sooner."""
    try:
        if services.ledger.claim("reviews", services.settings.poll_seconds - 1):
            reviewing.expire(services)
            reviewing.follow(services)
    except KlepaasError as error:
        log.warning("reviews: %s", error)


def pushes(services, seconds=None):
    """Write plain pushes into the audit, once per installation and poll, or in so many seconds."""
    try:
        if services.ledger.claim("pushes", seconds or services.settings.poll_seconds - 1):
            noted.note(services)
    except KlepaasError as error:
        log.warning("pushes: %s", error)


def statuses(services):
    """Say at the forge how changes went, by one controller at a time."""
    try:
        if services.ledger.claim("statuses", STATUSES - 1):
            said.look(services)
    except KlepaasError as error:
        log.warning("statuses: %s", error)


def previews(services):
    """Close the previews whose days are over, once per installation and poll."""
    try:
        if services.ledger.claim("previews", services.settings.poll_seconds - 1):
            pulled.expire(services, time.time())
    except KlepaasError as error:
        log.warning("previews: %s", error)


def images(services, refused):
    """Look for newer images, once per installation and interval."""
    try:
        if services.ledger.claim("images", services.settings.image_seconds - 1):
            cicd.look(services, refused)
    except KlepaasError as error:
        log.warning("images: %s", error)


class Mirror:
    """Brings main to the mirror when it moved, and looks at each poll whether it is still there; what stands in the way is told once."""

    def __init__(self, services):
        self.services, self.at, self.due = services, None, 0.0

    def look(self):
        services, now = self.services, time.monotonic()
        try:
            if (services.repo.head() != self.at or now >= self.due) and services.ledger.claim("mirror", STATUSES - 1):
                self._bring()
        except KlepaasError as error:
            log.warning("mirror: %s", error)

    def _bring(self):
        ledger, why = self.services.ledger, None
        self.due = time.monotonic() + self.services.settings.poll_seconds
        try:
            self.at = copies.bring(self.services.repo, self.services.settings)
        except KlepaasError as error:
            self.at = self.services.repo.head()  # until it moves, or the next poll
            why = {"code": error.code, "details": error.details, "message": error.text()}
            log.warning("mirror: %s", error)
        if why != ledger.installation().get("mirror"):
            ledger.mark(None, mirror=why)


def news(repo, event):
    """Whether an event of the ledger speaks of something at the remote that has to be fetched."""
    if repo.url is None or event.kind == "revision":
        return repo.url is not None and bool(event.data.get("hook"))
    commit = event.data.get("commit") if event.kind in ("command", "review") else None
    try:
        return bool(commit) and not repo.resolve(commit)
    except NotFound:
        return True
