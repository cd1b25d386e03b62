"""A request and where its path leads."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from controller.devcluster import events
from controller.devcluster.errors import no_resource, not_found


@dataclass(slots=True)
class Request:
    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    user: object = None
    warnings: tuple = ()  # what every answer to it says beside its own

    @property
    def manager(self):
        """fieldManager, else the user agent up to its first slash."""
        return self.query.get("fieldManager") or self.headers.get("user-agent", "").partition("/")[0] or "unknown"

    @property
    def dry(self):
        return self.query.get("dryRun") == "All"


@dataclass(frozen=True, slots=True)
class Route:
    resource: object
    version: str
    namespace: str | None
    name: str | None
    subresource: str


def parse_query(raw):
    return dict(parse_qsl(raw, keep_blank_values=True))


def route(api, path):
    """The Route of a path below /api/v1 or /apis/GROUP/VERSION; None where it is not one; ApiError where it names nothing."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    if parts[0] == "api" and len(parts) > 2 and parts[1] == "v1":
        group, version, rest = "", "v1", parts[2:]
    elif parts[0] == "apis" and len(parts) > 3:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    namespace = None
    if rest[0] == "namespaces" and len(rest) > 2 and not (len(rest) == 3 and rest[2] in ("status", "finalize")):
        namespace, rest = rest[1], rest[2:]
    if len(rest) > 3:
        return None
    return _found(api, group, version, namespace, *rest)


def _found(api, group, version, namespace, plural, name=None, subresource=""):
    groups = {each.group for each in api.resources.values()}
    if (group, version, plural) == (events.GROUP, "v1", "events") and not subresource:
        return Route(events.view(api.resources["events"]), version, namespace, name, "")
    if group not in groups:
        return None
    resource = api.resources.get(f"{plural}.{group}" if group else plural)
    if resource is None or version not in resource.versions or (namespace is not None) > resource.namespaced:
        raise no_resource()
    if subresource and subresource not in resource.subresources and resource.schema is not None:
        raise not_found(resource, name)
    if subresource and subresource not in resource.subresources or name is not None and resource.namespaced and namespace is None:
        raise no_resource()
    return Route(resource, version, namespace, name, subresource)
