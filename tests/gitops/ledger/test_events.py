"""Events, in the order in which they were committed."""

import os
import resource
import threading
import time

from tests.gitops.ledger import processes


def follow(ledger, stop, seen):
    """Read on from the last id until stopped and at the end."""
    while True:
        over = stop.is_set()
        page = ledger.events(seen[-1] if seen else 0, limit=7)
        seen.extend(event.id for event in page)
        if over and not page:
            return


def test_resuming_misses_nothing(url, ledger, tmp_path):
    """Readers that resume after the last id they saw, while 4 processes of 4 threads write, see every event once and in order."""
    stop, seen = threading.Event(), [[], []]
    readers = [threading.Thread(target=follow, args=(ledger, stop, each)) for each in seen]
    for reader in readers:
        reader.start()
    written = processes.together(4, "events", url, tmp_path, 40, 4)
    stop.set()
    for reader in readers:
        reader.join()
    everything = sorted(id for each in written for id in each)
    assert len(everything) == 640
    assert seen == [everything, everything]


def test_ids_never_return(ledger):
    """After everything old was deleted ids still grow: who resumes after one of the deleted misses nothing."""
    last = [ledger.event("notice") for _ in range(3)][-1]
    ledger.retention(-1)
    assert ledger.events(0) == ()
    assert ledger.event("notice") > last


def test_kinds_and_pages(ledger):
    """Events come by kind and a page at a time, as they were told."""
    first = ledger.event("revision", sha="a" * 40)
    second = ledger.event("drift", "nginx", "staging", fields=["spec.replicas"], text="가\x00")
    assert [event.id for event in ledger.events(0, limit=1)] == [first]
    drift, = ledger.events(0, kinds=("drift", "sync"))
    assert (drift.id, drift.app, drift.environment, drift.data) == (second, "nginx", "staging", {"fields": ["spec.replicas"], "text": "가\x00"})
    assert ledger.events(2**80) == ()
    assert ledger.last_event() == second


def test_wait_wakes(url, ledger, tmp_path):
    """Who waits is woken by another process's event, at once for one that is there, and not without one."""
    assert ledger.last_event() == 0
    assert ledger.wait(0, 0) is False
    writer = processes.start("events", url, tmp_path, 1, 1)
    woken = []
    waiter = threading.Thread(target=lambda: woken.append(ledger.wait(0, 30)))
    waiter.start()
    processes.begin(writer)
    waiter.join()
    assert woken == [True]
    last, = processes.result(writer)
    assert ledger.wait(last - 1, 0) is True
    assert ledger.wait(last, 0.1) is False


def test_wait_beside_many_descriptors(ledger):
    """A server with more than a thousand open sockets still hears."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4096), hard), hard))
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        threading.Timer(0.2, lambda: ledger.event("notice")).start()
        assert ledger.wait(ledger.last_event(), 10)
    finally:
        [os.close(each) for each in held]


def test_wait_of_many(ledger):
    """One event wakes all who wait."""
    woken = []
    waiters = [threading.Thread(target=lambda: woken.append(ledger.wait(0, 30))) for _ in range(5)]
    for waiter in waiters:
        waiter.start()
    time.sleep(0.1)
    ledger.event("notice")
    for waiter in waiters:
        waiter.join()
    assert woken == [True] * 5
