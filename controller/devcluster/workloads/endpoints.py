"""A Service's Endpoints and EndpointSlice: its ready pods, those that are not ready named apart."""

from controller.devcluster.errors import ApiError
from controller.devcluster.workloads.world import MANAGER, ready


def service(world, obj):
    selector, namespace, name = obj["spec"].get("selector"), obj["metadata"]["namespace"], obj["metadata"]["name"]
    if not selector or obj["spec"].get("type") == "ExternalName":
        return
    pods = [pod for pod in world.store.list("pods", namespace) if selector.items() <= (pod["metadata"].get("labels") or {}).items() and (pod.get("status") or {}).get("podIP")
            and not pod["metadata"].get("deletionTimestamp")]
    subsets = _subsets(obj, pods)
    there = world.store.get("endpoints", namespace, name)
    resource = world.api.resources["endpoints"]
    wanted = {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": name, "labels": {**(obj["metadata"].get("labels") or {}), "endpoints.kubernetes.io/managed-by": "endpoint-controller"}}, **({"subsets": subsets} if subsets else {})}
    if there is None:
        world.api.create(resource, namespace, wanted, MANAGER)
    elif there.get("subsets") != (subsets or None):
        world.api.update(resource, there, {**there, "subsets": subsets}, MANAGER)
    _slice(world, obj, pods)


def _address(pod):
    metadata = pod["metadata"]
    return {"ip": pod["status"]["podIP"], "nodeName": pod["spec"].get("nodeName"), "targetRef": {"kind": "Pod", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"]}}


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
    return [{**({"addresses": up} if up else {}), **({"notReadyAddresses": down} if down else {}), "ports": _ports(obj, pods)}]


def _slice(world, obj, pods):
    name, namespace = obj["metadata"]["name"], obj["metadata"]["namespace"]
    endpoints = [{"addresses": [pod["status"]["podIP"]], "conditions": {"ready": ready(pod), "serving": ready(pod), "terminating": False}, "nodeName": pod["spec"].get("nodeName"),
                  "targetRef": _address(pod)["targetRef"]} for pod in pods]
    ports = [{"name": each.get("name", ""), "port": each["port"], "protocol": each["protocol"]} for each in _ports(obj, pods)]
    there = next(iter(world.owned(obj, "endpointslices.discovery.k8s.io")), None)
    try:
        if there is None:
            labels = {**(obj["metadata"].get("labels") or {}), "kubernetes.io/service-name": name, "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"}
            world.create("endpointslices.discovery.k8s.io", obj, {"metadata": {"generateName": f"{name}-", "labels": labels}, "addressType": "IPv4", "endpoints": endpoints, "ports": ports})
        elif there.get("endpoints") != endpoints or there.get("ports") != ports:
            world.update("endpointslices.discovery.k8s.io", there, {**there, "endpoints": endpoints, "ports": ports})
    except ApiError as error:
        if error.code not in (403, 404, 409):  # the namespace or the service went meanwhile
            raise
