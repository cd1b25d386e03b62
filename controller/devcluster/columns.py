"""The columns of each built-in kind: (name, cell, type, priority, the field whose description it has, or a description)."""

from controller.devcluster import cells

META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


def column(name, cell, kind="string", priority=0, where=None, description=None):
    return name, cell, kind, priority, where, description


AGE = column("Age", cells.ages, where=(META, "creationTimestamp"))
APPS, CORE = "io.k8s.api.apps.v1.", "io.k8s.api.core.v1."
IMAGES = (column("Containers", cells.containers("name"), priority=1, description="Names of each container in the template."),
          column("Images", cells.containers("image"), priority=1, description="Images referenced by each container in the template."))
DATA = column("Data", lambda obj: len(obj.get("data") or ()) + len(obj.get("binaryData") or ()), "integer", where=(CORE + "ConfigMap", "data"))
SELECTOR = column("Selector", cells.selector, priority=1, where=(APPS + "DeploymentSpec", "selector"))
COLUMNS = {
    "deployments.apps": (column("Ready", cells.of(cells.status("readyReplicas"), "/", cells.spec("replicas")), description="Number of the pod with ready state"),
                         column("Up-to-date", cells.status("updatedReplicas"), "string", where=(APPS + "DeploymentStatus", "updatedReplicas")),
                         column("Available", cells.status("availableReplicas"), "string", where=(APPS + "DeploymentStatus", "availableReplicas")), AGE, *IMAGES, SELECTOR),
    "replicasets.apps": (column("Desired", cells.spec("replicas"), "integer", where=(APPS + "ReplicaSetSpec", "replicas")),
                         column("Current", cells.status("replicas"), "integer", where=(APPS + "ReplicaSetStatus", "replicas")),
                         column("Ready", cells.status("readyReplicas"), "integer", where=(APPS + "ReplicaSetStatus", "readyReplicas")), AGE, *IMAGES,
                         column("Selector", cells.selector, priority=1, where=(APPS + "ReplicaSetSpec", "selector"))),
    "statefulsets.apps": (column("Ready", cells.of(cells.status("readyReplicas"), "/", cells.spec("replicas")), description="Number of the pod with ready state"), AGE, *IMAGES),
    "daemonsets.apps": tuple(column(name, cells.status(field), "integer", where=(APPS + "DaemonSetStatus", field)) for name, field in (
        ("Desired", "desiredNumberScheduled"), ("Current", "currentNumberScheduled"), ("Ready", "numberReady"), ("Up-to-date", "updatedNumberScheduled"), ("Available", "numberAvailable")))
    + (column("Node Selector", lambda obj: ",".join(f"{k}={v}" for k, v in (obj["spec"]["template"]["spec"].get("nodeSelector") or {}).items()) or "<none>", where=(CORE + "PodSpec", "nodeSelector")), AGE, *IMAGES,
       column("Selector", cells.selector, priority=1, where=(APPS + "DaemonSetSpec", "selector"))),
    "pods": (column("Ready", cells.pod_ready, description="The aggregate readiness state of this pod for accepting traffic."),
             column("Status", cells.pod_phase, description="The aggregate status of the containers in this pod."),
             column("Restarts", cells.restarts, description="The number of times the containers in this pod have been restarted and when the last container in this pod has restarted."), AGE,
             column("IP", cells.status("podIP", "<none>"), priority=1, where=(CORE + "PodStatus", "podIP")),
             column("Node", cells.spec("nodeName", "<none>"), priority=1, where=(CORE + "PodSpec", "nodeName")),
             column("Nominated Node", cells.status("nominatedNodeName", "<none>"), priority=1, where=(CORE + "PodStatus", "nominatedNodeName")),
             column("Readiness Gates", lambda obj: "<none>", priority=1, where=(CORE + "PodSpec", "readinessGates"))),
    "services": (column("Type", cells.spec("type"), where=(CORE + "ServiceSpec", "type")), column("Cluster-IP", cells.spec("clusterIP", "<none>"), where=(CORE + "ServiceSpec", "clusterIP")),
                 column("External-IP", cells.external, where=(CORE + "ServiceSpec", "externalIPs")), column("Port(s)", cells.ports, where=(CORE + "ServiceSpec", "ports")), AGE,
                 column("Selector", cells.selector, priority=1, where=(CORE + "ServiceSpec", "selector"))),
    "configmaps": (DATA, AGE),
    "secrets": (column("Type", lambda obj: obj.get("type", ""), where=(CORE + "Secret", "type")), column("Data", lambda obj: len(obj.get("data") or ()), "string", where=(CORE + "Secret", "data")), AGE),
    "namespaces": (column("Status", cells.status("phase", ""), description="The status of the namespace"), AGE),
    "nodes": (column("Status", lambda obj: "Ready", description="The status of the node"), AGE),
    "serviceaccounts": (column("Secrets", lambda obj: len(obj.get("secrets") or ()), "string", where=(CORE + "ServiceAccount", "secrets")), AGE),
    "events": (column("Last Seen", lambda obj: cells.age(obj.get("lastTimestamp") or obj["metadata"]["creationTimestamp"]), where=(CORE + "Event", "lastTimestamp")),
               column("Type", lambda obj: obj.get("type", ""), where=(CORE + "Event", "type")), column("Reason", lambda obj: obj.get("reason", ""), where=(CORE + "Event", "reason")),
               column("Object", cells.event_object, where=(CORE + "Event", "involvedObject")), column("Message", lambda obj: (obj.get("message") or "").strip(), where=(CORE + "Event", "message"))),
    "jobs.batch": (column("Status", cells.job_status, description="Status of the job."), column("Completions", cells.completions, where=("io.k8s.api.batch.v1.JobStatus", "succeeded")),
                   column("Duration", lambda obj: cells.age(obj["status"]["startTime"]) if (obj.get("status") or {}).get("startTime") else "", description="Time required to complete the job."), AGE, *IMAGES,
                   column("Selector", cells.selector, priority=1, where=("io.k8s.api.batch.v1.JobSpec", "selector"))),
    "ingresses.networking.k8s.io": (column("Class", cells.spec("ingressClassName", "<none>"), description="The name of the IngressClass resource that should be used for additional configuration"),
                                    column("Hosts", cells.hosts, description="Hosts that incoming requests are matched against before the ingress rule"),
                                    column("Address", cells.addresses, description="Address is a list containing ingress points for the load-balancer"),
                                    column("Ports", lambda obj: "80, 443" if obj["spec"].get("tls") else "80", description="Ports of TLS configurations that open"), AGE),
}
