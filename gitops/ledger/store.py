"""The database beneath the ledger: connections, transactions, locks that die with their process, waiting for news."""

import contextlib
import logging
import sqlite3

import peewee
import psycopg2
from playhouse.pool import MaxConnectionsExceeded

from gitops.errors import Invalid, Unavailable

log = logging.getLogger(__name__)
WAIT = 30     # seconds a writer waits for another, and a command for its lock
AWAY = (peewee.OperationalError, peewee.InterfaceError, psycopg2.OperationalError, psycopg2.InterfaceError, sqlite3.OperationalError, MaxConnectionsExceeded)
DAMAGED = ("file is not a database", "malformed")
UNMIGRATED = ("no such table", "UndefinedTable")


class Store:
    """What both databases have in common: see sqlite.Sqlite and postgres.Postgres for the rest."""

    @contextlib.contextmanager
    def session(self):
        """A connection of this thread for the block; Unavailable when the database is away."""
        with self.translated():
            mine = self.database.is_closed() and self.database.connect(reuse_if_open=True)
            try:
                yield
            finally:
                if mine:
                    self.database.close()

    @contextlib.contextmanager
    def translated(self):
        """What a driver says of an absent database or of text it cannot hold, as ours. Where the database is stays in the log."""
        try:
            yield
        except AWAY as error:
            raise self._away(error) from None
        except ValueError as error:
            if not isinstance(error, UnicodeEncodeError) and "NUL" not in str(error):
                raise
            raise Invalid("text_not_storable") from None
        except peewee.DatabaseError as error:
            if not any(sign in f"{error} {type(getattr(error, 'orig', error)).__name__}" for sign in (*UNMIGRATED, *DAMAGED)):
                raise
            raise self._away(error) from None

    def _away(self, error):
        said = f"{type(getattr(error, 'orig', error)).__name__}: {error}".strip()
        log.warning("ledger: %s", said.replace(self.secret, "***") if self.secret else said)
        return Unavailable("ledger_unmigrated" if any(sign in said for sign in UNMIGRATED) else "ledger_unavailable", retry_after=1)

    @contextlib.contextmanager
    def write(self):
        """A transaction that writes."""
        with self.session(), self._transaction():
            yield

    def close(self):
        self.database.close_all()
