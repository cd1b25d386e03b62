"""Rows of commands: who asked for what, what was tried, what became of it."""

import contextlib
import re
import secrets
import time
from dataclasses import asdict

import orjson

from gitops.errors import Conflict, Invalid, NotFound
from gitops.types import Actor, Command

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def dumps(value):
    return orjson.dumps(value, default=_plain).decode()


def _plain(value):
    if isinstance(value, frozenset | set):
        return sorted(value)
    return dict(value)


class Row:
    """One command while its lock is held. Everything it is told is durable when the call returns."""

    def __init__(self, ledger, row):
        self.ledger, self.row = ledger, row
        self.uid, self.id = row.uid, row.client_id
        self.actor, self.command = _actor(row), _command(row)
        self.resolved, self.attempts = row.resolved, tuple(orjson.loads(row.attempts))
        self.receipt = orjson.loads(row.receipt) if row.receipt else None

    def resolve(self, command):
        """Keep the command as completed at its first receipt."""
        self.command, self.resolved = command, True
        self._update(command=dumps(_kept(command)), resolved=True, app=command.app, environment=command.environment)

    def attempt(self, sha):
        """A commit that is about to be published."""
        self.attempts += (sha,)
        self._update(attempts=dumps(self.attempts))

    def finish(self, status, receipt, commit=None, review=None):
        """The receipt, and the event that tells of it, in one transaction."""
        self.receipt = receipt
        order = status == "accepted" and review is None
        with self.ledger.store.append():
            self._write(status=status, receipt=dumps(receipt), commit=commit, review=review)
            self.ledger.add_event("order" if order else "command", self.command.app, self.command.environment, {
                "uid": self.uid, "verb": self.command.verb, "status": status, "commit": commit, "review": review, "args": dict(self.command.args) if order else {},
                "by": self.actor.name, "channel": self.actor.channel, "text": self.command.text, "summary": receipt["plan"]["summary"]})

    def refuse(self, code, message):
        """Ended as refused; the same id may be sent again."""
        self._update(status="refused", error=dumps({"code": code, "message": message}), resolved=False)

    def _update(self, **fields):
        with self.ledger.store.write():
            self._write(**fields)

    def _write(self, **fields):
        table = self.ledger.tables["command"]
        table.update(updated=time.time(), **fields).where(table.uid == self.uid).execute()


class Commands:
    """The part of the Ledger that keeps commands."""

    @contextlib.contextmanager
    def command(self, actor, command, fingerprint):
        """The Row of (actor, command.id), made or found, its lock held; Conflict when the id is another request's."""
        id = command.id if command.id is not None else secrets.token_hex(8)
        if not isinstance(id, str) or not ID.fullmatch(id):
            raise Invalid("bad_command_id", id=str(id)[:64])
        with self.store.lock(f"{actor.email}\0{id}"):
            yield Row(self, self._claim(actor, command, id, fingerprint))

    def _claim(self, actor, command, id, fingerprint):
        table = self.tables["command"]
        with self.store.write():
            row = table.get_or_none((table.actor_email == actor.email) & (table.client_id == id))
            if row is not None and row.status != "refused":
                if row.fingerprint != fingerprint:
                    raise Conflict("command_id_taken", id=id)
                return row
            fields = {"fingerprint": fingerprint, "actor": dumps({**asdict(actor), "scopes": sorted(actor.scopes)}), "channel": actor.channel, "verb": command.verb,
                      "app": command.app, "environment": command.environment, "command": dumps(_kept(command)), "status": "begun", "updated": time.time()}
            if row is None:
                return table.create(uid=secrets.token_hex(8), actor_email=actor.email, client_id=id, created=time.time(), **fields)
            table.update(error=None, **fields).where(table.uid == row.uid).execute()
            return table.get_by_id(row.uid)

    def commands_of(self, app=None, environment=None, limit=50, before=None, status=None):
        """Commands as dicts, newest first; `before` is a time to go on from."""
        table = self.tables["command"]
        wanted = [each for each in (app and table.app == app, environment and table.environment == environment,
                                    status and table.status == status, before and table.created < before) if each is not None and each is not False]
        with self.store.session():
            return tuple(_shown(row) for row in table.select().where(*wanted or [True]).order_by(table.created.desc()).limit(limit))

    def command_by_uid(self, uid):
        with self.store.session():
            row = self.tables["command"].get_or_none(uid=uid)
        if row is None:
            raise NotFound("no_such_command", command=uid[:64])
        return _shown(row)

    def commands_of_commits(self, shas):
        """sha -> the command that made it, of those that are known."""
        table = self.tables["command"]
        with self.store.session():
            return {row.commit: _shown(row) for row in table.select().where(table.commit.in_(list(shas)))} if shas else {}

    def unfinished(self, older_than):
        """Commands with attempts and no receipt that nobody touched for so many seconds."""
        table = self.tables["command"]
        with self.store.session():
            return tuple(_shown(row) for row in table.select().where((table.status == "begun") & (table.attempts != "[]") & (table.updated < time.time() - older_than)))


def _kept(command):
    return {**asdict_shallow(command), "args": dict(command.args)}


def asdict_shallow(value):
    return {name: getattr(value, name) for name in value.__slots__}


def _actor(row):
    found = orjson.loads(row.actor)
    return Actor(**{**found, "scopes": frozenset(found["scopes"])})


def _command(row):
    return Command(**orjson.loads(row.command))


def _shown(row):
    return {"uid": row.uid, "id": row.client_id, "actor": _actor(row), "command": _command(row), "channel": row.channel, "verb": row.verb, "app": row.app,
            "environment": row.environment, "status": row.status, "commit": row.commit, "review": row.review, "attempts": tuple(orjson.loads(row.attempts)),
            "receipt": orjson.loads(row.receipt) if row.receipt else None, "error": orjson.loads(row.error) if row.error else None,
            "created": row.created, "updated": row.updated}


