"""Writes and reads of objects, as every client meets them: HTTP's handlers and the workloads' controllers go this one way."""

import uuid

from controller.devcluster import admission, crds, defaults, fields, fitting, kubectl, paths, schema, validation
from controller.devcluster.clock import now
from controller.devcluster.deletion import Deletion
from controller.devcluster.errors import MODIFIED, ApiError, conflict, exists, invalid, not_found
from controller.devcluster.resources import RESOURCES

STATUS = (("f:status",),)
RESET_BY_STATUS = {"deployments.apps": (("f:spec",), ("f:metadata", "f:labels"))}  # others: the spec
SERVER_SET = ("uid", "creationTimestamp", "generation", "resourceVersion", "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink")
LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def suffix(length=5):
    return "".join(LETTERS[byte % len(LETTERS)] for byte in uuid.uuid4().bytes[:length])


class Api:
    """`resources` is by key ("deployments.apps"); custom ones are added by their definitions."""

    def __init__(self, store):
        self.store, self.addresses = store, defaults.Addresses(store)
        self.resources = {each.key: each for each in RESOURCES}
        self.deletion = Deletion(self)

    # --- reading ---------------------------------------------------------------------------------------------------

    def get(self, resource, namespace, name):
        obj = self.store.get(resource.key, namespace if resource.namespaced else "", name)
        if obj is None:
            raise not_found(resource, name)
        return obj

    def schema(self, resource):
        if resource.schema is not None:
            return resource.schema
        return schema.find(resource.group, resource.versions[0], resource.kind) or schema.ANY

    # --- writing ---------------------------------------------------------------------------------------------------

    def create(self, resource, namespace, obj, manager, dry=False, owners=None):
        """A new object. `owners`: who owns its fields, where an apply makes it."""
        obj = self._named(resource, namespace, obj)
        metadata = obj["metadata"]
        name = metadata.get("name")
        there = self.store.get(resource.key, namespace if resource.namespaced else "", name) if name else None
        if there is not None:
            raise exists(resource, name, bool(there["metadata"].get("deletionTimestamp")))
        self._alive(resource, namespace, name)
        obj = {name: value for name, value in obj.items() if name != "status" or resource.schema is not None or "status" not in resource.subresources}
        obj = defaults.filled(self.schema(resource), obj, resource.schema is None)
        owned = obj
        metadata = {**{key: value for key, value in obj["metadata"].items() if key not in SERVER_SET and value is not None}, "uid": str(uuid.uuid4()), "creationTimestamp": now()}
        if resource.generation:
            metadata["generation"] = 1
        obj = {**obj, "metadata": metadata}
        self._valid(resource, obj, None)
        obj = admission.created(resource, obj, self.addresses)
        if owners is None:
            owners = fields.updated(self.schema(resource), None, owned, manager, resource.api_version(), now(), reset=self._reset(resource, ""))
        obj = self._owned(obj, owners)
        return obj if dry else self.store.put(resource.key, obj)

    def update(self, resource, old, new, manager, subresource="", dry=False, owners=None):
        """The object in place of the old one; what a subresource does not own stays. Nothing is written where nothing changes."""
        before = None if subresource else fields.named(old, (new.get("metadata") or {}).get("managedFields"))
        new = self._combined(resource, old, new, subresource)
        new = defaults.filled(self.schema(resource), new, resource.schema is None, old)
        new = admission.kept(resource, new, old, self.addresses, subresource)
        self._valid(resource, new, old)
        generation = admission.generation(resource, new, old) if subresource != "status" else None
        if generation is not None:
            new = {**new, "metadata": {**new["metadata"], "generation": generation}}
        if owners is None:
            owners = fields.updated(self.schema(resource), old, new, manager, resource.api_version(), now(), subresource, self._reset(resource, subresource), before)
        return self._written(resource, old, self._owned(new, owners), dry)

    def _written(self, resource, old, new, dry):
        if self._same(old, new):
            return old
        if dry:
            return new
        if new["metadata"].get("deletionTimestamp") and not new["metadata"].get("finalizers") and old["metadata"].get("finalizers"):
            self.deletion.finished(resource, old)
            return new
        return self.store.put(resource.key, new)

    def _same(self, old, new):
        """Equal but for the times of managers that own what they owned before."""
        if {key: value for key, value in old.items() if key != "metadata"} != {key: value for key, value in new.items() if key != "metadata"}:
            return False
        before, after = ({key: value for key, value in each["metadata"].items() if key not in ("managedFields", "resourceVersion")} for each in (old, new))
        timeless = [[{key: value for key, value in entry.items() if key != "time"} for entry in each["metadata"].get("managedFields") or ()] for each in (old, new)]
        return before == after and timeless[0] == timeless[1]

    def _combined(self, resource, old, new, subresource):
        metadata = {**{key: value for key, value in (new.get("metadata") or {}).items() if key not in SERVER_SET},
                    **{key: old["metadata"][key] for key in SERVER_SET if key in old["metadata"]}}
        metadata = {key: value for key, value in metadata.items() if value not in (None, {}, [])} | {"name": old["metadata"]["name"]}
        if "namespace" in old["metadata"]:
            metadata["namespace"] = old["metadata"]["namespace"]
        if subresource == "status":
            status = {"status": new["status"]} if "status" in new else {}
            written = [key for key in ("annotations", "labels") if resource.schema is None and ("f:metadata", f"f:{key}") not in self._reset(resource, "status")]
            kept = {key: value for key, value in old["metadata"].items() if key not in written} | {key: metadata[key] for key in written if key in metadata}
            return {**{key: value for key, value in old.items() if key != "status"}, **status, "metadata": kept}
        result = {**new, "apiVersion": old["apiVersion"], "kind": old["kind"], "metadata": metadata}
        if "status" in resource.subresources:
            result.pop("status", None)
            result |= {"status": old["status"]} if "status" in old else {}
        return result

    def apply(self, resource, namespace, name, config, manager, force=False, subresource="", dry=False):
        """Server-side apply; (object, whether it was created)."""
        kind, live = self.schema(resource), self.store.get(resource.key, namespace, name)
        if live is None and subresource:
            raise not_found(resource, name)
        self._typed(name, kind, config)
        self._preconditions(resource, name, live, config)
        metadata = {key: value for key, value in (config.get("metadata") or {}).items() if key not in SERVER_SET}
        scoped = _without({**config, "metadata": metadata}, self._reset(resource, subresource))
        try:
            after, owners = fields.applied(kind, live, scoped, manager, force, config["apiVersion"], now(), subresource)
        except fields.Conflicts as error:
            if manager == kubectl.MANAGER and not force and kubectl.listed(live, error.found):
                return self.apply(resource, namespace, name, config, manager, True, subresource, dry)
            raise self.conflicts(error.found) from None
        after = kubectl.renewed(manager, config, after)
        if resource.key in DECODED and (wrong := fitting.decode_error(kind, after, "")):
            where = f"{_group_version(config)}, Kind={config['kind']}"
            raise ApiError(500, f"failed to convert new object ({metadata.get('namespace', '')}/{name}; {where}) to proper version: "
                                f"unable to convert unstructured object to {where}: error decoding from json: {wrong}", None)
        if live is None:
            return self.create(resource, namespace, after, manager, dry, owners), True
        return self.update(resource, live, after, manager, subresource, dry, owners), False

    def _reset(self, resource, subresource):
        """The fields that this endpoint does not write."""
        if "status" not in resource.subresources:
            return ()
        if subresource != "status":
            return STATUS
        return RESET_BY_STATUS.get(resource.key, (("f:spec",),) if resource.schema is None else (("f:spec",), ("f:metadata",)))

    def _typed(self, name, kind, config):
        wrong = fitting.typing_error(kind, config, "")
        if wrong:
            where = f"{config['metadata'].get('namespace', '')}/{name}; {_group_version(config)}, Kind={config['kind']}"
            raise ApiError(500, f"failed to create typed patch object ({where}): {wrong}", None)

    def _preconditions(self, resource, name, live, config):
        uid, version = ((config.get("metadata") or {}).get(key) or None for key in ("uid", "resourceVersion"))
        if live is None and uid is not None:
            raise conflict(resource, name, f"uid mismatch: the provided object specified uid {uid}, and no existing object was found")
        if live is not None and version not in (None, live["metadata"]["resourceVersion"]):
            raise conflict(resource, name, MODIFIED)
        if live is not None and uid not in (None, live["metadata"]["uid"]):
            raise invalid(resource, name, [("FieldValueInvalid", f'Invalid value: "{uid}": field is immutable', "metadata.uid")] * 2)

    def conflicts(self, found):
        """The 409 that names managers and fields."""
        causes, said = [], {}
        for entry, path in found:
            how = f'"{entry["manager"]}"' + (f" with subresource \"{entry['subresource']}\"" if entry.get("subresource") else "")
            how += f" using {entry['apiVersion']}" if entry["operation"] == "Update" else ""
            causes.append({"reason": "FieldManagerConflict", "message": f"conflict with {how}", "field": paths.dotted(path)})
            said.setdefault(how, []).append(paths.dotted(path))
        if len(causes) == 1:
            text = f"Apply failed with 1 conflict: conflict with {next(iter(said))}: {causes[0]['field']}"
        else:
            text = f"Apply failed with {len(causes)} conflicts: " + "\n".join(f"conflicts with {how}:\n" + "\n".join(f"- {each}" for each in each_path) for how, each_path in sorted(said.items()))
        return ApiError(409, text, causes=causes)

    def _owned(self, obj, owners):
        entries = fields.encoded(owners)
        metadata = {key: value for key, value in obj["metadata"].items() if key != "managedFields"}
        return {**obj, "metadata": metadata | ({"managedFields": entries} if entries else {})}

    def _valid(self, resource, obj, old):
        found = validation.causes(resource, obj, old)
        if resource.schema is not None:
            found += crds.object_causes(resource, obj)
        if resource.key == crds.KEY:
            found += crds.causes(obj)
        if found:
            raise invalid(resource, obj["metadata"].get("name", ""), found)

    def _named(self, resource, namespace, obj):
        metadata = dict(obj.get("metadata") or {})
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = metadata["generateName"] + suffix()
        if resource.namespaced:
            metadata["namespace"] = namespace
        return {**obj, "metadata": metadata}

    def _alive(self, resource, namespace, name):
        if not resource.namespaced:
            return
        found = self.store.get("namespaces", "", namespace)
        if found is None:
            raise not_found(self.resources["namespaces"], namespace)
        if found["metadata"].get("deletionTimestamp"):
            message = f"unable to create new content in namespace {namespace} because it is being terminated"
            raise ApiError(403, f'{resource.key if not resource.group else resource.plural + "." + resource.group} "{name}" is forbidden: {message}', "Forbidden", name=name,
                           group=resource.group or None, kind=resource.plural,
                           causes=[{"reason": "NamespaceTerminating", "message": f"namespace {namespace} is being terminated", "field": "metadata.namespace"}])


DECODED = ("secrets", "leases.coordination.k8s.io")  # whose strings may be wrong though they are strings


def _group_version(config):
    return config["apiVersion"] if "/" in config["apiVersion"] else f"/{config['apiVersion']}"


def _without(value, paths):
    """A configuration without some fields, at most two names deep."""
    for first, *rest in paths:
        name = first.partition(":")[2]
        inner = {key: each for key, each in (value.get(name) or {}).items() if key != rest[0].partition(":")[2]} if rest else None
        value = {key: each for key, each in value.items() if key != name} | ({name: inner} if rest and name in value else {})
    return value
