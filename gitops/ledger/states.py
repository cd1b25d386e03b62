"""Syncs as they went, and the last known live state of each app."""

import time
from dataclasses import asdict

import orjson

from gitops.ledger.commands import dumps, matching
from gitops.types import Health


class States:
    """The part of the Ledger that the controller writes and everybody reads."""

    def __init__(self, store, tables, events):
        self.store, self.tables, self.events = store, tables, events

    def record_sync(self, result):
        """A SyncResult: kept, made the app's state, and told as an event. The same sync (by its start) told again is brought up to date."""
        table, kept = self.tables["sync"], {"revision": result.revision, "status": result.status, "result": dumps(asdict(result)), "finished": result.finished}
        with self.store.append():
            same = (table.app == result.app) & (table.environment == result.environment) & (table.started == result.started)
            if not table.update(**kept).where(same).execute():
                table.insert(app=result.app, environment=result.environment, started=result.started, **kept).execute()
            self._merge_sync(result, {
                "sync": result.status, "revision": result.revision, "error": result.error, "started": result.started, "finished": result.finished,
                "health": result.health.status, "message": result.health.message})
            return self.events.add("sync", result.app, result.environment, {
                "status": result.status, "revision": result.revision, "error": result.error, "actions": list(result.actions),
                "health": result.health.status, "message": result.health.message})

    def _merge_sync(self, result, fields):
        """Into the state, unless that knows of a newer sync: one may be recorded late."""
        row = self._state(result.app, result.environment)
        if row is None or (orjson.loads(row.state).get("started") or 0) <= result.started:
            self._merge(result.app, result.environment, fields)

    def observe(self, app, environment, **fields):
        """What is seen live (health, message, replicas, version, commit …); an event only where something changed.

        A Health is its status and message. What is no news takes no lock.
        """
        health = fields.get("health")
        if isinstance(health, Health):
            fields |= {"health": health.status, "message": health.message}
        known = self.state(app, environment)
        if known is not None and known | fields == known:
            return
        with self.store.append():
            before, after = self._merge(app, environment, fields)
            if after != before:
                self.events.add("health", app, environment, fields)

    def forget(self, app, environment):
        """The app is gone from the environment."""
        table = self.tables["state"]
        with self.store.append():
            if table.delete().where((table.app == app) & (table.environment == environment)).execute():
                self.events.add("health", app, environment, {"gone": True})

    def _merge(self, app, environment, fields):
        table, row = self.tables["state"], self._state(app, environment)
        before = orjson.loads(row.state) if row else {}
        after = before | fields
        if row is None:
            table.insert(app=app, environment=environment, state=dumps(after), updated=time.time()).execute()
        elif after != before:
            table.update(state=dumps(after), updated=time.time()).where((table.app == app) & (table.environment == environment)).execute()
        return before, after

    def _state(self, app, environment):
        table = self.tables["state"]
        return table.get_or_none((table.app == app) & (table.environment == environment))

    def state(self, app, environment):
        """What is known of the app there, as one dict, or None."""
        with self.store.session():
            row = self._state(app, environment)
            return orjson.loads(row.state) if row else None

    def states(self):
        """(app, environment) -> state."""
        with self.store.session():
            return {(row.app, row.environment): orjson.loads(row.state) for row in self.tables["state"].select()}

    def syncs(self, app=None, environment=None, limit=50):
        """Syncs as dicts, newest first."""
        table = self.tables["sync"]
        wanted = matching((table.app, app), (table.environment, environment))
        with self.store.session():
            rows = table.select().where(*wanted).order_by(table.started.desc(), table.id.desc()).limit(limit)
            return tuple(orjson.loads(row.result) for row in rows)
