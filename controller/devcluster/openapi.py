"""OpenAPI v3: a document for every group and version, which `kubectl explain` and validation read."""

import hashlib

import orjson

from controller.devcluster import schema
from controller.devcluster.discovery import groups
from controller.devcluster.paths import STRUCTS

EITHER = [{"type": "integer"}, {"type": "string"}]
META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
POSSIBLE = {("io.k8s.api.apps.v1.DeploymentStrategy", "type"): {
    "Recreate": "Kill all existing pods before creating new ones.",
    "RollingUpdate": "Replace the old ReplicaSets by new one using rolling update i.e gradually scale down the old ReplicaSets and scale up the new one."}}


def index(resources):
    paths = {_prefix(name, version): found for name, versions in groups(resources).items() for version, found in versions.items()} | {"version": []}
    return {"paths": {path: {"serverRelativeURL": f"/openapi/v3/{path}?hash={_hash(path, found)}"} for path, found in paths.items()}}


def _prefix(group, version):
    return f"apis/{group}/{version}" if group else f"api/{version}"


def _hash(path, found):
    return hashlib.sha512(orjson.dumps([path, [each.key for each in found]])).hexdigest().upper()


def document(resources, path):
    """The document of a group and version, or None."""
    found = next((found for name, versions in groups(resources).items() for version, found in versions.items() if _prefix(name, version) == path), None)
    if found is None:
        return None
    version, schemas, paths = path.rpartition("/")[2], {}, {}
    for each in found:
        if each.schema is None:
            _reach(schema.find(each.group, version, each.kind), schemas)
        else:
            schemas[".".join([*reversed(each.group.split(".")), version, each.kind])] = _custom(each, version, schemas)
        paths |= _paths(each, version, f"/{path}")
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "1.36"}, "paths": paths, "components": {"schemas": schemas}}


def _gvk(resource, version):
    return {"group": resource.group, "version": version, "kind": resource.kind}


def _custom(resource, version, schemas):
    always = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": _rewritten({"$ref": META}, schemas)}
    return {**resource.raw, "properties": {**resource.raw.get("properties", {}), **always}, "x-kubernetes-group-version-kind": [_gvk(resource, version)]}


def _paths(resource, version, prefix):
    """As much of the operations as kubectl looks for: which kind a path is of, and that a patch knows fieldValidation."""
    gvk = {"x-kubernetes-group-version-kind": _gvk(resource, version)}
    at = f"{prefix}/namespaces/{{namespace}}/{resource.plural}" if resource.namespaced else f"{prefix}/{resource.plural}"
    parameters = [{"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}} for name in ("dryRun", "fieldManager", "fieldValidation")]
    return {at: {"get": {"x-kubernetes-action": "list", **gvk}, "post": {"x-kubernetes-action": "post", "parameters": parameters, **gvk}},
            f"{at}/{{name}}": {"get": {"x-kubernetes-action": "get", **gvk}, "patch": {"x-kubernetes-action": "patch", "parameters": parameters, **gvk}}}


def _reach(node, schemas):
    if node is not None and node.ref:
        _define(node.ref, schemas)


def _define(name, schemas):
    if name not in schemas:
        schemas[name] = {}
        node = _rewritten(schema.definitions()[name], schemas)
        for field, each in node.get("properties", {}).items():
            if "allOf" in each and field in STRUCTS:
                each["default"] = {}
            if (name, field) in POSSIBLE:
                values = POSSIBLE[name, field]
                each["enum"] = list(values)
                each["description"] += "\n\nPossible enum values:" + "".join(f'\n - `"{value}"` {text}' for value, text in values.items())
        schemas[name] = node


def _rewritten(node, schemas):
    if isinstance(node, list):
        return [_rewritten(each, schemas) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        _define(node["$ref"], schemas)
        return {**{key: value for key, value in node.items() if key != "$ref"}, "allOf": [{"$ref": f"#/components/schemas/{node['$ref']}"}]}
    return {key: EITHER if key == "oneOf" and value is True else _rewritten(value, schemas) for key, value in node.items()}
