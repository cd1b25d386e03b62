"""Rows of commands: who asked for what, what was tried, what became of it."""

import contextlib
import re
import secrets
import time
from dataclasses import asdict

import orjson

from gitops.errors import Conflict, Invalid, NotFound
from gitops.ledger import paging
from gitops.origin import CURRENT, about
from gitops.telemetry import tracing
from gitops.types import Actor, Command

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def dumps(value):
    return orjson.dumps(value, default=_plain).decode()


def _plain(value):
    if isinstance(value, frozenset | set):
        return sorted(value)
    return dict(value)


class Row:
    """One command while its lock is held. Everything it is told outlives this process when the call returns.

    `held` raises when the lock was lost with its connection: then somebody else may carry the command out by now.
    """

    def __init__(self, commands, row, held):
        self.commands, self.held = commands, held
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
        if sha not in self.attempts:
            self._update(attempts=dumps((*self.attempts, sha)))
            self.attempts += (sha,)

    def finish(self, status, receipt, commit=None, review=None, entry=None):
        """The receipt, the event that tells of it and the audit's `entry`, in one transaction."""
        order = status == "accepted" and review is None
        self.held()
        with self.commands.store.append():
            event = self.commands.events.add("order" if order else "command", self.command.app, self.command.environment, {
                "uid": self.uid, "verb": self.command.verb, "status": status, "commit": commit, "review": review, "args": dict(self.command.args) if order else {},
                "by": self.actor.name, "channel": self.actor.channel, "text": self.command.text, "summary": receipt["plan"]["summary"]})
            self._write(status=status, receipt=dumps(receipt), commit=commit, review=review, event=event if order else None)
            if entry is not None:
                self.commands.audit.append(entry)
        self.receipt = receipt

    def refuse(self, code, message):
        """Ended as refused; the same id may be sent again."""
        self._update(status="refused", error=dumps({"code": code, "message": message}), resolved=False)

    def _update(self, **fields):
        self.held()
        with self.commands.store.write():
            self._write(**fields)

    def _write(self, **fields):
        table = self.commands.tables["command"]
        table.update(updated=time.time(), **fields).where(table.uid == self.uid).execute()


class Commands:
    """The part of the Ledger that keeps commands."""

    def __init__(self, store, tables, events):
        self.store, self.tables, self.events = store, tables, events

    @contextlib.contextmanager
    def command(self, actor, command, fingerprint):
        """The Row of (actor, command.id), made or found, its lock held; Conflict when the id is another request's."""
        id = command.id if command.id is not None else secrets.token_hex(8)
        if not isinstance(id, str) or not ID.fullmatch(id):
            raise Invalid("bad_command_id", id=str(id)[:64])
        email = actor.email.lower()
        with self.store.lock(f"{email}\0{id}") as held:
            row = Row(self, self._claim(actor, email, command, id, fingerprint), held)
            with about(command_id=row.uid):
                yield row

    def settled(self, email, id):
        """Whether a command of this id was done: it has a receipt."""
        table = self.tables["command"]
        with self.store.session():
            return table.select().where((table.actor_email == email.lower()) & (table.client_id == id) & table.receipt.is_null(False)).exists()

    @contextlib.contextmanager
    def resume(self, uid):
        """The Row of a command that nobody finished (see `unfinished`), its lock held."""
        with self.store.session():
            row = self._row(uid)
        with self.store.lock(f"{row.actor_email}\0{row.client_id}") as held:
            with self.store.session():
                row = self._row(uid)
            with about(command_id=uid):
                yield Row(self, row, held)

    def _claim(self, actor, email, command, id, fingerprint):
        table = self.tables["command"]
        with self.store.write():
            row = table.get_or_none((table.actor_email == email) & (table.client_id == id))
            if row is not None and row.status != "refused":
                if row.fingerprint != fingerprint:
                    raise Conflict("command_id_taken", id=id)
                return row
            fields = {"fingerprint": fingerprint, "actor": dumps(asdict(actor) | {"scopes": ()}), "channel": actor.channel, "verb": command.verb,
                      "app": command.app, "environment": command.environment, "command": dumps(_kept(command)), "status": "begun", "updated": time.time(),
                      "resolved": False, "attempts": "[]", "request": CURRENT.get().request, "trace": tracing.here()}
            if row is None:
                return table.create(uid=secrets.token_hex(8), actor_email=email, client_id=id, created=time.time(), **fields)
            table.update(error=None, **fields).where(table.uid == row.uid).execute()
            return table.get_by_id(row.uid)

    def commands_of(self, app=None, environment=None, limit=50, status=None, email=None, verb=None, environments=None, place=None):
        """Commands as dicts, newest first; `environments`: only of these, or of none. `place` is (created, uid) of the one to go on after."""
        table = self.tables["command"]
        wanted = matching((table.app, app), (table.environment, environment), (table.status, status), (table.verb, verb), (table.actor_email, email and email.lower()))
        query = table.select().where(*wanted, paging.within(table.environment, environments))
        with self.store.session():
            return tuple(_shown(row) for row in paging.after(query, (table.created, table.uid), place, limit))

    def command_by_uid(self, uid):
        with self.store.session():
            return _shown(self._row(uid))

    def command_called(self, word, email):
        """The command of that ledger id, of the id that this actor gave it, or of that commit."""
        table = self.tables["command"]
        with self.store.session():
            mine = (table.actor_email == email.lower()) & (table.client_id == word)
            found = table.get_or_none(uid=word) or table.get_or_none(mine) or (table.get_or_none(commit=word) if word else None)
            return _shown(found or self._row(word))

    def _row(self, uid):
        row = self.tables["command"].get_or_none(uid=uid)
        if row is None:
            raise NotFound("no_such_command", command=uid[:64])
        return row

    def command_of_commit(self, sha):
        """The command that made this commit, or None: a plain push."""
        return self.commands_of_commits([sha]).get(sha)

    def commands_of_commits(self, shas):
        """sha -> the command that made it, of those that are known; an attempt that nobody finished yet counts."""
        table, wanted = self.tables["command"], set(shas)
        with self.store.session():
            begun = table.select().where((table.status == "begun") & (table.attempts != "[]"))
            attempted = {sha: _shown(row) for row in begun for sha in wanted.intersection(orjson.loads(row.attempts))}
            return attempted | {row.commit: _shown(row) for row in table.select().where(table.commit.in_(list(wanted)))} if wanted else {}

    def unfinished(self, older_than):
        """Commands with attempts and no receipt that nobody touched for so many seconds."""
        table = self.tables["command"]
        with self.store.session():
            return tuple(_shown(row) for row in table.select().where((table.status == "begun") & (table.attempts != "[]") & (table.updated <= time.time() - older_than)))

    def orders(self, after_id):
        """Orders nobody did yet, in the order of their acceptance: those whose `event` comes after this id."""
        table = self.tables["command"]
        with self.store.session():
            waiting = (table.status == "accepted") & (table.event > after_id) & table.result.is_null()
            return tuple(_shown(row) for row in table.select().where(waiting).order_by(table.event))

    def order_done(self, uid, result):
        """Keep what became of an order, and tell it; False when somebody did so before."""
        table = self.tables["command"]
        with self.store.append():
            row = self._row(uid)
            mine = (table.uid == uid) & table.event.is_null(False) & table.result.is_null()
            if not table.update(result=dumps(result), updated=time.time()).where(mine).execute():
                return False
            self.events.add("order", row.app, row.environment, {"uid": uid, "verb": row.verb, "status": "done", "result": result})
            return True


def matching(*wanted):
    """The conditions of (column, value) pairs; None asks for nothing."""
    return [column == value for column, value in wanted if value is not None] or [True]


def _kept(command):
    return {name: getattr(command, name) for name in command.__slots__} | {"args": dict(command.args)}


def _actor(row):
    found = orjson.loads(row.actor)
    return Actor(**{**found, "scopes": frozenset(found["scopes"])})


def _command(row):
    return Command(**orjson.loads(row.command))


def _shown(row):
    return {"uid": row.uid, "id": row.client_id, "actor": _actor(row), "command": _command(row), "channel": row.channel, "verb": row.verb, "app": row.app,
            "environment": row.environment, "status": row.status, "commit": row.commit, "review": row.review, "attempts": tuple(orjson.loads(row.attempts)),
            "receipt": orjson.loads(row.receipt) if row.receipt else None, "error": orjson.loads(row.error) if row.error else None,
            "event": row.event, "result": orjson.loads(row.result) if row.result else None, "created": row.created, "updated": row.updated,
            "request": row.request, "trace": row.trace}

