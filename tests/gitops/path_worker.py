"""Submits in a process of its own: python -m tests.gitops.path_worker FOLDER DATABASE PREFIX IDS

Says "ready", begins when a line comes in; each of four threads submits every id of the first half, shared with other processes,
and its own of the second. Prints id -> commit as JSON.
"""

import json
import sys
import threading
from pathlib import Path

from gitops import submit
from tests.gitops.path_help import ANN, command, services

THREADS = 4


def main(folder, database, prefix, count):
    world, found, failures = services(Path(folder), database or None), {}, []
    world.renderer.render(*_any(world))
    print("ready", flush=True)
    sys.stdin.readline()

    def run(thread):
        for number in range(int(count)):
            for id in (f"shared-{number}", f"{prefix}-{thread}-{number}"):
                try:
                    receipt = submit.submit(world, ANN, command("set_env", id=id, name=id.replace("-", "_"), value="x"))
                    found.setdefault(id, set()).add(receipt.commit)
                except Exception as error:
                    failures.append(f"{id}: {error!r} {error}")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    print(json.dumps({"found": {id: sorted(map(str, commits)) for id, commits in found.items()}, "failures": failures}), flush=True)
    world.renderer.close()
    world.ledger.close()
    world.repo.close()


def _any(world):
    tree, catalog = world.head()
    return tree, catalog.target("web", "staging"), catalog.environment("staging")


if __name__ == "__main__":
    main(*sys.argv[1:])
