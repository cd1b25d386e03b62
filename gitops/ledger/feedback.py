"""What people say was read wrongly: marked by them, or seen when they corrected a preview. Must not change how anything is read."""

import time

import orjson

from gitops.errors import NotFound
from gitops.ledger import paging
from gitops.ledger.commands import dumps

NOTE = 1000  # characters kept


class Feedback:
    """The part of the Ledger that keeps misreadings until somebody looks at them."""

    def __init__(self, store, tables):
        self.store, self.tables = store, tables

    def feedback_keep(self, message, email, kind, text, was, meant=None, note=None):
        """The id; `kind` is corrected or wrong. `was` and `meant` are readings. Said again of one message it is brought up to date."""
        table, email = self.tables["feedback"], email.lower()
        fields = {"text": text, "was": dumps(was), "meant": dumps(meant) if meant is not None else None, "note": note and note.replace("\0", "")[:NOTE]}
        with self.store.write():
            row = table.get_or_none((table.message == message) & (table.email == email) & (table.kind == kind) & (table.status == "open"))
            if row is None:
                return table.insert(message=message, email=email, kind=kind, at=time.time(), **fields).execute()
            table.update(**fields).where(table.id == row.id).execute()
            return row.id

    def feedback(self, status=None, limit=100, place=None):
        """The newest first; `place` is (id,) of the one to go on after."""
        table = self.tables["feedback"]
        with self.store.session():
            rows = paging.after(table.select().where(table.status == status if status else True), (table.id,), place, limit)
            return tuple(_shown(row) for row in rows)

    def feedback_settle(self, id, status, actor):
        """Accepted or dismissed, by whom; NotFound for one that is not there or was settled."""
        table = self.tables["feedback"]
        with self.store.write():
            if not table.update(status=status, settled_by=actor.email).where((table.id == id) & (table.status == "open")).execute():
                raise NotFound("no_such_feedback", feedback=str(id)[:20])


def _shown(row):
    names = ("id", "message", "email", "kind", "text", "note", "status", "settled_by", "at")
    return {name: getattr(row, name) for name in names} | {"was": orjson.loads(row.was), "meant": orjson.loads(row.meant) if row.meant else None}
