"""The verb a request asks for, carried out. Answers (status, body, warnings)."""

import orjson

from controller.devcluster import bodies, deletion, events, media, pages, patches, scale
from controller.devcluster.errors import MODIFIED, ApiError, conflict, go_json, invalid_options, unversioned

APPLY = "application/apply-patch+yaml"
PATCHES = ("application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", APPLY)


def create(api, request, found):
    given = bodies.named(found, bodies.body(request, found.resource.kind))
    bodies.well_typed(api, found, given)
    given, warnings = bodies.fields_known(api, request, found, given)
    if given["metadata"].get("resourceVersion"):
        raise ApiError(500, "resourceVersion should not be set on objects to be created", None)
    obj = api.create(found.resource, found.namespace, given, request.manager, request.dry)
    return 201, obj, warnings


def replace(api, request, found):
    given = bodies.body(request, "Scale" if found.subresource == "scale" else found.resource.kind)
    if found.subresource == "scale":
        return scale.write(api, request, found, given)
    given = bodies.named(found, given)
    bodies.well_typed(api, found, given)
    given, warnings = bodies.fields_known(api, request, found, given)
    if not (given.get("metadata") or {}).get("name"):
        raise ApiError(400, "name must be provided")
    old = api.get(found.resource, found.namespace, found.name)
    _expected(found, given, old)
    return 200, api.update(found.resource, old, given, request.manager, found.subresource, request.dry), warnings


def _expected(found, given, old):
    metadata = given.get("metadata") or {}
    if metadata.get("uid") not in (None, "", old["metadata"]["uid"]):
        where = f"/registry/{found.resource.plural}/{found.namespace + '/' if found.namespace else ''}{found.name}"
        raise conflict(found.resource, found.name, f"StorageError: invalid object, Code: 4, Key: {where}, ResourceVersion: 0, AdditionalErrorMsg: "
                       f"Precondition failed: UID in precondition: {metadata['uid']}, UID in object meta: {old['metadata']['uid']}")
    if not str(metadata.get("resourceVersion") or "0").isdigit():
        raise ApiError(500, f'strconv.ParseUint: parsing "{metadata["resourceVersion"]}": invalid syntax', None)
    if metadata.get("resourceVersion") not in (None, "", old["metadata"]["resourceVersion"]):
        raise conflict(found.resource, found.name, MODIFIED)
    if metadata.get("resourceVersion") in (None, "") and (found.resource.key in NEEDS_VERSION or found.resource.schema is not None):
        raise unversioned(found.resource, found.name)


NEEDS_VERSION = ("leases.coordination.k8s.io", "customresourcedefinitions.apiextensions.k8s.io")


def patch(api, request, found):
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in PATCHES:
        raise ApiError(415, "415: Unsupported Media Type", **{"name": None})
    if kind == APPLY:
        return apply(api, request, found)
    if kind == PATCHES[2] and found.resource.schema is not None:
        raise ApiError(415, media.FORMAT + ", ".join((PATCHES[0], PATCHES[1], APPLY)))
    if request.query.get("force"):
        raise invalid_options("PatchOptions", [("FieldValueForbidden", "Forbidden: may not be specified for non-apply patch", "force")])
    old = api.get(found.resource, found.namespace, found.name)
    base = scale.of(found.resource, old) if found.subresource == "scale" else old
    new = _patched(api, found, kind, base, request.body)
    if not isinstance(new, dict):
        raise ApiError(422, "the server rejected our request due to an error in our request", "Invalid", name=None)
    if found.subresource == "scale":
        return scale.write(api, request, found, new)
    new = bodies.named(found, new)
    bodies.patch_typed(api, found, new)
    new, warnings = bodies.fields_known(api, request, found, new)
    _expected(found, {"metadata": {key: value for key, value in new["metadata"].items() if key == "uid" or key == "resourceVersion"}} if new["metadata"].get("resourceVersion") != old["metadata"]["resourceVersion"] else new, old)
    return 200, api.update(found.resource, old, new, request.manager, found.subresource, request.dry), warnings


def _patched(api, found, kind, base, data):
    try:
        given = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"error decoding patch: {go_json(data, error)}") from None
    if kind == PATCHES[0]:
        if not isinstance(given, list):
            raise ApiError(400, "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp")
        return patches.json_patch(base, given)
    if not isinstance(given, dict):
        raise ApiError(400, "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}")
    if kind == PATCHES[1] or found.subresource == "scale":
        return patches.merge_patch(base, given)
    return patches.strategic(api.schema(found.resource), base, given)


def apply(api, request, found):
    if not request.query.get("fieldManager"):
        raise invalid_options("PatchOptions", [("FieldValueRequired", "Required value: is required for apply patch", "fieldManager")])
    config = bodies.loaded(request, found.resource.kind, yaml_too=True)
    force = request.query.get("force", "").lower() in TRUE
    if found.subresource == "scale":
        return scale.apply(api, request, found, config, force)
    config = _applied(found, config)
    obj, created = api.apply(found.resource, found.namespace, found.name, config, request.query["fieldManager"], force, found.subresource, request.dry)
    return 201 if created else 200, obj, []


TRUE = ("true", "t", "1")


def _applied(found, config):
    """The configuration of an apply, which names its object as the path does."""
    version, kind = (each or "" for each in bodies.identity(config))
    wanted = found.resource.api_version(found.version)
    if (version, kind) != (wanted, found.resource.kind):
        group, _, short = version.rpartition("/")
        raise ApiError(400, f"invalid object type: {group}/{short}, Kind={kind}")
    metadata = bodies.metadata(found, config)
    if metadata.get("managedFields"):
        raise ApiError(400, "metadata.managedFields must be nil")
    if not metadata.get("name"):
        raise ApiError(400, f"the name of the object ({found.name} based on URL) was undeterminable: name must be provided")
    bodies.named(found, config)
    return {**config, "metadata": metadata}


def _delete_body(request):
    if not request.body.strip():
        return {}
    try:
        found = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"couldn't get version/kind; json parse error: {go_json(request.body, error)}") from None
    return found if isinstance(found, dict) else {}


def delete(api, request, found):
    options = deletion.options(_delete_body(request), request.query)
    if found.name is None:
        return delete_collection(api, request, found, options)
    obj = api.get(found.resource, found.namespace, found.name)
    dry = request.dry or options.get("dryRun") == ["All"]
    after, gone = api.deletion.delete(found.resource, obj, options, dry)
    warnings = ["child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning"] \
        if found.resource.key == "jobs.batch" and not options.get("propagationPolicy") and "orphanDependents" not in options else []
    if found.resource.key in deletion.RETURNED or not gone:
        return 200, after, warnings
    return 200, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": {
        "name": found.name, **({"group": found.resource.group} if found.resource.group else {}), "kind": found.resource.plural, "uid": obj["metadata"]["uid"]}}, warnings


def delete_collection(api, request, found, options):
    chosen = pages.chosen(api, request, found)
    for obj in chosen:
        api.deletion.delete(found.resource, obj, options, request.dry)
    return 200, listing(api, found, chosen, str(api.store.version)), []


def read(api, request, found):
    obj = api.get(found.resource, found.namespace, found.name)
    if found.resource.group == events.GROUP:
        obj = events.shown(obj)
    return 200, scale.of(found.resource, obj) if found.subresource == "scale" else obj, []


def listing(api, found, objects, version, more=None):
    if found.resource.group == events.GROUP:
        objects = [events.shown(obj) for obj in objects]
    items = [{key: value for key, value in obj.items() if key not in ("kind", "apiVersion")} if found.resource.schema is None else obj for obj in objects]
    return {"kind": found.resource.list_kind or f"{found.resource.kind}List", "apiVersion": found.resource.api_version(found.version), "metadata": {**({"continue": ""} if found.resource.schema is not None else {}), "resourceVersion": version, **(more or {})}, "items": items}
