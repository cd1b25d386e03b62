"""Reviews and their approvals. An approval belongs to a head: another head has none."""

import secrets
import time

import orjson

from gitops.errors import Conflict, Forbidden, NotFound
from gitops.ledger import paging
from gitops.ledger.commands import matching
from gitops.types import Review


class Reviews:
    """The part of the Ledger that keeps reviews."""

    def __init__(self, store, tables, events):
        self.store, self.tables, self.events = store, tables, events

    def review_open(self, command_uid, forge="local", url=None, number=None, **fields):
        """The review of a command: a new one from the fields of the table, or the one there is, with its head brought up to date while open."""
        table = self.tables["review"]
        with self.store.append():
            row = table.get_or_none(table.command_uid == command_uid)
            if row is None:
                row = table.create(id=secrets.token_hex(4), command_uid=command_uid, forge=forge, url=url, number=number, status="open", created=time.time(), **fields)
                self._told(row, "open", fields["author_name"])
            elif row.status == "open" and row.head != fields["head"]:
                table.update(there="[]", head=fields["head"], base=fields["base"], title=fields["title"]).where(table.id == row.id).execute()
                row = self._row(row.id)
                self._told(row, "changed", fields["author_name"])
            return self._shown(row)

    def review(self, id):
        with self.store.session():
            return self._shown(self._row(id))

    def reviews(self, status=None, environment=None, environments=None, place=None, limit=None):
        """Newest first; `environments`: only of these. `place` is (created, id) of the one to go on after."""
        table = self.tables["review"]
        wanted = (*matching((table.status, status), (table.environment, environment)), paging.within(table.environment, environments))
        with self.store.session():
            return tuple(self._shown(row) for row in paging.after(table.select().where(*wanted), (table.created, table.id), place, limit))

    def review_of_commit(self, sha):
        """The review that was merged as this commit, or None."""
        table = self.tables["review"]
        with self.store.session():
            row = table.get_or_none(commit=sha, status="merged")
            return self._shown(row) if row else None

    def reviewed_commits(self, shas):
        """Those of the commits that a merged review is."""
        table = self.tables["review"]
        with self.store.session():
            return {row.commit for row in table.select(table.commit).where(table.commit.in_(list(shas)))} if shas else set()

    def review_moved(self, id, head):
        """The branch has another head now, which nobody has approved yet."""
        table = self.tables["review"]
        with self.store.append():
            row = self._open(id)
            if row.head != head:
                table.update(head=head, there="[]").where(table.id == id).execute()
                self._told(row, "changed", row.author_name)
            return self._shown(self._row(id))

    def review_approved(self, id, head, names):
        """Who approved this head at the review's forge, by name."""
        table, said = self.tables["review"], orjson.dumps(names).decode()
        with self.store.append():
            row = self._row(id)
            if row.head == head and row.there != said:
                table.update(there=said).where(table.id == id).execute()
                for name in [each for each in names if each not in orjson.loads(row.there)]:
                    self._told(row, "approved", name)
            return self._shown(self._row(id))

    def merging(self, environment):
        """Hold it while merging there: reviews of one environment merge one after another."""
        return self.store.lock(environment, "merging-")

    def approve(self, id, actor, head):
        """One person's approval of a head; Forbidden for the author, Conflict when the branch has another head now."""
        table, email = self.tables["approval"], actor.email.lower()
        with self.store.append():
            row = self._open(id)
            if row.author_email.lower() == email:
                raise Forbidden("own_review")
            if row.head != head:
                raise Conflict("review_changed", review=id)
            table.delete().where((table.review == id) & (table.email == email)).execute()
            table.insert(review=id, email=email, name=actor.name, head=head, at=time.time()).execute()
            self._told(row, "approved", actor.name)
            return self._shown(row)

    def reject(self, id, actor):
        """Closed unmerged; Conflict when it was merged."""
        return self._close(id, "rejected", actor, None, unless=("rejected",))

    def merged(self, id, commit, actor):
        """Merged as a commit (None: it had nothing left to change); once is enough. What main holds is merged, whatever was said meanwhile."""
        return self._close(id, "merged", actor, commit, unless=("merged",), wins=("rejected",))

    def _close(self, id, status, actor, commit, unless, wins=()):
        table = self.tables["review"]
        with self.store.append():
            row = self._row(id) if self._row(id).status in (*unless, *wins) else self._open(id)
            if row.status not in unless:
                table.update(status=status, commit=commit, closed=time.time(), closed_by=actor.name).where(table.id == id).execute()
                self._told(row, status, actor.name, commit)
            return self._shown(self._row(id))

    def _row(self, id):
        row = self.tables["review"].get_or_none(id=id)
        if row is None:
            raise NotFound("no_such_review", review=str(id)[:64])
        return row

    def _open(self, id):
        row = self._row(id)
        if row.status != "open":
            raise Conflict("review_closed", review=id, status=row.status)
        return row

    def _told(self, row, what, who, commit=None):
        self.events.add("review", row.app, row.environment, {"review": row.id, "status": what, "by": who, "title": row.title, "commit": commit})

    def _shown(self, row):
        table = self.tables["approval"]
        found = table.select().where((table.review == row.id) & (table.head == row.head)).order_by(table.id)
        return Review(row.id, row.status, row.branch, row.head, row.title, row.author_email, row.environment, row.app,
                      tuple(f"{each.name} <{each.email}>" for each in found), row.required, row.commit, row.url, row.forge, row.number, row.created, tuple(orjson.loads(row.there)))
