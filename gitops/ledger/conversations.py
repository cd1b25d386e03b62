"""Conversations: what was said, how it was read and by whom, what "it" means. Each belongs to one person; nobody else learns that it is there."""

import secrets
import time

import orjson

from gitops.errors import NotFound
from gitops.ledger import paging
from gitops.ledger.commands import dumps

CONTEXT = 30 * 60  # seconds after the last sentence for which "it" is remembered
TITLE, TEXT = 80, 4000  # characters kept
FORGOTTEN = "{}"


class Conversations:
    """The part of the Ledger that remembers what was said."""

    def __init__(self, store, tables):
        self.store, self.tables = store, tables

    def conversation_open(self, email):
        """The id of a new conversation."""
        id, now = secrets.token_urlsafe(12), time.time()
        with self.store.write():
            self.tables["conversation"].create(id=id, email=email.lower(), title="", context=FORGOTTEN, created=now, updated=now)
        return id

    def conversation(self, id, email):
        """{id, title, context, created, updated}: the context is empty when it is old. NotFound for another's."""
        with self.store.session():
            return _shown(self._row(id, email))

    def conversations(self, email, limit=50, place=None):
        """Those of a person in which something was said, the newest first; `place` is (updated, id) of the one to go on after."""
        table = self.tables["conversation"]
        with self.store.session():
            rows = paging.after(table.select().where((table.email == email.lower()) & (table.title != "")), (table.updated, table.id), place, limit)
            return tuple(_shown(row) for row in rows)

    def _row(self, id, email):
        row = self.tables["conversation"].get_or_none(id=id)
        if row is None or row.email != email.lower():
            raise NotFound("no_such_conversation", session_id=str(id)[:64])
        return row

    def remember(self, id, context):
        """What "it" means from now on."""
        self._update(id, context=dumps(context))

    def _update(self, id, **fields):
        table = self.tables["conversation"]
        with self.store.write():
            table.update(updated=time.time(), **fields).where(table.id == id).execute()

    def said(self, conversation, email, text, **reading):
        """The id of a new message and how it was read (`language, readings, parser, model, latency, tokens_in, tokens_out`); the first one names its conversation."""
        table, text = self.tables["conversation"], text.replace("\0", "")[:TEXT]
        with self.store.write():
            table.update(title=" ".join(text.split())[:TITLE] or "…").where((table.id == conversation) & (table.title == "")).execute()
            fields = reading | {"readings": dumps(reading.get("readings", []))}
            return self.tables["message"].insert(conversation=conversation, email=email.lower(), text=text, kind="begun", at=time.time(), **fields).execute()

    def answered(self, message, kind, outcome=None):
        """What came of a message: preview, answer, done, cancelled, clarify, unknown or refused."""
        table = self.tables["message"]
        with self.store.write():
            table.update(kind=kind, outcome=dumps(outcome) if outcome else None).where(table.id == message).execute()

    def message(self, id, email):
        """One message of a person."""
        with self.store.session():
            row = self.tables["message"].get_or_none(id=id)
            if row is None or row.email != email.lower():
                raise NotFound("no_such_message", message=str(id)[:20])
            return _message(row)

    def messages(self, email=None, conversation=None, search=None, parser=None, before=None, limit=50):
        """Messages, the newest first; `search` is looked for in the words and in what they were read as; without `email` everybody's."""
        table = self.tables["message"]
        wanted = [column == value for column, value in ((table.email, email and email.lower()), (table.conversation, conversation), (table.parser, parser)) if value]
        wanted += [table.text.contains(search) | table.readings.contains(search)] if search else []
        wanted += [table.id < before] if before else []
        with self.store.session():
            return tuple(_message(row) for row in table.select().where(*wanted or [True]).order_by(table.id.desc()).limit(limit))


def _shown(row):
    old = row.updated < time.time() - CONTEXT
    return {"id": row.id, "title": row.title, "context": {} if old else orjson.loads(row.context), "created": row.created, "updated": row.updated}


def _message(row):
    names = ("id", "conversation", "email", "text", "language", "kind", "parser", "model", "latency", "tokens_in", "tokens_out", "at")
    return {name: getattr(row, name) for name in names} | {"readings": orjson.loads(row.readings), "outcome": orjson.loads(row.outcome) if row.outcome else None}
