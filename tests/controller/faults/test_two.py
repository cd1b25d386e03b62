"""Two controllers, each by a way of its own to the cluster: never do both write, whoever sleeps and whatever comes late."""

import os
import signal
import threading

import pytest

from tests.controller.faults import faulty
from tests.controller.house import configmap

MANY = [f"m{number}" for number in range(12)]


def files(value):
    return {"manifests/staging/one/map.yaml": configmap("one", value)} | {f"manifests/staging/many/{each}.yaml": configmap(each, value) for each in MANY}


def both(house, way, **more):
    """(an installation, the two ways, a function that starts the controller that goes one of them)."""
    made, ways = house(files("v1"), **more), (way(), way())
    configs = [each.kubeconfig(made.cluster, made.home / f"kubeconfig{number}") for number, each in enumerate(ways)]
    return made, ways, lambda number: made.start(KUBECONFIG=configs[number])


def all_are(made, value):
    return all(made.value(each) == value for each in ("one", *MANY))


def test_only_one_of_two_writes(house, way):
    """Started at the same moment, one has each environment, and no object is written by both."""
    made, ways, start = both(house, way)
    start(0), start(1)
    made.wait(lambda: all_are(made, "v1"))
    made.commit(files("v2"))
    made.wait(lambda: all_are(made, "v2"))
    assert sorted(sum("configmaps" in path for _, path, _ in each.writes) for each in ways) == [0, 2 * (1 + len(MANY))]


def test_frozen_in_the_middle_of_a_sync(house, way):
    """Stopped with a write on its way: the other one takes over within 15 s of the lease's end, puts right what comes late, and the thawed one writes no more."""
    made, (first, second), start = both(house, way)
    frozen, gate = start(0), threading.Event()
    made.synced("one")
    made.synced("many")
    start(1)
    first.on(lambda handler: os.kill(frozen.pid, signal.SIGSTOP) or not gate.wait(60), "PATCH", "configmaps/one", times=1)
    made.commit(files("v2"))
    made.wait(lambda: not first.rules[0].times)
    made.commit(files("v3"))
    made.wait(lambda: all_are(made, "v3"), 10 + 15)
    gate.set()
    made.wait(lambda: first.writes[-1][1].endswith("/one") and made.events("drift") and made.value("one") == "v3")
    written = len(first.writes)
    os.kill(frozen.pid, signal.SIGCONT)
    for number in range(4, 7):
        made.commit(files(f"v{number}"))
        made.wait(lambda: all_are(made, f"v{number}"))
    assert len(first.writes) == written and frozen.poll() is None
    assert {path.rpartition("/")[2] for _, path, _ in second.writes} == {"one", *MANY}


@pytest.mark.slow
def test_cut_off_from_the_cluster(house, way):
    """One that reaches the cluster no more gives way to one that does, and stops by its own clock before that; back, it waits its turn."""
    made, (first, second), start = both(house, way)
    cut = start(0)
    made.synced("one")
    start(1)
    first.down()
    made.commit(files("v2"))
    made.wait(lambda: all_are(made, "v2"), 10 + 15)
    written = len(first.writes)
    first.up()
    made.commit(files("v3"))
    made.wait(lambda: all_are(made, "v3"))
    assert len(first.writes) == written and cut.poll() is None


@pytest.mark.slow
def test_a_lease_that_cannot_be_renewed(house, way):
    """All but the lease is answered: no write after its time, though nobody else is there; and the app says so."""
    made, (first, _), start = both(house, way)
    start(0)
    made.synced("one")
    first.on(faulty.status(503, "no leases now"), "PUT", "/leases/")
    lease = made.live("leases", f"klepaas-{made.name}-staging")["spec"]["renewTime"]
    made.wait(lambda: "no leases now" in (made.state("one").get("message") or ""), 25)
    made.commit(files("v2"))
    made.order("sync", "one")
    made.ledger.wait(made.ledger.last_event(), 2)
    assert made.value("one") == "v1" and made.live("leases", f"klepaas-{made.name}-staging")["spec"]["renewTime"] == lease
    first.mend()
    made.wait(lambda: all_are(made, "v2"))
    made.wait(lambda: made.state("one").get("health") == "healthy")
