"""What is wrong with the pods of workloads that are not up: read from the cluster, at most one list for many.

What a crashed container said last is asked for once a restart, and a pod's newest warning only where its status says too little;
both a few times a look, briefly, for every other app waits meanwhile.
"""

import re
import time
from dataclasses import dataclass, replace
from datetime import datetime

from controller import health as healths
from controller import trouble as troubles
from gitops import checks, message
from gitops.charts import MASK
from gitops.errors import KlepaasError
from gitops.types import Health

FEW = 8          # apps whose pods are asked after one by one; for more, a list of all is cheaper
ASKED = 4        # questions after single pods in one look
PATIENCE = 2     # seconds such a question may take: a node that is away answers by a timeout
TAIL, BYTES = 5, 2048    # of what a container said last
SETTLING = 10    # seconds in which a pod that comes up has nothing to explain
REVISION = "deployment.kubernetes.io/revision"
OBSERVED = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")  # their status says of which generation it is
POD, REPLICASET, EVENT = ("", "Pod"), ("apps", "ReplicaSet"), ("", "Event")
COLOUR = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S)


@dataclass(frozen=True, slots=True)
class Words:
    """The last words of a container that ended: whose they are, and the text (empty where it cannot be had)."""

    uid: str
    container: str
    restarts: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What the pods of a workload say of it."""

    health: Health
    words: Words | None = None


class Pods:
    """The pods of a namespace as seen in one look."""

    def __init__(self, kube, namespace, apps):
        self.kube, self.namespace, self.whole, self.listed, self.left = kube, namespace, apps > FEW, {}, ASKED

    def find(self, workload, words=None):
        """The Finding of a workload that is not up; `words` are those of the look before. None where the cluster does not answer."""
        if workload["kind"] in OBSERVED and healths.unseen(workload):
            return Finding(healths.HEALTHY)
        try:
            found = [(pod, trouble) for pod in self._newest(workload) if (trouble := troubles.of(pod))]
        except KlepaasError:
            return None
        if not found:
            return Finding(healths.HEALTHY)
        pod, trouble = max(found, key=lambda each: (each[1].grave, each[1].unplaced))
        if trouble.container and not trouble.said:
            words = self._words(pod, trouble, words)
            trouble = replace(trouble, said=words.text if words else "")
        return Finding(Health("degraded" if _final(workload, pod, trouble) else "progressing", self._text(pod, trouble)), words)

    def _text(self, pod, trouble):
        text = trouble.text if trouble.text.startswith(pod["metadata"]["name"]) else f"{pod['metadata']['name']}: {trouble.text}"
        more = cleaned(trouble.said) if trouble.said else self._warning(pod) if trouble.event else ""
        return f"{text}\n{more}" if trouble.said and more else f"{text}: {more}" if more else text

    # --- which pods ------------------------------------------------------------------------------------------------------

    def _newest(self, workload):
        """The pods of the workload's newest template; older ones are on their way out. A pod is its own."""
        if workload["kind"] == "Pod":
            return [workload]
        owner = self._replicaset(workload) if workload["kind"] == "Deployment" else workload["metadata"]["uid"]
        return [each for each in self._of(POD, workload) if owner in _owners(each)]

    def _replicaset(self, deployment):
        """The uid of the Deployment's ReplicaSet of the highest revision."""
        mine = [each for each in self._of(REPLICASET, deployment) if deployment["metadata"]["uid"] in _owners(each)]
        return max(mine, key=_revision)["metadata"]["uid"] if mine else None

    def _of(self, kind, workload):
        """The objects of a kind that the workload's selector takes, by its labels."""
        labels = (workload["spec"].get("selector") or {}).get("matchLabels") or {}
        if not self.whole:
            return self._list(kind, ",".join(f"{key}={value}" for key, value in labels.items()))
        return [each for each in self._list(kind) if labels.items() <= (each["metadata"].get("labels") or {}).items()]

    def _list(self, kind, labels=None):
        if (kind, labels) not in self.listed:
            self.listed[kind, labels], _ = self.kube.list(self.kube.kind(*kind), self.namespace, labels=labels, partial=kind == REPLICASET)
        return self.listed[kind, labels]

    # --- what they say ---------------------------------------------------------------------------------------------------

    def _words(self, pod, trouble, known):
        """What the container said last: known from an earlier look, or asked for now; None where that has to wait."""
        whose = pod["metadata"]["uid"], trouble.container, trouble.restarts
        if known and (known.uid, known.container, known.restarts) == whose:
            return known
        query = {"container": trouble.container, "tailLines": TAIL, "limitBytes": BYTES, **({"previous": "true"} if trouble.previous else {})}
        said = self._asked("GET", self.kube.kind(*POD).path(self.namespace, pod["metadata"]["name"], "log"), query, raw=True)
        return None if said is None else Words(*whose, said.decode("utf-8", "replace"))

    def _warning(self, pod):
        """The pod's newest warning: a volume that cannot be mounted, a probe that fails. Its status does not say it."""
        if _age(pod) < SETTLING:
            return ""
        query = {"fieldSelector": f"involvedObject.uid={pod['metadata']['uid']},type=Warning"}
        found = (self._asked("GET", self.kube.kind(*EVENT).path(self.namespace), query) or {}).get("items") or ()
        newest = max(found, key=lambda each: each.get("lastTimestamp") or each.get("eventTime") or "", default=None)
        return troubles.short(newest.get("message")) if newest else ""

    def _asked(self, method, path, query, raw=False):
        """The answer; empty where it is refused or does not come, None where enough was asked in this look."""
        if not self.left:
            return None
        self.left -= 1
        try:
            return self.kube.request(method, path, query, raw=raw, timeout=PATIENCE)
        except KlepaasError:
            return b"" if raw else {}


def cleaned(text):
    """A container's words without colours, control characters and what is known to be a secret; a few lines, the last ones."""
    text = KEY.sub(MASK, message.CONTROL.sub("", COLOUR.sub("", text[-2 * BYTES:].replace("\r", "\n"))))
    for pattern in checks.SECRETS.values():
        text = re.sub(pattern, MASK, text)
    return "\n".join([line.rstrip() for line in text[-BYTES:].splitlines() if line.strip()][-TAIL:])


def _final(workload, pod, trouble):
    """Whether the workload will not get over it. That is a Job's own to say of pods that end badly: it makes others."""
    ended = trouble.container or pod["status"].get("phase") == "Failed"
    return trouble.grave and not (workload["kind"] == "Job" and ended)


def _age(pod):
    return time.time() - datetime.fromisoformat(pod["metadata"]["creationTimestamp"]).timestamp()


def _owners(obj):
    return [each["uid"] for each in obj["metadata"].get("ownerReferences") or ()]


def _revision(replicaset):
    found = (replicaset["metadata"].get("annotations") or {}).get(REVISION, "")
    return int(found) if found.isascii() and found.isdigit() else 0
