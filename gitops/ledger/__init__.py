"""The ledger: commands and their receipts, events, syncs and live states, reviews, accounts. The owner of peewee.

Git is the truth of desired state; the ledger is the truth of who asked, what was tried and what was seen. Must not decide.
"""

import time

from gitops.errors import Invalid
from gitops.ledger import store, tables
from gitops.ledger.accounts import Accounts
from gitops.ledger.commands import Commands, Row
from gitops.ledger.events import Event, Events
from gitops.ledger.reviews import Reviews
from gitops.ledger.states import States

__all__ = ["Event", "Ledger", "Row"]


class Ledger(Commands, Events, States, Reviews, Accounts):
    """Thread-safe and process-safe. Unavailable from any call: the database is away."""

    def __init__(self, opened):
        self.store, self.tables = opened, tables.define(opened.database)

    @staticmethod
    def open(url, home):
        return Ledger(store.connect(url, home))

    def migrate(self):
        """Bring the database to this code's version; Invalid when it is newer than the code."""
        schema = self.tables["schema"]
        with self.store.migrating():
            self.store.database.create_tables([schema], safe=True)
            row = schema.get_or_none()
            version = row.version if row else 0
            if version > tables.VERSION:
                raise Invalid("ledger_newer", there=version, known=tables.VERSION)
            for number in range(version + 1, tables.VERSION + 1):
                tables.MIGRATIONS[number](self.store.database, self.tables)
            if row is None:
                schema.create(version=tables.VERSION)
            elif version < tables.VERSION:
                schema.update(version=tables.VERSION).execute()

    def retention(self, days):
        """Delete events and syncs older than so many days; how many went."""
        old = time.time() - days * 86400
        event, sync = self.tables["event"], self.tables["sync"]
        with self.store.write():
            return event.delete().where(event.at < old).execute() + sync.delete().where(sync.started < old).execute()

    def close(self):
        self.store.close()
