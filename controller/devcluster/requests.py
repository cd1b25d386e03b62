"""One request: its path taken apart, its body read, and the verb it asks for carried out. Answers (status, body, headers)."""

from dataclasses import dataclass
from dataclasses import replace as replaced
from urllib.parse import parse_qsl, unquote

import orjson
from controller.devcluster import deletion, events, media, pages, patches, scale, schema, yamlbody
from controller.devcluster.api import decode_error
from controller.devcluster.errors import MODIFIED, ApiError, conflict, go_json, invalid_options, invalid, no_resource, not_found, unversioned

JSON, APPLY = "application/json", "application/apply-patch+yaml"
PATCHES = ("application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", APPLY)
LIMIT = 3 << 20


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


# --- bodies -----------------------------------------------------------------------------------------------------------


def body(request, kind):
    """The body as an object: JSON, or YAML."""
    media_type = request.headers.get("content-type", JSON).partition(";")[0].strip()
    if media_type not in (JSON, media.YAML, "*/*", ""):
        raise ApiError(415, media.FORMAT + media.KNOWN)
    return _loaded(request, kind, yaml_too=media_type == media.YAML)


def _loaded(request, kind, yaml_too=False):
    data = request.body
    if len(data) > LIMIT:
        raise ApiError(413, f"Request entity too large: limit is {LIMIT}", "RequestEntityTooLarge", **{"name": None})
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if not yaml_too:
            raise media.undecodable(kind, data, error) from None
        found, warnings = yamlbody.load(data)
        request.warnings = (*request.warnings, *warnings)
    if not isinstance(found, dict):
        raise media.undecodable(kind, data, None) if not yaml_too else ApiError(400, "invalid object type: /, Kind=")
    return found


def named(found, given, where):
    """The body names its object as the path does."""
    resource = found.resource
    version, kind = given.get("apiVersion"), given.get("kind")
    wanted = resource.api_version(found.version)
    if resource.schema is not None and (kind or resource.kind) != resource.kind:
        raise invalid(replaced(resource, kind=kind), (given.get("metadata") or {}).get("name", ""), [("FieldValueInvalid", f'Invalid value: "{kind}": must be {resource.kind}', "kind")])
    if (version or wanted, kind or resource.kind) != (wanted, resource.kind):
        raise ApiError(400, _other_kind(resource, version, kind) if kind != resource.kind else
                       f"the API version in the data ({version}) does not match the expected API version ({wanted})")
    metadata = given.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise ApiError(400, "metadata is no object")
    metadata = metadata or {}
    if found.namespace is not None and metadata.get("namespace") not in (None, "", found.namespace):
        raise ApiError(400, "the namespace of the provided object does not match the namespace sent on the request")
    if found.name is not None and metadata.get("name") not in (None, "", found.name):
        raise ApiError(400, f"the name of the object ({metadata['name']}) does not match the name on the URL ({found.name})")
    return {**given, "apiVersion": wanted, "kind": resource.kind, "metadata": {**metadata, **({"name": found.name} if found.name else {})}}


def _other_kind(resource, version, kind):
    group, _, short = (version or "").rpartition("/")
    known = schema.find(group, short, kind) is not None
    package, target = group.partition(".")[0], resource.group.partition(".")[0]
    why = f"converting ({package + '/' if package else ''}{short}.{kind}) to ({target or 'core'}.{resource.kind}): unknown conversion" if known else f'no kind "{kind}" is registered'
    return f'{kind or ""} in version "{short}" cannot be handled as a {resource.kind}: {why}'


def fields_known(api, request, found, given):
    """The object without unknown fields, and the warnings they give; 400 where fieldValidation is Strict."""
    mode, dropped = request.query.get("fieldValidation") or "Warn", []
    given = schema.pruned(api.schema(found.resource), given, "", dropped)
    if dropped and mode == "Strict":
        errors = [f'unknown field "{each}"' for each in dropped]
        raise ApiError(400, f"{found.resource.kind} in version \"{found.version}\" cannot be handled as a {found.resource.kind}: strict decoding error: {', '.join(errors)}")
    return given, [f'unknown field "{each}"' for each in dropped] if mode == "Warn" else []


def _well_typed(api, found, given):
    if found.resource.schema is not None:
        return
    wrong = decode_error(api.schema(found.resource), given, "")
    if wrong:
        raise ApiError(400, f"{found.resource.kind} in version \"{found.version}\" cannot be handled as a {found.resource.kind}: {wrong}")


def _patch_typed(api, found, new):
    wrong = None if found.resource.schema is not None else decode_error(api.schema(found.resource), new, "")
    if wrong:
        message = f"Invalid value: {orjson.dumps(orjson.dumps(new).decode()).decode()}: {wrong}"
        raise ApiError(422, f' "" is invalid: patch: {message}', "Invalid", causes=[{"reason": "FieldValueInvalid", "message": message, "field": "patch"}])


# --- verbs ------------------------------------------------------------------------------------------------------------


def create(api, request, found):
    given = named(found, body(request, found.resource.kind), "create")
    _well_typed(api, found, given)
    given, warnings = fields_known(api, request, found, given)
    if given["metadata"].get("resourceVersion"):
        raise ApiError(500, "resourceVersion should not be set on objects to be created", None)
    obj = api.create(found.resource, found.namespace, given, request.manager, request.dry)
    return 201, obj, warnings


def replace(api, request, found):
    given = body(request, "Scale" if found.subresource == "scale" else found.resource.kind)
    if found.subresource == "scale":
        return scale.write(api, request, found, given)
    given = named(found, given, "replace")
    _well_typed(api, found, given)
    given, warnings = fields_known(api, request, found, given)
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
    if found.subresource == "scale":
        return scale.write(api, request, found, new)
    new = named(found, new, "patch")
    _patch_typed(api, found, new)
    new, warnings = fields_known(api, request, found, new)
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
    config = _loaded(request, found.resource.kind, yaml_too=True)
    force = request.query.get("force", "").lower() in TRUE
    if found.subresource == "scale":
        return scale.apply(api, request, found, config, force)
    config = _applied(found, config)
    obj, created = api.apply(found.resource, found.namespace, found.name, config, request.query["fieldManager"], force, found.subresource, request.dry)
    return 201 if created else 200, obj, []


TRUE = ("true", "t", "1")


def _applied(found, config):
    """The configuration of an apply, which names its object as the path does."""
    version, kind, wanted = config.get("apiVersion") or "", config.get("kind") or "", found.resource.api_version(found.version)
    if (version, kind) != (wanted, found.resource.kind):
        group, _, short = version.rpartition("/")
        raise ApiError(400, f"invalid object type: {group}/{short}, Kind={kind}")
    metadata = config.get("metadata")
    if not isinstance(metadata, dict | None):
        raise ApiError(400, "metadata is no object")
    metadata = metadata or {}
    if metadata.get("managedFields"):
        raise ApiError(400, "metadata.managedFields must be nil")
    if not metadata.get("name"):
        raise ApiError(400, f"the name of the object ({found.name} based on URL) was undeterminable: name must be provided")
    named(found, config, "apply")
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
