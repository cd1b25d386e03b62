"""What is asked of whoever holds an environment's cluster, and what it answers: doors have no credentials that could write there."""

import secrets
import time

import orjson

from gitops.ledger.commands import dumps

OLD = 60  # seconds after which nobody waits for an answer any more


class Questions:
    """The part of the Ledger that keeps questions."""

    def __init__(self, store, tables, events):
        self.store, self.tables, self.events = store, tables, events

    def ask(self, environment, app, seconds, review=None):
        """The answer (a dict) to what an app there is live, beside what it should be or what a review would make it; None when nobody answered in time."""
        id, table = secrets.token_hex(8), self.tables["question"]
        with self.store.append():
            table.delete().where(table.asked < time.time() - OLD).execute()
            table.insert(id=id, environment=environment, app=app, asked=time.time(), review=review).execute()
            self.events.add("question", app, environment, {})
        self.store.wait(lambda: self._answer(id) is not None, seconds)
        found = self._answer(id)
        return orjson.loads(found) if found is not None else None

    def _answer(self, id):
        table = self.tables["question"]
        with self.store.session():
            row = table.get_or_none(table.id == id)
            return row.answer if row else None

    def questions(self):
        """(id, environment, app, review) of what still waits."""
        table = self.tables["question"]
        with self.store.session():
            waiting = table.answer.is_null() & (table.asked > time.time() - OLD)
            return tuple((row.id, row.environment, row.app, row.review) for row in table.select().where(waiting).order_by(table.asked))

    def answer(self, id, found):
        table = self.tables["question"]
        with self.store.append():
            table.update(answer=dumps(found)).where(table.id == id).execute()
            self.events.add("question", None, None, {})  # wakes who waits
