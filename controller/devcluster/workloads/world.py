"""What the workloads' controllers see and do: owned objects, writes in their name, Events, and waking up later."""

import hashlib
import time

import orjson

from controller.devcluster.api import suffix
from controller.devcluster.clock import now

MANAGER = "kube-controller-manager"
LETTERS = "bcdfghjklmnpqrstvwxz2456789"


class World:
    def __init__(self, api, pods):
        self.api, self.store, self.pods, self.later = api, api.store, pods, {}
        self.triggers = {}  # what the endpoints of each Service were last made of

    def key_of(self, owner):
        group = owner["apiVersion"].rpartition("/")[0]
        return next((key for key, each in self.api.resources.items() if each.kind == owner["kind"] and each.group == group), None)

    def owned(self, obj, resource):
        return [each for key, each in self.store.dependents(obj["metadata"]["uid"]) if key == resource]

    def reference(self, owner):
        return {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"], "controller": True, "blockOwnerDeletion": True}

    def create(self, resource, owner, obj):
        """A new object, owned by another unless that is None."""
        target = self.api.resources[resource]
        owners = {"ownerReferences": [self.reference(owner)], "namespace": owner["metadata"]["namespace"]} if owner else {}
        metadata = {**obj["metadata"], **owners}
        return self.api.create(target, metadata["namespace"], {"apiVersion": target.api_version(), "kind": target.kind, **obj, "metadata": metadata}, MANAGER)

    def update(self, resource, old, new, subresource=""):
        return self.api.update(self.api.resources[resource], old, new, MANAGER, subresource)

    def status(self, resource, obj, status):
        live = self.store.get(resource, obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        if live is not None and (live.get("status") or {}) != status:
            return self.update(resource, live, {**live, "status": status}, "status")
        return live

    def delete(self, resource, obj):
        self.api.deletion.delete(self.api.resources[resource], obj, {"propagationPolicy": "Background"})

    def event(self, obj, kind, reason, message, component="deployment-controller"):
        """An Event about an object; the same again raises its count."""
        metadata = obj["metadata"]
        about = {"kind": obj["kind"], "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"], "apiVersion": obj["apiVersion"], "resourceVersion": metadata["resourceVersion"]}
        digest = hashlib.sha256(orjson.dumps([metadata["uid"], reason, message])).hexdigest()[:16]
        name, resource = f"{metadata['name']}.{digest}", self.api.resources["events"]
        there = self.store.get("events", metadata["namespace"], name)
        if there is not None:
            self.api.update(resource, there, {**there, "count": there["count"] + 1, "lastTimestamp": now()}, component)
            return
        self.api.create(resource, metadata["namespace"], {
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": name}, "involvedObject": about, "reason": reason, "message": message, "type": kind, "count": 1,
            "firstTimestamp": now(), "lastTimestamp": now(), "source": {"component": component}, "eventTime": None,
            "reportingComponent": component, "reportingInstance": ""}, MANAGER if component.endswith("controller") else component)

    def after(self, seconds, resource, obj):
        """Look at the object again in so many seconds."""
        key = resource, obj["metadata"].get("namespace", ""), obj["metadata"]["name"]
        self.later[key] = min(self.later.get(key, float("inf")), time.monotonic() + seconds)

    def due(self):
        found = [key for key, at in self.later.items() if at <= time.monotonic()]
        for key in found:
            del self.later[key]
        return found

    def empty(self, namespace):
        """A Terminating namespace: delete what is in it, and say what remains."""
        left = self.api.deletion.empty(namespace)
        live = self.store.get("namespaces", "", namespace["metadata"]["name"])
        if live is None or not left:
            return
        total = sum(map(len, left.values()))
        found = [f"{key if '.' in key else key + '.'} has {len(each)} resource instances" for key, each in sorted(left.items())]
        finalizers = {}
        for each in (each for found_objects in left.values() for each in found_objects):
            for name in each["metadata"].get("finalizers") or ():
                finalizers[name] = finalizers.get(name, 0) + 1
        states = [("NamespaceDeletionDiscoveryFailure", False, "ResourcesDiscovered", "All resources successfully discovered"),
                  ("NamespaceDeletionGroupVersionParsingFailure", False, "ParsedGroupVersions", "All legacy kube types successfully parsed"),
                  ("NamespaceDeletionContentFailure", False, "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
                  ("NamespaceContentRemaining", True, "SomeResourcesRemain", f"Some resources are remaining: {', '.join(found)}"),
                  ("NamespaceFinalizersRemaining", bool(finalizers), "SomeFinalizersRemain" if finalizers else "ContentHasNoFinalizers",
                   f"Some content in the namespace has finalizers remaining: {', '.join(f'{name} in {count} resource instances' for name, count in sorted(finalizers.items()))}"
                   if finalizers else "All content-preserving finalizers finished")]
        before = {each["type"]: each for each in (live.get("status") or {}).get("conditions") or ()}
        conditions = [condition(before.get(kind), kind, "True" if on else "False", reason, message) for kind, on, reason, message in states]
        if total and [{**each, "lastTransitionTime": ""} for each in conditions] != [{**each, "lastTransitionTime": ""} for each in before.values()]:
            self.status("namespaces", live, {"phase": "Terminating", "conditions": conditions})


def condition(before, kind, status, reason, message):
    """A condition, with the time of its last transition."""
    since = before["lastTransitionTime"] if before and before["status"] == status else now()
    return {"type": kind, "status": status, "lastTransitionTime": since, "reason": reason, "message": message}


def adopted(world, obj, resource, fits):
    """What an object owns of a kind: what fits and has no owner is taken, what ceases to fit is let go."""
    uid = obj["metadata"]["uid"]
    for each in world.owned(obj, resource):
        if not fits(each["metadata"].get("labels") or {}):
            others = [owner for owner in each["metadata"]["ownerReferences"] if owner["uid"] != uid]
            world.update(resource, each, {**each, "metadata": {**each["metadata"], "ownerReferences": others}})
    for each in world.store.ownerless(resource, obj["metadata"]["namespace"]):
        if active(each) and fits(each["metadata"].get("labels") or {}):
            world.update(resource, each, {**each, "metadata": {**each["metadata"], "ownerReferences": [world.reference(obj)]}})
    return world.owned(obj, resource)


def template_hash(template):
    """A hash of a pod template, in letters that make no words."""
    digest = hashlib.sha256(orjson.dumps(template, option=orjson.OPT_SORT_KEYS)).digest()
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:10])


def revise(world, obj):
    """The hash of the object's ControllerRevision, which is made if it is new: FNV-1 as Kubernetes counts it."""
    data = {"spec": {"template": {**obj["spec"]["template"], "$patch": "replace"}}}
    number = 0x811C9DC5
    for byte in orjson.dumps(data, option=orjson.OPT_SORT_KEYS) + b"0":
        number = (number * 0x01000193 & 0xFFFFFFFF) ^ byte
    digest = "".join(LETTERS[ord(digit) % len(LETTERS)] for digit in str(number))
    name, there = f"{obj['metadata']['name']}-{digest}", world.owned(obj, "controllerrevisions.apps")
    if not any(each["metadata"]["name"] == name for each in there):
        labels = {**((obj["spec"]["template"]["metadata"] or {}).get("labels") or {}), "controller.kubernetes.io/hash": digest}
        world.create("controllerrevisions.apps", obj, {"metadata": {"name": name, "labels": labels}, "data": data, "revision": len(there) + 1})
    return digest


def ready(pod):
    return any(each["type"] == "Ready" and each["status"] == "True" for each in (pod.get("status") or {}).get("conditions") or ()) and not pod["metadata"].get("deletionTimestamp")


def active(pod):
    return (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed") and not pod["metadata"].get("deletionTimestamp")


def pod_of(template, prefix, name=None, **more):
    """A pod from a template, named by its prefix unless it has a name."""
    metadata = {key: value for key, value in (template.get("metadata") or {}).items() if key in ("labels", "annotations", "finalizers")}
    metadata |= {"generateName": prefix, "name": name or prefix + suffix()}
    return {"metadata": metadata, "spec": {**template["spec"], **more}}
