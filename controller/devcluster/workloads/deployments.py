"""Deployments: one ReplicaSet a template, exchanged as the strategy says (kube-controller-manager's rules, one step a look)."""

import math

from controller.devcluster import selectors
from controller.devcluster.workloads import progress
from controller.devcluster.workloads.world import adopted, template_hash

HASH, REVISION = "pod-template-hash", "deployment.kubernetes.io/revision"
HISTORY, DESIRED, MAXIMUM = "deployment.kubernetes.io/revision-history", "deployment.kubernetes.io/desired-replicas", "deployment.kubernetes.io/max-replicas"
NOT_COPIED = (REVISION, HISTORY, DESIRED, MAXIMUM, "kubectl.kubernetes.io/last-applied-configuration", "deprecated.deployment.rollback.to")


def reconcile(world, deployment):
    Rollout(world, deployment).step()


class Rollout:
    """One look at a Deployment. `deployment`, `new` and `old` are as last written."""

    def __init__(self, world, deployment):
        self.world, self.deployment = world, deployment
        sets = adopted(world, deployment, "replicasets.apps", selectors.of_selector(deployment["spec"]["selector"]))
        sets.sort(key=lambda each: (each["metadata"]["creationTimestamp"], each["metadata"]["name"]))
        self.new = next((each for each in sets if _plain(each["spec"]["template"]) == _plain(deployment["spec"]["template"])), None)
        self.old = [each for each in sets if each is not self.new]

    @property
    def wanted(self):
        return self.deployment["spec"]["replicas"]

    @property
    def sets(self):
        return self.old + ([self.new] if self.new else [])

    def step(self):
        self._told(progress.paused(self.deployment))
        if self.deployment["spec"].get("paused") or any(_annotations(each).get(DESIRED) != str(self.wanted) for each in self.sets if each["spec"]["replicas"]):
            self._only_scaled()
        elif self.deployment["spec"]["strategy"]["type"] == "Recreate":
            self._recreate()
        else:
            self._roll()

    def _told(self, status):
        if status != (self.deployment.get("status") or {}):
            self.deployment = self.world.status("deployments.apps", self.deployment, status)

    def _status(self, rolls=True):
        status = progress.counted(self.deployment, self.sets, self.new, unavailable(self.deployment))
        self._told(progress.judged(self.deployment, status, self.new) if rolls else status)
        wait = progress.waits(self.deployment) if rolls else None
        if wait is not None:
            self.world.after(wait, "deployments.apps", self.deployment)

    # --- strategies -----------------------------------------------------------------------------------------------------

    def _only_scaled(self):
        """Paused, or only the number changed: no set is made, those there are share the number."""
        self._revise(create=False)
        active = [each for each in self.sets if each["spec"]["replicas"]]
        latest = self.new or (self.old[-1] if self.old else None)
        if len(active) <= 1:
            self._scale(active[0] if active else latest, self.wanted)
        elif self.new and progress.saturated(self.deployment, self.new):
            for each in self.old:
                self._scale(each, 0)
        else:
            for each, count in _shares(active, self.wanted + surge(self.deployment)):
                self._scale(each, count)
        if self.deployment["spec"].get("paused"):
            self._clean_up()
        self._status(rolls=False)

    def _roll(self):
        self._revise(create=True)
        if not self._scale(self.new, self._new_count()):
            self._scale_down_old()
        self._finish()

    def _recreate(self):
        self._revise(create=False)
        if any([self._scale(each, 0) for each in self.old]) or any(not _ended(pod) for each in self.old for pod in self.world.owned(each, "pods")):
            return self._status()
        self._revise(create=True)
        self._scale(self.new, self.wanted)
        self._finish()

    def _finish(self):
        if progress.complete(self.deployment, self.deployment.get("status") or {}):
            self._clean_up()
        self._status()

    def _new_count(self):
        """How many the new set may have now."""
        current = self.new["spec"]["replicas"] if self.new else 0
        if current > self.wanted or self.deployment["spec"]["strategy"]["type"] == "Recreate":
            return self.wanted
        room = self.wanted + surge(self.deployment) - sum(each["spec"]["replicas"] for each in self.sets)
        return current + max(min(room, self.wanted - current), 0)

    def _scale_down_old(self):
        """Old pods go when enough others are available; those that never came up go first."""
        minimum = self.wanted - unavailable(self.deployment)
        spare = sum(each["spec"]["replicas"] for each in self.sets) - minimum - (self.new["spec"]["replicas"] - _available(self.new))
        for each in tuple(self.old):
            dead = max(min(spare, each["spec"]["replicas"] - _available(each)), 0)
            spare -= dead
            self._scale(each, each["spec"]["replicas"] - dead)
        spare = min(spare, sum(map(_available, self.sets)) - minimum)
        for each in tuple(self.old):
            down = max(min(spare, each["spec"]["replicas"]), 0)
            spare -= down
            self._scale(each, each["spec"]["replicas"] - down)

    def _clean_up(self):
        """Idle old sets beyond the history's limit go, the oldest first."""
        idle = [each for each in self.old if not each["spec"]["replicas"] and not (each.get("status") or {}).get("replicas")
                and each["metadata"]["generation"] <= (each.get("status") or {}).get("observedGeneration", 0)]
        limit = self.deployment["spec"].get("revisionHistoryLimit", 10)
        for each in sorted(idle, key=_revision)[:max(len(self.old) - limit, 0)]:
            self.world.delete("replicasets.apps", each)
            self.old.remove(each)

    # --- the sets -------------------------------------------------------------------------------------------------------

    def _revise(self, create):
        """The new set, made if asked for; it has the highest revision, and the Deployment says which."""
        if self.new is None and not create:
            return
        revision = max(map(_revision, self.old), default=0) + 1
        if self.new is None:
            self._create(revision)
            self._told(progress.created(self.deployment, self.new))
        else:
            self.new = self._annotated("replicasets.apps", self.new, self._set_annotations(self.new, revision))
            self._told(progress.found(self.deployment, self.new))
        self.deployment = self._annotated("deployments.apps", self.deployment, {REVISION: str(_revision(self.new))}, "status")

    def _set_annotations(self, each, revision):
        copied = {key: value for key, value in _annotations(self.deployment).items() if key not in NOT_COPIED}
        before = _annotations(each).get(REVISION)
        if _revision(each) >= revision:
            return copied
        history = ",".join(filter(None, (_annotations(each).get(HISTORY), before)))
        return copied | {REVISION: str(revision)} | ({HISTORY: history} if before else {})

    def _counts(self):
        return {DESIRED: str(self.wanted), MAXIMUM: str(self.wanted + surge(self.deployment))}

    def _create(self, revision):
        spec, name = self.deployment["spec"], self.deployment["metadata"]["name"]
        digest = template_hash(spec["template"])
        metadata = spec["template"]["metadata"]
        labels = {**(metadata.get("labels") or {}), HASH: digest}
        selector = {**spec["selector"], "matchLabels": {**(spec["selector"].get("matchLabels") or {}), HASH: digest}}
        count = self._new_count()
        annotations = self._set_annotations({"metadata": {}}, revision) | self._counts()
        more = {key: spec[key] for key in ("minReadySeconds",) if key in spec}
        self.new = self.world.create("replicasets.apps", self.deployment, {
            "metadata": {"name": f"{name}-{digest}", "labels": labels, "annotations": annotations},
            "spec": {"replicas": count, "selector": selector, "template": {**spec["template"], "metadata": {**metadata, "labels": labels}}, **more}})
        self._scaled(self.new, 0, count)

    def _annotated(self, resource, obj, annotations, subresource=""):
        after = _annotations(obj) | annotations
        if after == _annotations(obj):
            return obj
        return self.world.update(resource, obj, {**obj, "metadata": {**obj["metadata"], "annotations": after}}, subresource)

    def _scale(self, each, count):
        """Whether the set's number changed."""
        if each is None:
            return False
        before, annotations = each["spec"]["replicas"], _annotations(each) | self._counts()
        if before == count and (annotations == _annotations(each) or not count):
            return False
        after = self.world.update("replicasets.apps", each, {**each, "metadata": {**each["metadata"], "annotations": annotations}, "spec": {**each["spec"], "replicas": count}})
        if each is self.new:
            self.new = after
        else:
            self.old[self.old.index(each)] = after
        self._scaled(after, before, count)
        return before != count

    def _scaled(self, each, before, count):
        if before != count:
            way = "up" if count > before else "down"
            self.world.event(self.deployment, "Normal", "ScalingReplicaSet", f"Scaled {way} replica set {each['metadata']['name']} from {before} to {count}")


def _plain(template):
    metadata = template.get("metadata") or {}
    return {**template, "metadata": {**metadata, "labels": {key: value for key, value in (metadata.get("labels") or {}).items() if key != HASH}}}


def _annotations(obj):
    return obj["metadata"].get("annotations") or {}


def _revision(each):
    return int(_annotations(each).get(REVISION, 0))


def _available(each):
    return (each.get("status") or {}).get("availableReplicas", 0)


def _ended(pod):
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def _share(value, replicas, up):
    if isinstance(value, str) and value.endswith("%"):
        exact = int(value[:-1]) * replicas / 100
        return math.ceil(exact) if up else math.floor(exact)
    return int(value)


def surge(deployment):
    rolling = deployment["spec"]["strategy"].get("rollingUpdate")
    return _share(rolling["maxSurge"], deployment["spec"]["replicas"], True) if rolling else 0


def unavailable(deployment):
    """How many of the wanted may be missing while rolling: at least one where nothing may be added."""
    replicas, rolling = deployment["spec"]["replicas"], deployment["spec"]["strategy"].get("rollingUpdate")
    if not rolling or not replicas:
        return 0
    allowed = min(_share(rolling["maxUnavailable"], replicas, False), replicas)
    return allowed if allowed or surge(deployment) else 1


def _shares(sets, total):
    """A number for each of several active sets in proportion to what they have; the largest takes the rest."""
    largest = sorted(sets, key=lambda each: -each["spec"]["replicas"])
    there = sum(each["spec"]["replicas"] for each in sets)
    counts = [each["spec"]["replicas"] * total // there for each in largest]
    counts[0] += total - sum(counts)
    return list(zip(largest, counts))
