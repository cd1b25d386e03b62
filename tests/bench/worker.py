"""A process of the throughput figure: `python -m tests.bench.worker KIND HOME REPO NUMBER THREADS EACH`."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from gitops import services


def run(kind, home, path, workers, threads, each):
    """{ms: [each call], seconds} of all workers, which begin together."""
    command = [sys.executable, "-m", "tests.bench.worker", kind, str(home), str(path)]
    started = [subprocess.Popen([*command, str(number), str(threads), str(each)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for number in range(workers)]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    began = time.perf_counter()
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    found = [json.loads(process.stdout.readline()) for process in started]
    seconds = time.perf_counter() - began
    for process in started:
        process.communicate()
    return {"ms": [each for one in found for each in one], "seconds": seconds}


def main(kind, home, path, number, threads, each):
    from tests.bench import engine  # which imports this module

    opened, times = services.open(engine.settings(Path(home), path)), []
    first, each = 200 + int(number) * int(threads), int(each)

    def one(app):
        for step in range(each):
            replicas = (60 if kind == "bare" else 20) + step % 30
            times.append(engine.bare_one(opened.repo, app, replicas) if kind == "bare" else engine.submit_one(opened, app, replicas))

    print("ready", flush=True)
    sys.stdin.readline()
    running = [threading.Thread(target=one, args=(first + index,)) for index in range(int(threads))]
    [thread.start() for thread in running]
    [thread.join() for thread in running]
    print(json.dumps(times), flush=True)
    opened.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
