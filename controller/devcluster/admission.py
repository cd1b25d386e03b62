"""What the server itself sets on an object of a kind, at creation and at every write: the kinds' strategies, as a table."""

import base64

from controller.devcluster import defaults

ANNOTATIONS_COUNT = ("deployments.apps",)  # whose annotations raise the generation
NODE_PORTS = ("NodePort", "LoadBalancer")
DAEMON_COUNTS = ("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady")


def created(resource, obj, addresses):
    """The new object with its first status and what is allocated for it."""
    return _CREATED.get(resource.key, lambda obj, _: obj)(obj, addresses)


def kept(resource, obj, old, addresses, subresource=""):
    """The changed object with what the server allocated before."""
    if subresource == "status":
        return _pod_status(obj, old) if resource.key == "pods" else obj
    return _KEPT.get(resource.key, lambda obj, old, _: obj)(obj, old, addresses)


def _pod(obj, _):
    return {**obj, "status": {"phase": "Pending", "qosClass": qos(obj["spec"])}, "spec": {
        **obj["spec"], "preemptionPolicy": "PreemptLowerPriority", "priority": 0, "tolerations": obj["spec"].get("tolerations", []) + [
            {"key": f"node.kubernetes.io/{why}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300} for why in ("not-ready", "unreachable")]}}


def qos(spec):
    found = [(each.get("resources") or {}) for each in spec.get("containers", ())]
    if not any(each.get("limits") or each.get("requests") for each in found):
        return "BestEffort"
    full = all({"cpu", "memory"} <= set(each.get("limits") or {}) and (each.get("requests") or each["limits"]) == each["limits"] for each in found)
    return "Guaranteed" if full else "Burstable"


def _namespace(obj, _):
    return {**obj, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}


def _service(obj, addresses):
    spec = dict(obj["spec"])
    if spec["type"] != "ExternalName" and "clusterIP" not in spec:
        spec["clusterIP"] = addresses.address()
    if spec["type"] != "ExternalName":
        spec |= {"clusterIPs": spec.get("clusterIPs") or [spec["clusterIP"]], "ipFamilies": spec.get("ipFamilies") or ["IPv4"], "ipFamilyPolicy": spec.get("ipFamilyPolicy") or "SingleStack"}
    return {**obj, "spec": _ports(spec, {}, addresses), "status": {"loadBalancer": {}}}


def _ports(spec, before, addresses):
    """Node ports where the type has them: those given, those there were, else new ones."""
    if spec["type"] not in NODE_PORTS:
        return spec
    known = {(port.get("port"), port.get("protocol")): port.get("nodePort") for port in before.get("ports") or ()}
    ports = [port if port.get("nodePort") else {**port, "nodePort": known.get((port.get("port"), port.get("protocol"))) or addresses.port()} for port in spec.get("ports") or ()]
    return {**spec, "ports": ports}


def _service_kept(obj, old, addresses):
    before, spec = old["spec"], dict(obj["spec"])
    for name in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
        if name not in spec and name in before and spec.get("type") != "ExternalName":
            spec[name] = before[name]
    if spec.get("type") == "ClusterIP" and before.get("type") in NODE_PORTS:
        released = {port["nodePort"] for port in before.get("ports") or () if "nodePort" in port}
        spec["ports"] = [{key: value for key, value in port.items() if key != "nodePort" or value not in released} for port in spec.get("ports") or ()]
        spec = {key: value for key, value in spec.items() if key not in ("externalTrafficPolicy", "allocateLoadBalancerNodePorts")}
    return {**obj, "spec": _ports(spec, before, addresses)}


def _pod_kept(obj, old, _):
    spec = {**obj["spec"]}
    for name in ("serviceAccountName", "serviceAccount", "preemptionPolicy", "priority", "enableServiceLinks", "tolerations", "nodeName"):
        if name not in spec and name in old["spec"]:
            spec[name] = old["spec"][name]
    return {**obj, "spec": spec}


def _pod_status(obj, old):
    """A pod's class of service stays, and its first address is its address."""
    status = {**({"qosClass": old["status"]["qosClass"]} if "qosClass" in old.get("status", {}) else {}), **(obj.get("status") or {})}
    if status.get("podIP") and status.get("podIPs", [{}])[0].get("ip") != status["podIP"]:
        status["podIPs"] = [{"ip": status["podIP"]}]
    return {**obj, "status": status}


def _namespace_kept(obj, old, _):
    return {**obj, "spec": old.get("spec", {})}


def _with_status(status):
    return lambda obj, _: {**obj, "status": status}


def _secret(obj, *_):
    """stringData is merged into data and not kept."""
    if "stringData" not in obj:
        return obj
    merged = {**(obj.get("data") or {}), **{name: base64.b64encode(str(value).encode()).decode() for name, value in (obj["stringData"] or {}).items()}}
    return {**{name: value for name, value in obj.items() if name != "stringData"}, "data": merged}


def _job(obj, _):
    spec, uid, name = obj["spec"], obj["metadata"]["uid"], obj["metadata"]["name"]
    if not spec.get("manualSelector"):
        both = {"controller-uid": uid, "job-name": name, "batch.kubernetes.io/controller-uid": uid, "batch.kubernetes.io/job-name": name}
        template = spec["template"]
        labels = {**((template.get("metadata") or {}).get("labels") or {}), **both}
        spec = spec | {"selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}, "template": {**template, "metadata": {**(template.get("metadata") or {}), "labels": labels}}}
    metadata = obj["metadata"] if obj["metadata"].get("labels") else {**obj["metadata"], "labels": spec["template"]["metadata"]["labels"]}
    return {**obj, "metadata": metadata, "spec": spec, "status": {}}


def _daemonset_kept(obj, old, _):
    """How often the template changed is counted in an annotation."""
    before = int((old["metadata"].get("annotations") or {}).get(defaults.TEMPLATE_GENERATION, 1))
    count = before + (obj["spec"].get("template") != old["spec"].get("template"))
    annotations = {**(obj["metadata"].get("annotations") or {}), defaults.TEMPLATE_GENERATION: str(count)}
    return {**obj, "metadata": {**obj["metadata"], "annotations": annotations}}


def _definition(obj, _):
    stored = [each["name"] for each in obj["spec"].get("versions") or () if each.get("storage")]
    return {**obj, "status": {"conditions": None, "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": stored}}


def _claim(obj, _):
    metadata = {**obj["metadata"], "finalizers": [*(obj["metadata"].get("finalizers") or ()), "kubernetes.io/pvc-protection"]}
    return {**obj, "metadata": metadata, "status": {"phase": "Pending"}}


_CREATED = {"pods": _pod, "namespaces": _namespace, "services": _service, "secrets": _secret, "jobs.batch": _job,
            "persistentvolumeclaims": _claim, "customresourcedefinitions.apiextensions.k8s.io": _definition, "nodes": _with_status(defaults.NODE_STATUS), "ingresses.networking.k8s.io": _with_status({"loadBalancer": {}}),
            "deployments.apps": _with_status({}), "replicasets.apps": _with_status({"replicas": 0}), "statefulsets.apps": _with_status({"replicas": 0, "availableReplicas": 0}),
            "daemonsets.apps": _with_status(dict.fromkeys(DAEMON_COUNTS, 0)),
            "cronjobs.batch": _with_status({}), "horizontalpodautoscalers.autoscaling": _with_status({"desiredReplicas": 0, "currentMetrics": None}),
            "poddisruptionbudgets.policy": _with_status({"disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0})}
_KEPT = {"services": _service_kept, "pods": _pod_kept, "namespaces": _namespace_kept, "secrets": _secret, "daemonsets.apps": _daemonset_kept}


def generation(resource, obj, old):
    """The generation after a write: one more when the spec differs."""
    before = old["metadata"].get("generation")
    if before is None:
        return None
    differs = _counted(resource, obj) != _counted(resource, old)
    if resource.key in ANNOTATIONS_COUNT:
        differs = differs or (obj["metadata"].get("annotations") or {}) != (old["metadata"].get("annotations") or {})
    return before + differs


def _counted(resource, obj):
    """What raises the generation: all but metadata, and but a status that has a subresource."""
    left_out = ("status", "metadata", "apiVersion", "kind") if resource.schema is None or "status" in resource.subresources else ("metadata", "apiVersion", "kind")
    return {name: value for name, value in obj.items() if name not in left_out}
