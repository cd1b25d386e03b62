"""What kinds a cluster has, from any server: one aggregated answer (Kubernetes 1.27 on), or group by group."""

from gitops.errors import KlepaasError

WAIT = 10  # seconds
AGGREGATED = ",".join([*(f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")), "application/json"])


def resources(request):
    """(group, version, kind, plural, namespaced, short names) of all that can be listed; the version that the server prefers comes first.

    `request(path, accept, timeout)` answers a GET as a dict. A group whose own server is away is left out, as the aggregated answer leaves it out.
    """
    for path in ("/api", "/apis"):
        answer = request(path, AGGREGATED, WAIT)
        yield from _aggregated(answer) if "items" in answer else _each(request, answer)


def _aggregated(answer):
    for group in answer["items"]:
        for version in group["versions"]:
            for each in version["resources"]:
                if "list" in each["verbs"] and each.get("responseKind"):
                    yield (group["metadata"].get("name", ""), version["version"], each["responseKind"]["kind"], each["resource"], each["scope"] == "Namespaced",
                           tuple(each.get("shortNames") or ()))


def _each(request, answer):
    """An APIVersions (the core group) or an APIGroupList."""
    for version in answer.get("versions") or ():
        yield from _listed(request, f"/api/{version}", "", version)
    for group in answer.get("groups") or ():
        first = group.get("preferredVersion", {}).get("version")
        for version in sorted((each["version"] for each in group["versions"]), key=lambda version: version != first):
            yield from _listed(request, f"/apis/{group['name']}/{version}", group["name"], version)


def _listed(request, path, group, version):
    try:
        found = request(path, "application/json", WAIT).get("resources") or ()
    except KlepaasError:
        if not group:
            raise
        return  # an aggregated server that is away
    for each in found:
        if "list" in each["verbs"] and "/" not in each["name"]:
            yield group, version, each["kind"], each["name"], each["namespaced"], tuple(each.get("shortNames") or ())
