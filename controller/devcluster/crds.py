"""Custom resources: a definition becomes a resource of the server, and ceases to be one when its objects are gone."""

import asyncio
import re
from dataclasses import dataclass

import orjson

from controller.devcluster import custom, schema, tables
from controller.devcluster.clock import now
from controller.devcluster.fitting import decode_error
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
    raw = _without_nulls((stored.get("schema") or {}).get("openAPIV3Schema") or {})
    columns = tables.custom(stored.get("additionalPrinterColumns") or ())
    return Custom(names["plural"], names["kind"], spec["group"], versions, spec["scope"] == "Namespaced", tuple(names.get("shortNames") or ()), tuple(names.get("categories") or ()),
                  tuple(sorted(subresources)), hash="custom", schema=schema.from_crd(raw), columns=columns, list_kind=names.get("listKind"), raw=raw, scale=subresources.get("scale"),
                  definition=definition["metadata"]["name"])


def _without_nulls(raw):
    """A schema without keys that say nothing; defaults, examples and the values of an enum are data."""
    if not isinstance(raw, dict):
        return raw
    return {name: each if name in ("default", "enum", "example") else [_without_nulls(one) for one in each] if isinstance(each, list) else _without_nulls(each)
            for name, each in raw.items() if each is not None or name == "default"}


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
    yield from _required(spec, "spec", "group", "scope")
    yield from _required(names, "spec.names", "plural", "kind")
    if name != f"{names.get('plural')}.{spec.get('group')}":
        yield INVALID, f'Invalid value: "{name}": must be spec.names.plural+"."+spec.group', "metadata.name"
    if sum(bool(each.get("storage")) for each in versions) != 1:
        yield INVALID, "Invalid value: must have exactly one version marked as storage version", "spec.versions"
    for index, version in enumerate(versions):
        yield from _version(version, f"spec.versions[{index}]", "spec.validation.openAPIV3Schema" if len(versions) == 1 else f"spec.versions[{index}].schema.openAPIV3Schema")


def _required(value, at, *names):
    for name in names:
        if not value.get(name):
            yield REQUIRED, "Required value", f"{at}.{name}"


def _version(version, at, schema_at):
    yield from _required(version, at, "name")
    for index, column in enumerate(version.get("additionalPrinterColumns") or ()):
        yield from _required(column, f"{at}.additionalPrinterColumns[{index}]", "name", "type", "jsonPath")
    scale = (version.get("subresources") or {}).get("scale")
    if scale is not None:
        yield from _required(scale, f"{at}.subresources.scale", "specReplicasPath", "statusReplicasPath")
    raw = (version.get("schema") or {}).get("openAPIV3Schema")
    if raw is None:
        yield REQUIRED, "Required value", f"{at}.schema.openAPIV3Schema"
    else:
        yield from _structural(raw, schema_at)


def _structural(raw, at):
    """What is wrong with a schema and those in it. Below `items` the API's types allow anything, so types are looked at here."""
    if wrong := decode_error(schema.PROPS, raw, ""):
        yield INVALID, f"Invalid value: {wrong}", at
        return
    yield from _pattern(raw.get("pattern") or "", f"{at}.pattern")
    for index, rule in enumerate(raw.get("x-kubernetes-validations") or ()):
        yield from _required(rule, f"{at}.x-kubernetes-validations[{index}]", "rule")
    if not isinstance(raw.get("items"), dict | None):
        yield "FieldValueForbidden", "Forbidden: items must be a schema object and not an array", f"{at}.items"
    for name, each in (raw.get("properties") or {}).items():
        yield from _typed(each, f"{at}.properties[{name}]", "specified object fields")
    if isinstance(raw.get("items"), dict):
        yield from _typed(raw["items"], f"{at}.items", "specified array items")
    if isinstance(raw.get("additionalProperties"), dict):
        yield from _typed(raw["additionalProperties"], f"{at}.additionalProperties", "specified object fields")


def _pattern(text, at):
    try:
        re.compile(text)
    except re.error as error:
        yield INVALID, f"Invalid value: {orjson.dumps(text).decode()}: must be a valid regular expression, but isn't: {error}", at


def _typed(raw, at, what):
    raw = raw or {}
    yield from _structural(raw, at)
    if isinstance(raw, dict) and not raw.get("type") and not raw.get("x-kubernetes-int-or-string") and not raw.get("x-kubernetes-preserve-unknown-fields"):
        yield REQUIRED, f"Required value: must not be empty for {what}", f"{at}.type"


def object_causes(resource, obj):
    """What is wrong with an object of a custom resource."""
    return custom.causes(resource.raw, obj) if resource.raw else []
