"""Where main is: asked of the remote when something says so. While it cannot be asked the revision we have counts, and that is said once.

Must not decide what a revision brings.
"""

import logging

from controller import metrics
from controller.together import Together
from gitops.errors import Invalid, KlepaasError

MAIN = "refs/heads/main"
log = logging.getLogger(__name__)


class Source:
    """`fetch`: whether something new may be at the remote. `tell` as the outbox has it."""

    def __init__(self, repo, ledger, tell):
        self.repo, self.ledger, self.tell, self.fetch, self.wrong = repo, ledger, tell, True, None
        self.asking = Together("fetch", lambda _: self._said(lambda: metrics.fetched(repo.fetch)))

    def tip(self, known, patience):
        """Main's tip; what is known of it while the repository is away, empty or slow. Raises where there is nothing to go on with, or nobody waits for better (no patience)."""
        fetching = self.fetch or bool(self.asking.running)
        self.fetch = self.fetch and bool(self.asking.running)  # what was told of meanwhile is asked for again
        answers = self.asking.each(["main"], patience) if fetching else {"main": self._said(self.repo.head)}
        known = known or patience and self.repo.tip(MAIN)
        for found in answers.values():
            if isinstance(found, KlepaasError) or found is None and known:
                return self._away(found or Invalid("empty_repository"), known)
            if fetching or not self.repo.url:  # a remote is back only when it answered
                self._tell(None)
            return found
        return known

    def _said(self, ask):
        """What `ask` returns, or the error it raises."""
        try:
            return ask()
        except KlepaasError as error:
            return error

    def _away(self, error, known):
        self._tell(error.text())
        if not known:
            raise error
        return known

    def _tell(self, text):
        if text != self.wrong:
            self.wrong = text
            log.warning("the config repository: %s", text or "answers again")
            self.tell(self.ledger.event, "notice", None, None, repository=text)

    def close(self):
        self.asking.close()
