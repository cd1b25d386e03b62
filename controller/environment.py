"""One environment as the controller keeps it: its cluster, lease, cache, apps, and the syncs that run."""

import logging
import threading
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import orjson

from controller import health as healths
from controller import kube as kubes
from controller import prune, reconcile
from controller.cache import Cache
from controller.lease import Lease
from gitops import charts, values
from gitops.errors import Invalid, KlepaasError, Unavailable
from gitops.types import Health, Problem, SyncResult

log = logging.getLogger(__name__)
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
DEADLINE = 900    # seconds a rollout may take before the sync is failed, beyond the workload's own deadline
LOOK = 1.0        # seconds between looks at pods while something is not healthy


class World:
    """An environment at work. `tell` takes functions of the ledger to be called as soon as it can be."""

    def __init__(self, settings, repo, renderer, repository, environment, executor, tell, ledger):
        self.settings, self.repo, self.renderer, self.repository, self.environment = settings, repo, renderer, repository, environment
        self.executor, self.tell, self.ledger, self.adopt = executor, tell, ledger, False
        self.kube = kubes.connect(settings.kubeconfig, environment.cluster)
        self.lease = Lease(self.kube, environment.namespace, f"klepaas-{repository}-{environment.name}"[:63])
        self.cache = Cache(self.kube, environment.namespace, repository, environment.name, self._changed)
        self.states, self.locks, self.running, self.guard = {}, {}, {}, threading.RLock()
        self.queued, self.waiting, self.tree, self.catalog, self.head = set(), set(), None, None, None
        self.held, self.released, self.ready, self.pruned_at = None, set(), False, None

    # --- the tick -----------------------------------------------------------------------------------------------------

    def prepare(self):
        """The namespace, the lease, and what the cluster holds of ours; whether this process may write here."""
        if not self.ready:
            self._namespace()
        if self.lease.due() and not self.lease.keep():
            return False
        if not self.ready:
            for kind in self._kinds():
                self.cache.watch(kind)
            self.ready = True
        return self.lease.held()

    def _namespace(self):
        kind, name = self.kube.kind("", "Namespace"), self.environment.namespace
        if self.kube.get(kind, None, name) is None:
            self.kube.apply(kind, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, False)

    def _kinds(self):
        """Every kind of which something of ours is there; what is rendered joins later."""
        found = []
        for kind in self.kube.discover().values():
            if not kind.namespaced and kind.kind not in self.environment.cluster_kinds or kind.kind in ("Event", "Lease", "Endpoints", "EndpointSlice"):
                continue
            items, _ = self.kube.list(kind, self.environment.namespace if kind.namespaced else None, labels=self.cache.labels, partial=True)
            if items:
                found.append(kind)
        return found

    def advance(self, tree, catalog, environment):
        """A new revision: which apps it changes is said by object ids; those are synced. Returns the apps queued."""
        held = self._not_descending(tree.revision)
        if held:
            self._hold(held)
            return []
        self.tree, self.catalog, self.environment, self.head = tree, catalog, environment, tree.revision
        targets = {each.app: each for each in catalog.targets(environment.name)}
        with self.guard:
            for app in [app for app in self.states if app not in targets]:
                del self.states[app]
                self.tell(self.ledger.forget, app, environment.name)
        dirty = [app for app, target in targets.items() if self._inputs(target) != (self.states.get(app) or reconcile.AppState(app, environment.name)).inputs]
        for app in dirty:
            self.enqueue(app)
        return dirty

    def _not_descending(self, revision):
        last = self.lease.revision
        if last is None or last == revision or revision in self.released:
            return None
        try:
            descends = self.repo.contains("refs/heads/main", last)
        except KlepaasError:
            descends = False
        return None if descends else f"{revision[:7]} does not descend from {last[:7]}, the revision synced last"

    def _hold(self, why):
        if self.held != why:
            self.held = why
            log.warning("%s is held: %s", self.environment.name, why)
            self.tell(self.ledger.event, "notice", None, self.environment.name, held=why)

    def _inputs(self, target):
        """What an app's sync is made from: the same inputs, nothing to render."""
        if isinstance(target, Problem):
            return "problem", target.code, target.message
        try:
            made_from = charts.made_from(self.tree, target, self.environment)
        except KlepaasError as error:
            made_from = "problem", error.code, target.chart
        return made_from, target.suspend, target.adopt, target.ignore, self.environment

    # --- syncs ---------------------------------------------------------------------------------------------------------

    def enqueue(self, app, reason="revision"):
        """Sync an app soon; once is enough however often it is asked."""
        with self.guard:
            if app in self.queued:
                return
            self.queued.add(app)
            self.states.setdefault(app, reconcile.AppState(app, self.environment.name))
        self.executor.submit(self._run, app, reason)

    def _run(self, app, reason):
        with self.guard:
            self.running[app] = self.running.get(app, 0) + 1
            self.queued.discard(app)
            lock = self.locks.setdefault(app, threading.Lock())
        try:
            with lock:
                self._guarded_sync(app, reason)
        finally:
            with self.guard:
                self.running[app] -= 1
                if not self.running[app]:
                    del self.running[app]

    def _guarded_sync(self, app, reason):
        try:
            self._sync(app, reason)
        except KlepaasError as error:
            self._failed(app, error)
        except Exception as error:
            log.exception("sync of %s/%s", self.environment.name, app)
            self._failed(app, _unexpected(error))

    def busy(self):
        """Whether a sync runs or waits to run."""
        with self.guard:
            return bool(self.queued or self.running)

    def _sync(self, app, reason):
        state = self.states.get(app)
        if state is None or not self.lease.held():
            return
        target = self._target(app)
        inputs, fresh = self._inputs(target), state.inputs != self._inputs(target)
        if fresh:
            state.started = time.time()
            self._render(state, target)
            state.inputs, state.error, state.attempts = inputs, None, 0
        elif state.error is not None and reason in ("retry", "sync", "backoff"):
            self._render(state, target)
            state.error = None
        stop = self._stopped(target)
        if stop:
            return self._settled(state, "suspended" if target.suspend else "held", stop)
        changes = reconcile.pending(state, self.cache)
        actions = self._write(state, changes, drift=not fresh and reason == "drift")
        state.revision = self.head
        if fresh or actions or reason in ("sync", "retry"):
            state.actions, state.waiting_since, state.started, state.ended = tuple(actions), time.monotonic(), time.time(), None
        self.judge(app, state)

    def _target(self, app):
        return next((each for each in (self.catalog._target_or_problem(app, self.environment.name, place) for place in [self.catalog._places(app).get(self.environment.name)]) if each), None)

    def _render(self, state, target):
        if isinstance(target, Problem):
            state.inputs = self._inputs(target)
            raise _problem(target)
        self.adopt = target.adopt
        state.inputs = self._inputs(target)
        reconcile.render(state, self, target)
        for group, kind in {(key.group, key.kind) for key in state.desired}:
            self.cache.watch(self.kube.kind(group, kind))

    def _stopped(self, target):
        if target.suspend:
            return "syncing is suspended"
        windows = self.environment.sync.windows
        return None if not windows or any(_open(each) for each in windows) else "outside the sync windows"

    def _write(self, state, changes, drift):
        if not self.settings.enable_k8s_deploy:
            return []
        if drift and changes:
            if not self.environment.sync.self_heal:
                self.tell(self.ledger.event, "drift", state.app, self.environment.name, repaired=False, fields=_fields(changes))
                return []
            if not reconcile.heal_allowed(state):
                self.tell(self.ledger.event, "drift", state.app, self.environment.name, repaired=False, fields=_fields(changes), opponents=_others(changes))
                return []
            state.heals.append(time.monotonic())
        actions = reconcile.apply(state, self, changes)
        if drift and actions:
            self.tell(self.ledger.event, "drift", state.app, self.environment.name, repaired=True, fields=_fields(changes), opponents=_others(changes))
        return actions

    def _failed(self, app, error):
        """Transient failures come again by themselves, later each time; terminal ones wait for the next commit."""
        state = self.states.get(app)
        if state is None:
            return
        state.error = error
        state.attempts += 1
        state.next_try = time.monotonic() + kubes.backoff(state.attempts - 1) if error.transient or error.code == "cluster_refused" else float("inf")
        state.revision = self.head
        state.waiting_since = None
        self._settled(state, "failed", error.text())

    def _settled(self, state, status, message):
        settled = (status, message, self.head)
        if state.ended == settled:
            return
        state.ended = settled
        kind = Health("suspended", message) if status == "suspended" else self.health(state)
        self.tell(self.ledger.record_sync, SyncResult(state.app, self.environment.name, self.head or "", status, tuple(state.actions), kind, state.started or time.time(), time.time(),
                                                      message if status in ("failed", "held") else None))

    def retry_due(self):
        for app, state in tuple(self.states.items()):
            if state.error is not None and state.next_try <= time.monotonic():
                state.next_try = time.monotonic() + 5
                self.enqueue(app, "backoff")

    # --- pruning -------------------------------------------------------------------------------------------------------

    def prune(self):
        """After every app was rendered since the start: what nobody desires goes, unless it is too much."""
        if not self._all_rendered() or not self.environment.sync.prune or not self.settings.enable_k8s_deploy or not self.lease.held():
            return
        gone, _ = prune.candidates(self.cache, self.states)
        if gone and prune.too_much(gone, self.cache, self._deleted_by_us()) and self.head not in self.released:
            return self._hold(f"{len(gone)} of {len(self.cache.keys())} objects would be pruned at {self.head[:7]}")
        actions, _ = prune.delete(self, gone)
        for app, found in actions.items():
            self.tell(self.ledger.event, "sync", app, self.environment.name, status="pruned", actions=found, revision=self.head)
        self.held = None

    def _all_rendered(self):
        with self.guard:
            return self.catalog is not None and not self.busy() and all(state.inputs is not None for state in self.states.values()) \
                and all(app in self.states for app in (each.app for each in self.catalog.targets(self.environment.name)))

    def _deleted_by_us(self):
        """Apps that a delete verb of the ledger took away."""
        try:
            found = self.ledger.commands_of(environment=self.environment.name, status="committed", limit=200)
        except KlepaasError:
            return set()
        return {each["app"] for each in found if each["verb"] in ("delete_app", "delete_manifest")}

    def synced(self):
        """The revision all of this is at, for the lease's annotation."""
        if self.head and not self.busy() and not any(state.error for state in self.states.values()):
            self.lease.revision = self.head

    # --- health --------------------------------------------------------------------------------------------------------

    def _changed(self, key):
        """From a watch: something of ours changed. Drift is repaired, health is judged again."""
        app = self.cache.app_of(key) or next((name for name, state in tuple(self.states.items()) if key in state.desired), None)
        state = self.states.get(app)
        if state is None or state.inputs is None:
            return
        data, live = state.desired.get(key), self.cache.get(key)
        if data is not None and (live is None or reconcile.diff.differences(orjson.loads(data), live, state.ignored.get(key, ()))):
            if app not in self.queued:
                self.enqueue(app, "drift")
        else:
            self.judge(app, state)

    def judge(self, app, state):
        """Tell what is seen of an app, where it is new; a sync that waits for health ends here."""
        kind = self.health(state)
        self._end(state, kind)
        wanted, up = self._replicas(state)
        seen = {"health": kind.status, "message": kind.message, "replicas": {"desired": wanted, "ready": up}, "version": self._version(app)}
        if state.waiting_since is None and state.error is None:
            seen |= {"commit": state.revision}
        if state.told != seen:
            state.told = seen
            self.tell(self.ledger.observe, app, self.environment.name, **seen)
        if kind.status in ("progressing", "degraded"):
            self.waiting.add(app)
        else:
            self.waiting.discard(app)

    def health(self, state):
        found = []
        for key in state.desired:
            live = self.cache.get(key)
            found.append(healths.of(live) if live is not None else Health("missing", f"{key.kind} {key.name} is not there"))
            if live is not None and key.kind in WORKLOADS and found[-1].status == "progressing":
                found.append(self._pods(live))
        return healths.worst(found)

    def _pods(self, workload):
        """What is wrong with the pods that the workload's newest template made, while it is not up."""
        if (workload.get("status") or {}).get("observedGeneration", 0) < workload["metadata"].get("generation", 0):
            return healths.HEALTHY
        labels = ",".join(f"{key}={value}" for key, value in (workload["spec"]["selector"].get("matchLabels") or {}).items())
        try:
            pods, _ = self.kube.list(self.kube.kind("", "Pod"), workload["metadata"]["namespace"], labels=labels)
            newest = self._newest(workload, labels) if workload["kind"] == "Deployment" else None
        except KlepaasError:
            return healths.HEALTHY
        mine = [pod for pod in pods if newest is None or any(owner["uid"] == newest for owner in pod["metadata"].get("ownerReferences") or ())]
        problems = [problem for pod in mine if not pod["metadata"].get("deletionTimestamp") and (problem := healths.pod_problem(pod))]
        return Health("degraded", problems[0]) if problems else healths.HEALTHY

    def _newest(self, deployment, labels):
        """The uid of the Deployment's ReplicaSet of the highest revision: older ones' pods are on their way out."""
        sets, _ = self.kube.list(self.kube.kind("apps", "ReplicaSet"), deployment["metadata"]["namespace"], labels=labels)
        mine = [each for each in sets if any(owner["uid"] == deployment["metadata"]["uid"] for owner in each["metadata"].get("ownerReferences") or ())]
        revision = "deployment.kubernetes.io/revision"
        return max(mine, key=lambda each: int((each["metadata"].get("annotations") or {}).get(revision, 0)))["metadata"]["uid"] if mine else None

    def _end(self, state, kind):
        """The sync that waits: succeeded when healthy, failed when degraded or past its deadline."""
        if state.waiting_since is None:
            return
        late = time.monotonic() - state.waiting_since > DEADLINE
        status = "succeeded" if kind.status in ("healthy", "suspended") else "failed" if kind.status == "degraded" or late else "progressing"
        if state.ended == (status, state.started):
            return
        state.ended = (status, state.started)
        if status == "succeeded" or late:
            state.waiting_since = None  # a degraded rollout may still recover
        self.tell(self.ledger.record_sync, SyncResult(state.app, self.environment.name, state.revision or "", status, state.actions, kind, state.started or time.time(),
                                                      time.time() if status != "progressing" else None, kind.message if status == "failed" else None))

    def _replicas(self, state):
        wanted = up = 0
        for key in state.desired:
            live = self.cache.get(key) if key.kind in WORKLOADS else None
            if live is not None:
                status = live.get("status") or {}
                wanted += live["spec"].get("replicas", status.get("desiredNumberScheduled", 0))
                up += status.get("readyReplicas", status.get("numberReady", 0))
        return wanted, up

    def _version(self, app):
        try:
            target = self.catalog.target(app, self.environment.name)
            found = values.lookup(values.parse(self.tree.read(target.values_path), target.values_path), target.keys["version"]) if target.values_path else None
        except KlepaasError:
            return None
        return str(found) if found is not None else None

    def look(self):
        """Apps that are not healthy are looked at again: their pods say what no workload's status does."""
        for app in tuple(self.waiting):
            state = self.states.get(app)
            if state is None:
                self.waiting.discard(app)
            elif app not in self.queued:
                self.judge(app, state)

    def stop(self):
        self.cache.stop()
        self.lease.give_back()

    def namespaced(self, group, kind):
        return self.kube.kind(group, kind).namespaced


def _problem(problem):
    return Invalid("file_problem", path=problem.path, line=problem.line, detail=problem.message)


def _unexpected(error):
    return Unavailable("sync_broke", detail=f"{type(error).__name__}: {error}"[:200])


def _fields(changes):
    return [{"kind": desired["kind"], "name": desired["metadata"]["name"], "fields": pointers[:10] if live is not None else ["deleted"]} for desired, live, pointers in changes]


def _others(changes):
    return sorted({other for _, live, _ in changes for other in (live or {}).get("$others", ()) if other not in ("kube-controller-manager", "kube-apiserver", "kubelet")})


def _open(window):
    now = datetime.now(ZoneInfo(window.tz))
    minute = now.hour * 60 + now.minute
    if window.start <= window.end:
        return now.weekday() in window.days and window.start <= minute < window.end
    return now.weekday() in window.days and minute >= window.start or (now.weekday() - 1) % 7 in window.days and minute < window.end
