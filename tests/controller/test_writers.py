"""One writes at a time, whatever dies or sleeps; and what is away comes back without loss."""

import os
import signal

import pytest

from tests.controller.house import MERGE, House, configmap
from tests.devcluster import cluster

ONE = {"manifests/staging/one/map.yaml": configmap("one")}


def two():
    return {"manifests/staging/one/map.yaml": configmap("one", "two")}


def holder(made):
    """The process id of the controller that holds the lease, as its name has it; None when nobody does."""
    found = made.live("leases", f"klepaas-{made.name}-staging")
    name = found["spec"]["holderIdentity"] if found else ""
    return int(name.split("-")[-2]) if name else None


def test_another_takes_over_from_one_that_died(house):
    """Two controllers: the one with the lease writes; killed, the other takes over and heals what drifted meanwhile."""
    made = house(ONE)
    both = {process.pid: process for process in (made.start(), made.start())}
    made.synced("one")
    first = holder(made)
    made.kill(both[first])
    made.cluster.patch(made.path("configmaps", "one"), {"data": {"value": "by hand"}}, MERGE)
    made.wait(lambda: made.value("one") == "one", 25)
    assert holder(made) in set(both) - {first}


def test_a_thawed_controller_does_not_write(house):
    """Stopped past its lease and continued, it finds that another has it, and writes nothing."""
    made = house(ONE)
    frozen = made.start()
    made.synced("one")
    other = made.start()
    os.kill(frozen.pid, signal.SIGSTOP)
    made.commit(two())
    made.wait(lambda: made.value("one") == "two", 25)
    assert holder(made) == other.pid
    os.kill(other.pid, signal.SIGSTOP)  # so that any write from now on is the thawed one's
    made.cluster.patch(made.path("configmaps", "one"), {"data": {"value": "by hand"}}, MERGE)
    os.kill(frozen.pid, signal.SIGCONT)
    log = made.home / "controller.log"
    seen = made.ledger.last_event()
    made.order("sync", "one")
    made.wait(lambda: made.ledger.last_event() > seen)
    for _ in range(20):  # ticks of the thawed one: it looks at the lease in each
        made.ledger.wait(made.ledger.last_event(), 0.1)
        assert made.value("one") == "by hand", log.read_text()
    os.kill(other.pid, signal.SIGCONT)
    made.wait(lambda: made.value("one") == "two")


def test_syncs_go_on_without_the_ledger(house):
    """The ledger's file is away: what is committed is applied still, and recorded once the file is back."""
    made = house(ONE)
    made.start()
    made.synced("one")
    kept = [(made.home / name, made.home / f"away-{name}") for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm") if (made.home / name).exists()]
    made.ledger.close()
    for here, away in kept:
        here.rename(away)
    head = made.commit(two())
    made.wait(lambda: made.value("one") == "two")
    for here, away in kept:
        away.rename(here)
    made.synced("one", head)


@pytest.fixture
def mortal(tmp_path):
    """A cluster of its own, to be killed."""
    found = [cluster.start(tmp_path / "kubernetes")]
    yield found
    found[-1].stop(signal.SIGKILL)


def test_the_api_server_may_die(tmp_path, mortal):
    """Killed and started again: what was committed meanwhile is applied, and drift is seen as before."""
    made = House(tmp_path / "home", mortal[0], ONE)
    try:
        made.start()
        made.synced("one")
        mortal[0].stop(signal.SIGKILL)
        made.commit(two())
        mortal.append(cluster.start(tmp_path / "kubernetes"))
        made.cluster = mortal[-1]
        made.wait(lambda: made.value("one") == "two", 30)
        made.cluster.delete(made.path("configmaps", "one"))
        made.wait(lambda: made.value("one") == "two", 30)
    finally:
        made.close()


def test_an_order_given_while_nobody_runs_is_carried_out(house):
    """It waits in the ledger, and its end is recorded."""
    made = house(ONE)
    made.order("sync", "one")
    made.start()
    made.wait(lambda: made.ledger.orders(0) == ())
    made.synced("one")


def test_a_namespace_that_was_deleted_is_made_again(house):
    """With the lease and all that was in it."""
    made = house(ONE)
    made.start()
    made.synced("one")
    made.cluster.delete(f"/api/v1/namespaces/{made.namespace()}")
    made.wait(lambda: made.cluster.ask("GET", f"/api/v1/namespaces/{made.namespace()}").status_code == 404 or made.value("one") is None)
    made.wait(lambda: made.value("one") == "one", 40)
