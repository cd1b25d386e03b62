"""The ledger's database as a SQLite file: WAL, locks by flock, news by looking."""

import contextlib
import fcntl
import hashlib
import os
import sqlite3
import threading
import time
from pathlib import Path
from urllib.parse import quote

from playhouse.pool import PooledSqliteDatabase

from gitops.errors import Unavailable
from gitops.ledger.store import WAIT, Store

LOOK = 0.05   # seconds between looks at the file
TRY = 0.05    # at most so many seconds between tries for a command that another carries out
SHORT = 0.001  # seconds between tries for the turn to write: a transaction takes less


class _File(sqlite3.Connection):
    """Knows which file it opened: one that was moved away takes writes that nobody sees again."""

    opened = None


def _identity(path):
    with contextlib.suppress(OSError):
        found = os.stat(path)
        return found.st_dev, found.st_ino


class _Pool(PooledSqliteDatabase):
    """Connections to a file that is there; none makes one, since an empty ledger in place of a lost one would hide the loss."""

    def __init__(self, path):
        self.path = path
        super().__init__(f"file:{quote(path)}?mode=rw", uri=True, factory=_File, check_same_thread=False, max_connections=None, stale_timeout=300,
                         pragmas={"busy_timeout": WAIT * 1000, "synchronous": "normal"})

    def _connect(self):
        connection = super()._connect()
        connection.opened = connection.opened or _identity(self.path)
        return connection

    def _is_closed(self, connection):
        return connection.opened != _identity(self.path) or super()._is_closed(connection)


class Sqlite(Store):
    """WAL, one writer at a time: a transaction that will write says so when it begins."""

    secret = None
    ID = "INTEGER PRIMARY KEY AUTOINCREMENT"  # without AUTOINCREMENT ids come again once the newest rows were deleted

    def __init__(self, path, home):
        self.path, self.locks = str(Path(path).absolute()), Path(home, "locks")
        self.watching, self.writer = threading.local(), threading.RLock()
        self.database = _Pool(self.path)

    @contextlib.contextmanager
    def _transaction(self):
        """Writers queue at locks of ours first: SQLite makes those who wait sleep longer and longer, and some of them starve."""
        with self.writer, self._flock("writer", "ledger_unavailable", SHORT), self.database.atomic("IMMEDIATE"):
            yield

    @contextlib.contextmanager
    def append(self):
        """A transaction in which event ids may be given out: in the order of commit."""
        with self.write():
            yield

    migrating = append

    def prepare(self):
        """The file, for its owner alone. WAL stays with the file, and switching to it may fail as locked however long one waits: once, alone."""
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        with self.translated(), self.lock("migrate"):
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            with contextlib.closing(sqlite3.connect(self.path, timeout=WAIT)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")

    @contextlib.contextmanager
    def lock(self, name, space=""):
        """Hold the lock of a name; it dies with its process. Yields what raises when it was lost: a file's never is.

        Names share 256 files, so who holds one takes another only of another space.
        """
        with self._flock(f"{space}{hashlib.sha256(name.encode()).digest()[0]:02x}", "command_busy", TRY):
            yield lambda: None

    @contextlib.contextmanager
    def _flock(self, name, code, longest):
        """Tries again and again rather than wait in the kernel: what hangs elsewhere must not hang this process too."""
        file, deadline, pause = self._opened(name), time.monotonic() + WAIT, SHORT
        try:
            while not _locked(file):
                if time.monotonic() > deadline:
                    raise Unavailable(code, retry_after=1)
                time.sleep(pause)
                pause = min(pause * 2, longest)
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # a child forked meanwhile may keep a copy of the descriptor open
            os.close(file)

    def _opened(self, name):
        try:
            return os.open(self.locks / name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:
            self.locks.mkdir(parents=True, exist_ok=True)
            return self._opened(name)

    def wait(self, ready, timeout):
        """Until `ready()` or the time is over; looks again whenever another connection has written."""
        end, seen = time.monotonic() + timeout, None
        while True:
            with self.translated():
                version = self._version()
            if version != seen and ready():
                return True
            seen = version
            if time.monotonic() >= end:
                return False
            time.sleep(min(LOOK, max(end - time.monotonic(), 0.001)))

    def _version(self):
        connection = getattr(self.watching, "connection", None)
        if connection is None or connection.opened != _identity(self.path):
            connection = self.watching.connection = sqlite3.connect(f"file:{quote(self.path)}?mode=rw", uri=True, factory=_File, timeout=WAIT)
            connection.opened = _identity(self.path)
        return connection.opened, connection.execute("PRAGMA data_version").fetchone()[0]


def _locked(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
