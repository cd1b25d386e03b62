"""python -m tests.bench [NAME …] [--apps N]: a JSON line a figure. Without names: all of them."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.bench import cluster, doors, engine

FIGURES = {"submit": engine.submitting, "render": engine.render, "history": engine.history, "parse": engine.parse, "events": doors.events, "controller": cluster.controller}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FIGURES))
    parser.add_argument("--apps", type=int, default=1000)
    options = parser.parse_args()
    unknown = set(options.names) - set(FIGURES)
    if unknown:
        parser.error(f"no figure {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    for name in options.names or FIGURES:
        with tempfile.TemporaryDirectory(prefix="klepaas-bench-") as home:
            for figure in FIGURES[name](Path(home), options.apps):
                print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    sys.exit(main())
