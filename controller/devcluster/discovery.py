"""Discovery and version: what there is."""

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
    if group_version == "v1":
        listed.insert(0, {"name": "bindings", "singularName": "binding", "namespaced": True, "kind": "Binding", "verbs": ["create"]})
    return {"kind": "APIResourceList", **({"apiVersion": "v1"} if "/" in group_version else {}), "groupVersion": group_version, "resources": listed}


def _verbs(resource):
    """The server's order; a custom resource's is its own."""
    return ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"] if resource.schema is not None else [each for each in VERBS if (resource.key, each) not in UNKNOWN]


def _listed(resource):
    yield {"name": resource.plural, "singularName": resource.singular, "namespaced": resource.namespaced, "kind": resource.kind, "verbs": _verbs(resource),
           **({"shortNames": list(resource.short)} if resource.short else {}), **({"categories": list(resource.categories)} if resource.categories else {}),
           **({"storageVersionHash": resource.hash} if resource.hash else {})}
    for name, kind, verbs in _subresources(resource):
        more = {} if kind["group"] == "" else {"group": kind["group"], "version": kind["version"]}
        yield {"name": f"{resource.plural}/{name}", "singularName": "", "namespaced": resource.namespaced, **more, "kind": kind["kind"], "verbs": list(verbs)}


def _kind(kind, group="", version=""):
    return {"group": group, "version": version, "kind": kind}


def _subresources(resource):
    """(name, kind, verbs) of those served, and those that clients look for and are answered with 404."""
    found = {name: (_kind(resource.kind), {"log": ("get",), "finalize": ("update",)}.get(name, UPDATES)) for name in resource.subresources}
    if "scale" in found:
        found["scale"] = SCALE, UPDATES
    return [(name, *each) for name, each in sorted((found | UNSERVED.get(resource.key, {})).items())]


def aggregated(resources, legacy):
    """APIGroupDiscoveryList: all groups with all resources at once."""
    items = [{"metadata": {"name": name} if name else {}, "versions": [
        {"version": version, "resources": [_aggregated(each) for each in sorted(found, key=lambda each: each.plural)], "freshness": "Current"} for version, found in versions.items()]}
        for name, versions in groups(resources).items() if (name == "") is legacy]
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}


def _aggregated(resource):
    subs = [{"subresource": name, "responseKind": kind, "verbs": list(verbs)} for name, kind, verbs in _subresources(resource)]
    return {"resource": resource.plural, "responseKind": _kind(resource.kind), "scope": "Namespaced" if resource.namespaced else "Cluster", "singularResource": resource.singular,
            "verbs": _verbs(resource), **({"shortNames": list(resource.short)} if resource.short else {}), **({"categories": list(resource.categories)} if resource.categories else {}),
            **({"subresources": subs} if subs else {})}


UNKNOWN = (("namespaces", "deletecollection"),)
UNSERVED = {"pods": {"attach": (_kind("PodAttachOptions"), ("create", "get")), "binding": (_kind("Binding"), ("create",)), "ephemeralcontainers": (_kind("Pod"), UPDATES),
                     "eviction": (_kind("Eviction", "policy", "v1"), ("create",)), "exec": (_kind("PodExecOptions"), ("create", "get")),
                     "portforward": (_kind("PodPortForwardOptions"), ("create", "get")), "proxy": (_kind("PodProxyOptions"), ("create", "delete", "get", "patch", "update")),
                     "resize": (_kind("Pod"), UPDATES)}}
