"""Defaults that the server fills in, by the name of the struct they stand in."""

import operator
import secrets
from collections import Counter
from functools import cache

from controller.devcluster import normal
from controller.devcluster.paths import UNSET
from controller.devcluster.schema import ANY, GVK, UNTYPED

CORE, APPS, BATCH = "io.k8s.api.core.v1.", "io.k8s.api.apps.v1.", "io.k8s.api.batch.v1."
CRDS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."


def _pull_policy(value):
    image = value.get("image") or ""
    _, _, tag = image.rpartition("/")[2].partition(":")
    return {"imagePullPolicy": "Always" if tag in ("", "latest") and "@" not in image else "IfNotPresent"}


def _strategy(surge):
    def fill(value):
        kind = value.get("type", "RollingUpdate")
        return {"type": kind} | ({"rollingUpdate": {**surge, **{name: each for name, each in (value.get("rollingUpdate") or {}).items() if each is not None}}} if kind == "RollingUpdate" else {})
    return fill


def _account(value):
    name = value.get("serviceAccountName") or value.get("serviceAccount")
    return {"serviceAccountName": name, "serviceAccount": name} if name else {}


def _names(value):
    names = value.get("names") or {}
    kind = names.get("kind", "")
    return {"names": {**({"singular": kind.lower(), "listKind": f"{kind}List"} if kind else {}), **names}}


def _namespace(value):
    metadata = value["metadata"]
    name = {"kubernetes.io/metadata.name": metadata["name"]} if metadata.get("name") else {}
    return {"metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), **name}}}


def _pod(value):
    return {"spec": {"enableServiceLinks": True, **(value.get("spec") or {})}}


def _service(value):
    kind = value.get("type", "ClusterIP")
    found = {"type": kind, "sessionAffinity": "None"}
    if kind in ("NodePort", "LoadBalancer"):
        found |= {"externalTrafficPolicy": "Cluster"} | ({"allocateLoadBalancerNodePorts": True} if kind == "LoadBalancer" else {})
    return found | ({"internalTrafficPolicy": "Cluster"} if kind != "ExternalName" else {})


def _port(value):
    return {"protocol": "TCP"} | ({"targetPort": value["port"]} if "port" in value else {})


def _volume(value):
    return {} if set(value) - {"name"} else {"emptyDir": {}}


def _get(value):
    return {"path": "/", "scheme": "HTTP"}


def _claims(value):
    """A claim's template is a whole claim."""
    claims = [{"kind": "PersistentVolumeClaim", "apiVersion": "v1", **(each or {}), "status": {"phase": "Pending"}} for each in value.get("volumeClaimTemplates") or ()]
    return {"volumeClaimTemplates": claims} if claims else {}


def _job(value):
    """Defaults of a Job; the template in a CronJob has none of them."""
    spec = value.get("spec") or {}
    counts = {"parallelism": 1} if "parallelism" in spec else {"completions": 1, "parallelism": 1}
    always = {"backoffLimit": 6, "completionMode": "NonIndexed", "suspend": False, "podReplacementPolicy": "TerminatingOrFailed", "manualSelector": False}
    return {"spec": {**counts, **always, **{name: each for name, each in spec.items() if each is not None}}}


def _daemonset(value):
    """Its template's generation is kept in an annotation, from before there were generations."""
    metadata = value.get("metadata") or {}
    return {"metadata": {**metadata, "annotations": {TEMPLATE_GENERATION: "1", **(metadata.get("annotations") or {})}}}


TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
NODE_INFO = ("machineID", "systemUUID", "bootID", "kernelVersion", "osImage", "containerRuntimeVersion", "kubeletVersion", "kubeProxyVersion", "operatingSystem", "architecture")
NODE_STATUS = {"daemonEndpoints": {"kubeletEndpoint": {"Port": 0}}, "nodeInfo": dict.fromkeys(NODE_INFO, "")}
def _subject(value):
    return {} if value.get("kind") == "ServiceAccount" else {"apiGroup": "rbac.authorization.k8s.io"}


TABLE = {  # by struct: a dict, a function of the struct (whose dicts and lists replace what is there), or both
    "io.k8s.api.rbac.v1.Subject": _subject,
    APPS + "DeploymentSpec": {"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600, "strategy": {}},
    APPS + "DeploymentStrategy": _strategy({"maxUnavailable": "25%", "maxSurge": "25%"}),
    APPS + "ReplicaSetSpec": {"replicas": 1},
    APPS + "StatefulSetSpec": [_claims, {"replicas": 1, "serviceName": "", "podManagementPolicy": "OrderedReady", "revisionHistoryLimit": 10, "updateStrategy": {},
                               "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"}}],
    APPS + "StatefulSetUpdateStrategy": _strategy({"partition": 0}),
    APPS + "DaemonSet": _daemonset,
    APPS + "DaemonSetSpec": {"revisionHistoryLimit": 10, "updateStrategy": {}},
    APPS + "DaemonSetUpdateStrategy": _strategy({"maxUnavailable": 1, "maxSurge": 0}),
    BATCH + "Job": _job,
    BATCH + "JobCondition": {"lastProbeTime": None},
    BATCH + "JobTemplateSpec": {"metadata": {}},
    BATCH + "CronJobSpec": {"concurrencyPolicy": "Allow", "suspend": False, "successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 1},
    CRDS + "CustomResourceDefinitionSpec": [_names, {"conversion": {"strategy": "None"}}],
    CORE + "PodTemplateSpec": {"metadata": {}},
    CORE + "PodCondition": {"lastProbeTime": None},
    CORE + "ContainerStatus": {"state": {}, "lastState": {}},
    CORE + "NodeStatus": NODE_STATUS,
    CORE + "Event": {"eventTime": None, "reportingComponent": "", "reportingInstance": "", "source": {}, "firstTimestamp": None, "lastTimestamp": None},
    CORE + "PodSpec": [{"restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst", "securityContext": {}, "schedulerName": "default-scheduler"}, _account],
    CORE + "Pod": _pod,
    CORE + "Namespace": _namespace,
    CORE + "Container": [{"resources": {}, "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}, _pull_policy],
    CORE + "ContainerPort": {"protocol": "TCP"},
    CORE + "Probe": {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3},
    CORE + "HTTPGetAction": _get,
    CORE + "ObjectFieldSelector": {"apiVersion": "v1"},
    CORE + "ConfigMapVolumeSource": {"defaultMode": 420}, CORE + "SecretVolumeSource": {"defaultMode": 420},
    CORE + "ProjectedVolumeSource": {"defaultMode": 420}, CORE + "DownwardAPIVolumeSource": {"defaultMode": 420},
    CORE + "HostPathVolumeSource": {"type": ""}, CORE + "Volume": _volume,
    CORE + "ServiceSpec": _service, CORE + "ServicePort": _port,
    CORE + "Secret": {"type": "Opaque"},
    CORE + "PersistentVolumeClaimSpec": {"volumeMode": "Filesystem"},
    CORE + "EndpointPort": {"protocol": "TCP"},
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec": {"minReplicas": 1},
    "io.k8s.api.networking.v1.NetworkPolicySpec": {"policyTypes": ["Ingress"]},
    "io.k8s.api.networking.v1.NetworkPolicyPort": {"protocol": "TCP"},
    "io.k8s.api.discovery.v1.EndpointPort": {"protocol": "TCP", "name": ""},
}


EMPTY = {"object": {}, "string": "", "integer": 0, "boolean": False}  # what Go's decoder makes of null in a list


def filled(schema, value, builtin=True, before=None):
    """The value with the defaults of every struct in it; a built-in kind's as its type holds it.

    What needs nothing is the same object, so that versions share it; what is the same object as `before` is as it must be.
    """
    if value is before:
        return value
    if isinstance(value, dict) and schema.kind not in UNTYPED:
        return _struct(schema, value, builtin, before if isinstance(before, dict) else {})
    if isinstance(value, list) and schema.type == "array":
        result = [filled(schema.items, EMPTY.get(schema.items.type) if each is None and builtin else each, builtin) for each in value]
        return value if all(map(operator.is_, result, value)) else result
    return normal.quantity(value) if builtin and isinstance(value, str | int | float) and normal.is_quantity(schema) else value


def _struct(schema, value, builtin, before):
    always = _always(schema) if builtin else {}
    result = {**always, **{name: each for name, each in value.items() if each is not None or name not in always}} if always else dict(value)
    rules = TABLE.get(schema.ref, ())
    for rule in rules if isinstance(rules, list) else [rules] if rules else ():
        for name, each in (rule(result) if callable(rule) else rule).items():
            if result.get(name) is None or isinstance(each, dict | list) and callable(rule):
                result[name] = each
    for name, child in schema.fields.items() if schema.ref is None else ():
        if name not in result and "default" in child.raw:
            result[name] = child.raw["default"]
    for name, each in result.items():
        result[name] = filled(schema.child(name) or ANY, each, builtin, before.get(name))
    result = _held(schema, result) if builtin else result
    return value if len(result) == len(value) and all(name in value and each is value[name] for name, each in result.items()) else result


@cache
def _always(schema):
    """What a built-in type has without being told: its spec, and its required scalars."""
    spec = {"spec": {}} if GVK in schema.raw and "spec" in schema.fields and schema.fields["spec"].kind == "struct" else {}
    return spec | {name: UNSET[schema.fields[name].type] for name in schema.raw.get("required", ()) if name in schema.fields and not schema.fields[name].ref and schema.fields[name].type in UNSET}


def _held(schema, value):
    if schema.fields:
        return {name: each for name, each in value.items() if not normal.omitted(schema, name, each)}
    return {name: "" if each is None and schema.items.type == "string" else each for name, each in value.items()}


class Addresses:
    """Cluster addresses and node ports, given out once; which are taken is followed, not looked for each time."""

    def __init__(self, store):
        self.used, self.next = Counter(taken for each in store.list("services") for taken in _taken(each)), 0
        store.follow("services", self._changed)

    def _changed(self, event):
        _, kind, _, obj, before = event
        self.used.subtract(_taken(before) if before else ())
        self.used.update(() if kind == "DELETED" else _taken(obj))

    def address(self):
        while True:
            self.next += 1
            found = f"10.96.{self.next // 250 % 250}.{self.next % 250 + 1}"
            if self.used[found] <= 0:
                return found

    def port(self):
        return next(port for port in iter(lambda: 30000 + secrets.randbelow(2768), None) if self.used[port] <= 0)


def _taken(service):
    """The addresses and node ports of a service."""
    spec = service["spec"]
    return [*(spec.get("clusterIPs") or ()), *(port["nodePort"] for port in spec.get("ports") or () if port.get("nodePort"))]
