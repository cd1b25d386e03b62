"""Discovery, version and OpenAPI: what there is."""

import hashlib

import orjson

from controller.devcluster import schema
from controller.devcluster.resources import UPDATES, VERBS

VERSION = {"major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1", "minCompatibilityMinor": "35",
           "gitVersion": "v1.36.2", "gitCommit": "embedded", "gitTreeState": "", "buildDate": "2026-01-01T00:00:00Z", "goVersion": "none", "compiler": "none", "platform": "linux/amd64"}
SCALE = {"group": "autoscaling", "version": "v1", "kind": "Scale"}
ORDER = ("apps", "authorization.k8s.io", "autoscaling", "batch", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io", "apiextensions.k8s.io",
         "scheduling.k8s.io", "coordination.k8s.io", "discovery.k8s.io")


def groups(resources):
    """group -> {version -> [resource]}, built-in ones in the server's order, then custom ones by name."""
    found = {}
    for each in resources.values():
        for version in each.versions:
            found.setdefault(each.group, {}).setdefault(version, []).append(each)
    return dict(sorted(found.items(), key=lambda item: (ORDER.index(item[0]) if item[0] in ORDER else len(ORDER), item[0])))


def group(name, versions):
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def group_list(resources):
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group(name, versions) for name, versions in groups(resources).items() if name]}


def core(address):
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}]}


def resource_list(group_version, found):
    listed = [each for resource in sorted(found, key=lambda each: each.plural) for each in _listed(resource)]
    return {"kind": "APIResourceList", **({"apiVersion": "v1"} if "/" in group_version else {}), "groupVersion": group_version, "resources": listed}


def _listed(resource):
    yield {"name": resource.plural, "singularName": resource.singular, "namespaced": resource.namespaced, "kind": resource.kind, "verbs": list(VERBS),
           **({"shortNames": list(resource.short)} if resource.short else {}), **({"categories": list(resource.categories)} if resource.categories else {}),
           **({"storageVersionHash": resource.hash} if resource.hash else {})}
    for name, kind, verbs, more in _subresources(resource):
        yield {"name": f"{resource.plural}/{name}", "singularName": "", "namespaced": resource.namespaced, **more, "kind": kind, "verbs": list(verbs)}


def _subresources(resource):
    for name in resource.subresources:
        if name == "scale":
            yield name, "Scale", UPDATES, {"group": "autoscaling", "version": "v1"}
        else:
            yield name, resource.kind, {"log": ("get",), "finalize": ("update",)}.get(name, UPDATES), {}


def aggregated(resources, legacy):
    """APIGroupDiscoveryList: all groups with all resources at once."""
    items = [{"metadata": {"name": name} if name else {}, "versions": [
        {"version": version, "resources": [_aggregated(each) for each in sorted(found, key=lambda each: each.plural)], "freshness": "Current"} for version, found in versions.items()]}
        for name, versions in groups(resources).items() if (name == "") is legacy]
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}


def _aggregated(resource):
    kind = {"group": "", "version": "", "kind": resource.kind}
    subs = [{"subresource": name, "responseKind": SCALE if name == "scale" else kind, "verbs": list(verbs)} for name, _, verbs, _ in _subresources(resource)]
    return {"resource": resource.plural, "responseKind": kind, "scope": "Namespaced" if resource.namespaced else "Cluster", "singularResource": resource.singular, "verbs": list(VERBS),
            **({"shortNames": list(resource.short)} if resource.short else {}), **({"categories": list(resource.categories)} if resource.categories else {}),
            **({"subresources": subs} if subs else {})}


# --- OpenAPI ----------------------------------------------------------------------------------------------------------


def openapi_index(resources):
    paths = {_prefix(name, version): found for name, versions in groups(resources).items() for version, found in versions.items()} | {"version": []}
    return {"paths": {path: {"serverRelativeURL": f"/openapi/v3/{path}?hash={_hash(path, found)}"} for path, found in paths.items()}}


def _prefix(group, version):
    return f"apis/{group}/{version}" if group else f"api/{version}"


def _hash(path, found):
    return hashlib.sha512(orjson.dumps([path, [each.key for each in found]])).hexdigest().upper()


def openapi(resources, path):
    """The document of a group and version, or None."""
    found = next((found for name, versions in groups(resources).items() for version, found in versions.items() if _prefix(name, version) == path), None)
    if found is None:
        return None
    schemas = {}
    for each in found:
        if each.schema is None:
            _reach(schema.find(each.group, path.rpartition("/")[2], each.kind), schemas)
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "1.36"}, "paths": {}, "components": {"schemas": schemas}}


def _reach(node, schemas):
    if node is not None and node.ref:
        _define(node.ref, schemas)


def _define(name, schemas):
    if name not in schemas:
        schemas[name] = {}
        schemas[name] = _rewritten(schema.definitions()[name], schemas)


def _rewritten(node, schemas):
    if isinstance(node, list):
        return [_rewritten(each, schemas) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        _define(node["$ref"], schemas)
        return {**{key: value for key, value in node.items() if key != "$ref"}, "allOf": [{"$ref": f"#/components/schemas/{node['$ref']}"}]}
    return {key: _rewritten(value, schemas) for key, value in node.items()}
