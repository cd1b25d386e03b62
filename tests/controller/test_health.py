"""The health of an object: data/health has a file a case; the table says status and message of what kstatus and Argo CD tell apart."""

from pathlib import Path

import pytest
import yaml

from controller import health, trouble
from gitops.types import Health

CASES = sorted((Path(__file__).parent / "data" / "health").glob("*.yaml"))
GROUPS = {"Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1", "ReplicaSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1", "Ingress": "networking.k8s.io/v1",
          "HorizontalPodAutoscaler": "autoscaling/v2", "PodDisruptionBudget": "policy/v1", "CustomResourceDefinition": "apiextensions.k8s.io/v1",
          "APIService": "apiregistration.k8s.io/v1", "Thing": "example.com/v1"}
UP = {"observedGeneration": 2, "replicas": 3, "readyReplicas": 3, "availableReplicas": 3, "updatedReplicas": 3}
SET = UP | {"currentRevision": "old", "updateRevision": "new"}
NODES = {"observedGeneration": 2, "desiredNumberScheduled": 3, "currentNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 3}


def condition(kind, status, reason="", message="", **more):
    return {"type": kind, "status": status, "reason": reason, "message": message, **more}


def says(*conditions, **more):
    return {"conditions": list(conditions), **more}


def ended(code, reason="Error", **more):
    return {"terminated": {"exitCode": code, "reason": reason, **more}}


def container(state, last=None, restarts=0, **more):
    return {"name": "web", "state": state, "lastState": last or {}, "restartCount": restarts, "ready": False, **more}


def running(*containers, **more):
    return {"phase": "Running", "conditions": [condition("Ready", "False", "ContainersNotReady", "containers with unready status: [web]")], "containerStatuses": list(containers), **more}


def waiting(reason, message=""):
    return {"waiting": {"reason": reason, "message": message}}


ON = {"nodeName": "one"}
TABLE = [
    ("Deployment", {"replicas": 3}, {}, "progressing", "waiting for the rollout to start: no controller has taken it up yet"),
    ("Deployment", {"replicas": 3}, UP | {"observedGeneration": 1}, "progressing", "waiting for the rollout to start"),
    ("Deployment", {"replicas": 3}, UP, "healthy", ""),
    ("Deployment", {"replicas": 2}, UP, "progressing", "1 pod is going"),
    ("Deployment", {"replicas": 3}, UP | {"replicas": 4}, "progressing", "1 old pod stays until the new ones are up"),
    ("Deployment", {"replicas": 3}, UP | {"replicas": 5}, "progressing", "2 old pods stay until the new ones are up"),
    ("Deployment", {"replicas": 2}, UP | {"availableReplicas": 1}, "progressing", "1 of 2 pods are available"),
    ("Deployment", {"replicas": 3}, UP | {"updatedReplicas": 1}, "progressing", "1 of 3 pods are updated"),
    ("Deployment", {"replicas": 3}, UP | {"availableReplicas": 2}, "progressing", "2 of 3 pods are available"),
    ("Deployment", {"replicas": 3}, UP | says(condition("Progressing", "False", "ProgressDeadlineExceeded", 'ReplicaSet "web-1" has timed out progressing.')),
     "degraded", 'the rollout exceeded its deadline: ReplicaSet "web-1" has timed out progressing.'),
    ("Deployment", {"replicas": 3}, says(condition("ReplicaFailure", "True", "FailedCreate", "exceeded quota: small"), observedGeneration=2), "degraded", "exceeded quota: small"),
    ("Deployment", {"replicas": 0}, {"observedGeneration": 2}, "healthy", ""),
    ("StatefulSet", {"replicas": 3}, UP | {"observedGeneration": 0}, "progressing", "waiting for the rollout to start"),
    ("StatefulSet", {"replicas": 3}, UP | {"readyReplicas": 1}, "progressing", "1 of 3 pods are ready"),
    ("StatefulSet", {"replicas": 3, "minReadySeconds": 9}, UP | {"availableReplicas": 2}, "progressing", "2 of 3 pods are available"),
    ("StatefulSet", {"replicas": 2}, UP, "progressing", "1 pod is going"),
    ("StatefulSet", {"replicas": 3}, SET | {"updatedReplicas": 1}, "progressing", "1 of 3 pods are updated"),
    ("StatefulSet", {"replicas": 3, "updateStrategy": {"type": "OnDelete"}}, SET | {"updatedReplicas": 0}, "healthy", ""),
    ("StatefulSet", {"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 2}}}, SET | {"updatedReplicas": 0}, "progressing", "0 of 1 pods are updated"),
    ("StatefulSet", {"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 2}}}, SET | {"updatedReplicas": 1}, "healthy", ""),
    ("StatefulSet", {"replicas": 3}, UP | {"currentRevision": "same", "updateRevision": "same"}, "healthy", ""),
    ("DaemonSet", {}, NODES, "healthy", ""),
    ("DaemonSet", {}, NODES | {"currentNumberScheduled": 1}, "progressing", "1 of 3 pods are placed"),
    ("DaemonSet", {}, NODES | {"updatedNumberScheduled": 1}, "progressing", "1 of 3 pods are updated"),
    ("DaemonSet", {"updateStrategy": {"type": "OnDelete"}}, NODES | {"updatedNumberScheduled": 1}, "healthy", ""),
    ("DaemonSet", {"updateStrategy": {"type": "OnDelete"}}, NODES | {"numberAvailable": 2}, "progressing", "2 of 3 pods are available"),
    ("ReplicaSet", {"replicas": 3}, UP, "healthy", ""),
    ("ReplicaSet", {"replicas": 1}, UP, "progressing", "2 pods are going"),
    ("ReplicaSet", {"replicas": 3}, UP | {"availableReplicas": 1}, "progressing", "1 of 3 pods are available"),
    ("ReplicaSet", {"replicas": 3}, says(condition("ReplicaFailure", "True", "FailedCreate", "pods is forbidden"), observedGeneration=2), "degraded", "pods is forbidden"),
    ("Pod", {}, {}, "progressing", "web: Pending: no scheduler has placed it on a node yet"),
    ("Pod", {}, says(condition("PodScheduled", "False", "Unschedulable", "0/3 nodes are available: 3 Insufficient cpu."), phase="Pending"), "degraded",
     "web: Unschedulable: 0/3 nodes are available: 3 Insufficient cpu."),
    ("Pod", {}, says(condition("PodScheduled", "False", "SchedulingGated", "Scheduling is blocked"), phase="Pending"), "progressing", "web: SchedulingGated: Scheduling is blocked"),
    ("Pod", ON, {"phase": "Pending"}, "progressing", "web: Pending: node one has not started it yet"),
    ("Pod", ON, {"phase": "Pending", "containerStatuses": [container(waiting("ContainerCreating"))]}, "progressing", "web: Pending: container web is being made on node one"),
    ("Pod", ON, {"phase": "Pending", "initContainerStatuses": [container({"running": {}}) | {"name": "init"}], "containerStatuses": [container(waiting("PodInitializing"))]},
     "progressing", "web: init container init runs"),
    ("Pod", ON, {"phase": "Pending", "containerStatuses": [container(waiting("ImagePullBackOff", 'Back-off pulling image "nginx:nope"'))]}, "degraded",
     'web: ImagePullBackOff: Back-off pulling image "nginx:nope"'),
    ("Pod", ON, {"phase": "Pending", "containerStatuses": [container(waiting("CreateContainerConfigError", 'configmap "web" not found'))]}, "degraded",
     'web: CreateContainerConfigError: configmap "web" not found'),
    ("Pod", ON, {"phase": "Pending", "containerStatuses": [container(waiting("InvalidImageName"))]}, "degraded", "web: InvalidImageName"),
    ("Pod", ON, running(container(waiting("CrashLoopBackOff", "back-off 40s"), ended(1), 3)), "degraded", "web: CrashLoopBackOff: exit code 1, 3 restarts"),
    ("Pod", ON, running(container(waiting("CrashLoopBackOff", "back-off 40s"), ended(137, "OOMKilled"), 1)), "degraded", "web: CrashLoopBackOff: OOMKilled, exit code 137 (signal 9), 1 restart"),
    ("Pod", ON, running(container(ended(2), restarts=1)), "degraded", "web: Error: exit code 2, 1 restart"),
    ("Pod", ON, running(container({"running": {}}, ended(137, "OOMKilled"), 2)), "degraded", "web: OOMKilled: exit code 137 (signal 9), 2 restarts"),
    ("Pod", ON, running(container({"running": {}}, ended(0, "Completed"), 2)), "progressing", "web: not ready: containers with unready status: [web]"),
    ("Pod", ON, running(container({"running": {}}, ended(1), 2, ready=True), conditions=[condition("Ready", "True")]), "healthy", ""),
    ("Pod", ON, {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."}, "degraded", "Evicted: The node was low on resource: memory."),
    ("Pod", ON, {"phase": "Succeeded", "containerStatuses": [container(ended(0, "Completed"))]}, "healthy", ""),
    ("Job", {"completions": 2}, {"succeeded": 1, "active": 1, "failed": 2}, "progressing", "the job runs: 1 of 2 pods succeeded, 2 failed"),
    ("Job", {}, says(condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit")), "degraded",
     "BackoffLimitExceeded: Job has reached the specified backoff limit"),
    ("Job", {}, says(condition("Complete", "True")), "healthy", ""),
    ("Job", {"suspend": True}, says(condition("Suspended", "True")), "suspended", "suspended"),
    ("CronJob", {"suspend": True}, {}, "healthy", "suspended: it starts no jobs"),
    ("CronJob", {}, {"lastScheduleTime": "2026-01-02T00:00:00Z", "lastSuccessfulTime": "2026-01-01T00:00:10Z"}, "healthy", "its last job did not succeed"),
    ("CronJob", {}, {"lastScheduleTime": "2026-01-02T00:00:00Z", "lastSuccessfulTime": "2026-01-02T00:00:10Z"}, "healthy", ""),
    ("Service", {"type": "LoadBalancer"}, {"loadBalancer": {}}, "progressing", "waiting for an address: no load balancer has given it one yet"),
    ("Service", {"type": "LoadBalancer"}, {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}, "healthy", ""),
    ("Service", {"type": "ClusterIP"}, {}, "healthy", ""),
    ("Ingress", {}, {"loadBalancer": {}}, "healthy", "no ingress controller has given it an address"),
    ("Ingress", {}, {"loadBalancer": {"ingress": [{"hostname": "lb.example.com"}]}}, "healthy", ""),
    ("PersistentVolumeClaim", {"storageClassName": "fast"}, {"phase": "Pending"}, "progressing", "waiting for a volume of class fast"),
    ("PersistentVolumeClaim", {"volumeName": "pv-1"}, {"phase": "Lost"}, "degraded", "its volume pv-1 is lost"),
    ("PersistentVolumeClaim", {}, says(condition("FileSystemResizePending", "True", "", "Waiting for user to (re-)start a pod"), phase="Bound"), "healthy", "Waiting for user to (re-)start a pod"),
    ("HorizontalPodAutoscaler", {}, {}, "healthy", "no controller has looked at it yet"),
    ("HorizontalPodAutoscaler", {}, says(condition("AbleToScale", "False", "FailedGetScale", "deployments.apps web not found")), "degraded", "deployments.apps web not found"),
    ("HorizontalPodAutoscaler", {}, says(condition("AbleToScale", "True"), condition("ScalingActive", "False", "FailedGetResourceMetric", "no metrics returned")), "progressing", "no metrics returned"),
    ("HorizontalPodAutoscaler", {}, says(condition("AbleToScale", "True"), condition("ScalingActive", "False", "InvalidSelector", "bad selector")), "degraded", "bad selector"),
    ("HorizontalPodAutoscaler", {}, says(condition("AbleToScale", "True"), condition("ScalingActive", "False", "ScalingDisabled", "scaling is disabled")), "healthy", "scaling is disabled"),
    ("HorizontalPodAutoscaler", {}, says(condition("AbleToScale", "True"), condition("ScalingActive", "True"), condition("ScalingLimited", "True")), "healthy", ""),
    ("PodDisruptionBudget", {}, {"observedGeneration": 1}, "progressing", "not observed yet"),
    ("PodDisruptionBudget", {}, says(condition("DisruptionAllowed", "False", "SyncFailed", "no controllers for pods"), observedGeneration=2), "degraded", "no controllers for pods"),
    ("PodDisruptionBudget", {}, says(condition("DisruptionAllowed", "False", "InsufficientPods"), observedGeneration=2), "healthy", ""),
    ("CustomResourceDefinition", {}, says(condition("Established", "False", "Installing")), "progressing", "not established yet"),
    ("CustomResourceDefinition", {}, says(condition("Established", "False", "NotAccepted", "names conflict")), "degraded", "names conflict"),
    ("CustomResourceDefinition", {}, says(condition("NamesAccepted", "False", "ListKindConflict", "in use")), "degraded", "in use"),
    ("CustomResourceDefinition", {}, says(condition("Established", "True"), condition("NonStructuralSchema", "True", "Violations", "spec: Required value")), "healthy", "spec: Required value"),
    ("APIService", {}, says(condition("Available", "False", "MissingEndpoints", "endpoints for service are missing")), "progressing", "endpoints for service are missing"),
    ("APIService", {}, says(condition("Available", "True", "Passed")), "healthy", ""),
    ("Thing", {}, {}, "healthy", ""),
    ("Thing", {}, says(condition("Ready", "True"), observedGeneration=1), "progressing", "not observed yet"),
    ("Thing", {}, says(condition("Ready", "True"), observedGeneration="2"), "healthy", ""),
    ("Thing", {}, says(condition("Ready", "True", observedGeneration=1)), "progressing", "not ready"),
    ("Thing", {}, says(condition("Ready", "False", "Pending", "asking for one")), "progressing", "asking for one"),
    ("Thing", {}, says(condition("Ready", "False", "SecretSyncedError", "no such key")), "degraded", "no such key"),
    ("Thing", {}, says(condition("Ready", "Unknown")), "progressing", "not ready"),
    ("Thing", {}, says(condition("Available", "False", "InstallFailed", "no access")), "degraded", "no access"),
    ("Thing", {}, says(condition("Ready", "False", "Failed", "before"), condition("Reconciling", "True", "Retrying", "once more")), "progressing", "once more"),
    ("Thing", {}, says(condition("Ready", "False", "Failed"), condition("Issuing", "True", "DoesNotExist", "Issuing certificate")), "progressing", "Issuing certificate"),
    ("Thing", {}, says(condition("Stalled", "True", "Bad", "no such chart"), condition("Ready", "True")), "degraded", "no such chart"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_health(case):
    """<kind>-<status>-<case>.yaml; every finding but healthy says why."""
    found = health.of(yaml.safe_load(case.read_text()))
    assert found.status == case.stem.split("-")[1]
    assert found.status == "healthy" or found.message


@pytest.mark.parametrize(("kind", "spec", "status", "wanted", "message"), TABLE)
def test_what_a_person_is_told(kind, spec, status, wanted, message):
    """Status and message of an object of generation 2."""
    obj = {"apiVersion": GROUPS.get(kind, "v1"), "kind": kind, "metadata": {"name": "web", "generation": 2}, "spec": spec, "status": status}
    assert health.of(obj) == Health(wanted, message)


def test_what_is_being_deleted_names_what_holds_it():
    """An object stuck on finalizers says which."""
    metadata = {"name": "web", "deletionTimestamp": "2026-01-01T00:00:00Z"}
    assert health.of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}) == Health("progressing", "being deleted")
    found = health.of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**metadata, "finalizers": ["example.com/a", "example.com/b"]}})
    assert found == Health("progressing", "being deleted: waits for the finalizers example.com/a, example.com/b")


@pytest.mark.parametrize("status", ["up", ["up"], {"conditions": {"Ready": True}}, {"conditions": ["Ready", {"status": "True"}, {"type": 3}]}, {"observedGeneration": "many"}, None])
def test_what_a_stranger_calls_a_status_breaks_nothing(status):
    """Custom resources may say anything in their status."""
    assert health.of({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a", "generation": 1}, "status": status}).status == "healthy"


def test_what_the_cluster_says_is_one_short_line():
    """A message is as long as a person reads, whatever the cluster writes."""
    found = trouble.of({"metadata": {"name": "web"}, "spec": ON, "status": {"containerStatuses": [container(waiting("ErrImagePull", "no\n" * 1000))]}})
    assert len(found.text) < 600 and "\n" not in found.text


def test_the_worst_counts():
    """An app is as well as its worst object; of equal ones the first that says something; without objects it is well."""
    assert health.worst([Health("healthy"), Health("degraded", "a"), Health("progressing", "b")]) == Health("degraded", "a")
    assert health.worst([Health("healthy"), Health("healthy", "c"), Health("healthy", "d")]) == Health("healthy", "c")
    assert health.worst([]).status == "healthy"
