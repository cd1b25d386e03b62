"""The database beneath the ledger: connections, transactions, locks that die with their process, waiting for news."""

import contextlib
import fcntl
import hashlib
import select
import sqlite3
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import peewee
import psycopg2
from playhouse.pool import PooledPostgresqlDatabase, PooledSqliteDatabase

from gitops.errors import Invalid, Unavailable

EVENTS_LOCK, MIGRATION_LOCK = 0x6B6C6576, 0x6B6C656D  # advisory locks of ours in Postgres
CHANNEL = "klepaas_events"
LOOK = 0.05   # seconds between looks at a SQLite file
WAIT = 30     # seconds a writer waits for another
AWAY = (peewee.OperationalError, peewee.InterfaceError, psycopg2.OperationalError, psycopg2.InterfaceError, sqlite3.OperationalError)


def connect(url, home):
    """The Store of a URL: sqlite:///path or postgresql://…"""
    kind = urlsplit(url).scheme
    if kind == "sqlite":
        return Sqlite(url.removeprefix("sqlite:///"), home)
    if kind in ("postgresql", "postgres"):
        return Postgres(url)
    raise Invalid("bad_setting", name="DATABASE_URL", wanted="sqlite:///path or postgresql://…")


class _Store:
    @contextlib.contextmanager
    def session(self):
        """A connection of this thread for the block; Unavailable when the database is away."""
        try:
            mine = self.database.is_closed() and self.database.connect(reuse_if_open=True)
            try:
                yield
            finally:
                if mine:
                    self.database.close()
        except AWAY as error:
            raise Unavailable("ledger_unavailable", detail=str(error).splitlines()[0][:200] if str(error) else type(error).__name__) from None

    @contextlib.contextmanager
    def write(self):
        """A transaction that writes."""
        with self.session(), self._transaction():
            yield

    def close(self):
        self.database.close_all()


class Sqlite(_Store):
    """WAL, one writer at a time: a transaction that will write says so when it begins."""

    def __init__(self, path, home):
        self.path = str(Path(path).absolute())
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        self.locks = Path(home, "locks")
        self.locks.mkdir(parents=True, exist_ok=True)
        self.watching = threading.local()
        self.database = PooledSqliteDatabase(self.path, max_connections=None, stale_timeout=300, timeout=WAIT,
                                             pragmas={"journal_mode": "wal", "synchronous": "normal", "foreign_keys": 1})

    def _transaction(self):
        return self.database.atomic("IMMEDIATE")

    @contextlib.contextmanager
    def append(self):
        """A transaction in which event ids may be given out: in the order of commit."""
        with self.write():
            yield

    migrating = append

    @contextlib.contextmanager
    def lock(self, name):
        """Hold the lock of a name; it dies with its process."""
        number = hashlib.sha256(name.encode()).digest()[0]
        with (self.locks / f"{number:02x}").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def wait(self, ready, timeout):
        """Until `ready()` or the time is over; looks again whenever another connection has written."""
        end, seen = time.monotonic() + timeout, None
        while True:
            version = self._version()
            if version != seen and ready():
                return True
            seen = version
            if time.monotonic() >= end:
                return False
            time.sleep(min(LOOK, max(end - time.monotonic(), 0.001)))

    def _version(self):
        if not hasattr(self.watching, "connection"):
            self.watching.connection = sqlite3.connect(self.path, timeout=WAIT)
        return self.watching.connection.execute("PRAGMA data_version").fetchone()[0]


class Postgres(_Store):
    def __init__(self, url):
        self.url, self.spare, self.guard, self.watching = url, [], threading.Lock(), threading.local()
        self.database = PooledPostgresqlDatabase(url, max_connections=64, stale_timeout=300, timeout=5, connect_timeout=5)

    def _transaction(self):
        return self.database.atomic()

    @contextlib.contextmanager
    def append(self):
        """A transaction in which event ids may be given out: in the order of commit, since one lock covers both."""
        with self.write():
            self.database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (EVENTS_LOCK,))
            yield
            self.database.execute_sql(f"NOTIFY {CHANNEL}")

    @contextlib.contextmanager
    def migrating(self):
        with self.write():
            self.database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
            yield

    @contextlib.contextmanager
    def lock(self, name):
        """Hold the lock of a name on a connection of its own; it dies with that connection."""
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        try:
            connection = self._spare()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", (key,))
        except psycopg2.Error as error:
            raise Unavailable("ledger_unavailable", detail=str(error).splitlines()[0][:200]) from None
        try:
            yield
        finally:
            self._give_back(connection, key)

    def _spare(self):
        with self.guard:
            while self.spare:
                connection = self.spare.pop()
                if not connection.closed:
                    return connection
        connection = psycopg2.connect(self.url, connect_timeout=5)
        connection.autocommit = True
        return connection

    def _give_back(self, connection, key):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", (key,))
            with self.guard:
                self.spare.append(connection)
        except psycopg2.Error:
            connection.close()  # and with it the lock

    def wait(self, ready, timeout):
        """Until `ready()` or the time is over; NOTIFY wakes it, and each second it looks anyway."""
        end = time.monotonic() + timeout
        try:
            connection = self._listening()
            while not ready():
                left = end - time.monotonic()
                if left <= 0:
                    return False
                if select.select([connection], [], [], min(left, 1))[0]:
                    connection.poll()
                    connection.notifies.clear()
            return True
        except psycopg2.Error as error:
            self.watching.__dict__.pop("connection", None)
            raise Unavailable("ledger_unavailable", detail=str(error).splitlines()[0][:200]) from None

    def _listening(self):
        if not hasattr(self.watching, "connection") or self.watching.connection.closed:
            self.watching.connection = psycopg2.connect(self.url, connect_timeout=5)
            self.watching.connection.autocommit = True
            self.watching.connection.cursor().execute(f"LISTEN {CHANNEL}")
        return self.watching.connection

    def close(self):
        super().close()
        with self.guard:
            while self.spare:
                self.spare.pop().close()
