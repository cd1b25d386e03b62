"""Workers in processes of their own, begun at one moment."""

import json
import subprocess
import sys


def start(task, url, home, *arguments):
    """A worker that is ready to begin."""
    process = subprocess.Popen([sys.executable, "-m", "tests.gitops.ledger.worker", task, url, str(home), *map(str, arguments)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def begin(process):
    process.stdin.write("\n")
    process.stdin.flush()


def result(process):
    try:
        said, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0
    return json.loads(said)


def together(number, task, url, home, *arguments):
    """What `number` processes said that began the task at once."""
    running = [start(task, url, home, *arguments) for _ in range(number)]
    for process in running:
        begin(process)
    return [result(process) for process in running]
