"""python -m controller [--once]"""

import argparse
import logging
import signal
import sys

from controller import probes
from controller.loop import Loop
from gitops import config, services
from gitops.errors import KlepaasError


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m controller", description="Makes the clusters equal to git.")
    parser.add_argument("--once", action="store_true", help="one tick, without waiting for health: 0 all applied, 1 some app failed, 2 could not run")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    try:
        opened = services.open(config.load())
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


if __name__ == "__main__":
    sys.exit(main())
