"""The ledger is away, locked or has no room: git is followed all the same, and what happened is recorded later."""

import contextlib
import sqlite3
import subprocess

import pytest

from tests import servers
from tests.controller.house import MERGE, configmap

ONE = {"manifests/staging/one/map.yaml": configmap("one")}


def two():
    return {"manifests/staging/one/map.yaml": configmap("one", "two")}


@pytest.fixture
def on_postgres(house):
    """An installation whose ledger is on a Postgres server, and that server."""
    server = servers.postgres()
    with server.database() as url:
        made = house(ONE, database=url)
        yield made, server
        if server.process is None:
            server.start()
        made.close()


def applied_and_healed(made):
    """A commit and somebody's change, while nothing can be recorded."""
    made.commit(two())
    made.wait(lambda: made.value("one") == "two")
    made.cluster.patch(made.path("configmaps", "one"), {"data": {"value": "by hand"}}, MERGE)
    made.wait(lambda: made.value("one") == "two")


def test_postgres_stops_and_comes_back(on_postgres):
    """Applied and healed meanwhile; the sync and the drift are in the history afterwards."""
    made, server = on_postgres
    running = made.start()
    made.synced("one")
    made.ledger.close()
    server.stop()
    applied_and_healed(made)
    server.start()
    made.synced("one")
    assert made.wait(lambda: made.events("drift"))[0].data["repaired"] and running.poll() is None


def test_postgres_is_away_at_start(on_postgres):
    """A controller does not wait for it, not even for its tables."""
    made, server = on_postgres
    made.ledger.close()
    server.stop()
    running = made.start()
    applied_and_healed(made)
    server.start()
    made.synced("one")
    assert running.poll() is None


def test_a_file_that_somebody_locks(house):
    """As long as it takes: nothing is lost of what happened meanwhile."""
    made = house(ONE)
    made.start()
    made.synced("one")
    with contextlib.closing(sqlite3.connect(made.home / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        applied_and_healed(made)
        other.execute("ROLLBACK")
    made.synced("one")
    assert made.wait(lambda: made.events("drift"))[0].data["repaired"]


@pytest.fixture
def small(tmp_path):
    """A folder on a file system of three megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("only root may mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk(house, small):
    """No room for the ledger: applied and healed, and recorded once there is room; no half-written row."""
    made = house(ONE, database=f"sqlite:///{small / 'ledger.db'}")
    running = made.start()
    made.synced("one")
    with contextlib.suppress(OSError), (small / "rubbish").open("wb", buffering=0) as rubbish:
        while True:
            rubbish.write(bytes(4096))
    applied_and_healed(made)
    (small / "rubbish").unlink()
    made.synced("one")
    assert made.wait(lambda: made.events("drift"))[0].data["repaired"] and running.poll() is None


def test_no_room_for_what_the_remote_says(house, small):
    """The mirror cannot take a commit: said, what runs is kept as it was, and the commit comes when there is room."""
    made = house(ONE)
    made.env |= {"CONFIG_REPO": f"file://{made.home / 'config.git'}", "KLEPAAS_HOME": str(small)}
    made.start()
    made.synced("one")
    with contextlib.suppress(OSError), (small / "rubbish").open("wb", buffering=0) as rubbish:
        while True:
            rubbish.write(bytes(4096))
    made.commit(two())
    assert "remote does not answer" in made.wait(lambda: [each.data["repository"] for each in made.events("notice") if each.data.get("repository")])[0]
    made.cluster.delete(made.path("configmaps", "one"))
    made.wait(lambda: made.value("one") == "one")
    (small / "rubbish").unlink()
    made.wait(lambda: made.value("one") == "two")
