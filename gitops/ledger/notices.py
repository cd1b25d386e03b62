"""The outbox of notifications: what is to be said in which channel, in order, and what became of it; and what was told of what already.

Messages are gathered while they are not due: news of the same bundle becomes one of them. Must not send or compose anything.
"""

import time

import orjson
import peewee

from gitops.errors import NotFound
from gitops.ledger.commands import dumps, matching

NEWS = 100  # that one message keeps; more are counted
CURSOR = "events"


class Notices:
    """The part of the Ledger that keeps notifications."""

    def __init__(self, store, tables, events):
        self.store, self.tables, self.events = store, tables, events

    # --- what was told ------------------------------------------------------------------------------------------------------

    def told(self, keys):
        """key -> what was last said about it, of those known."""
        table = self.tables["told"]
        with self.store.session():
            return {row.about: row.said for row in table.select().where(table.about.in_(list(keys)))} if keys else {}

    def tell(self, told):
        """Keep what was said, by key."""
        with self.store.write():
            self._tell(told)

    def _tell(self, told):
        table = self.tables["told"]
        for about, said in told.items():
            now = {"said": said, "at": time.time()}
            table.insert(about=about, **now).on_conflict(conflict_target=[table.about], update=now).execute()

    def noticed(self):
        """The last event that was looked at; None before the first."""
        found = self.told([CURSOR]).get(CURSOR)
        return None if found is None else int(found)

    # --- what waits -----------------------------------------------------------------------------------------------------------

    def keep(self, posts, told=None, after=None):
        """Keep what is to be said: (channel, language, bundle or None, seconds, [news]) each; what was told, and up to which event: in one transaction."""
        with self.store.write():
            for channel, language, bundle, seconds, news in posts:
                self._keep(channel, language, bundle and f"{channel}\n{language}\n{bundle}", seconds, news)
            self._tell({**(told or {}), **({CURSOR: str(after)} if after is not None else {})})

    def _keep(self, channel, language, bundle, seconds, news):
        table, now = self.tables["notice"], time.time()
        open_one = bundle and table.get_or_none((table.bundle == bundle) & (table.status == "waiting") & (table.due > now))
        if open_one:
            kept = (orjson.loads(open_one.news) + news)[:NEWS]
            table.update(news=dumps(kept), count=table.count + len(news)).where(table.id == open_one.id).execute()
        else:
            table.insert(channel=channel, language=language, bundle=bundle, news=dumps(news[:NEWS]), count=len(news), due=now + seconds, created=now).execute()

    def due(self):
        """channel -> when its first message is due, of those that wait."""
        table = self.tables["notice"]
        with self.store.session():
            rows = table.select(table.channel, peewee.fn.MIN(table.due)).where(table.status == "waiting").group_by(table.channel).tuples()
            return dict(rows)

    def next(self, channel):
        """The message of a channel whose turn it is, or None: those that are due, in order."""
        table = self.tables["notice"]
        with self.store.session():
            mine = (table.status == "waiting") & (table.channel == channel) & (table.due <= time.time())
            row = table.select().where(mine).order_by(table.due, table.id).first()
            return _shown(row) if row else None

    # --- what became of it ------------------------------------------------------------------------------------------------------

    def failed(self, id, error, later):
        """It is tried again, not before a time."""
        table = self.tables["notice"]
        with self.store.write():
            table.update(attempts=table.attempts + 1, later=later, error=error).where((table.id == id) & (table.status == "waiting")).execute()

    def settled(self, id, status, error=None):
        """`sent`, or `dead`: it is not tried again unless somebody asks for it."""
        table, now = self.tables["notice"], time.time()
        with self.store.write():
            table.update(status=status, attempts=table.attempts + 1, settled=now, error=error).where((table.id == id) & (table.status == "waiting")).execute()

    def again(self, id=None, channel=None):
        """Dead messages wait again, behind what waits already: that of an id, those of a channel, or all; how many."""
        table, now = self.tables["notice"], time.time()
        wanted = [table.status == "dead", *(each for each in matching((table.id, id), (table.channel, channel)) if each is not True)]
        with self.store.write():
            return table.update(status="waiting", due=now, created=now, attempts=0, later=0, settled=None, bundle=None).where(*wanted).execute()

    def one(self, id):
        table = self.tables["notice"]
        with self.store.session():
            row = table.get_or_none(id=id)
            if row is None:
                raise NotFound("no_such_notice", notice=id)
            return _shown(row)

    def listed(self, status=None, channel=None, before=None, limit=50):
        """Newest first; `before` is the id to go on after."""
        table = self.tables["notice"]
        query = table.select().where(*matching((table.status, status), (table.channel, channel)))
        with self.store.session():
            rows = query if before is None else query.where(table.id < before)
            return tuple(_shown(row) for row in rows.order_by(table.id.desc()).limit(limit))

    def counts(self):
        """channel -> {status: how many}."""
        table, found = self.tables["notice"], {}
        with self.store.session():
            for channel, status, count in table.select(table.channel, table.status, peewee.fn.COUNT(table.id)).group_by(table.channel, table.status).tuples():
                found.setdefault(channel, {})[status] = count
        return found

    def speaking(self, who):
        """Hold it while sending: one process of all does, and another as soon as that is gone. Yields what raises when it was lost."""
        return self.store.lock(who, f"{who}-")


def _shown(row):
    return {"id": row.id, "channel": row.channel, "language": row.language, "news": orjson.loads(row.news), "count": row.count, "status": row.status, "due": row.due,
            "attempts": row.attempts, "later": row.later or None, "error": row.error, "created": row.created, "settled": row.settled}
