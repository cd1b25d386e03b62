"""python -m tests.bench [NAME …] [--apps N]: a JSON line a figure. Without names: all but `scale`."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.bench import cluster, doors, engine, notices, page

FIGURES = {"submit": engine.submitting, "render": engine.render, "history": engine.history, "parse": engine.parse, "events": doors.events, "notices": notices.notices, "page": page.page, "controller": cluster.controller,
           "away": cluster.away, "scale": cluster.scale}
UNASKED = [name for name in FIGURES if name != "scale"]  # minutes, and the first of it is `controller`


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FIGURES))
    parser.add_argument("--apps", type=int, default=1000)
    parser.add_argument("--kubeconfig", help="a real cluster for `controller`, in namespaces of its own")
    options = parser.parse_args()
    unknown = set(options.names) - set(FIGURES)
    if unknown:
        parser.error(f"no figure {', '.join(sorted(unknown))}; there are {', '.join(FIGURES)}")
    for name in options.names or UNASKED:
        with tempfile.TemporaryDirectory(prefix="klepaas-bench-") as home:
            more = {"kubeconfig": options.kubeconfig} if name == "controller" else {}
            for figure in FIGURES[name](Path(home), options.apps, **more):
                print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    sys.exit(main())
