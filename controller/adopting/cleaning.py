"""A live object as a person would have written it: without what the server, its controllers and other tools added."""

from controller.adopting.defaults import DROP, EACH, KINDS

SERVERS = ("managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink", "namespace", "finalizers", "ownerReferences", "deletionTimestamp")
TOOLS = ("kubectl.kubernetes.io/last-applied-configuration", "klepaas.io/", "helm.sh/hook", "deployment.kubernetes.io/", "deprecated.daemonset.template.generation", "meta.helm.sh/", "pv.kubernetes.io/",
         "volume.kubernetes.io/", "volume.beta.kubernetes.io/storage-provisioner", "autoscaling.alpha.kubernetes.io/", "control-plane.alpha.kubernetes.io/", "endpoints.kubernetes.io/")
HELM, MANAGED = "Helm", "app.kubernetes.io/managed-by"


def cleaned(obj):
    """The object without status, the server's metadata, other tools' marks and defaulted fields."""
    group = obj["apiVersion"].rpartition("/")[0]
    metadata = {name: value for name, value in obj["metadata"].items() if name not in SERVERS}
    metadata |= {"annotations": {name: value for name, value in (metadata.get("annotations") or {}).items() if not name.startswith(TOOLS)},
                 "labels": {name: value for name, value in (metadata.get("labels") or {}).items() if (name, value) != (MANAGED, HELM)}}
    metadata = {name: value for name, value in metadata.items() if value not in ({}, None)}
    rest = {name: value for name, value in obj.items() if name not in ("apiVersion", "kind", "metadata", "status")}
    return {"apiVersion": obj["apiVersion"], "kind": obj["kind"], "metadata": metadata, **without(rest, KINDS.get((group, obj["kind"]), {}))}


def without(value, table):
    """The value without what the table says is defaulted; a mapping that held defaults alone goes too."""
    if isinstance(value, list):
        return [without(each, table.get(EACH, {})) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: kept for name, each in value.items() if (kept := _kept(name, each, value, table)) is not None}


def _kept(name, each, beside, table):
    rule = table.get(name)
    if rule is DROP or each is None:
        return None
    if callable(rule):
        return None if rule(beside) == each else each
    if isinstance(rule, dict) and rule:
        left = without(each, rule)
        return None if left == {} != each else left
    return None if name in table and rule == each else each
