"""What is wrong with the pods of workloads that are not up: read from the cluster, at most one list for many."""

from controller import health as healths
from gitops.errors import KlepaasError
from gitops.types import Health

FEW = 8  # apps whose pods are asked after one by one; for more, a list of all is cheaper
REVISION = "deployment.kubernetes.io/revision"
POD, REPLICASET = ("", "Pod"), ("apps", "ReplicaSet")


class Pods:
    """The pods of a namespace as seen in one look."""

    def __init__(self, kube, namespace, apps):
        self.kube, self.namespace, self.whole, self.listed = kube, namespace, apps > FEW, {}

    def health(self, workload):
        """Degraded, with what a person needs to know, where a pod of the workload's newest template has a problem."""
        if (workload.get("status") or {}).get("observedGeneration", 0) < workload["metadata"].get("generation", 0):
            return healths.HEALTHY
        try:
            problems = [(pod, problem) for pod in self._of(POD, workload) if not pod["metadata"].get("deletionTimestamp") and (problem := healths.pod_problem(pod))]
            newest = self._newest(workload) if problems and workload["kind"] == "Deployment" else None
        except KlepaasError:
            return healths.HEALTHY
        found = next((problem for pod, problem in problems if newest is None or newest in _owners(pod)), None)
        return Health("degraded", found) if found else healths.HEALTHY

    def _of(self, kind, workload):
        """The objects of a kind that the workload's selector takes."""
        labels = workload["spec"]["selector"].get("matchLabels") or {}
        if not self.whole:
            return self._list(kind, ",".join(f"{key}={value}" for key, value in labels.items()))
        return [each for each in self._list(kind) if labels.items() <= (each["metadata"].get("labels") or {}).items()]

    def _list(self, kind, labels=None):
        if (kind, labels) not in self.listed:
            self.listed[kind, labels], _ = self.kube.list(self.kube.kind(*kind), self.namespace, labels=labels)
        return self.listed[kind, labels]

    def _newest(self, deployment):
        """The uid of the Deployment's ReplicaSet of the highest revision: older ones' pods are on their way out."""
        mine = [each for each in self._of(REPLICASET, deployment) if deployment["metadata"]["uid"] in _owners(each)]
        return max(mine, key=_revision)["metadata"]["uid"] if mine else None


def _owners(obj):
    return [each["uid"] for each in obj["metadata"].get("ownerReferences") or ()]


def _revision(replicaset):
    found = (replicaset["metadata"].get("annotations") or {}).get(REVISION, "")
    return int(found) if found.isascii() and found.isdigit() else 0
