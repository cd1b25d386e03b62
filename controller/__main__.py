"""python -m controller [--once]"""

import argparse
import logging
import signal
import sys
import threading
import time

from controller import probes
from controller.loop import Loop
from gitops import config, services
from gitops.errors import KlepaasError, Unavailable
from gitops.telemetry import logs, reporting, tracing

log = logging.getLogger(__name__)
AGAIN = 2  # seconds between looks for a ledger that is away


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m controller", description="Makes the clusters equal to git.")
    parser.add_argument("--once", action="store_true", help="one tick, without waiting for health: 0 all applied, 1 some app failed, 2 could not run")
    options = parser.parse_args(argv)
    try:
        settings = config.load()
        logs.configure(settings)
        reporting.start(settings, "controller")
        tracing.start(settings, "controller")
        opened = _opened(settings, options.once)
    except KlepaasError as error:
        print(error, file=sys.stderr)
        return 2
    loop = Loop(opened)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())
    if opened.settings.metrics_port and not options.once:
        probes.serve(opened.settings, opened.ledger)
    try:
        return loop.once() if options.once else loop.run()
    finally:
        opened.close()


def _opened(settings, once):
    """The services; a controller that stays does not wait for its ledger: syncs go on, and are recorded later."""
    if once:
        return services.open(settings)
    opened = services.unmigrated(settings)
    try:
        opened.ledger.migrate()
    except Unavailable as error:
        log.warning("%s", error)
        threading.Thread(target=_migrate, args=(opened.ledger,), name="migrate", daemon=True).start()
    return opened


def _migrate(ledger):
    """As soon as the ledger is there."""
    while True:
        try:
            return ledger.migrate()
        except Unavailable:
            time.sleep(AGAIN)
        except KlepaasError as error:
            return log.error("%s", error)


if __name__ == "__main__":
    sys.exit(main())
