"""The table of built-in resources: what discovery lists and the routes serve."""

from dataclasses import dataclass

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
UPDATES = ("get", "patch", "update")


@dataclass(frozen=True, slots=True)
class Resource:
    """`versions`: the first is the one stored and preferred. `stored_as`: the key of another resource whose objects these are."""

    plural: str
    kind: str
    group: str = ""
    versions: tuple = ("v1",)
    namespaced: bool = True
    short: tuple = ()
    categories: tuple = ()
    subresources: tuple = ()
    hash: str | None = None
    generation: bool = True
    schema: object = None
    columns: tuple | None = None
    list_kind: str | None = None
    stored_as: str | None = None

    @property
    def key(self):
        return self.stored_as or f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def singular(self):
        return self.kind.lower()

    def api_version(self, version=None):
        return f"{self.group}/{version or self.versions[0]}" if self.group else version or self.versions[0]


def _r(plural, kind, group="", **more):
    return Resource(plural, kind, group, **more)


ALL = {"categories": ("all",)}
SCALED = ("scale", "status")
RBAC = "rbac.authorization.k8s.io"
RESOURCES = (
    _r("configmaps", "ConfigMap", short=("cm",), hash="qFsyl6wFWjQ=", generation=False),
    _r("endpoints", "Endpoints", short=("ep",), generation=False),
    _r("events", "Event", short=("ev",), hash="r2yiGXH7wu8=", generation=False),
    _r("limitranges", "LimitRange", short=("limits",), generation=False),
    _r("namespaces", "Namespace", namespaced=False, short=("ns",), subresources=("finalize", "status"), hash="Q3oi5N2YM8M=", generation=False),
    _r("nodes", "Node", namespaced=False, short=("no",), subresources=("status",), hash="XwShjMxG9Fs=", generation=False),
    _r("persistentvolumeclaims", "PersistentVolumeClaim", short=("pvc",), subresources=("status",), generation=False),
    _r("persistentvolumes", "PersistentVolume", namespaced=False, short=("pv",), subresources=("status",), generation=False),
    _r("pods", "Pod", short=("po",), subresources=("log", "status"), hash="xPOwRZ+Yhw8=", **ALL),
    _r("replicationcontrollers", "ReplicationController", short=("rc",), subresources=SCALED, **ALL),
    _r("resourcequotas", "ResourceQuota", short=("quota",), subresources=("status",), generation=False),
    _r("secrets", "Secret", generation=False),
    _r("serviceaccounts", "ServiceAccount", short=("sa",), generation=False),
    _r("services", "Service", short=("svc",), subresources=("status",), hash="0/CO1lhkEBI=", generation=False, **ALL),
    _r("controllerrevisions", "ControllerRevision", "apps", hash="85nkx63pcBU=", generation=False),
    _r("daemonsets", "DaemonSet", "apps", short=("ds",), subresources=("status",), hash="dd7pWHUlMKQ=", **ALL),
    _r("deployments", "Deployment", "apps", short=("deploy",), subresources=SCALED, hash="8aSe+NMegvE=", **ALL),
    _r("replicasets", "ReplicaSet", "apps", short=("rs",), subresources=SCALED, hash="P1RzHs8/mWQ=", **ALL),
    _r("statefulsets", "StatefulSet", "apps", short=("sts",), subresources=SCALED, hash="H+vl74LkKdo=", **ALL),
    _r("horizontalpodautoscalers", "HorizontalPodAutoscaler", "autoscaling", versions=("v2", "v1"), short=("hpa",), subresources=("status",), generation=False, **ALL),
    _r("cronjobs", "CronJob", "batch", short=("cj",), subresources=("status",), hash="sd5LIXh4Fjs=", **ALL),
    _r("jobs", "Job", "batch", subresources=("status",), hash="mudhfqk/qZY=", **ALL),
    _r("ingressclasses", "IngressClass", "networking.k8s.io", namespaced=False),
    _r("ingresses", "Ingress", "networking.k8s.io", short=("ing",), subresources=("status",)),
    _r("networkpolicies", "NetworkPolicy", "networking.k8s.io", short=("netpol",)),
    _r("poddisruptionbudgets", "PodDisruptionBudget", "policy", short=("pdb",), subresources=("status",)),
    _r("clusterrolebindings", "ClusterRoleBinding", RBAC, namespaced=False, generation=False),
    _r("clusterroles", "ClusterRole", RBAC, namespaced=False, generation=False),
    _r("rolebindings", "RoleBinding", RBAC, generation=False),
    _r("roles", "Role", RBAC, generation=False),
    _r("leases", "Lease", "coordination.k8s.io", generation=False),
    _r("endpointslices", "EndpointSlice", "discovery.k8s.io"),
    _r("priorityclasses", "PriorityClass", "scheduling.k8s.io", namespaced=False, short=("pc",)),
    _r("storageclasses", "StorageClass", "storage.k8s.io", namespaced=False, short=("sc",), generation=False),
    _r("customresourcedefinitions", "CustomResourceDefinition", "apiextensions.k8s.io", namespaced=False, short=("crd", "crds"),
       subresources=("status",), categories=("api-extensions",)),
)
