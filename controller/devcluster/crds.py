"""Custom resources: a definition becomes a resource of the server, and ceases to be one when its objects are gone."""

import asyncio
from dataclasses import dataclass

from controller.devcluster import custom, schema, tables
from controller.devcluster.clock import now
from controller.devcluster.resources import Resource

KEY = "customresourcedefinitions.apiextensions.k8s.io"
FINALIZER = "customresourcecleanup.apiextensions.k8s.io"
REQUIRED, INVALID = "FieldValueRequired", "FieldValueInvalid"


@dataclass(frozen=True, slots=True)
class Custom(Resource):
    """`raw` is the OpenAPI schema, `scale` the paths of the scale subresource."""

    raw: object = None
    scale: object = None
    definition: str = ""


class Definitions:
    """Keeps the server's resources equal to its definitions; follows the store."""

    def __init__(self, api):
        self.api, self.due = api, False
        api.store.watchers.append(self._changed)
        self.refresh()

    def _changed(self, event):
        _, _, resource, _, _ = event
        if (resource == KEY or isinstance(self.api.resources.get(resource), Custom)) and not self.due:
            self.due = True
            asyncio.get_running_loop().call_soon(self.refresh)

    def refresh(self):
        self.due, found = False, {}
        for definition in self.api.store.list(KEY):
            resource = _resource(definition)
            if definition["metadata"].get("deletionTimestamp"):
                self._end(definition, resource)
            else:
                found[resource.key] = resource
                self._establish(definition)
        for key in [key for key, each in self.api.resources.items() if isinstance(each, Custom) and key not in found]:
            if not self.api.store.list(key):
                del self.api.resources[key]
        self.api.resources.update(found)

    def _end(self, definition, resource):
        """Its objects go; then it goes."""
        for obj in self.api.store.list(resource.key):
            if not obj["metadata"].get("deletionTimestamp"):
                self.api.deletion.delete(resource, obj, {"propagationPolicy": "Background"})
        if not self.api.store.list(resource.key):
            self.api.deletion.finished(self.api.resources[KEY], definition)

    def _establish(self, definition):
        if (definition.get("status") or {}).get("conditions"):
            return
        conditions = [{"type": "NamesAccepted", "status": "True", "lastTransitionTime": now(), "reason": "NoConflicts", "message": "no conflicts found"},
                      {"type": "Established", "status": "True", "lastTransitionTime": now(), "reason": "InitialNamesAccepted", "message": "the initial names have been accepted"}]
        status = {**definition["status"], "conditions": conditions, "acceptedNames": definition["spec"]["names"]}
        self.api.update(self.api.resources[KEY], definition, {**definition, "status": status}, "kube-apiserver", "status")


def _resource(definition):
    spec = definition["spec"]
    names, served = spec["names"], [each for each in spec["versions"] if each.get("served")]
    stored = next((each for each in spec["versions"] if each.get("storage")), spec["versions"][0])
    versions = tuple(sorted((each["name"] for each in served), key=lambda name: name != stored["name"]))
    subresources = stored.get("subresources") or {}
    raw = (stored.get("schema") or {}).get("openAPIV3Schema") or {}
    columns = tables.custom(stored.get("additionalPrinterColumns") or ())
    return Custom(names["plural"], names["kind"], spec["group"], versions, spec["scope"] == "Namespaced", tuple(names.get("shortNames") or ()), tuple(names.get("categories") or ()),
                  tuple(sorted(subresources)), hash="custom", schema=schema.from_crd(raw), columns=columns, list_kind=names.get("listKind"), raw=raw, scale=subresources.get("scale"),
                  definition=definition["metadata"]["name"])


def terminating(definition):
    """A definition that is to go: it stays until its objects are gone."""
    metadata = {**definition["metadata"], "deletionTimestamp": now(), "finalizers": [FINALIZER]}
    condition = {"type": "Terminating", "status": "True", "lastTransitionTime": now(), "reason": "InstanceDeletionPending",
                 "message": "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"}
    status = definition.get("status") or {}
    return {**definition, "metadata": metadata, "status": {**status, "conditions": [*(status.get("conditions") or ()), condition]}}


# --- validation -------------------------------------------------------------------------------------------------------


def causes(definition):
    """What is wrong with a definition."""
    spec = definition.get("spec") or {}
    names, versions = spec.get("names") or {}, spec.get("versions") or []
    name = definition["metadata"].get("name", "")
    for field in ("plural", "kind"):
        if not names.get(field):
            yield REQUIRED, "Required value", f"spec.names.{field}"
    if name != f"{names.get('plural')}.{spec.get('group')}":
        yield INVALID, f'Invalid value: "{name}": must be spec.names.plural+"."+spec.group', "metadata.name"
    if sum(bool(each.get("storage")) for each in versions) != 1:
        yield INVALID, "Invalid value: must have exactly one version marked as storage version", "spec.versions"
    for index, version in enumerate(versions):
        at = f"spec.versions[{index}].schema.openAPIV3Schema"
        raw = (version.get("schema") or {}).get("openAPIV3Schema")
        if raw is None:
            yield REQUIRED, "Required value", at
        else:
            yield from _structural(raw, "spec.validation.openAPIV3Schema" if len(versions) == 1 else at)


def _structural(raw, at):
    for name, each in (raw.get("properties") or {}).items():
        yield from _typed(each, f"{at}.properties[{name}]", "specified object fields")
    if isinstance(raw.get("items"), dict):
        yield from _typed(raw["items"], f"{at}.items", "specified array items")
    if isinstance(raw.get("additionalProperties"), dict):
        yield from _typed(raw["additionalProperties"], f"{at}.additionalProperties", "specified object fields")


def _typed(raw, at, what):
    if not raw.get("type") and not raw.get("x-kubernetes-int-or-string") and not raw.get("x-kubernetes-preserve-unknown-fields"):
        yield REQUIRED, f"Required value: must not be empty for {what}", f"{at}.type"
    yield from _structural(raw, at)


def object_causes(resource, obj):
    """What is wrong with an object of a custom resource."""
    return custom.causes(resource.raw, obj) if resource.raw else []
