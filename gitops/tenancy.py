"""What an environment may hold: objects of its own namespace, kinds without one only as listed, and none of the forbidden kinds. Pure.

Asked twice: of a plan, before anything is committed, and of a sync, where the cluster says which kinds have a namespace.
"""

from gitops.errors import Invalid

CLUSTER_WIDE = frozenset(  # of Kubernetes itself; a plan takes any other kind for one of a namespace, and the sync knows
    ("APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding", "ClusterTrustBundle", "CustomResourceDefinition", "DeviceClass",
     "FlowSchema", "IPAddress", "IngressClass", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration", "Namespace", "Node", "PersistentVolume",
     "PriorityClass", "PriorityLevelConfiguration", "ResourceSlice", "RuntimeClass", "ServiceCIDR", "StorageClass", "ValidatingAdmissionPolicy",
     "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment", "VolumeAttributesClass"))


def check(obj, environment, namespaced=None):
    """Invalid names the object that the environment may not have; `namespaced` is what the cluster says of its kind."""
    kind, metadata = obj["kind"], obj["metadata"]
    if kind in environment.forbidden_kinds:
        raise Invalid("forbidden_kind", kind=kind, name=metadata["name"], environment=environment.name)
    if namespaced is None:
        namespaced = kind not in CLUSTER_WIDE
    if not namespaced and kind not in environment.cluster_kinds:
        raise Invalid("cluster_kind", kind=kind, name=metadata["name"], environment=environment.name)
    if namespaced and metadata.get("namespace") not in (None, "", environment.namespace):
        raise Invalid("foreign_namespace", kind=kind, name=metadata["name"], namespace=metadata["namespace"], environment=environment.name)
