"""Failed sign-ins and bad tokens, counted by where they come from, for as long as they count. Must not know what failed."""

import time


class Lockouts:
    """The part of the Ledger that makes guessing slow; shared by all processes."""

    def __init__(self, store, tables):
        self.store, self.tables = store, tables

    def locked(self, source):
        """Seconds until the source may try again; 0 for now."""
        with self.store.session():
            row = self.tables["failure"].get_or_none(source=source)
        return max(row.until - time.time(), 0) if row else 0

    def failed(self, source, most, window):
        """Count a failure; whether it is the one, of `most` within `window` seconds, that locks the source for as long."""
        table, now = self.tables["failure"], time.time()
        mine = table.source == source
        with self.store.write():
            table.insert(source=source, count=0, since=now, until=0).on_conflict_ignore().execute()
            over = (table.since <= now - window) | ((table.until > 0) & (table.until <= now))
            table.update(count=0, since=now, until=0).where(mine & over).execute()
            table.update(count=table.count + 1).where(mine).execute()
            return table.update(until=now + window).where(mine & (table.count >= most) & (table.until <= now)).execute() == 1

    def forget(self):
        """Drop what counts no more."""
        table = self.tables["failure"]
        with self.store.write():
            table.delete().where((table.until < time.time()) & (table.since < time.time() - 3600)).execute()
