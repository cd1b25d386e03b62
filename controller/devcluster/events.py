"""Events as events.k8s.io/v1 tells them: the same objects under other names. Reading only; writers use v1."""

from dataclasses import replace

GROUP = "events.k8s.io"
RENAMED = {"reportingComponent": "reportingController", "involvedObject": "regarding", "message": "note", "source": "deprecatedSource", "firstTimestamp": "deprecatedFirstTimestamp",
           "lastTimestamp": "deprecatedLastTimestamp", "count": "deprecatedCount"}
EMPTY = ("reportingInstance",)  # left out of this version when empty


def view(resource):
    """The resource of v1 Events, as this group shows it."""
    return replace(resource, group=GROUP, stored_as=resource.key)


def shown(obj):
    return {RENAMED.get(name, name): value for name, value in obj.items() if name not in EMPTY or value} | {"apiVersion": f"{GROUP}/v1"}
