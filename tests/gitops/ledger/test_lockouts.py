"""What counts against an address, and for how long."""

import threading
import time



def test_a_source_is_locked_and_free_again(ledger):
    """The last of so many failures locks it, for itself alone, until the time is over; then it counts from the beginning."""
    assert [ledger.lockouts.failed("a", 3, 0.4) for _ in range(4)] == [False, False, True, False]
    assert 0 < ledger.lockouts.locked("a") <= 0.4 and ledger.lockouts.locked("b") == 0
    time.sleep(0.45)
    assert ledger.lockouts.locked("a") == 0 and [ledger.lockouts.failed("a", 3, 60) for _ in range(3)] == [False, False, True]


def test_failures_long_ago_do_not_count(ledger):
    """Slow mistakes lock nobody out."""
    ledger.lockouts.failed("a", 2, 0.2)
    time.sleep(0.25)
    assert ledger.lockouts.failed("a", 2, 0.2) is False and ledger.lockouts.locked("a") == 0


def test_failures_at_once_are_all_counted(ledger):
    """Many threads, one lock, told once."""
    told = []
    threads = [threading.Thread(target=lambda: [told.append(ledger.lockouts.failed("a", 40, 60)) for _ in range(5)]) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert told.count(True) == 1 and len(told) == 40 and ledger.lockouts.locked("a") > 0
