"""From events to the outbox: each event once, in order, whatever process reads it. Must not send."""

import logging
import time

from gitops import catalog as catalogs
from gitops import values
from gitops.contract.notify import Notify
from gitops.errors import KlepaasError
from gitops.kept import Kept
from gitops.notices import news, routes

log = logging.getLogger(__name__)
PAGE = 500
KEEP = 5.0        # seconds between writings of how far events were read, when none of them was news
HOUR, DAY = 3600, 86400
COMMITS = Kept(1000)
DAYS = (7, 1)     # before the end of a token its owner is told


class Router:
    def __init__(self, services):
        self.services, self.ledger = services, services.ledger
        self.notify, self.after, self.kept = None, None, 0.0

    def step(self):
        """Read a page of events; whether there may be more."""
        self._begin()
        last = self.ledger.last_event()
        events = self.ledger.events(self.after, PAGE, news.READ)
        after = events[-1].id if len(events) == PAGE else max(last, self.after)
        self._keep(events, after)
        self._expiring()
        return len(events) == PAGE

    def _begin(self):
        """Go on after what was read last; what happened before the first start is no news."""
        if self.after is None:
            self.after = self.ledger.notices.noticed()
        if self.after is None:
            self.after = self.ledger.last_event()
            self.ledger.notices.keep((), after=self.after)

    def _keep(self, events, after):
        notify = self._routes()
        told, every = {}, []
        if notify.routes:
            known = self.ledger.notices.told({key for each in events if (key := news.about(each))})
            for each in events:
                self._read(each, notify, known, told, every)
        posts = routes.posts(notify, every)
        if posts or told or after != self.after and time.monotonic() > self.kept + KEEP:
            self.ledger.notices.keep(posts, told, after)
            self.kept = time.monotonic()
        self.after = after

    def _read(self, event, notify, known, told, every):
        """Into `told` and `every`. Details are looked up only for what somebody is told."""
        key = news.about(event)
        found, said = news.of(event, told.get(key, known.get(key)))
        if said:
            told[key] = said
        if found and routes.channels(notify, found):
            every.append(found | {"facts": news.clean(found["facts"] | self._details(found))})

    def _routes(self):
        """Those of main's tip; while klepaas.yaml is broken, those before."""
        try:
            config = self.services.head()[1].config
        except KlepaasError as error:
            log.warning("routes: %s", error)
            return self.notify or Notify()
        if not config.problems or self.notify is None:
            self.notify = config.notify
        return self.notify

    # --- what is said beside ------------------------------------------------------------------------------------------------

    def _details(self, found):
        try:
            return _deployment(self.services, found) if found["app"] and found["kind"].startswith(("deployment.", "sync.")) else {}
        except KlepaasError as error:
            log.info("details of %s: %s", found["kind"], error)
            return {}

    def _expiring(self):
        """Tokens that end soon are told of once a week before and once a day before."""
        if not (self.notify and self.notify.routes) or not self.ledger.claim("expiring tokens", HOUR):
            return
        now, told, every = time.time(), {}, []
        soon = [(each, max(1, -int(-(each["expires"] - now) // DAY))) for each in self.ledger.tokens_until(now + DAYS[0] * DAY)]
        known = self.ledger.notices.told([f"token {each['id']}" for each, _ in soon])
        for each, days in soon:
            key, step = f"token {each['id']}", str(min(day for day in DAYS if days <= day))
            if known.get(key) != step:
                told[key] = step
                every.append(news.expiring(each, days, now))
        if told:
            self.ledger.notices.keep(routes.posts(self.notify, every), told)


def _deployment(services, found):
    """What was to run there, as git says it at that revision, who made it so, and how long it took."""
    facts, revision = found["facts"], found["facts"].get("revision")
    took = {"duration": round(found["at"] - facts["began"])} if facts.get("began") and found["kind"] in ("deployment.succeeded", "deployment.failed") else {}
    if not revision:
        return took
    tree = services.repo.tree(revision)
    target = catalogs.load(tree).target(found["app"], found["environment"])
    commit = _commit(services, found, target, revision)
    return took | {"version": _version(tree, target), **({"commit": commit.sha[:8], "author": commit.author, "subject": commit.subject} if commit else {})}


def _version(tree, target):
    if target.values_path is None:
        return None
    found = values.lookup(values.parse(tree.read(target.values_path), target.values_path), target.keys["version"])
    return found if isinstance(found, (str, int, float)) else None


def _commit(services, found, target, revision):
    """The commit that makes the app what it is to be: its sync says which, else its files' newest."""
    if made := found["facts"].get("commit"):
        return COMMITS.get(made, lambda: next(iter(services.repo.history(limit=1, ref=made)), None))
    return next(iter(services.repo.history(paths=(target.values_path or target.manifests_path,), limit=1, ref=revision)), None)
