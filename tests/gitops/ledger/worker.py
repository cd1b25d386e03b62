"""What tests run in processes of their own: python -m tests.gitops.ledger.worker TASK URL HOME ARGUMENT…

Says "ready", begins when a line comes in, prints what came of it as JSON.
"""

import json
import os
import sys
import threading

from gitops.errors import Conflict
from gitops.ledger import Ledger
from gitops.types import Actor, Command

ACTOR = Actor("Kim", "kim@example.com", frozenset(), "rest")
CHATTING = Actor("Kim", "kim@example.com", frozenset(), "chat")


def deliver(ledger, ids, threads):
    """Carry out each of the ids in each thread; says which this process delivered."""
    delivered = []

    def run():
        for number in ids.split(","):
            with ledger.command(ACTOR, Command("scale", "nginx", "staging", {"replicas": 2}, number), "print") as row:
                if row.receipt is None:
                    delivered.append(number)
                    row.attempt(f"{len(delivered):040x}")
                    row.finish("committed", receipt={"plan": {"summary": "s"}, "by": os.getpid()}, commit=f"{len(delivered):040x}")

    _together(run, threads)
    return delivered


def commands(ledger, count, threads):
    """Carry out `count` commands a thread; says the uids."""
    uids = []

    def run():
        for _ in range(int(count)):
            with ledger.command(ACTOR, Command("scale", "nginx", "staging", {"replicas": 2}), "print") as row:
                row.attempt(row.uid)
                row.finish("committed", receipt={"plan": {"summary": "s"}}, commit=row.uid)
                uids.append(row.uid)

    _together(run, threads)
    return uids


def hold(ledger, id):
    """Hold a command with an attempt until killed, or until whoever started it is gone."""
    with ledger.command(ACTOR, Command("scale", "nginx", "staging", {"replicas": 2}, id), "print") as row:
        row.attempt("a" * 40)
        print("held", flush=True)
        sys.stdin.read()


def events(ledger, count, threads):
    """Tell `count` events a thread; says their ids."""
    ids = []
    _together(lambda: ids.extend(ledger.event("notice", text="t") for _ in range(int(count))), threads)
    return ids


def link(ledger, text, threads):
    """Use a link in each thread; says who got in."""
    users = []
    _together(lambda: users.append(ledger.link_use(text)), threads)
    return [user["email"] for user in users if user]


def decide(ledger, id, threads):
    """Confirm or cancel a preview in each thread, every other process and thread the one or the other; says what came of it."""
    said, numbers = [], iter(range(int(threads)))

    def run():
        confirm = (next(numbers) + os.getpid()) % 2
        try:
            (ledger.preview_confirm if confirm else ledger.preview_cancel)(id, CHATTING)
            answer = "done"
        except Conflict as error:
            answer = error.code
        said.append(("confirmed" if confirm else "cancelled", answer))

    _together(run, threads)
    return said


def migrate(ledger):
    ledger.migrate()
    return ledger.event("notice")


def _together(run, threads):
    failures = []

    def guarded():
        try:
            run()
        except Exception as error:
            failures.append(error)

    running = [threading.Thread(target=guarded) for _ in range(int(threads))]
    for each in running:
        each.start()
    for each in running:
        each.join()
    if failures:
        raise failures[0]


if __name__ == "__main__":
    task, url, home, *arguments = sys.argv[1:]
    opened = Ledger.open(url, home)
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(globals()[task](opened, *arguments)), flush=True)
    opened.close()
