"""Namespaces of previews: made by us and marked so, deleted when git has their preview no more. No other namespace is ever deleted.

What a preview has is said by its file alone: a namespace goes when that file is gone from main, however the controller was
restarted meanwhile, since the mark is on the namespace.
"""

import logging
import time

from controller import ownership
from controller.cluster import kube as kubes
from gitops import previews
from gitops.errors import Conflict, KlepaasError, Unavailable

log = logging.getLogger(__name__)
LABEL, NAME = "klepaas.io/preview-of", "klepaas.io/preview"  # whose, and which: of the repository, and of the preview
AGAIN = 2  # seconds until what could not be closed, or is on its way, is looked at again


def own(world):
    """The namespace of a preview is there and ours. Conflict where somebody else has one of that name; Unavailable while the one before it goes."""
    kind, name = world.kube.kind("", "Namespace"), world.environment.namespace
    live = world.kube.get(kind, None, name)
    if live is None:
        mark = {"labels": {LABEL: ownership.label(world.repository, "previews")}, "annotations": {NAME: f"{world.repository}/{name}"}}
        live, _ = world.kube.apply(kind, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **mark}}, False)
    if _of(live, world.repository) is None:
        raise Conflict("preview_namespace", namespace=name)
    if live["metadata"].get("deletionTimestamp"):
        raise Unavailable("preview_closing", namespace=name)


def _of(namespace, repository):
    """The preview whose namespace it is, or None: marked by us, and the mark speaks of itself."""
    metadata = namespace["metadata"]
    whose, _, name = (metadata.get("annotations") or {}).get(NAME, "").rpartition("/")
    ours = whose == repository and name == metadata["name"] and previews.NAME.fullmatch(name) and any(map(ownership.applied, metadata.get("managedFields") or ()))
    return name if ours else None


class Closing:
    """Looks at each revision once for previews that are gone, until they are gone from the clusters too."""

    def __init__(self):
        self.at, self.tried = None, (None, 0.0)  # the revision that is done with; the one tried last, and when

    def look(self, loop):
        """One look. A broken klepaas.yaml has lost no preview, and a revision that is not followed closes none."""
        revision, at = self.tried
        soon = revision == loop.head and time.monotonic() < at + AGAIN
        if loop.head is None or loop.broken or self.at == loop.head or soon or not loop.settings.enable_k8s_deploy:
            return
        self.tried = loop.head, time.monotonic()
        try:
            left = [each for repository, cluster in _clusters(loop) for each in _closed(loop, repository, cluster)]
        except KlepaasError as error:
            log.warning("previews: %s", error)
            return
        worlds = [name for name, world in loop.worlds.items() if world.environment.preview and name not in previews.listed(loop.at[1])]
        for name in {*left, *worlds}:
            _forget(loop, name)
        self.at = None if left else loop.head


def _clusters(loop):
    """(name of the repository, cluster) of all that previews are or were in; none where there are no previews at all."""
    tree, catalog = loop.at[1:]
    bases = [catalog.environments[each.environment] for each in catalog.config.previews] + [world.environment for world in loop.worlds.values() if world.environment.preview]
    return {(catalog.name or loop.repo.name, each.cluster) for each in bases}


def _closed(loop, repository, cluster):
    """The names of namespaces that git has no preview for, deleted or on their way."""
    kube = kubes.connect(loop.settings.kubeconfig, cluster, settings=loop.settings)
    kind, there = kube.kind("", "Namespace"), previews.listed(loop.at[1])
    found, _ = kube.list(kind, labels=f"{LABEL}={ownership.label(repository, 'previews')}")
    gone = [each for each in found if (name := _of(each, repository)) and name not in there]
    for each in gone:
        if not each["metadata"].get("deletionTimestamp"):
            log.info("preview %s is closed", each["metadata"]["name"])
            kube.delete(kind, each)
    return [each["metadata"]["name"] for each in gone]


def _forget(loop, name):
    """A preview that is gone from git is nobody's work any more."""
    world = loop.worlds.pop(name, None)
    loop.worlds.unreached.pop(name, None)
    if world:
        world.forsake()
        world.executor.shutdown(wait=False, cancel_futures=True)
    loop.outbox.tell(_forgotten, loop.ledger, name)


def _forgotten(ledger, name):
    for app in [app for app, environment in ledger.states() if environment == name]:
        ledger.forget(app, name)
