"""Table answers: columns of each kind, and an object's cells."""

import re
from datetime import UTC, datetime

from controller.devcluster import schema
from controller.devcluster.errors import ApiError

META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


def age(text):
    """As kubectl writes a duration."""
    if not text:
        return "<unknown>"
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds())
    for limit, form in ((120, "{s}s"), (600, "{m}m{rs}s" if seconds % 60 else "{m}m"), (10800, "{m}m"), (28800, "{h}h{rm}m" if seconds // 60 % 60 else "{h}h"),
                        (172800, "{h}h"), (691200, "{d}d{rh}h" if seconds // 3600 % 24 else "{d}d")):
        if seconds < limit:
            break
    else:
        form = "{d}d"
    return form.format(s=max(seconds, 0), m=seconds // 60, rs=seconds % 60, h=seconds // 3600, rm=seconds // 60 % 60, d=seconds // 86400, rh=seconds // 3600 % 24)


def _ages(obj):
    return age(obj["metadata"].get("creationTimestamp"))


def _spec(name, default=None):
    return lambda obj: (obj.get("spec") or {}).get(name, default)


def _status(name, default=0):
    return lambda obj: (obj.get("status") or {}).get(name, default)


def _of(*parts):
    return lambda obj: "".join(str(part(obj)) if callable(part) else part for part in parts)


def _containers(field):
    return lambda obj: ",".join(each.get(field, "") for each in obj["spec"].get("template", {}).get("spec", {}).get("containers", ()))


def _selector(obj):
    found = obj["spec"].get("selector") or {}
    return ",".join(f"{key}={value}" for key, value in sorted((found.get("matchLabels", found if "matchExpressions" not in found else {}) or {}).items())) or "<none>"


def pod_phase(obj):
    """The STATUS column: a reason where there is one, else the phase."""
    status = obj.get("status") or {}
    reason = status.get("reason") or status.get("phase", "")
    for each in status.get("containerStatuses") or ():
        state = each.get("state") or {}
        if (state.get("waiting") or {}).get("reason"):
            reason = state["waiting"]["reason"]
        elif "terminated" in state:
            reason = state["terminated"].get("reason") or f"ExitCode:{state['terminated'].get('exitCode', 0)}"
    return "Terminating" if obj["metadata"].get("deletionTimestamp") else reason


def _pod_ready(obj):
    statuses = (obj.get("status") or {}).get("containerStatuses") or ()
    return f"{sum(bool(each.get('ready')) for each in statuses)}/{len(obj['spec']['containers'])}"


def _restarts(obj):
    statuses = (obj.get("status") or {}).get("containerStatuses") or ()
    count = sum(each.get("restartCount", 0) for each in statuses)
    last = max((each["lastState"]["terminated"]["finishedAt"] for each in statuses if (each.get("lastState") or {}).get("terminated", {}).get("finishedAt")), default=None)
    return f"{count} ({age(last)} ago)" if last else str(count)


def _ports(obj):
    return ",".join(f"{port['port']}{':' + str(port['nodePort']) if port.get('nodePort') else ''}/{port['protocol']}" for port in obj["spec"].get("ports") or ()) or "<none>"


def _external(obj):
    return ",".join(each.get("ip") or each.get("hostname", "") for each in ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()) or ("<pending>" if obj["spec"].get("type") == "LoadBalancer" else "<none>")


def _completions(obj):
    done, wanted = (obj.get("status") or {}).get("succeeded", 0), obj["spec"].get("completions")
    return f"{done}/{wanted}" if wanted is not None else f"{done}/1 of {obj['spec'].get('parallelism', 1)}"


def _job_status(obj):
    found = {each["type"] for each in (obj.get("status") or {}).get("conditions") or () if each["status"] == "True"}
    return next((each for each in ("Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet") if each in found), "Running")


def _hosts(obj):
    return ",".join(rule.get("host") or "*" for rule in obj["spec"].get("rules") or ()) or "*"


def _addresses(obj):
    return ",".join(each.get("ip") or each.get("hostname", "") for each in ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ())


def _event_object(obj):
    return f"{obj['involvedObject'].get('kind', '').lower()}/{obj['involvedObject'].get('name', '')}"


def _column(name, cell, kind="string", priority=0, where=None, description=None):
    return name, cell, kind, priority, where, description


AGE = _column("Age", _ages, where=(META, "creationTimestamp"))
APPS, CORE = "io.k8s.api.apps.v1.", "io.k8s.api.core.v1."
IMAGES = (_column("Containers", _containers("name"), priority=1, description="Names of each container in the template."),
          _column("Images", _containers("image"), priority=1, description="Images referenced by each container in the template."))
DATA = _column("Data", lambda obj: len(obj.get("data") or ()) + len(obj.get("binaryData") or ()), "integer", where=(CORE + "ConfigMap", "data"))
SELECTOR = _column("Selector", _selector, priority=1, where=(APPS + "DeploymentSpec", "selector"))
COLUMNS = {
    "deployments.apps": (_column("Ready", _of(_status("readyReplicas"), "/", _spec("replicas")), description="Number of the pod with ready state"),
                         _column("Up-to-date", _status("updatedReplicas"), "string", where=(APPS + "DeploymentStatus", "updatedReplicas")),
                         _column("Available", _status("availableReplicas"), "string", where=(APPS + "DeploymentStatus", "availableReplicas")), AGE, *IMAGES, SELECTOR),
    "replicasets.apps": (_column("Desired", _spec("replicas"), "integer", where=(APPS + "ReplicaSetSpec", "replicas")),
                         _column("Current", _status("replicas"), "integer", where=(APPS + "ReplicaSetStatus", "replicas")),
                         _column("Ready", _status("readyReplicas"), "integer", where=(APPS + "ReplicaSetStatus", "readyReplicas")), AGE, *IMAGES,
                         _column("Selector", _selector, priority=1, where=(APPS + "ReplicaSetSpec", "selector"))),
    "statefulsets.apps": (_column("Ready", _of(_status("readyReplicas"), "/", _spec("replicas")), description="Number of the pod with ready state"), AGE, *IMAGES),
    "daemonsets.apps": tuple(_column(name, _status(field), "integer", where=(APPS + "DaemonSetStatus", field)) for name, field in (
        ("Desired", "desiredNumberScheduled"), ("Current", "currentNumberScheduled"), ("Ready", "numberReady"), ("Up-to-date", "updatedNumberScheduled"), ("Available", "numberAvailable")))
    + (_column("Node Selector", lambda obj: ",".join(f"{k}={v}" for k, v in (obj["spec"]["template"]["spec"].get("nodeSelector") or {}).items()) or "<none>", where=(CORE + "PodSpec", "nodeSelector")), AGE, *IMAGES,
       _column("Selector", _selector, priority=1, where=(APPS + "DaemonSetSpec", "selector"))),
    "pods": (_column("Ready", _pod_ready, description="The aggregate readiness state of this pod for accepting traffic."),
             _column("Status", pod_phase, description="The aggregate status of the containers in this pod."),
             _column("Restarts", _restarts, description="The number of times the containers in this pod have been restarted and when the last container in this pod has restarted."), AGE,
             _column("IP", _status("podIP", "<none>"), priority=1, where=(CORE + "PodStatus", "podIP")),
             _column("Node", _spec("nodeName", "<none>"), priority=1, where=(CORE + "PodSpec", "nodeName")),
             _column("Nominated Node", _status("nominatedNodeName", "<none>"), priority=1, where=(CORE + "PodStatus", "nominatedNodeName")),
             _column("Readiness Gates", lambda obj: "<none>", priority=1, where=(CORE + "PodSpec", "readinessGates"))),
    "services": (_column("Type", _spec("type"), where=(CORE + "ServiceSpec", "type")), _column("Cluster-IP", _spec("clusterIP", "<none>"), where=(CORE + "ServiceSpec", "clusterIP")),
                 _column("External-IP", _external, where=(CORE + "ServiceSpec", "externalIPs")), _column("Port(s)", _ports, where=(CORE + "ServiceSpec", "ports")), AGE,
                 _column("Selector", _selector, priority=1, where=(CORE + "ServiceSpec", "selector"))),
    "configmaps": (DATA, AGE),
    "secrets": (_column("Type", lambda obj: obj.get("type", ""), where=(CORE + "Secret", "type")), _column("Data", lambda obj: len(obj.get("data") or ()), "string", where=(CORE + "Secret", "data")), AGE),
    "namespaces": (_column("Status", _status("phase", ""), description="The status of the namespace"), AGE),
    "nodes": (_column("Status", lambda obj: "Ready", description="The status of the node"), AGE),
    "serviceaccounts": (_column("Secrets", lambda obj: len(obj.get("secrets") or ()), "string", where=(CORE + "ServiceAccount", "secrets")), AGE),
    "events": (_column("Last Seen", lambda obj: age(obj.get("lastTimestamp") or obj["metadata"]["creationTimestamp"]), where=(CORE + "Event", "lastTimestamp")),
               _column("Type", lambda obj: obj.get("type", ""), where=(CORE + "Event", "type")), _column("Reason", lambda obj: obj.get("reason", ""), where=(CORE + "Event", "reason")),
               _column("Object", _event_object, where=(CORE + "Event", "involvedObject")), _column("Message", lambda obj: (obj.get("message") or "").strip(), where=(CORE + "Event", "message"))),
    "jobs.batch": (_column("Status", _job_status, description="Status of the job."), _column("Completions", _completions, where=("io.k8s.api.batch.v1.JobStatus", "succeeded")),
                   _column("Duration", lambda obj: age(obj["status"]["startTime"]) if (obj.get("status") or {}).get("startTime") else "", description="Time required to complete the job."), AGE, *IMAGES,
                   _column("Selector", _selector, priority=1, where=("io.k8s.api.batch.v1.JobSpec", "selector"))),
    "ingresses.networking.k8s.io": (_column("Class", _spec("ingressClassName", "<none>"), description="The name of the IngressClass resource that should be used for additional configuration"),
                                    _column("Hosts", _hosts, description="Hosts that incoming requests are matched against before the ingress rule"),
                                    _column("Address", _addresses, description="Address is a list containing ingress points for the load-balancer"),
                                    _column("Ports", lambda obj: "80, 443" if obj["spec"].get("tls") else "80", description="Ports of TLS configurations that open"), AGE),
}


def checked(request):
    """400 for an includeObject that is none."""
    value = request.query.get("includeObject", "")
    if value not in ("", "Metadata", "Object", "None"):
        raise ApiError(400, f"Unable to convert to Table as requested: includeObject: Invalid value: \"{value}\": must be 'Metadata', 'Object', 'None', or empty")


def custom(columns):
    """The columns of a custom resource; None where its definition names none."""
    return tuple(_column(each["name"], _at_path(each["jsonPath"], each["type"]), each["type"], each.get("priority", 0),
                         description=each.get("description") or f"Custom resource definition column (in JSONPath format): {each['jsonPath']}") for each in columns) or None


def _at_path(path, kind):
    steps = [step.strip("'\"") for step in re.split(r"\.|\[(.*?)\]", path) if step]

    def cell(obj):
        for step in steps:
            obj = obj.get(step) if isinstance(obj, dict) else obj[int(step)] if isinstance(obj, list) and step.isdigit() and int(step) < len(obj) else None
        return obj if obj is None or kind != "date" else age(obj)
    return cell


def table(resource, objects, include, metadata, with_columns=True, version="v1"):
    """A Table of objects; `include` is Metadata, Object or None."""
    columns = (_column("Name", lambda obj: obj["metadata"]["name"], where=(META, "name")), *(resource.columns or COLUMNS.get(resource.key, (AGE,))))
    rows = [_row(resource, columns, obj, include, version) for obj in objects]
    answer = {"kind": "Table", "apiVersion": f"meta.k8s.io/{version}", "metadata": metadata, "rows": rows}
    return answer | ({"columnDefinitions": [_definition(each) for each in columns]} if with_columns else {"columnDefinitions": None})


def _definition(column):
    name, _, kind, priority, where, description = column
    text = description if description is not None else schema.definitions()[where[0]]["properties"][where[1]].get("description", "") if where else ""
    return {"name": name, "type": kind, "format": "name" if name == "Name" else "", "description": text, "priority": priority}


def _row(resource, columns, obj, include, version):
    row = {"cells": [column[1](obj) for column in columns]}
    if include == "Object":
        row["object"] = obj
    elif include != "None":
        row["object"] = {"kind": "PartialObjectMetadata", "apiVersion": f"meta.k8s.io/{version}", "metadata": obj["metadata"]}
    elif resource.schema is not None:
        row["object"] = None
    return row
