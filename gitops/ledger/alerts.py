"""Alerts: a row for each time one fired, what people did about it, and what was done by itself."""

import time

import orjson

from gitops.errors import NotFound
from gitops.ledger import paging
from gitops.ledger.commands import dumps, matching


class Alerts:
    """The part of the Ledger that keeps alerts."""

    def __init__(self, store, tables, events):
        self.store, self.table, self.events = store, tables["alert"], events

    def keep(self, placed):
        """How many of these (Alert, app, environment) were new, or are over now. The same told again, and what comes too late, changes nothing."""
        with self.store.append():
            return sum(self._kept(*each) for each in placed)

    def _kept(self, alert, app, environment):
        table, now = self.table, time.time()
        row = table.get_or_none(table.id == alert.id) or table.get_or_none((table.source == alert.source) & (table.fingerprint == alert.fingerprint) & (table.status == "firing"))
        if row is None:
            row = table.create(id=alert.id, source=alert.source, fingerprint=alert.fingerprint, status=alert.status, app=app, environment=environment, name=alert.name, severity=alert.severity, summary=alert.summary,
                               labels=dumps(dict(alert.labels)), url=alert.url, began=alert.began, ended=alert.ended, heard=now, seen=now, force_insert=True)
            if alert.status == "firing":
                self._tell(row, "firing")
            return alert.status == "firing"
        if row.status == "resolved":
            return False
        row.seen, row.summary, row.severity, row.url = now, alert.summary, alert.severity, alert.url
        if alert.status == "resolved":
            row.status, row.ended = "resolved", alert.ended
        row.save()
        if alert.status == "resolved":
            self._tell(row, "resolved")
        return alert.status == "resolved"

    def _tell(self, row, status, **more):
        self.events.add("alert", row.app, row.environment, {"id": row.id, "status": status, "name": row.name, "severity": row.severity, "summary": row.summary, "fingerprint": row.fingerprint, "source": row.source, **more})

    def acknowledge(self, id, by):
        """Somebody looks at it. Who said so first stays."""
        with self.store.append():
            row = self._row(id)
            if row.acknowledged is None:
                row.acknowledged, row.acknowledged_by = time.time(), by
                row.save()
                self._tell(row, "acknowledged", by=by)
            return _shown(row)

    def silenced(self, id, silence, until, by):
        """Nobody is told of it until then; None ends that."""
        with self.store.append():
            row = self._row(id)
            row.silence, row.silenced_until, row.silenced_by = silence, until, by
            row.save()
            self._tell(row, "silenced" if silence else "unsilenced", by=by)
            return _shown(row)

    def answered(self, id, outcome):
        """What was done about it by itself, or why nothing was."""
        with self.store.append():
            row = self._row(id)
            row.answered = dumps(outcome)
            row.save()
            self._tell(row, "answered", **outcome)

    def unanswered(self, environments, since):
        """Those that fire on apps of these environments, first heard of since then, that nobody looks at and nothing was done about."""
        table = self.table
        wanted = (table.status == "firing") & table.answered.is_null() & table.acknowledged.is_null() & table.app.is_null(False) & table.environment.in_(list(environments)) & (table.heard > since)
        with self.store.session():
            return tuple(_shown(row) for row in table.select().where(wanted).order_by(table.heard))

    def list(self, status=None, app=None, environment=None, limit=200, environments=None, place=None):
        """Newest first; `environments`: only of these. `place` is (began, id) of the one to go on after."""
        table = self.table
        wanted = (*matching((table.status, status), (table.app, app), (table.environment, environment)), True if environments is None else table.environment.in_([*environments]))
        with self.store.session():
            rows = paging.after(table.select().where(*wanted), (table.began, table.id), place, limit)
            return tuple(_shown(row) for row in rows)

    def one(self, id):
        with self.store.session():
            return _shown(self._row(id))

    def _row(self, id):
        row = self.table.get_or_none(self.table.id == id)
        if row is None:
            raise NotFound("no_such_alert", alert=str(id)[:40])
        return row


def _shown(row):
    found = {name: getattr(row, name) for name in ("id", "source", "fingerprint", "status", "app", "environment", "name", "severity", "summary", "url", "began", "ended", "heard", "seen",
                                                   "acknowledged", "acknowledged_by", "silence", "silenced_until", "silenced_by")}
    return found | {"labels": orjson.loads(row.labels), "answered": orjson.loads(row.answered) if row.answered else None}
