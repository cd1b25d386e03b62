"""Syncs as they went, and the last known live state of each app."""

import time
from dataclasses import asdict

import orjson

from gitops.ledger.commands import dumps


class States:
    """The part of the Ledger that the controller writes and everybody reads."""

    def record_sync(self, result):
        """A SyncResult: kept, made the app's state, and told as an event."""
        table = self.tables["sync"]
        with self.store.append():
            table.insert(app=result.app, environment=result.environment, revision=result.revision, status=result.status, result=dumps(asdict(result)),
                         started=result.started, finished=result.finished).execute()
            self._merge(result.app, result.environment, {
                "sync": result.status, "revision": result.revision, "error": result.error, "started": result.started, "finished": result.finished,
                "health": result.health.status, "message": result.health.message})
            return self.add_event("sync", result.app, result.environment, {
                "status": result.status, "revision": result.revision, "error": result.error, "actions": list(result.actions),
                "health": result.health.status, "message": result.health.message})

    def observe(self, app, environment, **fields):
        """What is seen live (health, message, replicas, version, commit …); an event only where something changed."""
        with self.store.append():
            before, after = self._merge(app, environment, fields)
            if after != before:
                self.add_event("health", app, environment, fields)

    def forget(self, app, environment):
        """The app is gone from the environment."""
        table = self.tables["state"]
        with self.store.append():
            if table.delete().where((table.app == app) & (table.environment == environment)).execute():
                self.add_event("health", app, environment, {"gone": True})

    def _merge(self, app, environment, fields):
        table = self.tables["state"]
        row = table.get_or_none((table.app == app) & (table.environment == environment))
        before = orjson.loads(row.state) if row else {}
        after = before | fields
        if row is None:
            table.insert(app=app, environment=environment, state=dumps(after), updated=time.time()).execute()
        elif after != before:
            table.update(state=dumps(after), updated=time.time()).where((table.app == app) & (table.environment == environment)).execute()
        return before, after

    def state(self, app, environment):
        table = self.tables["state"]
        with self.store.session():
            row = table.get_or_none((table.app == app) & (table.environment == environment))
            return orjson.loads(row.state) if row else None

    def states(self):
        """(app, environment) -> state."""
        with self.store.session():
            return {(row.app, row.environment): orjson.loads(row.state) for row in self.tables["state"].select()}

    def syncs(self, app=None, environment=None, limit=50):
        table = self.tables["sync"]
        wanted = [each for each in (app and table.app == app, environment and table.environment == environment) if each is not None and each is not False]
        with self.store.session():
            return tuple(orjson.loads(row.result) for row in table.select().where(*wanted or [True]).order_by(table.id.desc()).limit(limit))
