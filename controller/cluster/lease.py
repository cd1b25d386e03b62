"""One Lease an environment: who may write there. It also keeps the revision last synced, so that no ledger is needed for that."""

import logging
import threading
import time
from datetime import UTC, datetime

from controller import holder
from gitops.errors import Conflict, KlepaasError, NotFound, Unavailable

log = logging.getLogger(__name__)
LEASES = "coordination.k8s.io", "Lease"
ASK = 4                  # seconds for an answer about the lease: it must come while that lasts
DURATION, RENEW = 10, 3  # seconds; who waits looks every 2 s, so a dead holder is followed within 15
REVISION, NAMESPACE = "klepaas.io/revision", "klepaas.io/namespace"


class Lease:
    """Held by this process's own clock: `held()` turns false in time even when nobody can be reached."""

    def __init__(self, kube, namespace, name):
        self.kube, self.namespace, self.name = kube, namespace, name
        self.holder = holder.name()
        self.until, self.live, self.seen, self.revision = 0.0, None, None, None
        self.lock, self.error = threading.Lock(), None  # what kept it from being asked for, the last time

    def held(self):
        return time.monotonic() < self.until

    def check(self):
        """Unavailable when the right to write is over: asked before each write."""
        if not self.held():
            raise Unavailable("lease_lost", name=self.name)

    def written(self):
        """The revision that whoever takes over will find."""
        return ((self.live or {}).get("metadata", {}).get("annotations") or {}).get(REVISION)

    def keep(self):
        """Take or renew the lease, where that is due; whether it is held. NotFound when its namespace is not there."""
        with self.lock:
            return self._kept() if time.monotonic() > self.until - DURATION + RENEW else True

    def renew(self):
        """As `keep`, for a lease that was held: nobody's is taken."""
        if self.until:
            self.keep()

    def _kept(self):
        self.error = None
        try:
            return self._keep()
        except NotFound:
            raise
        except Conflict:
            return self.held()  # somebody else wrote it: look again next time
        except KlepaasError as error:
            self.error = error
            return self.held()

    def _keep(self):
        kind, began = self.kube.kind(*LEASES), time.monotonic()
        live = self.kube.get(kind, self.namespace, self.name, ASK)
        if live is not None and (live.get("spec") or {}).get("holderIdentity") != self.holder:
            self.revision = (live["metadata"].get("annotations") or {}).get(REVISION) or self.revision
        if live is not None and not self._free(live):
            return False
        written = self._write(kind, live)
        self.live, self.until = written, began + DURATION
        return True

    def _free(self, live):
        """Ours, released, a dead process's, or not renewed for its duration as seen by our own clock."""
        spec = live.get("spec") or {}
        if spec.get("holderIdentity") in (None, "", self.holder) or holder.died(spec["holderIdentity"]):
            return True
        mark = spec.get("holderIdentity"), spec.get("renewTime")
        if self.seen is None or self.seen[0] != mark:
            self.seen = mark, time.monotonic()
            return False
        return time.monotonic() - self.seen[1] > spec.get("leaseDurationSeconds", DURATION)

    def _write(self, kind, live):
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        spec = dict((live or {}).get("spec") or {})
        taken = spec.get("holderIdentity") != self.holder
        spec |= {"holderIdentity": self.holder, "leaseDurationSeconds": DURATION, "renewTime": now} | ({"acquireTime": now, "leaseTransitions": spec.get("leaseTransitions", 0) + 1} if taken else {})
        annotations = {**((live or {}).get("metadata", {}).get("annotations") or {}), NAMESPACE: self.namespace, **({REVISION: self.revision} if self.revision else {})}
        metadata = {**((live or {}).get("metadata") or {"name": self.name, "namespace": self.namespace}), "annotations": annotations}
        obj = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata, "spec": spec}
        if live is None:
            return self.kube.request("POST", kind.path(self.namespace), {"fieldManager": "klepaas-lease"}, obj, timeout=ASK)
        return self.kube.request("PUT", kind.path(self.namespace, self.name), {"fieldManager": "klepaas-lease"}, obj, timeout=ASK)

    def give_back(self):
        """Let the next one take it at once."""
        with self.lock:
            if self.held():
                self.until = 0.0
                self._give_back()

    def _give_back(self):
        kind = self.kube.kind(*LEASES)
        spec = {**self.live["spec"], "holderIdentity": "", "leaseDurationSeconds": 1}
        annotations = {**(self.live["metadata"].get("annotations") or {}), **({REVISION: self.revision} if self.revision else {})}
        obj = {**self.live, "metadata": {**self.live["metadata"], "annotations": annotations}, "spec": spec}
        try:
            self.kube.request("PUT", kind.path(self.namespace, self.name), {"fieldManager": "klepaas-lease"}, obj, timeout=ASK)
        except KlepaasError as error:
            log.info("lease %s was not given back: %s", self.name, error)
