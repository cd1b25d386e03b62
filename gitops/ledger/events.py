"""Events: what happened, under ids that grow in the order of commit, so that who resumes after an id misses nothing."""

import time
from dataclasses import dataclass

import orjson

from gitops.ledger import paging
from gitops.ledger.commands import dumps

LARGEST = 2**63 - 1
CLUSTER = "cluster"  # what a cluster reported about an app's objects


@dataclass(frozen=True, slots=True)
class Event:
    """`kind`: command, order, sync, health, drift, review, revision, notice, alert, webhook, cluster (what it reported of an app's objects), access (somebody's rights, sessions or tokens changed)."""

    id: int
    kind: str
    app: str | None
    environment: str | None
    data: dict
    at: float


class Events:
    """The part of the Ledger that keeps events."""

    def __init__(self, store, tables):
        self.store, self.tables = store, tables

    def event(self, kind, app=None, environment=None, **data):
        """Record an event; its id."""
        with self.store.append():
            return self.add(kind, app, environment, data)

    def add(self, kind, app, environment, data):
        """Within a transaction that `store.append` began."""
        return self.tables["event"].insert(kind=kind, app=app, environment=environment, data=dumps(data), at=time.time()).execute()

    def events(self, after, limit=500, kinds=None, but=(), environments=None):
        """Events with ids beyond `after`, in order: of these kinds, `but` those, of these environments or of none."""
        table, after = self.tables["event"], min(after, LARGEST)
        wanted = (table.id > after, table.kind.in_(list(kinds)) if kinds else True, table.kind.not_in(list(but)) if but else True, paging.within(table.environment, environments))
        with self.store.session():
            rows = table.select().where(*wanted).order_by(table.id).limit(limit)
            return tuple(Event(row.id, row.kind, row.app, row.environment, orjson.loads(row.data), row.at) for row in rows)

    def reported(self, app, environment, since, limit):
        """What a cluster reported about an app's objects since then, as it was told, newest first; of one Event of its the last."""
        table = self.tables["event"]
        wanted = (table.kind == CLUSTER) & (table.environment == environment) & (table.app == app) & (table.at >= since)
        with self.store.session():
            rows = [orjson.loads(row.data) for row in table.select(table.data).where(wanted).order_by(table.id.desc()).limit(limit)]
        return tuple({each["uid"]: each for each in reversed(rows)}.values())[::-1]

    def last_event(self):
        table = self.tables["event"]
        with self.store.session():
            row = table.select(table.id).order_by(table.id.desc()).first()
            return row.id if row else 0

    def wait(self, after, timeout):
        """Whether there is an event beyond `after`, within so many seconds."""
        return self.store.wait(lambda: self.last_event() > after, timeout)
