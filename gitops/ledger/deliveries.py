"""What forges told us: each delivery once, what became of it, and what last arrived at an app, so that an older one never moves it back."""

import contextlib
import time

import orjson
import peewee

from gitops.ledger import paging
from gitops.ledger.commands import dumps, matching


class Deliveries:
    """The part of the Ledger that keeps deliveries of webhooks."""

    def __init__(self, store, tables, events):
        self.store, self.tables, self.events = store, tables, events

    def delivered(self, id, digest, event, repository, facts):
        """Keep a delivery to be worked on; False when it was delivered before, by its id or word for word."""
        table, now = self.tables["delivery"], time.time()
        with self.store.write():
            if table.get_or_none((table.id == id) | (table.digest == digest)):
                return False
            with contextlib.suppress(peewee.IntegrityError):  # another process was faster
                table.create(id=id, digest=digest, event=event, repository=repository, facts=dumps(facts), received=now, tried=0.0)
                return True
        return False

    def waiting(self, patience):
        """The ids of deliveries that nobody works on: those never tried, and those tried so many seconds ago and not finished. The oldest first."""
        table = self.tables["delivery"]
        with self.store.session():
            wanted = (table.status == "waiting") & (table.tried < time.time() - patience)
            return tuple(row.id for row in table.select(table.id).where(wanted).order_by(table.received).limit(100))

    def delivery(self, id, patience):
        """The facts of a delivery for one worker of all processes, or None: it is done, or another tried it less than so many seconds ago."""
        table, now = self.tables["delivery"], time.time()
        with self.store.write():
            mine = (table.id == id) & (table.status == "waiting") & (table.tried < now - patience)
            if not table.update(tried=now).where(mine).execute():
                return None
            return orjson.loads(table.get_by_id(id).facts)

    def delivery_noted(self, id, **more):
        """Add to the facts of a delivery."""
        table = self.tables["delivery"]
        with self.store.write():
            row = table.get_by_id(id)
            table.update(facts=dumps(orjson.loads(row.facts) | more)).where(table.id == id).execute()

    def delivery_done(self, id, outcome):
        """Keep what became of a delivery. The event says no more than that: it has no environment, so many may see it."""
        table = self.tables["delivery"]
        with self.store.append():
            row = table.get_by_id(id)
            table.update(status="done", outcome=dumps(outcome)).where(table.id == id).execute()
            self.events.add("webhook", None, None, {"delivery": id, "event": row.event, "status": "done"})

    def delivery_outcome(self, id):
        """What became of a delivery; () while it waits, or is unknown."""
        table = self.tables["delivery"]
        with self.store.session():
            row = table.get_or_none((table.id == id) & (table.status == "done"))
            return tuple(orjson.loads(row.outcome)) if row else ()

    def deliveries(self, repository=None, limit=50, place=None):
        """Newest first; `place` is (received, id) of the one to go on after."""
        table = self.tables["delivery"]
        with self.store.session():
            rows = paging.after(table.select().where(*matching((table.repository, repository))), (table.received, table.id), place, limit)
            return tuple({"id": row.id, "event": row.event, "repository": row.repository, "status": row.status, "outcome": orjson.loads(row.outcome),
                          "received": row.received} for row in rows)

    def told(self, repository, limit):
        """The facts of a repository's deliveries, newest first."""
        table = self.tables["delivery"]
        with self.store.session():
            mine = peewee.fn.LOWER(table.repository) == repository.lower()
            return tuple(orjson.loads(row.facts) for row in table.select(table.facts).where(mine).order_by(table.received.desc()).limit(limit))

    @contextlib.contextmanager
    def arrival(self, app, environment):
        """What last arrived at an app (a dict, or None), while nobody else brings it anything."""
        table = self.tables["arrival"]
        with self.store.lock(f"{environment}\0{app}", "arrival-"):
            with self.store.session():
                row = table.get_or_none((table.app == app) & (table.environment == environment))
            yield orjson.loads(row.facts) if row else None

    def arrived(self, app, environment, facts):
        """Within `arrival`."""
        table = self.tables["arrival"]
        with self.store.write():
            table.insert(app=app, environment=environment, facts=dumps(facts), at=time.time()).on_conflict(
                conflict_target=[table.environment, table.app], update={table.facts: dumps(facts), table.at: time.time()}).execute()
