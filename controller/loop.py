"""The loop: woken by the ledger or the poll, fetch, see what changed, sync, prune, look at what is not healthy.

The loop has its own thread of control; APScheduler runs what is periodic (the poll, the repository's upkeep, retention).
"""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from controller import alerting, asked, following, forges, held, livediff, metrics, notify, previews, prune, reviewed, rollout
from controller.cluster.lease import RENEW
from controller.outbox import Outbox
from controller.source import Source
from controller.together import Together
from controller.worlds import Worlds
from gitops import catalog as catalogs
from gitops.errors import Invalid, KlepaasError, Unavailable

log = logging.getLogger(__name__)
PATIENCE = 1.0         # seconds a tick waits for an environment that takes long
LOOK = 1.0             # seconds between looks at pods while something is not healthy
UPKEEP = 6 * 3600      # seconds between packings of the repository
KEEP_DAYS = 90         # of events and syncs


class Loop:
    def __init__(self, services):
        self.services, self.settings = services, services.settings
        self.repo, self.ledger, self.renderer = services.repo, services.ledger, services.renderer
        self.ticks, self.renewals = Together("tick", self._one), Together("lease", self._renew_one)
        self.stopped, self.broken = threading.Event(), False
        self.at = None, None, None  # the revision that is followed, its tree, its catalog
        self.active, self.ordered, self.asked, self.alerted = set(), True, True, True  # environments that this process works on; whether orders, questions and alerts may wait in the ledger
        self.after, self.problems, self.outbox = None, None, Outbox(self._busy)
        self.worlds = Worlds(services, self.outbox.tell)
        self.renderer.cluster = lambda environment: world.offers if (world := self.worlds.get(environment.name)) else None
        self.source = Source(self.repo, self.ledger, self.outbox.tell)
        self.closing = previews.Closing()
        self.refused = {}  # images that were, see gitops/cicd/images
        self.scheduler = BackgroundScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60})

    @property
    def head(self):
        return self.at[0]

    @property
    def catalog(self):
        return self.at[2]

    # --- running -------------------------------------------------------------------------------------------------------

    def run(self):
        """Until `stop`."""
        for job, seconds in ((self._poll, self.settings.poll_seconds), (self._renew, RENEW / 2), (self._upkeep, UPKEEP), (lambda: forges.follow(self.services), self.settings.poll_seconds),
                             (lambda: forges.pushes(self.services), self.settings.poll_seconds), (lambda: forges.previews(self.services), self.settings.poll_seconds),
                             *([(lambda: forges.statuses(self.services), forges.STATUSES)] if self.settings.forge != "local" else []),
                             *([(forges.Mirror(self.services).look, forges.STATUSES)] if self.settings.mirror_repo else []),
                             (lambda: forges.images(self.services, self.refused), self.settings.image_seconds)):
            self.scheduler.add_job(job, "interval", seconds=seconds)
        self.scheduler.start()
        post = notify.opened(self.services)
        try:
            while not self.stopped.is_set():
                self._guarded_tick()
                metrics.ticked()
                self._wait()
        finally:
            post.stop()
            self.close()

    def once(self):
        """One tick that does not wait for health: 0 all applied, 1 some app failed, 2 could not run."""
        try:
            self.tick(None)
            self._reached()
            while self._busy():
                self._renew()
                time.sleep(0.02)
            for world in self.worlds.values():
                prune.run(world)
                world.synced()
            failed = [state for world in self.worlds.values() for state in world.states.values() if state.error]
            for state in failed:
                log.error("%s/%s: %s", state.environment, state.app, state.error)
            return 1 if failed or self.problems or any(world.held for world in self.worlds.values()) else 0
        except KlepaasError as error:
            log.error("%s", error)
            return 2
        finally:
            self.close()

    def _busy(self):
        return any(world.busy() for world in self.worlds.each())

    def _reached(self):
        """Raise what kept an environment from being worked on at all."""
        if self.head is None and not self.problems:
            raise Invalid("empty_repository")
        for name, error in self.worlds.unreached.items():
            raise error or Unavailable("lease_lost", name=self.worlds[name].lease.name)

    def stop(self):
        self.stopped.set()

    def close(self):
        if self.scheduler.running:
            self.scheduler.shutdown(wait=False)
        for pool in (self.ticks, self.renewals, self.source):
            pool.close()
        self.worlds.close()
        self.outbox.flush()

    def _guarded_tick(self):
        try:
            self.tick()
        except KlepaasError as error:
            log.warning("%s", error)
        except Exception:
            log.exception("tick")

    # --- one tick ------------------------------------------------------------------------------------------------------

    def tick(self, patience=PATIENCE):
        """Nothing moved and nothing drifted: no render, and no request but the leases'. An environment that takes longer goes on beside."""
        head = self.source.tip(self.head, patience)
        if head is not None and head != self.head:
            self._advance(head)
            if self.scheduler.running:  # once they rest, and beside the syncs
                self.scheduler.add_job(lambda: forges.pushes(self.services, forges.MOVED), "date", run_date=datetime.now(UTC) + timedelta(seconds=forges.MOVED), id="pushes", replace_existing=True)
        names = {*self.worlds, *(self.catalog.environments if self.catalog else ())}
        for name, error in self.ticks.each(sorted(names), patience).items():
            self.worlds.reached(name, error, self.catalog)
        self.closing.look(self)
        active = {name for name, world in tuple(self.worlds.items()) if world.active()}
        self.ordered, self.alerted, self.active = self.ordered or active != self.active, self.alerted or active != self.active, active

    def _advance(self, head):
        tree = self.repo.tree(head)
        catalog = catalogs.load(tree)
        self._tell_problems(catalog)
        self.broken = not catalog.environments
        if not self.broken:  # a broken klepaas.yaml stops nothing that runs
            self.at = head, tree, catalog
            self.worlds.recall(catalog)

    def _tell_problems(self, catalog):
        found = tuple((each.path, each.line, each.message) for each in catalog.problems)
        if found != self.problems:
            self.problems = found
            self.outbox.tell(self.ledger.event, "notice", None, None, problems=[{"path": path, "line": line, "message": message} for path, line, message in found])

    def _one(self, name):
        """One environment's part, its cluster being away stops no other: True, None where another controller has it, or what was wrong."""
        head, tree, catalog = self.at
        try:
            world = self.worlds.find(name, catalog)
            if name not in catalog.environments:
                following.leave(world, head)
                if world.over:
                    self.worlds.end(name)
                return True
            if not world.prepare():
                return None
            self._work(world, head, tree, catalog)
            return True
        except KlepaasError as error:
            return error
        except Exception as error:
            log.exception("%s", name)
            return Unavailable("sync_broke", detail=f"{type(error).__name__}: {error}"[:200])

    def _work(self, world, head, tree, catalog):
        if world.head != head or world.blocked:
            following.advance(world, tree.fresh(), catalog, catalog.environments[world.environment.name])
        world.blocked |= self.broken
        world.retry_due()
        rollout.look(world)
        if self._settled(world):
            prune.run(world)
            world.synced()

    def _settled(self, world):
        """Whether the world came to rest at a revision since it was pruned last."""
        mark = (world.head, len(world.cache.objects), world.failing())
        if world.busy() or world.pruned_at == mark and world.lease.revision == world.head and not world.leaving and not world.ran and not prune.due(world):
            return False
        world.pruned_at = mark
        return True

    # --- waking --------------------------------------------------------------------------------------------------------

    def _wait(self):
        """Until something of interest is in the ledger, or the next look is due."""
        busy = any(world.busy() or world.waiting or world.failing() for world in self.worlds.values())
        timeout = LOOK if busy or not self.worlds else 2.0
        try:
            if self.after is None:
                self.after = self.ledger.last_event()
            self.ledger.wait(self.after, timeout)
            for event in self.ledger.events(self.after, limit=1000):
                self.after, self.ordered, self.asked, self.alerted = event.id, self.ordered or event.kind == "order", self.asked or event.kind == "question", self.alerted or event.kind == "alert"
                self.source.fetch = self.source.fetch or forges.news(self.repo, event)
                asked.heard(self.worlds, self.ledger, event)
            if self.ordered:
                self._orders()
            if self.asked:
                self._questions()
            self.alerted = self.alerted and alerting.look(self.ledger, self.worlds)
        except KlepaasError as error:
            log.warning("%s", error)
            self.stopped.wait(timeout)

    def _orders(self):
        """Those given since, and those given while nobody could carry them out; another controller's are left to it."""
        for each in self.ledger.orders(0):
            world = self.worlds.get(each["environment"])
            if world and (world.active() or each["verb"] == "release" and world.gone):
                asked.keep(world, each["app"], each)
                self._order(world, each["verb"], each["app"], each["command"].args)
                self.ledger.order_done(each["uid"], "done")
        self.ordered = False

    def _questions(self):
        """What doors ask of the clusters that this process looks after."""
        self.asked = False
        for id, environment, app, review in self.ledger.questions():
            world = self.worlds.get(environment)
            if world and world.active():
                world.executor.submit(self._answer, world, id, app, review)

    def _answer(self, world, id, app, review):
        try:
            self.ledger.answer(id, reviewed.of(world, self.services, review) if review else livediff.of(world, app))
        except KlepaasError as error:
            log.warning("a question about %s/%s: %s", world.environment.name, app, error)

    def _order(self, world, verb, app, args):
        if verb in ("sync", "retry"):
            for each in [app] if app else list(world.states):
                if each in world.states:
                    world.states[each].next_try = 0.0
                    world.enqueue(each, verb)
        elif verb == "release":
            held.release(world, {sha for sha in (world.head, self.head) if sha and sha.startswith(args["revision"].lower())})
        elif verb == "cancel":
            for each in [app] if app else list(world.states):
                world.cancel(each)

    def _renew(self):
        """Leases are kept by threads of their own: a fetch, a ledger or another cluster that hangs must not end them."""
        self.renewals.each(tuple(self.worlds), PATIENCE)

    def _renew_one(self, name):
        world = self.worlds.get(name)
        try:
            if world and not world.gone:
                world.lease.renew()
        except KlepaasError as error:
            log.warning("%s: %s", name, error)

    def _poll(self):
        self.source.fetch = True
        if self.repo.url is not None or self.repo.head() != self.head:
            self.outbox.tell(self.ledger.event, "revision", polled=True)

    def _upkeep(self):
        try:
            if self.ledger.claim("upkeep", UPKEEP - 60):
                self.repo.maintain()
                self.ledger.retention(KEEP_DAYS, self.settings.event_days)
        except KlepaasError as error:
            log.warning("upkeep: %s", error)
