"""The database beneath: migrations, and its absence."""

import os
import stat
import time

import pytest

from gitops.errors import Invalid, Unavailable
from gitops.ledger import Ledger
from gitops.ledger.migrations import STEPS
from gitops.types import Actor, Command
from tests import servers
from tests.gitops.ledger import processes

KIM = Actor("Kim", "kim@example.com", frozenset(), "rest")


def test_migrate_again(ledger):
    """Migrating what is migrated changes nothing."""
    last = ledger.event("notice")
    ledger.migrate()
    assert ledger.last_event() == last


def test_migrate_at_once(url, tmp_path):
    """Processes that migrate an empty database at the same moment all succeed."""
    assert sorted(processes.together(4, "migrate", url, tmp_path)) == [1, 2, 3, 4]


def test_tables_are_as_the_code_thinks(ledger):
    """The migrations make the columns that the models name."""
    for model in ledger.tables.values():
        there = {column.name for column in ledger.store.database.get_columns(model._meta.table_name)}
        assert there == {field.column_name for field in model._meta.sorted_fields}


def test_newer_database(ledger):
    """A database that a newer program migrated is refused, and left as it is."""
    with ledger.store.write():
        ledger.tables["schema"].insert(version=len(STEPS) + 1, at=0).execute()
    with pytest.raises(Invalid) as raised:
        ledger.migrate()
    assert raised.value.code == "ledger_newer"
    assert not raised.value.transient
    assert str(len(STEPS) + 1) in raised.value.text("ko")


def test_not_migrated(url, tmp_path):
    """A database without tables is Unavailable: it may be about to be migrated."""
    ledger = Ledger.open(url, tmp_path)
    with pytest.raises(Unavailable):
        ledger.last_event()
    ledger.migrate()
    assert ledger.last_event() == 0
    ledger.close()


@pytest.mark.parametrize("url", ["mysql://x", "", "ledger.db", "postgresql://u:hidden@[::1/x", "sqlite://"])
def test_bad_url(url, tmp_path):
    """A URL of another kind is refused, and no password is told."""
    with pytest.raises(Invalid) as raised:
        Ledger.open(url, tmp_path)
    assert "DATABASE_URL" in str(raised.value) and "hidden" not in str(raised.value)


def all_calls(ledger):
    """Each way to reach the database."""
    def command():
        with ledger.command(KIM, Command("scale"), "print"):
            pass

    return (command, ledger.last_event, lambda: ledger.event("notice"), lambda: ledger.wait(10**6, 0.1), lambda: ledger.session("x"))


def test_sqlite_away_and_back(tmp_path):
    """A file that is moved away is Unavailable, nothing is written beside it, and when it is back all is there."""
    path = tmp_path / "ledger.db"
    ledger = Ledger.open(f"sqlite:///{path}", tmp_path)
    ledger.migrate()
    last = ledger.event("notice")
    ledger.wait(0, 0)
    path.rename(tmp_path / "away.db")
    for call in all_calls(ledger):
        with pytest.raises(Unavailable):
            call()
    assert not path.exists()
    (tmp_path / "away.db").rename(path)
    assert ledger.last_event() == last
    assert ledger.event("notice") == last + 1
    ledger.close()


def test_postgres_away_and_back(tmp_path):
    """A stopped server is Unavailable, without telling where it is; started again it is used again at the first call."""
    server = servers.Postgres()
    try:
        with server.database() as url:
            ledger = Ledger.open(url, tmp_path)
            ledger.migrate()
            for call in all_calls(ledger):
                call()
            last = ledger.last_event()
            server.stop()
            for call in all_calls(ledger):
                with pytest.raises(Unavailable) as raised:
                    call()
                assert str(server.port) not in raised.value.text() + str(raised.value.details)
            server.start()
            time.sleep(1.1)
            for call in all_calls(ledger):
                call()
            assert ledger.last_event() == last + 1
            ledger.close()
    finally:
        server.remove()


def test_restarted_unnoticed(tmp_path):
    """A server that was restarted while nobody asked is no error to the next who asks."""
    server = servers.Postgres()
    try:
        with server.database() as url:
            ledger = Ledger.open(url, tmp_path)
            ledger.migrate()
            for call in all_calls(ledger):
                call()
            server.stop()
            server.start()
            for call in all_calls(ledger):
                call()
            ledger.close()
    finally:
        server.remove()


def test_lock_lost(tmp_path):
    """Who lost the lock with its connection may not announce an attempt any more."""
    with servers.postgres().database() as url:
        ledger = Ledger.open(url, tmp_path)
        ledger.migrate()
        with pytest.raises(Unavailable), ledger.command(KIM, Command("scale"), "print") as row:
            servers.postgres()._run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_advisory_lock%' AND pid <> pg_backend_pid()")
            row.attempt("a" * 40)
        assert ledger.command_by_uid(row.uid)["attempts"] == ()
        ledger.close()


def test_file_is_private(tmp_path):
    """Nobody else on the machine reads the ledger's file."""
    before = os.umask(0)
    try:
        ledger = Ledger.open(f"sqlite:///{tmp_path / 'deep' / 'ledger.db'}", tmp_path)
        ledger.migrate()
        ledger.event("notice")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "deep" / "ledger.db").stat().st_mode) == 0o600
    ledger.close()
