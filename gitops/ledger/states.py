"""Syncs as they went, and the last known live state of each app."""

import time
from dataclasses import asdict

import orjson

from gitops.ledger import paging
from gitops.ledger.commands import dumps, matching
from gitops.types import Health


# Written as they are: for each of a thousand apps that are synced at once, to compose a statement costs more than to carry it out.
STATE = "SELECT state FROM klepaas_state WHERE environment = {0} AND app = {0}"
KEEP_STATE = """INSERT INTO klepaas_state (environment, app, state, updated) VALUES ({0}, {0}, {0}, {0})
    ON CONFLICT (environment, app) DO UPDATE SET state = excluded.state, updated = excluded.updated"""
KEEP_SYNC = """INSERT INTO klepaas_sync (app, environment, started, revision, "commit", status, result, finished) VALUES ({0}, {0}, {0}, {0}, {0}, {0}, {0}, {0})
    ON CONFLICT (app, environment, started) DO UPDATE SET revision = excluded.revision, "commit" = excluded."commit", status = excluded.status, result = excluded.result, finished = excluded.finished"""


WHOLE = ""  # in the place of an app: the environment itself; no app is called so
LASTING = ("health", "version")  # `since` of a state is when one of these was last another


class States:
    """The part of the Ledger that the controller writes and everybody reads."""

    def __init__(self, store, tables, events):
        self.store, self.tables, self.events = store, tables, events

    def record_sync(self, result):
        """A SyncResult: kept, made the app's state, and told as an event. The same sync (by its start) told again is brought up to date."""
        with self.store.append():
            self._run(KEEP_SYNC, result.app, result.environment, result.started, result.revision, result.commit, result.status, dumps(asdict(result)), result.finished)
            self._merge_sync(result, {
                "sync": result.status, "revision": result.revision, "error": result.error, "started": result.started, "finished": result.finished,
                "health": result.health.status, "message": result.health.message, "retry_at": None})
            return self.events.add("sync", result.app, result.environment, {
                "status": result.status, "revision": result.revision, "commit": result.commit, "started": result.started, "error": result.error, "actions": list(result.actions),
                "health": result.health.status, "message": result.health.message})

    def _merge_sync(self, result, fields):
        """Into the state, unless that knows of a newer sync: one may be recorded late."""
        known = self._state(result.app, result.environment)
        before = (known or {}).get("started") or 0
        if before <= result.started:
            self._merge(result.app, result.environment, known, fields)
        if before < result.started and known and known.get("sync") == "progressing":
            self._superseded(result.app, result.environment, result.started)

    def _superseded(self, app, environment, at):
        """Syncs that began before and have not ended are on their way no more: their controller was killed, a commit came, the app went."""
        table = self.tables["sync"]
        for row in table.select().where(table.app == app, table.environment == environment, table.status == "progressing", table.started < at):
            found = orjson.loads(row.result) | {"status": "superseded", "finished": at}
            table.update(status="superseded", finished=at, result=dumps(found)).where(table.id == row.id).execute()

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
            known = self._state(app, environment)
            if self._merge(app, environment, known, fields):
                self.events.add("health", app, environment, fields)

    def expect(self, app, environment, retry_at):
        """When a sync that failed is tried again, UTC seconds; None: not by itself. No news for anybody: that it failed was told."""
        with self.store.append():
            known = self._state(app, environment)
            if known is not None:
                self._merge(app, environment, known, {"retry_at": retry_at})

    def mark(self, environment, **fields):
        """What is said of an environment as a whole, or of the installation (None); a notice where it is news. None: over.

        `held` and `unreached` are why, `release` is the revision that waits, `refused` what cannot be deleted and why, `leaving` is app -> what its deletion waits for,
        `kept` what git has no more and stays: how many, and the first of them with the reason.
        """
        with self.store.append():
            known = self._state(WHOLE, environment or "")
            news = {name: value for name, value in fields.items() if value != (known or {}).get(name)}
            if news and self._merge(WHOLE, environment or "", known, news):
                self.events.add("notice", None, environment, news)

    def marks(self):
        """environment -> what is said of it as a whole."""
        return {environment: state for (app, environment), state in self._all().items() if app == WHOLE and environment}

    def installation(self):
        """What is said of the installation: `mirror` is {code, details, message} of why it does not follow, or None."""
        return self._all().get((WHOLE, ""), {})

    def forget(self, app, environment):
        """The app is gone from the environment."""
        table = self.tables["state"]
        with self.store.append():
            if table.delete().where((table.app == app) & (table.environment == environment)).execute():
                self._superseded(app, environment, time.time())
                self.events.add("health", app, environment, {"gone": True})

    def _merge(self, app, environment, known, fields):
        """Whether anything was new."""
        after = (known or {}) | fields
        if after == known:
            return False
        if known is None or any(after.get(name) != known.get(name) for name in LASTING):
            after["since"] = time.time()
        self._run(KEEP_STATE, environment, app, dumps(after), time.time())
        return True

    def _state(self, app, environment):
        row = self._run(STATE, environment, app).fetchone()
        return orjson.loads(row[0]) if row else None

    def _run(self, statement, *values):
        return self.store.database.execute_sql(statement.format(self.store.database.param), values)

    def state(self, app, environment):
        """What is known of the app there, as one dict, or None."""
        with self.store.session():
            return self._state(app, environment)

    def since(self, app, environment):
        """(state, since when its health and version are what they are); ({}, now) where nothing is known."""
        table = self.tables["state"]
        with self.store.session():
            row = table.get_or_none((table.app == app) & (table.environment == environment))
        state = orjson.loads(row.state) if row else {}
        return state, state.get("since") or (row.updated if row else time.time())

    def states(self):
        """(app, environment) -> state."""
        return {place: state for place, state in self._all().items() if place[0] != WHOLE}

    def _all(self):
        with self.store.session():
            return {(row.app, row.environment): orjson.loads(row.state) for row in self.tables["state"].select()}

    def synced(self, commits):
        """commit -> the last sync of each app that it made what it is, as {app, environment, status, objects, seconds}: what the commits did to the clusters, where it is known. One that came later and did nothing is none; of older syncs the revision alone is known."""
        table, found = self.tables["sync"], {}
        with self.store.session():
            about = table.commit.in_(list(commits)) | table.commit.is_null() & table.revision.in_(list(commits))
            rows = table.select().where(about).order_by(table.started) if commits else ()
            for row in rows:
                took, objects = row.finished - row.started if row.finished else None, len(orjson.loads(row.result)["actions"])
                known, place = found.setdefault(row.commit or row.revision, {}), (row.environment, row.app)
                if objects or place not in known or known[place]["status"] != row.status:
                    known[place] = {"app": row.app, "environment": row.environment, "status": row.status, "objects": objects, "seconds": took}
        return {commit: list(each.values()) for commit, each in found.items()}

    def syncs(self, app=None, environment=None, limit=50, status=None, environments=None, place=None):
        """Syncs as dicts with their `id`, newest first; `environments`: only of these. `place` is (started, id) of the one to go on after."""
        table = self.tables["sync"]
        wanted = (*matching((table.app, app), (table.environment, environment), (table.status, status)), paging.within(table.environment, environments))
        with self.store.session():
            rows = paging.after(table.select().where(*wanted), (table.started, table.id), place, limit)
            return tuple({"id": row.id} | orjson.loads(row.result) for row in rows)
