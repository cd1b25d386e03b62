"""Several processes at once on one repository, and processes that are killed."""

import contextlib
import multiprocessing
import os
import signal
import threading
import time

import pytest

from gitops.repo import Repository
from tests.gitops.repo_help import adding, children, git, land

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def path(tmp_path):
    return str(Repository.create(tmp_path / "config.git"))


def commit(path, process, threads, each, told):
    """Land a line of its own in one common file and in one's own, from several threads; tell each sha."""
    repo = Repository.open(path, path)

    def run(thread):
        for number in range(each):
            name = f"{process}.{thread}.{number}"
            told.put((name, repo.land(adding("common" if number % 2 else f"files/{process}.{thread}", name.encode() + b"\n"), lambda sha: None)))

    workers = [threading.Thread(target=run, args=(thread,)) for thread in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    repo.close()


def test_eight_threads_in_two_processes(path):
    """Every commit that was acknowledged is in main, once, whoever made it; the repository is sound."""
    told = SPAWN.Queue()
    processes = [SPAWN.Process(target=commit, args=(path, number, 8, 6, told)) for number in range(2)]
    for process in processes:
        process.start()
    shas = dict(told.get(timeout=60) for _ in range(2 * 8 * 6))
    for process in processes:
        process.join()
    assert set(git(path, "rev-list", "main").split()) == set(shas.values()) and len(set(shas.values())) == 96
    assert sorted(git(path, "show", "main:common").split()) == sorted(name for name in shas if int(name.split(".")[2]) % 2)
    git(path, "fsck", "--strict")


class Told:
    """A pipe for what several threads tell."""

    def __init__(self, pipe):
        self.pipe, self.lock = pipe, threading.Lock()

    def put(self, value):
        with self.lock:
            self.pipe.send(value)


def commit_until_killed(path, pipe):
    commit(path, "x", 3, 100_000, Told(pipe))


def test_killed_at_any_moment(path, tmp_path):
    """A process killed while it commits leaves a sound repository: all it acknowledged is there, and the next commits at once."""
    for round in range(5):
        reading, writing = SPAWN.Pipe(duplex=False)
        process = SPAWN.Process(target=commit_until_killed, args=(path, writing))
        process.start()
        writing.close()
        shas = [reading.recv() for _ in range(3 + round)]
        time.sleep(0.003 * round)
        process.kill()
        shas += rest(reading)
        process.join()
        repo = Repository.open(path, tmp_path)
        began = time.monotonic()
        after = land(repo, {"after": b"%d" % round})
        assert time.monotonic() - began < 30
        assert {sha for _, sha in shas} <= set(git(path, "rev-list", after).split())
        repo.close()
        git(path, "fsck", "--strict")


def rest(pipe):
    """What was told before the other end died."""
    found = []
    try:
        while True:
            found.append(pipe.recv())
    except (EOFError, OSError):
        return found


def test_git_killed_while_it_commits(path, tmp_path):
    """Git's own processes, when killed, are started again; nothing is lost or done twice."""
    repo, stop = Repository.open(path, tmp_path), threading.Event()
    land(repo, {"log": b""})
    killer = threading.Thread(target=lambda: [kill("cat-file") for _ in iter(lambda: stop.wait(0.02), True)])
    killer.start()
    try:
        for number in range(40):
            kill("update-ref")
            repo.land(adding("log", b"%d\n" % number), lambda sha: None)
    finally:
        stop.set()
        killer.join()
        repo.close()
    assert git(path, "show", "main:log").split() == [str(number) for number in range(40)]
    git(path, "fsck", "--strict")


def kill(word):
    for child in children(word):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def test_maintenance_beside_commits(path, tmp_path):
    """gc and the commit graph run while commits go on, and lose nothing."""
    repo, stop = Repository.open(path, tmp_path), threading.Event()
    land(repo, {"log": b""})

    def maintain():
        while not stop.is_set():
            repo.maintain()

    thread = threading.Thread(target=maintain)
    thread.start()
    shas = [repo.land(adding("log", b"%d\n" % number), lambda sha: None) for number in range(60)]
    stop.set()
    thread.join()
    assert git(path, "rev-list", "main").split()[:-1] == shas[::-1]
    assert [commit.sha for commit in repo.history(("log",), limit=60)] == shas[::-1]
    repo.close()
    git(path, "fsck", "--strict")
