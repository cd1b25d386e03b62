"""Schemas of the kinds as data: which fields there are, of what type, and how lists and maps merge."""

import gzip
from functools import cache
from pathlib import Path

import orjson

DATA = Path(__file__).with_name("data") / "schemas.json.gz"
GVK = "x-kubernetes-group-version-kind"
LEAVES = ("string", "integer", "number", "boolean")
ANYTHING = {"x-kubernetes-preserve-unknown-fields": True, "type": "object"}


@cache
def definitions():
    return orjson.loads(gzip.decompress(DATA.read_bytes()))


class Schema:
    """One node. `kind`: struct, map, list, set, keyed (a list with keys), atomic (list or map replaced whole), leaf, any or deduced."""

    __slots__ = ("raw", "ref", "_fields", "_items", "kind", "type", "keys", "merge_key")

    def __init__(self, raw, above=None):
        self.ref = raw.get("$ref")
        own, raw = raw, definitions()[self.ref] if self.ref else raw
        self.raw, self._fields, self._items = raw, None, None
        self.type = raw.get("type")
        self.keys = tuple(own.get("x-kubernetes-list-map-keys", raw.get("x-kubernetes-list-map-keys", ())))
        self.merge_key = own.get("x-kubernetes-patch-merge-key") if own.get("x-kubernetes-patch-strategy", "").find("merge") >= 0 else None
        more = {key: value for key, value in own.items() if key.startswith("x-kubernetes")} if own is not raw else {}
        self.kind = _kind(raw | more if more else raw, self.ref)

    @property
    def fields(self):
        if self._fields is None:
            self._fields = {name: Schema(each) for name, each in self.raw.get("properties", {}).items()}
        return self._fields

    @property
    def items(self):
        """Of a list's items or of a map's values."""
        if self._items is None:
            inner = self.raw.get("items") if self.type == "array" else self.raw.get("additionalProperties")
            self._items = Schema(inner if isinstance(inner, dict) else ANYTHING)
        return self._items

    def child(self, name):
        """The schema of a field or key; None when no such field is declared."""
        if self.kind in UNTYPED:
            return self
        found = self.fields.get(name)
        if found is None and (self.kind == "map" or self.type == "object" and "additionalProperties" in self.raw):
            return self.items
        return found if found is not None or not self.raw.get("x-kubernetes-preserve-unknown-fields") else ANY if self.ref else DEDUCED

    @property
    def closed(self):
        return self.kind not in UNTYPED and not self.raw.get("x-kubernetes-preserve-unknown-fields")


def _kind(raw, ref):
    if ref and ref.endswith(("JSON", "FieldsV1", "RawExtension")) or "JSONSchemaProps" in (ref or "") and not raw.get("properties"):
        return "any"
    if raw.get("type") == "array":
        return {"map": "keyed", "set": "set"}.get(raw.get("x-kubernetes-list-type"), "atomic")
    if raw.get("oneOf") or raw.get("type") in LEAVES or raw.get("x-kubernetes-int-or-string"):
        return "leaf"
    if raw.get("x-kubernetes-map-type") == "atomic":
        return "atomic"
    if raw.get("properties"):
        return "struct"
    if "additionalProperties" in raw:
        return "map"
    if raw is not ANYTHING and raw.get("x-kubernetes-preserve-unknown-fields") and not ref:
        return "deduced"
    return "any" if raw.get("x-kubernetes-preserve-unknown-fields") or raw.get("type") in (None, "object") else "leaf"


UNTYPED = ("any", "deduced")
ANY = Schema(ANYTHING)  # replaced whole
DEDUCED = Schema(dict(ANYTHING))  # of a custom object: maps merge, lists are replaced whole


@cache
def find(group, version, kind):
    """The Schema of a built-in kind, or None."""
    for name, each in definitions().items():
        if {"group": group, "version": version, "kind": kind} in each.get(GVK, ()):
            return Schema({"$ref": name})
    return None


def from_crd(properties):
    """The Schema of a custom kind from its openAPIV3Schema (or None), with the fields every object has."""
    metadata = {"$ref": "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
    if properties is None:
        return Schema({**ANYTHING, "properties": {"metadata": metadata}})
    always = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": metadata}
    return Schema({**properties, "type": "object", "properties": {**properties.get("properties", {}), **always}})


PROPS = Schema({"$ref": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"})  # a schema's own
OBJECT = from_crd(None)  # of what is only known to have metadata


def pruned(schema, value, path="", dropped=None):
    """The value without fields the schema does not declare; their paths are appended to `dropped`."""
    if isinstance(value, dict) and schema.kind not in UNTYPED:
        result = {}
        for name, each in value.items():
            child = schema.child(name)
            if child is None and schema.kind in ("struct", "atomic") and schema.type == "object" and schema.fields:
                if dropped is not None:
                    dropped.append(f"{path}.{name}".lstrip("."))
            else:
                result[name] = pruned(child or ANY, each, f"{path}.{name}", dropped)
        return result
    if isinstance(value, list) and schema.type == "array":
        return [pruned(schema.items, each, f"{path}[{index}]", dropped) for index, each in enumerate(value)]
    return value
