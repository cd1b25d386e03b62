"""A Deployment, its Service, Ingress, autoscaler and disruption budget in the values of the bundled chart (gitops/chart).

Says as much as it can. Whether the chart makes the very same objects of it is for the caller to see, by rendering.
"""

from controller.adopting.cleaning import cleaned

NAME, INSTANCE = "app.kubernetes.io/name", "app.kubernetes.io/instance"
CONTAINER = ("command", "args", "env", "envFrom", "resources", "livenessProbe", "readinessProbe", "startupProbe", "securityContext", "volumeMounts")
POD = ("imagePullSecrets", "terminationGracePeriodSeconds", "volumes", "nodeSelector", "tolerations", "affinity", "topologySpreadConstraints")
DEPLOYMENT = ("strategy", "minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit")
SAID = ("name", "image", "imagePullPolicy", *CONTAINER)
KINDS = ("Service", "Ingress", "HorizontalPodAutoscaler", "PodDisruptionBudget")


def values(app, deployment, others, scaled=False):
    """The content of a values file. `others`: at most one object of each of KINDS; `scaled`: an autoscaler elsewhere sets the replicas."""
    live, by_kind = cleaned(deployment), {each["kind"]: each for each in others}
    spec, pod = live["spec"], live["spec"]["template"]["spec"]
    service, autoscaler = (by_kind.get(kind) for kind in ("Service", "HorizontalPodAutoscaler"))
    found = {"klepaas": {"adopt": True}} | _identity(app, live) | {"replicaCount": None if scaled or autoscaler else spec.get("replicas", 1)}
    found |= _container(pod["containers"][0], deployment, service)
    found |= _pod(pod) | _labels(live) | {name: spec[name] for name in DEPLOYMENT if name in spec}
    found |= _service(service, pod["containers"][0], live) | _ingress(by_kind.get("Ingress"), live) | _autoscaling(autoscaler, live) | _budget(by_kind.get("PodDisruptionBudget"))
    return {name: value for name, value in found.items() if value not in ({}, [], "") and not (name == "replicaCount" and autoscaler)}


def _identity(app, live):
    name = live["metadata"]["name"]
    return {"fullnameOverride": name if name != app else ""}


def _container(container, deployment, service):
    name, image = container["name"], {**_image(container["image"])}
    policy = deployment["spec"]["template"]["spec"]["containers"][0].get("imagePullPolicy", "IfNotPresent")
    found = {"image": image | ({"pullPolicy": policy} if policy != "IfNotPresent" else {}), "containerName": name if name != deployment["metadata"]["name"] else ""}
    found |= {field: container[field] for field in CONTAINER if field in container}
    more = {field: value for field, value in container.items() if field not in SAID}
    if service and [_port(service, container)] == more.get("ports"):
        del more["ports"]
    elif service:
        more.setdefault("ports", [])  # the chart would name the Service's
    return found | {"container": more}


def _image(text):
    """Repository and tag; a digest stands where a tag does."""
    name, at, digest = text.partition("@")
    if at:
        return {"repository": name, "tag": digest}
    head, slash, last = name.rpartition("/")
    repository, _, tag = last.partition(":")
    return {"repository": f"{head}{slash}{repository}", **({"tag": tag} if tag else {})}


def _pod(pod):
    known = (*POD, "containers", "serviceAccountName", "securityContext")
    return {name: pod[name] for name in POD if name in pod} | {
        "podSecurityContext": pod.get("securityContext", {}), "serviceAccount": {"name": pod.get("serviceAccountName")}, "sidecars": pod["containers"][1:],
        "podSpec": {name: value for name, value in pod.items() if name not in known}}


def _labels(live):
    """The pods' labels: those they are selected by, and the rest. The chart adds some of its own only where it has both from its own names."""
    metadata, selector = live["spec"]["template"].get("metadata") or {}, live["spec"]["selector"].get("matchLabels") or {}
    return {"selectorLabels": selector, "podLabels": {name: value for name, value in (metadata.get("labels") or {}).items() if name not in selector},
            "podAnnotations": metadata.get("annotations") or {}}


def _led(service, container):
    """A Service's first port, and the number of the container's port it leads to."""
    port = cleaned(service)["spec"]["ports"][0]
    target = port.get("targetPort", port["port"])
    return port, next((each["containerPort"] for each in container.get("ports") or () if target in (each.get("name"), each["containerPort"])), target)


def _port(service, container):
    """The container's port as the chart makes it: the Service's name of it is the container's too."""
    port, number = _led(service, container)
    return {"containerPort": number, **({"name": port["name"]} if "name" in port else {})}


def _service(service, container, live):
    if service is None:
        return {"service": {"enabled": False}}
    (port, number), kind = _led(service, container), cleaned(service)["spec"].get("type")
    found = {"name": service["metadata"]["name"], "type": kind, "port": port["port"], "targetPort": number if number != port["port"] else None,
             "portName": port.get("name", ""), "nodePort": port.get("nodePort"), "annotations": _annotations(service)}
    usual = {"name": live["metadata"]["name"], "portName": "http"}
    return {"service": {name: value for name, value in found.items() if value not in (None, {}) and usual.get(name) != value}}


def _annotations(obj):
    return cleaned(obj)["metadata"].get("annotations") or {}


def _ingress(ingress, live):
    if ingress is None:
        return {}
    spec = cleaned(ingress)["spec"]
    hosts = [{"host": rule.get("host"), "paths": [{"path": path.get("path", "/"), "pathType": path["pathType"]} for path in (rule.get("http") or {}).get("paths") or ()]} for rule in spec.get("rules") or ()]
    numbered = any("number" in (((path.get("backend") or {}).get("service") or {}).get("port") or {}) for rule in spec.get("rules") or () for path in (rule.get("http") or {}).get("paths") or ())
    found = {"enabled": True, "name": ingress["metadata"]["name"], "byNumber": numbered or None, "className": spec.get("ingressClassName"), "annotations": _annotations(ingress), "hosts": hosts, "tls": spec.get("tls")}
    return {"ingress": {name: value for name, value in found.items() if value not in (None, {}) and (name, value) != ("name", live["metadata"]["name"])}}


def _autoscaling(autoscaler, live):
    if autoscaler is None:
        return {}
    spec = autoscaler["spec"]
    metrics = {(each.get("resource") or {}).get("name"): ((each.get("resource") or {}).get("target") or {}).get("averageUtilization") for each in spec.get("metrics") or ()}
    found = {"enabled": True, "name": autoscaler["metadata"]["name"], "minReplicas": spec.get("minReplicas", 1), "maxReplicas": spec["maxReplicas"],
             "targetCPUUtilizationPercentage": metrics.get("cpu"), "targetMemoryUtilizationPercentage": metrics.get("memory")}
    return {"autoscaling": {name: value for name, value in found.items() if (name, value) != ("name", live["metadata"]["name"])}}


def _budget(budget):
    if budget is None:
        return {}
    return {"podDisruptionBudget": {name: value for name, value in cleaned(budget)["spec"].items() if name != "selector"}}
