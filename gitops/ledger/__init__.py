"""The ledger: commands and their receipts, events, syncs and live states, reviews, accounts, conversations. The owner of peewee.

Git is the truth of desired state; the ledger is the truth of who asked, what was tried and what was seen. Must not decide.
"""

import time

from gitops.errors import Invalid
from gitops.ledger import migrations, notices, tables
from gitops.ledger.accounts import Accounts
from gitops.ledger.alerts import Alerts
from gitops.ledger.audit import Audit
from gitops.ledger.commands import Commands, Row
from gitops.ledger.conversations import Conversations
from gitops.ledger.deliveries import Deliveries
from gitops.ledger.events import CLUSTER, Event, Events
from gitops.ledger.feedback import Feedback
from gitops.ledger.lockouts import Lockouts
from gitops.ledger.notices import Notices
from gitops.ledger.postgres import Postgres
from gitops.ledger.previews import Previews
from gitops.ledger.questions import Questions
from gitops.ledger.reviews import Reviews
from gitops.ledger.sqlite import Sqlite
from gitops.ledger.states import States

BATCH = 1000
__all__ = ["Event", "Ledger", "Row"]


class Ledger:
    """Thread-safe and process-safe. Unavailable from any call: the database is away, and what a write did is unknown."""

    def __init__(self, store):
        self.store, self.tables = store, tables.define(store.database)
        events = Events(store, self.tables)
        accounts = Accounts(store, self.tables, events)
        commands, states, reviews, questions = (part(store, self.tables, events) for part in (Commands, States, Reviews, Questions))
        self.ask, self.questions, self.answer = questions.ask, questions.questions, questions.answer
        self.command, self.resume = commands.command, commands.resume
        self.commands_of, self.command_by_uid, self.command_called = commands.commands_of, commands.command_by_uid, commands.command_called
        self.settled = commands.settled
        self.command_of_commit, self.commands_of_commits = commands.command_of_commit, commands.commands_of_commits
        self.unfinished, self.orders, self.order_done = commands.unfinished, commands.orders, commands.order_done
        self.audit = commands.audit = Audit(store, self.tables)
        self.lockouts = Lockouts(store, self.tables)
        self.event, self.events, self.last_event, self.wait = events.event, events.events, events.last_event, events.wait
        self.reported = events.reported
        self.record_sync, self.syncs, self.synced = states.record_sync, states.syncs, states.synced
        self.observe, self.expect, self.forget, self.state, self.states = states.observe, states.expect, states.forget, states.state, states.states
        self.mark, self.marks, self.installation = states.mark, states.marks, states.installation
        self.since = states.since
        self.review_open, self.review, self.reviews = reviews.review_open, reviews.review, reviews.reviews
        self.approve, self.reject, self.merged, self.review_moved, self.review_approved = reviews.approve, reviews.reject, reviews.merged, reviews.review_moved, reviews.review_approved
        self.review_of_commit, self.reviewed_commits = reviews.review_of_commit, reviews.reviewed_commits
        self.merging = reviews.merging
        deliveries = Deliveries(store, self.tables, events)
        self.delivered, self.delivery, self.deliveries, self.delivery_done = deliveries.delivered, deliveries.delivery, deliveries.deliveries, deliveries.delivery_done
        self.delivery_noted, self.delivery_outcome = deliveries.delivery_noted, deliveries.delivery_outcome
        self.waiting, self.told, self.arrival, self.arrived = deliveries.waiting, deliveries.told, deliveries.arrival, deliveries.arrived
        self.put_user, self.user, self.users = accounts.put_user, accounts.user, accounts.users
        self.notices = Notices(store, self.tables, events)
        self.alerts = Alerts(store, self.tables, events)
        self.token_create, self.token_actor, self.token_id = accounts.token_create, accounts.token_actor, accounts.token_id
        self.tokens, self.token_revoke, self.tokens_revoke, self.tokens_until = accounts.tokens, accounts.token_revoke, accounts.tokens_revoke, accounts.tokens_until
        self.link_create, self.link_use = accounts.link_create, accounts.link_use
        self.session_create, self.session = accounts.session_create, accounts.session
        self.session_end, self.sessions_end, self.sessions, self.session_revoke = accounts.session_end, accounts.sessions_end, accounts.sessions, accounts.session_revoke
        self.person_of = accounts.person_of
        self.set_teams, self.identity_put, self.identity_of, self.identities = accounts.set_teams, accounts.identity_put, accounts.identity_of, accounts.identities
        talks, previews, feedback = (part(store, self.tables) for part in (Conversations, Previews, Feedback))
        self.conversation_open, self.conversation, self.conversations = talks.conversation_open, talks.conversation, talks.conversations
        self.remember, self.said, self.answered, self.message, self.messages = talks.remember, talks.said, talks.answered, talks.message, talks.messages
        self.preview_keep, self.preview, self.previews = previews.preview_keep, previews.preview, previews.previews
        self.previews_of_messages, self.preview_refused, self.preview_withdraw = previews.previews_of_messages, previews.preview_refused, previews.preview_withdraw
        self.preview_confirm, self.preview_cancel, self.preview_done = previews.preview_confirm, previews.preview_cancel, previews.preview_done
        self.feedback_keep, self.feedback, self.feedback_settle = feedback.feedback_keep, feedback.feedback, feedback.feedback_settle

    @staticmethod
    def open(url, home):
        """The ledger at `sqlite:///path` or `postgresql://…`; connects when used. A process that forks opens its own after the fork."""
        kind, _, rest = url.partition("://")
        if kind == "sqlite" and rest[:1] == "/" and rest[1:]:
            return Ledger(Sqlite(rest[1:], home))
        if kind in ("postgresql", "postgres"):
            return Ledger(Postgres(f"postgresql://{rest}"))
        raise Invalid("bad_setting", name="DATABASE_URL", wanted="sqlite:///path or postgresql://user:password@host/database")

    def migrate(self):
        """Bring the database to this code's version; Invalid when it is newer than the code."""
        self.store.prepare()
        migrations.migrate(self.store, self.tables["schema"])

    def retention(self, days, reported=None):
        """Delete what clusters told longer ago than `reported` days, events, syncs and what was said longer ago than so many days, and sign-ins that ended before; how many went. Commands and reviews stay: they are the audit."""
        old = time.time() - days * 86400
        event, sync, link, session = (self.tables[name] for name in ("event", "sync", "link", "session"))
        talk, message, preview, delivery = (self.tables[name] for name in ("conversation", "message", "preview", "delivery"))
        notice, told, alert, claim = (self.tables[name] for name in ("notice", "told", "alert", "claim"))
        told_of = (event.kind == CLUSTER) & (event.at < time.time() - (days if reported is None else reported) * 86400)
        return (self._deleted(event, event.id, told_of) + self._deleted(claim, claim.name, claim.until < old) + self._deleted(alert, alert.id, alert.seen < old) + self._deleted(notice, notice.id, notice.settled < old)
                + self._deleted(told, told.about, (told.at < old) & (told.about != notices.CURSOR)) + self._deleted(event, event.id, event.at < old) + self._deleted(sync, sync.id, sync.started < old)
                + self._deleted(link, link.hash, link.expires < old) + self._deleted(session, session.hash, session.expires < old)
                + self._deleted(preview, preview.id, preview.expires < old) + self._deleted(message, message.id, message.at < old)
                + self._deleted(talk, talk.id, talk.updated < old) + self._deleted(delivery, delivery.id, delivery.received < old))

    def _deleted(self, table, key, which):
        """A batch a transaction, so that others write in between."""
        total = 0
        while True:
            with self.store.write():
                gone = table.delete().where(key.in_(table.select(key).where(which).limit(BATCH))).execute()
            total += gone
            if gone < BATCH:
                return total

    def claim(self, name, seconds):
        """True to one caller of all processes within so many seconds: for what an installation does once."""
        table, now = self.tables["claim"], time.time()
        with self.store.write():
            table.insert(name=name, until=0).on_conflict_ignore().execute()
            return table.update(until=now + seconds).where((table.name == name) & (table.until <= now)).execute() == 1

    def unclaim(self, name):
        """Whoever comes next may claim it: nothing was done."""
        with self.store.write():
            self.tables["claim"].update(until=0).where(self.tables["claim"].name == name).execute()

    def close(self):
        self.store.close()
