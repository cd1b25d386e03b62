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
        """Count a failure; with `most` within `window` seconds the source is locked for as long, and it is true."""
        table, now = self.tables["failure"], time.time()
        with self.store.write():
            row = table.get_or_none(source=source)
            count, since = (row.count + 1, row.since) if row and row.since > now - window else (1, now)
            fields = {"count": count, "since": since, "until": now + window if count >= most else 0}
            table.insert(source=source, **fields).on_conflict(conflict_target=[table.source], update=fields).execute()
        return count >= most

    def forget(self):
        """Drop what counts no more."""
        table = self.tables["failure"]
        with self.store.write():
            table.delete().where((table.until < time.time()) & (table.since < time.time() - 3600)).execute()
