"""The audit: rows that only grow, each with the hash of the one before, under the one lock of the ledger's order.

A row that was changed, taken out or put in shows in `verify`, and so does an end or a beginning that is gone, since signed
checkpoints say what was there. Must not decide what is written: that is gitops/audit.
"""

import functools
import hashlib
import hmac
import operator
import time
from dataclasses import asdict, dataclass

import orjson
import peewee

from gitops.ledger.commands import dumps, matching

BATCH = 500
FIELDS = ("number", "at", "email", "name", "agent", "address", "request", "door", "verb", "app", "environment", "args", "outcome", "code", "commit", "review")


@dataclass(frozen=True, slots=True)
class Entry:
    """One attempt. `outcome`: committed, proposed, unchanged, accepted, repeated, previewed, answered, done, refused, failed; `code` says why not."""

    email: str | None
    name: str | None
    agent: bool
    address: str | None
    request: str | None
    door: str
    verb: str
    app: str | None
    environment: str | None
    args: dict
    outcome: str
    code: str | None = None
    commit: str | None = None
    review: str | None = None


class Audit:
    """The part of the Ledger that nobody edits."""

    def __init__(self, store, tables):
        self.store, self.tables = store, tables

    def add(self, entry):
        with self.store.append():
            self.append(entry)

    def append(self, entry):
        """Within a transaction that `store.append` began."""
        table = self.tables["audit"]
        number, previous = self._end()
        row = asdict(entry) | {"args": dumps(entry.args), "number": number + 1, "at": round(time.time(), 3)}
        table.insert(previous=previous, hash=digest(previous, row), **row).execute()

    def _end(self):
        """(number, hash) of the last row there ever was."""
        table = self.tables["audit"]
        last = table.select(table.number, table.hash).order_by(table.number.desc()).first() or self._checkpoint()
        return (last.number, last.hash) if last else (0, "")

    def _checkpoint(self):
        table = self.tables["checkpoint"]
        return table.select().order_by(table.number.desc()).first()

    # --- reading -----------------------------------------------------------------------------------------------------

    def rows(self, before=None, limit=50, **wanted):
        """Rows as dicts, newest first; `before` is a row's number. What is wanted: `_wanted`."""
        table = self.tables["audit"]
        query = self._wanted(**wanted)
        with self.store.session():
            return tuple(shown(row) for row in (query if before is None else query.where(table.number < before)).order_by(table.number.desc()).limit(limit))

    def began(self):
        """When the first row was written that is still there; None without one."""
        with self.store.session():
            return self.tables["audit"].select(peewee.fn.MIN(self.tables["audit"].at)).scalar()

    def commits(self, shas):
        """Those of the commits that a row speaks of."""
        table = self.tables["audit"]
        with self.store.session():
            return {row.commit for row in table.select(table.commit).where(table.commit.in_(list(shas)))} if shas else set()

    def every(self, after=0, **wanted):
        """All rows in their order, a batch at a time."""
        table, query = self.tables["audit"], self._wanted(**wanted)
        while True:
            with self.store.session():
                batch = [shown(row) for row in query.where(table.number > after).order_by(table.number).limit(BATCH)]
            yield from batch
            if len(batch) < BATCH:
                return
            after = batch[-1]["number"]

    def _wanted(self, environments=None, since=None, until=None, text=None, **equal):
        """`environments`: only rows of these; `text` is anywhere in what was asked for, by whom, and what became of it; the rest are columns."""
        table = self.tables["audit"]
        query = table.select().where(*matching(*((getattr(table, name), value) for name, value in equal.items())))
        for value, condition in ((since, table.at >= since), (until, table.at < until), (environments, table.environment.in_(list(environments or ())))):
            query = query if value is None else query.where(condition)
        if not text:
            return query
        searched = (table.args, table.code, table.email, table.name, table.verb, table.app, table.address, table.request, table.commit)
        return query.where(functools.reduce(operator.or_, (each.contains(text) for each in searched)))

    # --- checkpoints -------------------------------------------------------------------------------------------------

    def seal(self, key, days=None):
        """A signed checkpoint of the last row; rows older than so many days go, after one of the last of them. How many went."""
        with self.store.append():
            number, found = self._end()
            if number:
                self._sign(key, number, found)
            return self._cut(key, time.time() - days * 86400) if days else 0

    def _cut(self, key, old):
        table, marks = self.tables["audit"], self.tables["checkpoint"]
        last = table.select(table.number, table.hash).where(table.at < old).order_by(table.number.desc()).first()
        if last is None:
            return 0
        self._sign(key, last.number, last.hash)
        marks.delete().where(marks.number < last.number).execute()
        return table.delete().where(table.number <= last.number).execute()

    def _sign(self, key, number, found):
        table = self.tables["checkpoint"]
        table.delete().where(table.number == number).execute()
        table.insert(number=number, hash=found, at=time.time(), signature=signature(key, number, found)).execute()

    def verify(self, key):
        """{rows, first, last, checkpoints, problems}: what is wrong with the chain, by number; nothing where it is whole."""
        with self.store.session():
            table = self.tables["checkpoint"]
            marks = {mark.number: mark for mark in table.select().order_by(table.number)}
        problems = [f"checkpoint {number}: its signature is not ours" for number, mark in marks.items() if not hmac.compare_digest(mark.signature, signature(key, number, mark.hash))]
        first, number, previous, count = None, 0, "", 0
        for row in self.every():
            if first is None:
                first, before = row["number"], marks.get(row["number"] - 1)
                number, previous = (before.number, before.hash) if before else (0, "")
            problems += _broken(row, number, previous, marks.get(row["number"]))
            number, previous, count = row["number"], row["hash"], count + 1
        problems += [f"row {mark}: missing, a checkpoint says it was there" for mark in marks if mark > number]
        return {"rows": count, "first": first, "last": number or None, "checkpoints": len(marks), "problems": problems}


def _broken(row, number, previous, mark):
    """What is wrong with a row that follows (number, previous)."""
    if row["number"] != number + 1:
        yield f"row {number + 1}: missing" + (f", and those up to {row['number'] - 1}" if row["number"] > number + 2 else "")
    elif row["previous"] != previous:
        yield f"row {row['number']}: does not follow the row before it"
    if row["hash"] != digest(row["previous"], row | {"args": dumps(row["args"])}):
        yield f"row {row['number']}: was changed"
    if mark is not None and mark.hash != row["hash"]:
        yield f"row {row['number']}: is not the one its checkpoint was made of"


def shown(row):
    return {name: getattr(row, name) for name in FIELDS} | {"args": orjson.loads(row.args), "previous": row.previous, "hash": row.hash}


def digest(previous, row):
    """The hash of a row after the one with this hash; `args` is text."""
    return hashlib.sha256(orjson.dumps([previous, *(row[name] for name in FIELDS)])).hexdigest()


def signature(key, number, found):
    return hmac.new(key, f"audit {number} {found}".encode(), hashlib.sha256).hexdigest()
