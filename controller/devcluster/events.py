"""Events as events.k8s.io/v1 tells them: the same objects under other names. Reading only; writers use v1."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

GROUP = "events.k8s.io"
RENAMED = {"reportingComponent": "reportingController", "involvedObject": "regarding", "message": "note", "source": "deprecatedSource", "firstTimestamp": "deprecatedFirstTimestamp",
           "lastTimestamp": "deprecatedLastTimestamp", "count": "deprecatedCount"}
KEPT = timedelta(hours=1)  # as kube-apiserver does by default
EMPTY = ("reportingInstance",)  # left out of this version when empty


def view(resource):
    """The resource of v1 Events, as this group shows it."""
    return replace(resource, group=GROUP, stored_as=resource.key)


def shown(obj):
    return {RENAMED.get(name, name): value for name, value in obj.items() if name not in EMPTY or value} | {"apiVersion": f"{GROUP}/v1"}


def expire(store):
    """Events that nothing was added to for long are gone."""
    oldest = (datetime.now(UTC) - KEPT).strftime("%Y-%m-%dT%H:%M:%S")
    for obj in store.list("events"):
        if (obj.get("lastTimestamp") or obj.get("eventTime") or obj["metadata"]["creationTimestamp"]) < oldest:
            store.remove("events", obj)
