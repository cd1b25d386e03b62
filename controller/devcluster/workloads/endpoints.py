"""A Service's Endpoints and EndpointSlice: its ready pods, those that are not ready named apart."""

from controller.devcluster.errors import ApiError
from controller.devcluster.workloads.world import MANAGER, ready

TRIGGERED = "endpoints.kubernetes.io/last-change-trigger-time"
SLICES = "endpointslices.discovery.k8s.io"
GONE = (403, 404, 409)  # the namespace or the service went meanwhile


def service(world, obj):
    selector, namespace = obj["spec"].get("selector"), obj["metadata"]["namespace"]
    if not selector or obj["spec"].get("type") == "ExternalName":
        return
    pods = [pod for pod in world.store.pods_with(namespace, selector) if (pod.get("status") or {}).get("podIP") and not pod["metadata"].get("deletionTimestamp")]
    trigger = _trigger(world, obj, pods)
    try:
        _endpoints(world, obj, pods, trigger)
        _slice(world, obj, pods, trigger)
    except ApiError as error:
        if error.code not in GONE:
            raise


def gone(world, obj):
    """The Endpoints have no owner: they go when the Service of their name has gone."""
    world.triggers.pop(obj["metadata"]["uid"], None)
    there = world.store.get("endpoints", obj["metadata"]["namespace"], obj["metadata"]["name"])
    if there is not None and there["metadata"].get("labels", {}).get("endpoints.kubernetes.io/managed-by") == "endpoint-controller":
        world.delete("endpoints", there)


def _trigger(world, obj, pods):
    """The earliest time of what changed since the last look: the Service's creation, a pod's becoming ready; None when neither did."""
    known = world.triggers.setdefault(obj["metadata"]["uid"], {})
    times = {"": obj["metadata"]["creationTimestamp"]} | {pod["metadata"]["name"]: _readied(pod) for pod in pods}
    changed = [at for name, at in times.items() if at and at > known.get(name, "")]
    world.triggers[obj["metadata"]["uid"]] = times
    return min(changed, default=None)


def _readied(pod):
    return next((each.get("lastTransitionTime") or "" for each in pod["status"].get("conditions") or () if each["type"] == "Ready"), "")


def _endpoints(world, obj, pods, trigger):
    namespace, name = obj["metadata"]["namespace"], obj["metadata"]["name"]
    resource, subsets = world.api.resources["endpoints"], _subsets(obj, pods)
    there = world.store.get("endpoints", namespace, name)
    if there is None:
        metadata = {"name": name, "labels": {**(obj["metadata"].get("labels") or {}), "endpoints.kubernetes.io/managed-by": "endpoint-controller"}, **_annotated({}, trigger)}
        world.api.create(resource, namespace, {"apiVersion": "v1", "kind": "Endpoints", "metadata": metadata, **({"subsets": subsets} if subsets else {})}, MANAGER)
    elif (there.get("subsets") or []) != subsets:
        kept = {key: value for key, value in there.items() if key != "subsets"}
        world.api.update(resource, there, {**kept, "metadata": there["metadata"] | _annotated(there["metadata"], trigger), **({"subsets": subsets} if subsets else {})}, MANAGER)


def _annotated(metadata, trigger):
    others = {key: value for key, value in (metadata.get("annotations") or {}).items() if key != TRIGGERED}
    return {"annotations": others | ({TRIGGERED: trigger} if trigger else {})}


def _address(pod):
    metadata = pod["metadata"]
    target = {"kind": "Pod", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"]}
    return {"ip": pod["status"]["podIP"], **({"nodeName": pod["spec"]["nodeName"]} if pod["spec"].get("nodeName") else {}), "targetRef": target}


def _port_of(pod, target):
    if isinstance(target, int):
        return target
    return next((port["containerPort"] for each in pod["spec"]["containers"] for port in each.get("ports") or () if port.get("name") == target), None)


def _ports(obj, pods):
    found = [(port, next((number for pod in pods if (number := _port_of(pod, port.get("targetPort", port["port"])))), None)) for port in obj["spec"].get("ports") or ()]
    return [{**({"name": port["name"]} if port.get("name") else {}), "port": number, "protocol": port["protocol"]} for port, number in found if number]


def _subsets(obj, pods):
    if not pods:
        return []
    up, down = [_address(pod) for pod in pods if ready(pod)], [_address(pod) for pod in pods if not ready(pod)]
    ports = _ports(obj, pods)
    return [{**({"addresses": up} if up else {}), **({"notReadyAddresses": down} if down else {}), **({"ports": ports} if ports else {})}]


def _slice(world, obj, pods, trigger):
    name = obj["metadata"]["name"]
    endpoints = [{"addresses": [pod["status"]["podIP"]], "conditions": {"ready": ready(pod), "serving": ready(pod), "terminating": False},
                  **{key: value for key, value in _address(pod).items() if key != "ip"}} for pod in pods]
    ports = [{"name": each.get("name", ""), "port": each["port"], "protocol": each["protocol"]} for each in _ports(obj, pods)]
    there = next(iter(world.owned(obj, SLICES)), None)
    if there is None:
        labels = {**(obj["metadata"].get("labels") or {}), "kubernetes.io/service-name": name, "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"}
        world.create(SLICES, obj, {"metadata": {"generateName": f"{name}-", "labels": labels, **_annotated({}, trigger)}, "addressType": "IPv4", "endpoints": endpoints, "ports": ports})
    elif (there.get("endpoints") or [], there.get("ports") or []) != (endpoints, ports):
        world.update(SLICES, there, {**there, "metadata": there["metadata"] | _annotated(there["metadata"], trigger), "endpoints": endpoints, "ports": ports})
