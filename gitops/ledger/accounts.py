"""Users, API tokens, one-time links and sessions. Secrets are kept hashed; what is random needs no salt."""

import hashlib
import secrets
import time

import orjson

from gitops.errors import NotFound
from gitops.ledger import paging
from gitops.ledger.commands import dumps

TOKEN = "klp_"


def digest(text):
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class Accounts:
    """The part of the Ledger that knows people."""

    def __init__(self, store, tables, events):
        self.store, self.tables, self.events = store, tables, events

    def _moved(self, query):
        """How many rows a change of somebody's rights concerned; streams that are open look again (event `access`)."""
        with self.store.append():
            count = query.execute()
            if count:
                self.events.add("access", None, None, {})
        return count

    def put_user(self, email, name, scopes):
        table, email, now = self.tables["user"], email.lower(), dumps(sorted(scopes))
        with self.store.write():
            table.insert(email=email, name=name, scopes=now, created=time.time()).on_conflict_ignore().execute()
            table.update(name=name).where(table.email == email).execute()
        self._moved(table.update(scopes=now).where((table.email == email) & (table.scopes != now)))

    def user(self, email):
        """{email, name, scopes, teams}, or None."""
        with self.store.session():
            row = self.tables["user"].get_or_none(email=email.lower())
            return _user(row) if row else None

    def users(self, place=None, limit=None):
        """By their addresses; `place` is (email,) of the one to go on after."""
        table = self.tables["user"]
        with self.store.session():
            return tuple(_user(row) for row in paging.after(table.select(), (table.email,), place, limit, rising=True))

    def set_teams(self, email, teams):
        """The teams a provider says the user is in."""
        table, now = self.tables["user"], dumps(sorted(teams))
        self._moved(table.update(teams=now).where((table.email == email.lower()) & (table.teams != now)))

    def token_create(self, email, name, scopes, agent=False, expires=None):
        """A new token's text, told this once."""
        self._known(email)
        text = TOKEN + secrets.token_urlsafe(32)
        with self.store.write():
            self.tables["token"].create(id=secrets.token_hex(4), hash=digest(text), email=email.lower(), name=name, scopes=dumps(sorted(scopes)),
                                        agent=agent, created=time.time(), expires=expires)
        return text

    def token_id(self, text):
        """What a token is called, by which it is listed and revoked; this is no use of it."""
        table = self.tables["token"]
        with self.store.session():
            return table.get(table.hash == digest(text)).id

    def token_actor(self, text):
        """{id, email, name, scopes, user_scopes, teams, agent, expires} of a token that is valid now, else None."""
        table = self.tables["token"]
        with self.store.session():
            row = table.get_or_none(table.hash == digest(text))
        user = self.user(row.email) if row and not row.revoked and (row.expires is None or row.expires > time.time()) else None
        if user is None:
            return None
        self._used(row)
        return {"id": row.id, "email": row.email, "name": user["name"], "scopes": orjson.loads(row.scopes), "user_scopes": user["scopes"], "teams": user["teams"], "agent": row.agent, "expires": row.expires}

    def _used(self, row):
        """When it was last used, to the minute."""
        if row.used is None or row.used < time.time() - 60:
            table = self.tables["token"]
            with self.store.write():
                table.update(used=time.time()).where(table.id == row.id).execute()

    def tokens(self, email, place=None, limit=None):
        """The oldest first; `place` is (created, id) of the one to go on after."""
        table = self.tables["token"]
        with self.store.session():
            rows = paging.after(table.select().where(table.email == email.lower()), (table.created, table.id), place, limit, rising=True)
            return tuple({"id": row.id, "name": row.name, "scopes": orjson.loads(row.scopes), "agent": row.agent, "created": row.created, "expires": row.expires,
                          "used": row.used, "revoked": row.revoked} for row in rows)

    def tokens_until(self, when):
        """Everybody's tokens that are valid now and end before a time."""
        table = self.tables["token"]
        with self.store.session():
            ending = table.revoked.is_null() & (table.expires > time.time()) & (table.expires < when)
            return tuple({"id": row.id, "name": row.name, "email": row.email, "expires": row.expires} for row in table.select().where(ending).order_by(table.expires))

    def token_revoke(self, id, email):
        """Whether a token of this person was revoked."""
        table = self.tables["token"]
        return bool(self._moved(table.update(revoked=time.time()).where((table.id == id) & (table.email == email.lower()) & table.revoked.is_null())))

    def tokens_revoke(self, email):
        """How many tokens of this person were revoked: all that were left."""
        table = self.tables["token"]
        return self._moved(table.update(revoked=time.time()).where((table.email == email.lower()) & table.revoked.is_null()))

    def link_create(self, email, minutes=24 * 60):
        """The text of a sign-in link that works once."""
        self._known(email)
        text = secrets.token_urlsafe(24)
        with self.store.write():
            self.tables["link"].create(hash=digest(text), email=email.lower(), expires=time.time() + minutes * 60)
        return text

    def link_use(self, text):
        """The user a link signs in, exactly once; None when it is spent, old or unknown."""
        table = self.tables["link"]
        with self.store.write():
            mine = (table.hash == digest(text)) & table.used.is_null() & (table.expires > time.time())
            used = table.update(used=time.time()).where(mine).execute()
            row = table.get_by_id(digest(text)) if used else None
        return self.user(row.email) if row else None

    def session_create(self, email, hours=24, provider=None, address=None, browser=None):
        """The text that a signed-in browser's cookie carries; the rest is for who looks through their sessions."""
        self._known(email)
        text = secrets.token_urlsafe(32)
        with self.store.write():
            self.tables["session"].create(hash=digest(text), email=email.lower(), created=time.time(), expires=time.time() + hours * 3600,
                                          id=secrets.token_hex(4), provider=provider, address=address, browser=browser)
        return text

    def session(self, text):
        """The user of a session that is valid now, with its `session` id, else None."""
        table = self.tables["session"]
        with self.store.session():
            row = table.get_or_none((table.hash == digest(text)) & table.ended.is_null() & (table.expires > time.time()))
        user = self.user(row.email) if row else None
        return user and user | {"session": row.id}

    def sessions(self, email, place=None, limit=None):
        """The user's sessions that are valid now, newest first; `place` is (created, id) of the one to go on after."""
        table = self.tables["session"]
        with self.store.session():
            mine = (table.email == email.lower()) & table.ended.is_null() & (table.expires > time.time())
            rows = paging.after(table.select().where(mine), (table.created, table.id), place, limit)
            return tuple({name: getattr(row, name) for name in ("id", "provider", "address", "browser", "created", "expires")} for row in rows)

    def session_revoke(self, id, email):
        """Whether a session of this person was ended."""
        table = self.tables["session"]
        return bool(self._moved(table.update(ended=time.time()).where((table.id == id) & (table.email == email.lower()) & table.ended.is_null())))

    def session_end(self, text):
        table = self.tables["session"]
        self._moved(table.update(ended=time.time()).where((table.hash == digest(text)) & table.ended.is_null()))

    def sessions_end(self, email, but=None):
        """Sign the user out everywhere, or everywhere but in one session, by its id; of how many."""
        table = self.tables["session"]
        mine = (table.email == email.lower()) & table.ended.is_null() & (table.expires > time.time())
        return self._moved(table.update(ended=time.time()).where(mine if but is None else mine & (table.id != but)))

    def identity_put(self, provider, subject, email, token):
        """Who somebody is at a provider; `token` is sealed by the caller."""
        table, now = self.tables["identity"], time.time()
        with self.store.write():
            known = {"email": email.lower(), "token": token, "checked": now}
            table.insert(provider=provider, subject=subject, **known).on_conflict(conflict_target=[table.provider, table.subject], update=known).execute()

    def person_of(self, provider, subject):
        """The user that signed in by an account of a provider, or None."""
        with self.store.session():
            row = self.tables["identity"].get_or_none(provider=provider, subject=subject)
        return row and self.user(row.email)

    def identities(self, provider):
        """({subject, email, token, checked}) of everybody whose token of a provider is kept."""
        table = self.tables["identity"]
        with self.store.session():
            return tuple({"subject": row.subject, "email": row.email, "token": row.token, "checked": row.checked}
                         for row in table.select().where((table.provider == provider) & table.token.is_null(False)))

    def identity_of(self, email, provider):
        """{subject, token, checked} of the user at a provider, the last one signed in with, or None."""
        table = self.tables["identity"]
        with self.store.session():
            row = table.select().where((table.email == email.lower()) & (table.provider == provider)).order_by(table.checked.desc()).first()
            return {"subject": row.subject, "token": row.token, "checked": row.checked} if row else None

    def _known(self, email):
        if self.user(email) is None:
            raise NotFound("unknown_user", user=email)


def _user(row):
    return {"email": row.email, "name": row.name, "scopes": orjson.loads(row.scopes), "teams": orjson.loads(row.teams)}
