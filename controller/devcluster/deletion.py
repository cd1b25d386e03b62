"""Deletion: grace, finalizers, what becomes of dependents, and namespaces that empty themselves."""

from controller.devcluster import crds
from controller.devcluster.clock import now
from controller.devcluster.errors import ApiError, invalid_options, number

FOREGROUND, ORPHAN = "foregroundDeletion", "orphan"
RETURNED = ("pods", "services", "namespaces", "persistentvolumeclaims", "serviceaccounts", "replicationcontrollers", "resourcequotas", "persistentvolumes")  # come back as objects
KEPT = ("default", "kube-system", "kube-public")  # namespaces that stay
ORPHANING = ("jobs.batch", "replicationcontrollers")


class Deletion:
    def __init__(self, api):
        self.api, self.store = api, api.store

    def delete(self, resource, obj, options, dry=False):
        """The object as it now is, and whether it is gone."""
        self._preconditions(resource, obj, options.get("preconditions") or {})
        if resource.key == "namespaces" and obj["metadata"]["name"] in KEPT:
            name = obj["metadata"]["name"]
            raise ApiError(403, f'namespaces "{name}" is forbidden: this namespace may not be deleted', name=name, kind="namespaces")
        if resource.key == crds.KEY:
            marked = crds.terminating(obj) if not obj["metadata"].get("deletionTimestamp") else obj
            return (marked if dry or marked is obj else self.store.put(resource.key, marked)), False
        policy = options.get("propagationPolicy") or ("Orphan" if options.get("orphanDependents") else None) or ("Orphan" if resource.key in ORPHANING else "Background")
        finalizers = [each for each in obj["metadata"].get("finalizers") or () if each not in (FOREGROUND, ORPHAN)]
        if policy in ("Foreground", "Orphan"):
            finalizers.append(FOREGROUND if policy == "Foreground" else ORPHAN)
        grace = self._grace(resource, obj, options)
        waits = finalizers or grace or resource.key == "namespaces"
        if not waits:
            if resource.key == "pods":
                obj = self._last(resource, obj, dry)
            return (obj if dry else self.finished(resource, obj)), True
        marked = self._marked(resource, obj, finalizers, grace or 0)
        if dry or marked == obj:
            return marked, False
        return self.store.put(resource.key, marked), False

    def _grace(self, resource, obj, options):
        """Seconds a pod on a node is given; 0 for everything else."""
        if resource.key != "pods" or not obj["spec"].get("nodeName") or (obj.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
            return 0
        asked = options.get("gracePeriodSeconds")
        return asked if asked is not None else obj["spec"].get("terminationGracePeriodSeconds", 30)

    def _preconditions(self, resource, obj, wanted):
        metadata, name = obj["metadata"], obj["metadata"]["name"]
        if wanted.get("uid") not in (None, metadata["uid"]):
            raise _failed(resource, name, f"the UID in the precondition ({wanted['uid']}) does not match the UID in record ({metadata['uid']}). The object might have been deleted and then recreated")
        if wanted.get("resourceVersion") not in (None, metadata["resourceVersion"]):
            raise _failed(resource, name, f"the ResourceVersion in the precondition ({wanted['resourceVersion']}) does not match the ResourceVersion in record ({metadata['resourceVersion']}). The object might have been modified")

    def _marked(self, resource, obj, finalizers, grace):
        metadata = dict(obj["metadata"])
        if "deletionTimestamp" not in metadata:
            metadata |= {"deletionTimestamp": now()} | ({"deletionGracePeriodSeconds": grace} if resource.key != "namespaces" else {})
            if "generation" in metadata:
                metadata["generation"] += 1
        elif grace < metadata.get("deletionGracePeriodSeconds", 0):
            metadata["deletionGracePeriodSeconds"] = grace
        if finalizers:
            metadata["finalizers"] = finalizers
        marked = {**obj, "metadata": metadata}
        return {**marked, "status": {**(obj.get("status") or {}), "phase": "Terminating"}} if resource.key == "namespaces" else marked

    def _last(self, resource, obj, dry):
        """A pod as it goes; one that was being given time is told first that there is none left."""
        marked, given = self._marked(resource, obj, [], 0), obj["metadata"].get("deletionGracePeriodSeconds")
        return self.store.put(resource.key, marked) if given and not dry else marked

    def finished(self, resource, obj):
        """The object is gone for good."""
        return self.store.remove(resource.key, obj)

    # --- what runs beside requests: called by the workloads' loop for every change ---------------------------------------

    def collect(self, resource, obj, gone):
        """What one object's deletion or marking asks of its dependents."""
        uid, finalizers = obj["metadata"]["uid"], obj["metadata"].get("finalizers") or ()
        if gone:
            for key, dependent in self.store.dependents(uid):
                self._ownerless(key, dependent, uid)
        elif obj["metadata"].get("deletionTimestamp"):
            if ORPHAN in finalizers:
                self._orphan(resource, obj)
            if FOREGROUND in finalizers:
                self._foreground(resource, obj)
        for owner in obj["metadata"].get("ownerReferences") or ():
            self._owner_again(owner)

    def _ownerless(self, key, dependent, uid):
        """A dependent whose last owner went is deleted; one with others loses the reference."""
        live = [each for each in dependent["metadata"]["ownerReferences"] if each["uid"] != uid and self._there(each)]
        resource = self.api.resources.get(key)
        if resource is None:
            return
        if live:
            self.store.put(key, _with_metadata(dependent, ownerReferences=live))
        elif not dependent["metadata"].get("deletionTimestamp"):
            self.delete(resource, dependent, {"propagationPolicy": "Background"})

    def _there(self, owner):
        found = self.store.of_uid(owner["uid"])
        return found is not None and found[1]["kind"] == owner["kind"]

    def abandoned(self, resource, obj):
        """An object whose owners never were, or are all gone, is deleted."""
        owners = obj["metadata"].get("ownerReferences")
        if owners and not obj["metadata"].get("deletionTimestamp") and not any(map(self._there, owners)):
            self.delete(resource, obj, {"propagationPolicy": "Background"})

    def _orphan(self, resource, obj):
        uid = obj["metadata"]["uid"]
        for key, dependent in self.store.dependents(uid):
            self.store.put(key, _with_metadata(dependent, ownerReferences=[each for each in dependent["metadata"]["ownerReferences"] if each["uid"] != uid]))
        self._without(resource, obj, ORPHAN)

    def _foreground(self, resource, obj):
        blocking = [(key, each) for key, each in self.store.dependents(obj["metadata"]["uid"])]
        for key, each in blocking:
            if not each["metadata"].get("deletionTimestamp"):
                self.delete(self.api.resources[key], each, {"propagationPolicy": "Foreground"})
        if not any(any(owner["uid"] == obj["metadata"]["uid"] and owner.get("blockOwnerDeletion") for owner in each["metadata"]["ownerReferences"])
                   for _, each in self.store.dependents(obj["metadata"]["uid"])):
            self._without(resource, obj, FOREGROUND)

    def _owner_again(self, owner):
        key, found = self.store.of_uid(owner["uid"]) or (None, None)
        if found is not None and found["metadata"].get("deletionTimestamp") and FOREGROUND in (found["metadata"].get("finalizers") or ()):
            self._foreground(self.api.resources[key], found)

    def _without(self, resource, obj, finalizer):
        live = self.store.get(resource.key, obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        if live is None:
            return
        left = [each for each in live["metadata"].get("finalizers") or () if each != finalizer]
        after = _with_metadata(live, finalizers=left)
        if left or resource.key == "namespaces":
            self.store.put(resource.key, after)
        else:
            self.finished(resource, after)

    def empty(self, namespace):
        """One step in the life of a Terminating namespace: delete what is in it, say what remains, go when nothing does."""
        name, left = namespace["metadata"]["name"], {}
        for key, resource in tuple(self.api.resources.items()):
            if resource.namespaced:
                for obj in self.store.list(key, name):
                    if not obj["metadata"].get("deletionTimestamp"):
                        self.delete(resource, obj, {"propagationPolicy": "Background"})
                left[key] = self.store.list(key, name)
        if not any(left.values()) and not [each for each in namespace["metadata"].get("finalizers") or ()]:
            self.finished(self.api.resources["namespaces"], {**namespace, "spec": {}})
        return {key: found for key, found in left.items() if found}


def _failed(resource, name, why):
    kind = resource.kind if not resource.group else f"{resource.kind}.{resource.group}"
    return ApiError(409, f'Operation cannot be fulfilled on {kind} "{name}": {why}', name=name, group=resource.group or None, kind=resource.kind)


def _with_metadata(obj, **changes):
    metadata = {**obj["metadata"], **changes}
    return {**obj, "metadata": {key: value for key, value in metadata.items() if value != []}}


OPTIONS = {"kind": ("string", (str,)), "apiVersion": ("string", (str,)), "gracePeriodSeconds": ("int64", (int,)), "propagationPolicy": ("string", (str,)),
           "orphanDependents": ("bool", (bool,)), "preconditions": ("v1.Preconditions", (dict,)), "dryRun": ("[]string", (list,))}


def options(body, query):
    """DeleteOptions from the body or the query; what contradicts or does not exist is refused."""
    wrong = next((f"{name} of type {wanted[0]}" for name, wanted in OPTIONS.items() if not isinstance(body.get(name), (*wanted[1], type(None)))), None)
    if wrong:
        raise ApiError(400, f'DeleteOptions in version "v1" cannot be handled as a DeleteOptions: json: cannot unmarshal into Go struct field DeleteOptions.{wrong}')
    if body.get("kind", "DeleteOptions") != "DeleteOptions":
        raise ApiError(400, f'no kind "{body["kind"]}" is registered for version "{body.get("apiVersion", "")}" in scheme '
                            '"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"')
    found = {key: value for key, value in (body or {}).items() if value is not None}
    for name in ("gracePeriodSeconds", "propagationPolicy", "orphanDependents"):
        if name in query and name not in found:
            found[name] = query[name]
    if "gracePeriodSeconds" in found:
        grace = number(str(found["gracePeriodSeconds"]))
        found["gracePeriodSeconds"] = 1 if grace < 0 else grace
    if isinstance(found.get("orphanDependents"), str):
        found["orphanDependents"] = found["orphanDependents"] == "true"
    policy = found.get("propagationPolicy")
    if policy not in (None, "Orphan", "Background", "Foreground"):
        raise invalid_options("DeleteOptions", [("FieldValueNotSupported", f'Unsupported value: "{policy}": supported values: "Foreground", "Background", "Orphan", "nil"', "propagationPolicy")])
    if policy is not None and "orphanDependents" in found:
        raise invalid_options("DeleteOptions", [("FieldValueInvalid", f'Invalid value: "{policy}": orphanDependents and deletionPropagation cannot be both set', "propagationPolicy")])
    return found
