"""Live state for people: what the read verbs answer. Read-only; the credentials it is given may be a viewer's. Secrets' contents never."""

import time
from datetime import datetime

from controller import health as healths
from controller import whose
from controller.cluster import kube as kubes
from controller.pods import cleaned as told
from controller.whose import DEPLOYMENT, chosen, owned_by, pods, workloads
from gitops.errors import Forbidden, Invalid, KlepaasError, NotFound
from gitops.podnames import longest

EVENTS = 20
OFFERED = 300  # seconds that what a cluster offers is taken as it was
RESTARTS_WARN = 10


class Observer:
    """`read(verb, environments, app, args)` -> (data, summary)."""

    def __init__(self, kubeconfig, settings=None):
        self.kubeconfig, self.settings, self.offered = kubeconfig, settings, {}

    def kube(self, environment):
        return self.connect(environment.cluster)

    def connect(self, context=None):
        return kubes.connect(self.kubeconfig, context, settings=self.settings)

    def version(self):
        """What the server of the current context says it is."""
        return self.connect().version()

    def offers(self, environment):
        """(version, kinds) of an environment's cluster, asked for now and then; None where it cannot be reached."""
        known, until = self.offered.get(environment.cluster, (None, 0.0))
        if time.monotonic() > until:
            try:
                known = self.kube(environment).offers()
            except KlepaasError:
                known = None
            self.offered[environment.cluster] = known, time.monotonic() + OFFERED
        return known

    def read(self, verb, environments, app, args):
        return READS[verb](self, environments, app, args)

    def list(self, environment, kind, **more):
        kube = self.kube(environment)
        group, name = kind if isinstance(kind, tuple) else ("", kind)
        return kube.list(kube.kind(group, name), environment.namespace, **more)[0]

    def get(self, environment, kind, name):
        kube = self.kube(environment)
        group, kind = kind if isinstance(kind, tuple) else ("", kind)
        found = kube.get(kube.kind(group, kind), environment.namespace, name)
        if found is None:
            raise NotFound("no_such_object_there", kind=kind, name=name, namespace=environment.namespace)
        return found


INGRESS, REPLICASET = ("networking.k8s.io", "Ingress"), ("apps", "ReplicaSet")


def age(obj):
    created = obj["metadata"].get("creationTimestamp")
    return int(time.time() - datetime.fromisoformat(created).timestamp()) if created else None


def pod_view(pod):
    status = pod.get("status") or {}
    containers = status.get("containerStatuses") or ()
    problem = healths.pod_problem(pod)
    return {"name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"], "phase": "Terminating" if pod["metadata"].get("deletionTimestamp") else status.get("phase"),
            "ready": healths.of(pod).status == "healthy", "restarts": sum(each.get("restartCount", 0) for each in containers), "node": pod["spec"].get("nodeName"), "ip": status.get("podIP"),
            "containers": [each["name"] for each in pod["spec"]["containers"]], "reason": problem.partition(": ")[2].partition(":")[0] if problem else None, "problem": problem, "age": age(pod)}


def workload_view(each):
    status, kind = each.get("status") or {}, healths.of(each)
    return {"kind": each["kind"], "name": each["metadata"]["name"], "namespace": each["metadata"]["namespace"], "desired": each["spec"].get("replicas", status.get("desiredNumberScheduled", 0)),
            "ready": status.get("readyReplicas", status.get("numberReady", 0)), "available": status.get("availableReplicas", status.get("numberAvailable", 0)),
            "updated": status.get("updatedReplicas", status.get("updatedNumberScheduled", 0)), "health": kind.status, "message": kind.message, "age": age(each),
            "images": [container["image"] for container in each["spec"]["template"]["spec"]["containers"]]}


def status(observer, environments, app, args):
    environment = environments[0]
    found, live = [workload_view(each) for each in workloads(observer, environment, app)], [pod_view(each) for each in pods(observer, environment, app)]
    desired, ready = sum(each["desired"] for each in found), sum(each["ready"] for each in found)
    data = {"desired": desired, "ready": ready, "available": sum(each["available"] for each in found), "workloads": found, "pods": live, "problems": [each["problem"] for each in live if each["problem"]]}
    return data, f"{app}: {ready}/{desired} ready in {environment.name}"


def health(observer, environments, app, args):
    environment = environments[0]
    found = [healths.of(each) for each in workloads(observer, environment, app)]
    problems = [problem for each in pods(observer, environment, app) if (problem := healths.pod_problem(each))]
    worst = healths.worst(found) if found else healths.Health("missing", f"{app} has no workload in {environment.name}")
    kind = "degraded" if problems and worst.status == "progressing" else worst.status
    return {"health": kind, "message": problems[0] if problems else worst.message, "problems": problems}, f"{app} is {kind} in {environment.name}"


def endpoint(observer, environments, app, args):
    environment = environments[0]
    services = [service_view(each) for each in observer.list(environment, "Service") if owned_by(each, app) or each["metadata"]["name"] == app]
    names = {each["name"] for each in services}
    ingresses = [each for each in map(ingress_view, observer.list(environment, INGRESS)) if names & set(each["services"])]
    urls = [url for each in ingresses for url in each["urls"]] or [address for each in services for address in each["addresses"]]
    return {"services": services, "ingresses": ingresses, "urls": urls}, urls[0] if urls else f"{app} has no address in {environment.name}"


def service_view(each):
    spec, metadata = each["spec"], each["metadata"]
    external = [one.get("ip") or one.get("hostname") for one in ((each.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()]
    ports = [{name: port.get(name) for name in ("name", "port", "targetPort", "nodePort", "protocol")} for port in spec.get("ports") or ()]
    return {"name": metadata["name"], "namespace": metadata["namespace"], "type": spec.get("type"), "cluster_ip": spec.get("clusterIP"), "external": external, "ports": ports,
            "addresses": [f"{metadata['name']}.{metadata['namespace']}.svc:{port['port']}" for port in ports], "selector": spec.get("selector"), "age": age(each)}


def ingress_view(each):
    spec = each["spec"]
    secure = {host for one in spec.get("tls") or () for host in one.get("hosts") or ()}
    rules = [(rule.get("host"), path) for rule in spec.get("rules") or () for path in (rule.get("http") or {}).get("paths") or ()]
    return {"name": each["metadata"]["name"], "namespace": each["metadata"]["namespace"], "hosts": sorted({host for host, _ in rules if host}), "tls": sorted(secure),
            "urls": [f"{'https' if host in secure else 'http'}://{host}{path.get('path', '/')}" for host, path in rules if host],
            "services": sorted({((path.get("backend") or {}).get("service") or {}).get("name", "") for _, path in rules}), "age": age(each)}


def event_view(each):
    about = each.get("involvedObject") or {}
    return {"type": each.get("type"), "reason": each.get("reason"), "message": told(each.get("message") or ""), "object": f"{about.get('kind')}/{about.get('name')}", "count": each.get("count") or (each.get("series") or {}).get("count") or 1,
            "last": each.get("lastTimestamp") or (each.get("series") or {}).get("lastObservedTime") or each.get("eventTime") or each["metadata"].get("creationTimestamp")}


def events(observer, environments, app, args):
    environment = environments[0]
    every = workloads(observer, environment)
    names, mine = ({each["metadata"]["name"] for each in found} for found in (every, whose.of(every, app)))
    found = [each for each in observer.list(environment, "Event") if longest((each.get("involvedObject") or {}).get("name", ""), names) in mine]
    shown = sorted(map(event_view, found), key=lambda each: each["last"] or "", reverse=True)[:EVENTS]
    return {"items": shown}, f"{len(shown)} events of {app} in {environment.name}"


def logs(observer, environments, app, args):
    environment = environments[0]
    pod, container, names = chosen(observer, environment, app, args)
    lines = observer.kube(environment).logs(environment.namespace, pod["metadata"]["name"], args["lines"], container, args.get("previous", False))
    return {"pod": pod["metadata"]["name"], "container": container, "containers": [each["name"] for part in ("initContainers", "containers") for each in pod["spec"].get(part) or ()], "pods": names, "lines": lines}, f"{len(lines)} lines of {pod['metadata']['name']}"


def overview(observer, environments, app, args):
    critical, warning, counts = [], [], {}
    for environment in environments:
        for each in map(workload_view, workloads(observer, environment)):
            counts[environment.name] = counts.get(environment.name, 0) + 1
            if each["health"] in ("degraded", "missing"):
                critical.append({"environment": environment.name, **each})
        for each in map(pod_view, observer.list(environment, "Pod")):
            if each["problem"] or each["phase"] in ("Failed", "Pending"):
                critical.append({"environment": environment.name, "kind": "Pod", **each})
            elif each["restarts"] >= RESTARTS_WARN:
                warning.append({"environment": environment.name, "kind": "Pod", **each})
    external = [each for environment in environments for each in map(service_view, observer.list(environment, "Service")) if each["type"] in ("NodePort", "LoadBalancer")]
    return {"critical": critical, "warning": warning, "workloads": counts, "external": external}, f"{sum(counts.values())} workloads, {len(critical)} critical, {len(warning)} warnings"


def _listing(kind, view):
    def read(observer, environments, app, args):
        items = [{"environment": environment.name, **view(each)} for environment in environments for each in observer.list(environment, kind)]
        return {"items": items}, f"{len(items)} found"
    return read


def list_endpoints(observer, environments, app, args):
    items = [{"environment": environment.name, "service": each["name"], "address": address} for environment in environments
             for each in map(service_view, observer.list(environment, "Service")) for address in each["addresses"]]
    items += [{"environment": environment.name, "ingress": each["name"], "address": url} for environment in environments for each in map(ingress_view, observer.list(environment, INGRESS)) for url in each["urls"]]
    return {"items": items}, f"{len(items)} addresses"


def list_namespaces(observer, environments, app, args):
    kube = observer.connect()
    items = [{"name": each["metadata"]["name"], "phase": (each.get("status") or {}).get("phase"), "age": age(each)} for each in kube.list(kube.kind("", "Namespace"))[0]]
    return {"items": items}, f"{len(items)} namespaces"


def _named(environments, kind, app, args):
    """(environment, kind, name) of the one object that is asked for: the first environment is meant where none is named."""
    name = args.get("name") or app
    if name is None:
        raise Invalid("missing_argument", verb="get", argument="name")
    if not environments:
        raise NotFound("no_such_object_there", kind=kind if isinstance(kind, str) else kind[1], name=name, namespace="-")
    return environments[0], kind, name


def get_service(observer, environments, app, args):
    found = observer.get(*_named(environments, "Service", app, args))
    return service_view(found) | {"object": cleaned(found)}, f"Service {found['metadata']['name']}"


def get_deployment(observer, environments, app, args):
    environment, *what = _named(environments, DEPLOYMENT, app, args)
    found = observer.get(environment, *what)
    name, uid = found["metadata"]["name"], found["metadata"]["uid"]
    sets = [each for each in observer.list(environment, REPLICASET) if any(owner["uid"] == uid for owner in each["metadata"].get("ownerReferences") or ())]
    data = workload_view(found) | {
        "strategy": found["spec"].get("strategy"), "conditions": (found.get("status") or {}).get("conditions") or [], "containers": [_container_view(each) for each in found["spec"]["template"]["spec"]["containers"]],
        "replica_sets": [{"name": each["metadata"]["name"], "desired": each["spec"].get("replicas"), "ready": (each.get("status") or {}).get("readyReplicas", 0),
                          "revision": (each["metadata"].get("annotations") or {}).get("deployment.kubernetes.io/revision")} for each in sets],
        "events": events(observer, [environment], name, {})[0]["items"], "pods": [pod_view(each) for each in pods(observer, environment, name)]}
    return data, f"Deployment {name}"


def _container_view(each):
    """A container; of variables that take a value from a Secret only the reference."""
    return {"name": each["name"], "image": each["image"], "ports": each.get("ports") or [], "resources": each.get("resources") or {},
            "env": [{"name": one["name"], **({"value": one["value"]} if "value" in one else {}), **({"from": one["valueFrom"]} if "valueFrom" in one else {})} for one in each.get("env") or ()]}


def get_any(observer, environments, app, args):
    items = []
    for environment in environments:
        kube = observer.kube(environment)
        kind = kube.kind_named(args["kind"])
        if kind.kind == "Secret":
            items += [_secret(environment, each) for each in _readable(kube, kind, environment, args.get("name"))]
            continue
        items += [{"environment": environment.name, **cleaned(each)} for each in _readable(kube, kind, environment, args.get("name"))]
    if args.get("name") and not items:
        raise NotFound("no_such_object_there", kind=args["kind"], name=args["name"], namespace=", ".join(each.namespace for each in environments))
    return {"items": items}, f"{len(items)} found"


def _readable(kube, kind, environment, name):
    namespace = environment.namespace if kind.namespaced else None
    try:
        if name:
            found = kube.get(kind, namespace, name)
            return [found] if found else []
        return kube.list(kind, namespace)[0]
    except Forbidden:
        raise
    except KlepaasError as error:
        if error.status == 404:
            return []
        raise


def _secret(environment, each):
    return {"environment": environment.name, "kind": "Secret", "name": each["metadata"]["name"], "type": each.get("type"), "keys": sorted(each.get("data") or {})}


def cleaned(obj):
    """An object for people: without managedFields and the copies kubectl leaves."""
    metadata = {name: value for name, value in obj["metadata"].items() if name != "managedFields"}
    if "annotations" in metadata:
        metadata["annotations"] = {name: value for name, value in metadata["annotations"].items() if name != "kubectl.kubernetes.io/last-applied-configuration"}
    return {**obj, "metadata": metadata}


READS = {"status": status, "health": health, "endpoint": endpoint, "events": events, "logs": logs, "overview": overview, "list_pods": _listing("Pod", pod_view),
         "list_deployments": _listing(DEPLOYMENT, workload_view), "list_services": _listing("Service", service_view), "list_ingresses": _listing(INGRESS, ingress_view),
         "list_endpoints": list_endpoints, "list_namespaces": list_namespaces, "get_service": get_service, "get_deployment": get_deployment, "get": get_any}
