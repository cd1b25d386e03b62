"""What is taken over from another tool becomes ours alone, by one write of managedFields; the object itself stays as it is."""

from controller import ownership
from controller.cluster.kube import MANAGER, MERGE
from gitops.errors import Conflict

TRIES = 3  # others may write the object at the same moment


def hand_over(kube, kind, obj):
    """The object, as it is when its former tool owns nothing of what we apply."""
    metadata = obj["metadata"]
    for _ in range(TRIES):
        managers = ownership.handed_over(obj)
        if managers is None:
            break
        body = {"metadata": {"resourceVersion": obj["metadata"]["resourceVersion"], "managedFields": managers}}
        try:
            return kube.request("PATCH", kind.path(metadata.get("namespace"), metadata["name"]), {"fieldManager": MANAGER}, body, MERGE)
        except Conflict:
            obj = kube.get(kind, metadata.get("namespace"), metadata["name"]) or obj
    return obj
