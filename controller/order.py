"""In which order objects are written; they are pruned the other way round. Pure."""

FIRST = ("Namespace", "CustomResourceDefinition", "PriorityClass", "StorageClass", "ResourceQuota", "LimitRange", "NetworkPolicy", "ServiceAccount", "Role", "ClusterRole",
         "RoleBinding", "ClusterRoleBinding", "Secret", "ConfigMap", "PersistentVolume", "PersistentVolumeClaim", "Service", "PodDisruptionBudget", "DaemonSet", "StatefulSet",
         "Deployment", "ReplicaSet", "Pod", "Job", "CronJob", "HorizontalPodAutoscaler", "Ingress", "APIService")
WAVE, HOOK = "klepaas.io/wave", "helm.sh/hook"


def ordered(objects):
    return sorted(objects, key=place)


def place(obj):
    """CRDs first, then the wave, then the kind."""
    kind = obj["kind"]
    rank = FIRST.index(kind) if kind in FIRST else len(FIRST)
    return *stage(obj), rank, kind, obj["metadata"]["name"]


def stage(obj):
    """What is written together: the definitions, then each wave; the next when the last is up."""
    wave = str((obj["metadata"].get("annotations") or {}).get(WAVE, "0"))
    number = int(wave) if wave.lstrip("-").isdigit() and len(wave) < 8 else 0
    definition = obj["kind"] == "CustomResourceDefinition"
    return not definition, 0 if definition else number


def is_hook(obj):
    return HOOK in (obj["metadata"].get("annotations") or {})
