"""Which objects of a namespace make up which app: a workload, what reaches it, scales it, guards it, and what its pods read."""

import re
from dataclasses import dataclass

LABEL = re.compile(r"[^a-z0-9-]+")
LONGEST = 53         # characters of a Helm release's name
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob")
SHARED = "shared"
OURS = "klepaas.io/environment"
EVERYWHERE = (("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default"))  # every namespace has them by itself


@dataclass(frozen=True, slots=True)
class Group:
    """One app to be: its workload (none in the shared one) and the other objects that are its alone; `secrets` are named, never read."""

    app: str
    workload: dict | None
    others: tuple
    secrets: tuple = ()


@dataclass(frozen=True, slots=True)
class Use:
    """What a workload's pods carry and refer to: their labels, and the names of other objects by kind."""

    workload: dict
    labels: dict
    names: dict


def free(objects):
    """Those that people made and that are not ours: what a controller made for another object goes with that one."""
    return [each for each in objects if not each["metadata"].get("ownerReferences") and not each["metadata"].get("deletionTimestamp")
            and OURS not in (each["metadata"].get("labels") or {}) and (each["kind"], each["metadata"]["name"]) not in EVERYWHERE]


def groups(objects, taken=()):
    """(the Groups, by the name of their app; the objects that belong to no workload). What several use is the shared app's."""
    found = free(objects)
    workloads = sorted((each for each in found if each["kind"] in WORKLOADS), key=lambda each: (WORKLOADS.index(each["kind"]), each["metadata"]["name"]))
    uses, there = [Use(each, _labels(each), _read(each)) for each in workloads], {_id(each): each for each in found}
    users = {_id(each): [place for place, use in enumerate(uses) if BELONGS[each["kind"]](each, use, there)] for each in found if each["kind"] in BELONGS}
    names = _names([_name(each) for each in workloads], taken)
    apps = [Group(names[place], workload, tuple(each for each in found if users.get(_id(each)) == [place]), tuple(sorted(uses[place].names["Secret"]))) for place, workload in enumerate(workloads)]
    shared = tuple(each for each in found if len(users.get(_id(each), ())) > 1)
    apps += [Group(_names([SHARED], (*taken, *names))[0], None, shared)] if shared else []
    return apps, [each for each in found if users.get(_id(each)) == []]


def _id(obj):
    return obj["kind"], obj["metadata"]["name"]


def _name(workload):
    return LABEL.sub("-", workload["metadata"]["name"])[:LONGEST].strip("-") or "app"


def _names(wanted, taken):
    """The names, each once: another workload of the same name gets a number."""
    found = []
    for each in wanted:
        name, number = each, 2
        while name in (*found, *taken):
            name, number = f"{each[:LONGEST - 3]}-{number}", number + 1
        found.append(name)
    return found


def pod_spec(workload):
    spec = workload["spec"]
    return (spec["jobTemplate"]["spec"] if workload["kind"] == "CronJob" else spec)["template"]["spec"]


def _labels(workload):
    spec = workload["spec"]
    return ((spec["jobTemplate"]["spec"] if workload["kind"] == "CronJob" else spec)["template"].get("metadata") or {}).get("labels") or {}


def _selected(selector, use):
    return bool(selector) and selector.items() <= use.labels.items()


def _service(obj, use, there):
    governs = use.workload["kind"] == "StatefulSet" and use.workload["spec"].get("serviceName") == obj["metadata"]["name"]
    return governs or _selected(obj["spec"].get("selector") or {}, use)


def _by_selector(field):
    return lambda obj, use, there: _selected((obj["spec"].get(field) or {}).get("matchLabels") or {}, use)


def _ingress(obj, use, there):
    return any(_service(there["Service", name], use, there) for name in backends(obj) if ("Service", name) in there)


def backends(ingress):
    """The names of the Services that an Ingress leads to."""
    spec = ingress["spec"]
    found = [spec.get("defaultBackend") or {}, *(path.get("backend") or {} for rule in spec.get("rules") or () for path in (rule.get("http") or {}).get("paths") or ())]
    return {(each.get("service") or {}).get("name") for each in found}


def _autoscaler(obj, use, there):
    target = obj["spec"].get("scaleTargetRef") or {}
    return (target.get("kind", "Deployment"), target.get("name")) == _id(use.workload)


def _named(obj, use, there):
    return obj["metadata"]["name"] in use.names[obj["kind"]]


def _binding(obj, use, there):
    return any(each.get("kind") == "ServiceAccount" and each.get("name") in use.names["ServiceAccount"] for each in obj.get("subjects") or ())


def _role(obj, use, there):
    bindings = [each for (kind, _), each in there.items() if kind == "RoleBinding" and (each["roleRef"].get("kind"), each["roleRef"].get("name")) == _id(obj)]
    return any(_binding(each, use, there) for each in bindings)


def _read(workload):
    """The names of what a workload's pods refer to, by kind."""
    spec, found = pod_spec(workload), {"ConfigMap": set(), "Secret": set(), "PersistentVolumeClaim": set(), "ServiceAccount": set()}
    found["ServiceAccount"].add(spec.get("serviceAccountName"))
    found["Secret"] |= {each.get("name") for each in spec.get("imagePullSecrets") or ()}
    for volume in spec.get("volumes") or ():
        for each in (volume, *((volume.get("projected") or {}).get("sources") or ())):
            found["ConfigMap"].add((each.get("configMap") or {}).get("name"))
            found["Secret"].add((each.get("secret") or {}).get("secretName") or (each.get("secret") or {}).get("name"))
            found["PersistentVolumeClaim"].add((each.get("persistentVolumeClaim") or {}).get("claimName"))
    for container in [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]:
        for each in (*(container.get("envFrom") or ()), *((one.get("valueFrom") or {}) for one in container.get("env") or ())):
            found["ConfigMap"].add((each.get("configMapRef") or each.get("configMapKeyRef") or {}).get("name"))
            found["Secret"].add((each.get("secretRef") or each.get("secretKeyRef") or {}).get("name"))
    return {kind: names - {None} for kind, names in found.items()}


BELONGS = {"Service": _service, "Ingress": _ingress, "HorizontalPodAutoscaler": _autoscaler, "PodDisruptionBudget": _by_selector("selector"), "NetworkPolicy": _by_selector("podSelector"),
           "ConfigMap": _named, "PersistentVolumeClaim": _named, "ServiceAccount": _named, "RoleBinding": _binding, "Role": _role}
