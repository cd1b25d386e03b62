"""One environment as the controller keeps it: its cluster, lease, cache, apps, what waits to be synced, and what is pruned.

How one app is synced is in controller/syncing, how its health is judged in controller/rollout.
"""

import logging
import threading
import time

from controller import events, failure, held, hooks, metrics, ownership, previews, reconcile, rollout, syncing
from controller.claims import Claims
from controller.cluster import kube as kubes
from controller.cluster.cache import Cache
from controller.cluster.lease import Lease
from controller.sightings import Sightings
from gitops import catalog as catalogs
from gitops import charts, windows
from gitops.errors import Invalid, KlepaasError, NotFound
from gitops.types import Problem

log = logging.getLogger(__name__)
UNOWNED = ("Event", "Lease", "Endpoints", "EndpointSlice")  # kinds that nobody keeps in git


class World:
    """An environment at work. `tell` takes functions of the ledger to be called as soon as it can be.

    `held` says why something waits for a person; `blocked`: the newest revision is not followed here, and nothing is pruned.
    """

    def __init__(self, settings, repo, renderer, repository, environment, executor, tell, ledger):
        self.settings, self.repo, self.renderer, self.repository, self.environment = settings, repo, renderer, repository, environment
        self.executor, self.tell, self.ledger, self.writes = executor, tell, ledger, settings.enable_k8s_deploy
        self.kube = kubes.connect(settings.kubeconfig, environment.cluster, settings=settings)
        self.lease = Lease(self.kube, environment.namespace, f"klepaas-{repository}-{environment.name}"[:63])
        self.offers = None  # (version, kinds) of the cluster, for charts that ask
        self.cache = Cache(self.kube, environment.namespace, repository, environment.name, self._changed)
        self.states, self.locks, self.running, self.guard = {}, {}, {}, threading.RLock()
        self.queued, self.waiting, self.tree, self.catalog, self.head = set(), {}, None, None, None  # waiting: app -> since when it is not well
        self.targets, self.basis, self.restless = None, None, set()  # app -> Target or Problem at `head`; apps of which something is due, or waits
        self.held, self.released, self.ready, self.pruned_at = None, set(), False, None
        self.proposed, self.doubts = None, {}  # the revision that is held; what controller/trust found
        self.blocked, self.gone, self.had_lease = False, False, False
        self.sightings = Sightings(self)
        self.claims = Claims(self.cache.app_of, lambda app: self.inputs(self.target(app)), lambda app: reconcile.keys(self, app))
        self.tell = metrics.listening(self, events.listening(self, tell))
        self.leaving, self.gone_apps, self.kept = {}, set(), {}  # see controller/removal; kept: objects that git has no more and stay -> why
        self.before, self.recalled = (None, None), False  # what `past` found last; whether the apps of then that are gone are known
        self.ran = set()  # hooks of apps that are gone, whose objects stay until the lease says that they are
        self.made = {}  # app that is to be synced -> the commit that changed what it is made from, where that is known
        self.over = False  # whether nothing is left of an environment that klepaas.yaml lost
        self.asked = {}  # app -> who asked for what comes: see controller/asked
        self.told = {}  # what was said of the environment as a whole: see controller/held
        self.refused = {}  # deletions that did not succeed: see controller/prune
        self.unlisted = {}  # kinds that the server refused to list -> (how often, when to ask again)

    @property
    def hands(self):
        """The cluster as who writes there: the environment's service account, where it names one."""
        account = self.environment.service_account
        return kubes.connect(self.settings.kubeconfig, self.environment.cluster, (self.environment.namespace, account), self.settings) if account else self.kube

    # --- the tick -----------------------------------------------------------------------------------------------------

    def prepare(self):
        """The lease (and the namespace it is in), and what the cluster holds of ours; whether this process works here."""
        if self.writes and not self._leased():
            self.had_lease = False
            if self.lease.error:
                raise self.lease.error
            return False
        if not self.had_lease:
            self._afresh()
        if not self.ready:
            self._look_around(self.kube.discover().values())
            self.offers = self.kube.offers()
            self.ready = True
        elif not self.had_lease:
            self._look_again()
        if due := [kind for kind, (_, at) in self.unlisted.items() if at <= time.monotonic()]:
            self._look_around(due)
        self.had_lease = True
        self.sightings.begin()
        return True

    def _afresh(self):
        """Go on from what was said here last, by whomever."""
        try:
            self.told = self.ledger.marks().get(self.environment.name) or {}
        except KlepaasError:
            self.told = {}  # said again, then
        self.held, self.pruned_at, self.recalled = self.told.get("held"), None, False
        held.say(self, unreached=None)

    def _leased(self):
        if self.environment.preview and not self.lease.until:
            previews.own(self)
        try:
            return self.lease.keep()
        except NotFound:  # its namespace is not there yet, or not any more
            self._namespace()
            return self.lease.keep()

    def _namespace(self):
        """There after this."""
        if self.environment.preview:
            previews.own(self)
            return
        kind, name = self.kube.kind("", "Namespace"), self.environment.namespace
        if self.kube.get(kind, None, name) is None:
            self.kube.apply(kind, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, False)

    def _look_again(self):
        """What drifted while nobody here could write."""
        for app in tuple(self.states):
            self.enqueue(app, "drift")

    def _look_around(self, kinds):
        """Whatever is ours here, of any kind, by one list a kind; what is rendered joins later. A kind that its server refuses to list is looked at later, so nothing of it is pruned till then."""
        for kind in kinds:
            if (kind.namespaced or kind.kind in self.environment.cluster_kinds) and kind.kind not in UNOWNED:
                try:
                    self.cache.watch(kind, even_if_none=False)
                    self.unlisted.pop(kind, None)
                except KlepaasError as error:
                    if error.code != "cluster_refused":
                        raise
                    self._refused(kind, error)

    def _refused(self, kind, error):
        often = self.unlisted.get(kind, (0,))[0]
        self.unlisted[kind] = often + 1, time.monotonic() + kubes.backoff(often)
        log.log(logging.INFO if often else logging.WARNING, "%s: %s are not looked at: %s", self.environment.name, kind.plural, error)

    def active(self):
        """Whether syncs may run here now."""
        return not self.gone and (self.lease.held() or not self.writes)

    def target(self, app):
        """The app's Target, or the Problem in its place; None when it is gone."""
        try:
            return self.catalog.target(app, self.environment.name)
        except NotFound:
            return None
        except Invalid as error:
            return Problem(error.path, error.line, error.code, error.text(), app, self.environment.name)

    def inputs(self, target):
        """What an app's sync is made from: the same inputs, nothing to render."""
        if target is None:
            return None
        if isinstance(target, Problem):
            return "problem", target.code, target.message
        try:
            made_from = charts.made_from(self.tree, target, self.environment)
        except KlepaasError as error:
            made_from = "problem", error.code, target.chart
        return made_from, target.suspend, target.adopt, target.ignore, target.depends_on, self.environment

    # --- syncs ---------------------------------------------------------------------------------------------------------

    def enqueue(self, app, reason="revision"):
        """Sync an app soon; once is enough however often it is asked."""
        with self.guard:
            if reason != "drift":  # what is desired stays the same then
                self.pruned_at = None
            if app in self.queued:
                return
            self.queued.add(app)
            metrics.queued(self.environment.name, app)
            self.states.setdefault(app, reconcile.AppState(app, self.environment.name))
        self.executor.submit(self._run, app, reason)

    def _run(self, app, reason):
        with self.guard:
            self.running[app] = self.running.get(app, 0) + 1
            self.queued.discard(app)
            metrics.taken(self.environment.name, app)
            lock = self.locks.setdefault(app, threading.Lock())
        try:
            with lock:
                syncing.guarded(self, app, reason)
        finally:
            with self.guard:
                self.running[app] -= 1
                if not self.running[app]:
                    del self.running[app]
                state = self.states.get(app)
                (self.restless.add if state and (state.error or state.heal_at or state.stopped) else self.restless.discard)(app)

    def failing(self):
        """How many apps failed."""
        return sum(1 for app in tuple(self.restless) if (state := self.states.get(app)) and state.error is not None)

    def cancel(self, app):
        """Stop what is going on with an app: nothing more is written until a commit or an order."""
        state = self.states.get(app)
        if state is not None:
            state.cancelled, state.waiting_since, state.next_try = True, None, float("inf")
            self.enqueue(app, "cancel")

    def failed(self, state, message):
        """A rollout did not come up."""
        failure.later(self, state, message)

    def judge_again(self):
        """Say anew what is seen of every app."""
        for state in tuple(self.states.values()):
            if state.inputs is not None:
                state.told = None
                rollout.judge(self, state)

    def busy(self):
        """Whether a sync runs or waits to run."""
        with self.guard:
            return bool(self.queued or self.running)

    def retry_due(self):
        """What failed and may be tried again, what waited and may go on, what backed off from an opponent."""
        now = time.monotonic()
        for app, state in [(app, state) for app in tuple(self.restless) if (state := self.states.get(app))]:
            if state.error is not None and state.next_try <= now:
                state.next_try = now + 5
                self.enqueue(app, "backoff")
            elif state.heal_at is not None and state.heal_at <= now:
                state.heal_at = None
                self.enqueue(app, "drift")
            elif state.stopped and syncing.may_go_on(self, state):
                self.enqueue(app, "waited")

    def _changed(self, key):
        """From a watch: something of ours changed. Drift is repaired, health is judged again."""
        if self.gone and self.environment.preview:
            return  # its namespace empties itself
        app = self.cache.app_of(key) or next((name for name, state in tuple(self.states.items()) if key in state.desired), None)
        state = self.states.get(app)
        if state is None or state.inputs is None or key in self.kept:
            self.pruned_at = None  # of an app that is leaving, or nobody's
        elif state.stopped and state.stopped[0] == "progressing":
            self.enqueue(app, "waited")
        elif key in state.desired and reconcile.differing(state, key, self.cache.get(key)):
            if app not in self.queued:
                self.enqueue(app, "drift")
        elif state.left:
            self.enqueue(app, "drift")  # somebody may have put it right
        else:
            rollout.judge(self, state)

    # --- what was before ------------------------------------------------------------------------------------------------

    def past(self):
        """(tree, catalog) at the revision synced last; NotFound where nothing was."""
        revision = self.lease.revision
        if revision is None:
            raise NotFound("no_such_object", object="-")
        if self.before[0] != revision:
            tree = self.repo.tree(revision)
            self.before = revision, (tree, catalogs.load(tree))
        return self.before[1]

    def known(self, app):
        """What the ledger knows of an app: {} while it is away."""
        try:
            return self.ledger.state(app, self.environment.name) or {}
        except KlepaasError:
            return {}

    def remember(self, app, **seen):
        """Into the ledger now; later where it is away."""
        try:
            self.ledger.observe(app, self.environment.name, **seen)
        except KlepaasError:
            self.tell(self.ledger.observe, app, self.environment.name, **seen)

    # --- at rest ---------------------------------------------------------------------------------------------------------

    def may_prune(self):
        return self.writes and self.active() and not self.blocked and windows.open_now(self.environment.sync.windows) and self._all_rendered()

    def _all_rendered(self):
        with self.guard:
            return self.targets is not None and not self.busy() and self.targets.keys() <= self.states.keys() and all(state.inputs is not None for state in self.states.values())

    def synced(self):
        """The revision that every app here was brought to, or failed at, for the lease's annotation."""
        if self.head and not self.busy() and not self.leaving and not any(hooks.due(state) for state in tuple(self.states.values())):
            self.lease.revision = self.head

    def stop(self):
        self.forsake()
        if self.writes:
            self.lease.give_back()

    def forsake(self):
        """Let go of it without a word to the cluster."""
        self.cache.stop()
        self.tell.events.finish()

    def namespaced(self, group, kind):
        return self.kube.kind(group, kind).namespaced

    def claimed(self, app, obj):
        """A rendered object as it is sent: in its place, and ours."""
        return ownership.claimed(reconcile.placed(obj, self, {}), self.repository, self.environment.name, app)
