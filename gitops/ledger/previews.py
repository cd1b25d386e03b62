"""Previews waiting for their person's word. Each is decided once: confirmed, cancelled, replaced by an edited one, or too old."""

import secrets
import time

import orjson

from gitops.errors import Conflict, NotFound
from gitops.ledger.commands import dumps
from gitops.types import Command

SECONDS = 30 * 60  # how long a preview may be confirmed


class Previews:
    """The part of the Ledger that keeps what was shown and not yet confirmed."""

    def __init__(self, store, tables):
        self.store, self.tables = store, tables

    def preview_keep(self, actor, command, digest, risk, conversation=None, message=None, replaces=None):
        """The id of a new preview, under which its command will be carried out. Conflict when the one it replaces was decided."""
        table, now, id = self.tables["preview"], time.time(), secrets.token_hex(8)
        with self.store.write():
            if replaces is not None:
                self._decide(replaces, actor, "replaced")
            table.create(id=id, email=actor.email.lower(), channel=actor.channel, conversation=conversation, message=message, command=_kept(command), hash=digest, risk=risk,
                         status="waiting", created=now, expires=now + SECONDS)
        return id

    def preview(self, id, actor):
        """{id, command, hash, risk, status, outcome, conversation, message, expires} of one's own at this door; NotFound for others'."""
        with self.store.session():
            return _shown(self._row(id, actor))

    def previews(self, actor, conversation):
        """Those of a conversation that wait, in the order in which they were shown."""
        table = self.tables["preview"]
        mine = (table.conversation == conversation) & (table.email == actor.email.lower()) & (table.channel == actor.channel)
        with self.store.session():
            rows = table.select().where(mine & (table.status == "waiting") & (table.expires > time.time())).order_by(table.created)
            return tuple(_shown(row) for row in rows)

    def previews_of_messages(self, messages):
        """Every preview that came of these messages, whatever became of it."""
        table = self.tables["preview"]
        with self.store.session():
            return tuple(_shown(row) for row in table.select().where(table.message.in_(list(messages))).order_by(table.created))

    def preview_confirm(self, id, actor):
        """Confirmed by the first who asks, and still confirmed for those after; Conflict when it was decided otherwise."""
        self._decided(id, actor, "confirmed")

    def preview_cancel(self, id, actor):
        """Conflict when it was confirmed meanwhile."""
        self._decided(id, actor, "cancelled")

    def preview_withdraw(self, id, actor):
        """Conflict when it was decided before: the person said something else instead."""
        self._decided(id, actor, "replaced")

    def _decided(self, id, actor, status):
        with self.store.write():
            self._decide(id, actor, status)

    def preview_done(self, id, **outcome):
        """What became of a confirmed one (status, commit, review)."""
        self._after(id, outcome=dumps(outcome))

    def preview_refused(self, id, code):
        """Confirmed and then refused: it has to be asked for again."""
        self._after(id, status="refused", outcome=dumps({"status": "refused", "code": code}))

    def _after(self, id, **fields):
        table = self.tables["preview"]
        with self.store.write():
            table.update(**fields).where((table.id == id) & (table.status == "confirmed")).execute()

    def _decide(self, id, actor, status):
        """One statement decides, so that of two who ask at once one is first."""
        table, now = self.tables["preview"], time.time()
        open_ = (table.status == "waiting") & (table.expires > now)
        if table.update(status=status, settled=now).where((table.id == id) & (table.email == actor.email.lower()) & (table.channel == actor.channel) & open_).execute():
            return
        row = self._row(id, actor)
        if row.status != status or status == "replaced":
            raise Conflict(f"preview_{'expired' if row.status == 'waiting' else row.status}", id=row.id)

    def _row(self, id, actor):
        row = self.tables["preview"].get_or_none(id=id)
        if row is None or (row.email, row.channel) != (actor.email.lower(), actor.channel):
            raise NotFound("no_such_preview", id=str(id)[:64])
        return row


def _kept(command):
    return dumps({"verb": command.verb, "app": command.app, "environment": command.environment, "args": dict(command.args), "text": command.text, "reason": command.reason})


def _shown(row):
    status = "expired" if row.status == "waiting" and row.expires <= time.time() else row.status
    return {"id": row.id, "command": Command(**orjson.loads(row.command), id=row.id), "hash": row.hash, "risk": row.risk, "status": status, "conversation": row.conversation,
            "message": row.message, "expires": row.expires, "outcome": orjson.loads(row.outcome) if row.outcome else None}
