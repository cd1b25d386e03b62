"""The controllers of the built-in workloads, and a kubelet that runs nothing but says what a kubelet would.

A reconciler is a function of (world, object) for one kind; it is called again whenever the object, or something it owns, changes.
"""

import asyncio
import itertools
import logging

from controller.devcluster import events, selectors
from controller.devcluster.errors import ApiError
from controller.devcluster.workloads import batch, deployments, endpoints, kubelet, sets
from controller.devcluster.workloads.world import World

log = logging.getLogger(__name__)
RECONCILERS = {
    "deployments.apps": deployments.reconcile, "replicasets.apps": sets.replicaset, "statefulsets.apps": sets.statefulset, "daemonsets.apps": sets.daemonset,
    "jobs.batch": batch.job, "cronjobs.batch": batch.cronjob, "services": endpoints.service,
}
ADOPTED = {"pods": "replicasets.apps", "replicasets.apps": "deployments.apps"}
TICK = 0.2  # seconds between looks at what waits for time to pass
EVENTS_EVERY = 300  # ticks between looks at which Events are old


class Workloads:
    def __init__(self, api, pods):
        self.api, self.world = api, World(api, pods)
        self.kubelet = kubelet.Kubelet(self.world) if pods else None
        self.queue, self.queued, self.tasks, self.services = asyncio.Queue(), set(), [], {}

    def start(self):
        """Look at everything there is once, then at what changes."""
        for resource in tuple(self.api.resources):
            for obj in self.api.store.list(resource):
                self._changed((0, "ADDED", resource, obj, None))
                if resource == "pods" and self.kubelet:
                    self.kubelet.found(obj)
        self.api.store.watchers.append(self._changed)
        self.tasks = [asyncio.ensure_future(each) for each in (self._work(), self._tick())]

    def stop(self):
        for task in self.tasks:
            task.cancel()

    def log(self, pod, container, previous=False):
        return self.kubelet.log(pod, container, previous) if self.kubelet else None

    def _changed(self, event):
        _, kind, resource, obj, before = event
        metadata = obj["metadata"]
        if kind == "DELETED" or metadata.get("deletionTimestamp") or resource == "namespaces":
            self._put(("collect", kind == "DELETED", resource, metadata.get("namespace", ""), metadata["name"], metadata["uid"], metadata["resourceVersion"]), obj)
        if kind == "ADDED" and metadata.get("ownerReferences"):
            self._put(("abandoned", resource, metadata.get("namespace", ""), metadata["name"]))
        if resource in RECONCILERS and kind != "DELETED":
            self._put((resource, metadata.get("namespace", ""), metadata["name"]))
        for owner in metadata.get("ownerReferences") or ():
            owned = self.world.key_of(owner)
            if owned in RECONCILERS:
                self._put((owned, metadata.get("namespace", ""), owner["name"]))
        if resource in ADOPTED and not metadata.get("ownerReferences") and kind != "DELETED":
            self._adoptable(ADOPTED[resource], metadata)
        if resource == "services":
            self._indexed(before, kind != "DELETED" and obj)
        if resource == "pods":
            self._selecting(obj, before)
            if self.kubelet:
                self.kubelet.changed(obj, kind)

    def _indexed(self, before, after):
        """Services by one label of their selector."""
        for service, add in ((before, False), (after, True)):
            if service and (selector := service["spec"].get("selector")):
                found = self.services.setdefault((service["metadata"]["namespace"], *min(selector.items())), set())
                (found.add if add else found.discard)(service["metadata"]["name"])

    def _selecting(self, pod, before):
        """The Services that may select a pod look at it."""
        for obj in filter(None, (pod, before)):
            for label in (obj["metadata"].get("labels") or {}).items():
                for name in self.services.get((obj["metadata"]["namespace"], *label), ()):
                    self._put(("services", obj["metadata"]["namespace"], name))

    def _adoptable(self, owners, metadata):
        """An object without an owner: those whose selector it fits look at it."""
        for each in self.api.store.list(owners, metadata["namespace"]):
            if selectors.of_selector(each["spec"].get("selector") or {})(metadata.get("labels") or {}):
                self._put((owners, metadata["namespace"], each["metadata"]["name"]))

    def _put(self, item, obj=None):
        if item not in self.queued:
            self.queued.add(item)
            self.queue.put_nowait((item, obj))

    async def _work(self):
        while True:
            item, obj = await self.queue.get()
            self.queued.discard(item)
            try:
                self._one(item, obj)
            except ApiError as error:
                log.info("%s: %s", item, error)  # the object changed or went meanwhile: its event brings it back
            except Exception:
                log.exception("%s", item)
            await asyncio.sleep(0)

    def _one(self, item, obj):
        if item[0] == "abandoned":
            live = self.api.store.get(*item[1:])
            return live is not None and item[1] in self.api.resources and self.api.deletion.abandoned(self.api.resources[item[1]], live)
        if item[0] == "collect":
            _, gone, resource, namespace, name, _, _ = item
            if gone and resource == "services":
                endpoints.gone(self.world, obj)
            if resource == "namespaces" and not gone:
                live = self.api.store.get("namespaces", "", name)
                if live is not None and live["metadata"].get("deletionTimestamp"):
                    self.world.empty(live)
            if resource in self.api.resources:
                self.api.deletion.collect(self.api.resources[resource], obj, gone)
            if gone and namespace:
                owner = self.api.store.get("namespaces", "", namespace)
                if owner is not None and owner["metadata"].get("deletionTimestamp"):
                    self.world.empty(owner)
            return
        resource, namespace, name = item
        live = self.api.store.get(resource, namespace, name)
        if live is not None and not live["metadata"].get("deletionTimestamp"):
            RECONCILERS[resource](self.world, live)

    async def _tick(self):
        for number in itertools.count():
            await asyncio.sleep(TICK)
            if number % EVENTS_EVERY == 0:
                events.expire(self.api.store)
            if self.kubelet:
                self.kubelet.tick()
            for resource, namespace, name in self.world.due():
                self._put((resource, namespace, name))
