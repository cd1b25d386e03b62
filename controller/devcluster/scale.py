"""The scale subresource: it reads and writes only the number of replicas, wherever the kind has it."""

from controller.devcluster import fields
from controller.devcluster.errors import MODIFIED, ApiError, conflict

BUILTIN = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}


def _steps(path):
    return path.strip(".").split(".") if path else []


def _at(obj, path):
    if not path:
        return None
    for step in _steps(path):
        obj = obj.get(step) if isinstance(obj, dict) else None
    return obj


def _with(obj, path, value):
    first, *rest = path
    return {**(obj or {}), first: _with((obj or {}).get(first), rest, value) if rest else value}


def _paths(resource):
    return getattr(resource, "scale", None) or BUILTIN


def of(resource, obj):
    """The Scale of an object."""
    paths = _paths(resource)
    kept = {key: obj["metadata"][key] for key in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp") if key in obj["metadata"]}
    replicas = _at(obj, paths["specReplicasPath"])
    status = {"replicas": _at(obj, paths["statusReplicasPath"]) or 0}
    selector = _at(obj, paths.get("labelSelectorPath")) if resource.schema is not None else _selector(obj)
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": kept, "spec": {"replicas": replicas} if replicas else {}, "status": status | ({"selector": selector} if selector else {})}


def _selector(obj):
    labels = (obj["spec"].get("selector") or {}).get("matchLabels") or {}
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def write(api, request, found, given):
    """The Scale after a PUT or a patch of it."""
    replicas, old = _replicas(found, given), api.get(found.resource, found.namespace, found.name)
    if (given.get("metadata") or {}).get("resourceVersion") not in (None, "", old["metadata"]["resourceVersion"]):
        raise conflict(found.resource, found.name, MODIFIED)
    new = _with(old, _steps(_paths(found.resource)["specReplicasPath"]), replicas)
    return 200, of(found.resource, api.update(found.resource, old, new, request.manager, "scale", request.dry)), []


def apply(api, request, found, config, force):
    """The Scale after an apply of it: the number is owned by the manager's entry for this subresource."""
    resource, live = found.resource, api.get(found.resource, found.namespace, found.name)
    version, replicas = resource.api_version(found.version), _replicas(found, config)
    config = _with({}, _steps(_paths(resource)["specReplicasPath"]), replicas)
    try:
        after, owners = fields.applied(api.schema(resource), live, config, request.manager, force, version, None, "scale")
    except fields.Conflicts as error:
        raise api.conflicts(error.found) from None
    return 200, of(resource, api.update(resource, live, after, request.manager, "scale", request.dry, owners)), []


def _replicas(found, given):
    kind = given.get("kind")
    if kind not in (None, "Scale"):
        group, _, version = (given.get("apiVersion") or "").rpartition("/")
        raise ApiError(400, f'{kind} in version "{version}" cannot be handled as a Scale: converting (v1.{kind}) to (autoscaling.Scale): unknown conversion')
    parts = given.get("spec") or {}, given.get("metadata") or {}
    if not all(isinstance(each, dict) for each in parts):
        raise ApiError(400, 'Scale in version "v1" cannot be handled as a Scale: spec and metadata must be objects')
    replicas = parts[0].get("replicas", 0)
    if not isinstance(replicas, int) or isinstance(replicas, bool) or replicas < 0:
        message = f"Invalid value: {replicas}: must be greater than or equal to 0"
        raise ApiError(422, f'Scale.autoscaling "{found.name}" is invalid: spec.replicas: {message}', name=found.name, group="autoscaling", kind="Scale",
                       causes=[{"reason": "FieldValueInvalid", "message": message, "field": "spec.replicas"}])
    return replicas
