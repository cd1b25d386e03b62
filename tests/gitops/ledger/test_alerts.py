"""Alerts in both databases: one row for each time one fires, whoever tells of it and how often."""

import threading
import time

import pytest

from gitops.alerts.facts import Alert
from gitops.errors import NotFound


def told(status="firing", fingerprint="f1", began=1000.0, **more):
    return Alert(**{"source": "alertmanager", "fingerprint": fingerprint, "status": status, "name": "Down", "severity": "critical", "summary": "it is down", "labels": {"a": "b"}, "url": None,
                    "began": began, "ended": 2000.0 if status == "resolved" else None} | more)


def test_told_at_once_by_many(ledger):
    """Two replicas of Alertmanager tell of the same: one row, one event."""
    moved = []
    threads = [threading.Thread(target=lambda: moved.append(ledger.alerts.keep([(told(fingerprint=f"f{n}"), "web", "staging") for n in range(5)]))) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(moved) == [0, 0, 0, 0, 0, 5] and len(ledger.alerts.list()) == 5
    assert len(ledger.events(0, kinds=["alert"])) == 5


def test_what_people_and_controllers_do_is_kept(ledger):
    """Acknowledged by the first, silenced until a time, answered once; what is gone is not found."""
    ledger.alerts.keep([(told(), "web", "staging"), (told(fingerprint="other"), None, None)])
    id = told().id
    assert [each["id"] for each in ledger.alerts.unanswered(["staging"], time.time() - 60)] == [id] and ledger.alerts.unanswered(["live"], 0) == () and ledger.alerts.unanswered(["staging"], time.time() + 60) == ()
    ledger.alerts.silenced(id, "s1", 5000.0, "Kim")
    ledger.alerts.answered(id, {"left": "nothing to go back to"})
    assert ledger.alerts.unanswered(["staging"], 0) == ()
    assert ledger.alerts.acknowledge(id, "Kim")["acknowledged_by"] == ledger.alerts.acknowledge(id, "Lee")["acknowledged_by"] == "Kim"
    found = ledger.alerts.one(id)
    assert (found["silence"], found["silenced_until"], found["answered"], found["labels"]) == ("s1", 5000.0, {"left": "nothing to go back to"}, {"a": "b"})
    with pytest.raises(NotFound):
        ledger.alerts.one("nothing")


def test_old_ones_go(ledger):
    """By when they were last heard of."""
    ledger.alerts.keep([(told(), "web", "staging"), (told(fingerprint="other"), None, None)])
    table = ledger.tables["alert"]
    with ledger.store.write():
        table.update(seen=time.time() - 91 * 86400).where(table.fingerprint == "other").execute()
    ledger.retention(90)
    assert [each["fingerprint"] for each in ledger.alerts.list()] == ["f1"]
