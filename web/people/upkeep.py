"""What web servers do now and then, one of them for all: it needs SECRET_KEY, which no controller has. Must not serve anybody."""

import logging
import threading

from gitops.errors import KlepaasError
from web.people import audit, oauth

log = logging.getLogger(__name__)
LOOK = 60     # seconds between looks whether it is time
HOUR = 3600
JOBS = {"audit": (HOUR, lambda services: audit.seal(services.ledger, services.settings)), "teams": (HOUR, oauth.teams_again)}


class Upkeep:
    """A thread that takes up whatever is due and nobody else has claimed."""

    def __init__(self, services):
        self.services, self.stopped = services, threading.Event()
        threading.Thread(target=self._run, name="upkeep", daemon=True).start()

    def _run(self):
        while not self.stopped.wait(LOOK):
            due(self.services)


def due(services):
    """Do what is due; what fails is tried again when it is due again."""
    for name, (seconds, job) in JOBS.items():
        try:
            if services.ledger.claim(name, seconds):
                job(services)
        except KlepaasError as error:
            log.warning("%s: %s", name, error)
        except Exception:  # one job's bug keeps no other from being done
            log.exception("%s", name)


def install(app, opened):
    app.extensions["klepaas-upkeep"] = Upkeep(opened)
