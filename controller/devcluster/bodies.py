"""Bodies of requests: read, named as the path names them, and fitted to their kind's type."""

from dataclasses import replace

import orjson

from controller.devcluster import media, schema, yamlbody
from controller.devcluster.errors import ApiError, invalid
from controller.devcluster.fitting import decode_error, json_kind
from controller.devcluster.media import JSON

LIMIT = 3 << 20


def body(request, kind):
    """The body as an object: JSON, or YAML."""
    media_type = request.headers.get("content-type", JSON).partition(";")[0].strip()
    if media_type not in (JSON, media.YAML, "*/*", ""):
        raise ApiError(415, media.FORMAT + media.KNOWN)
    return loaded(request, kind, yaml_too=media_type == media.YAML)


def loaded(request, kind, yaml_too=False):
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


def identity(given):
    """(apiVersion, kind) of a body, as far as it says them; 400 where they are no strings."""
    for name in ("apiVersion", "kind"):
        if not isinstance(given.get(name), str | None):
            raise ApiError(400, f"couldn't get version/kind; json parse error: json: cannot unmarshal {json_kind(given[name])} into Go struct field .{name} of type string")
    return given.get("apiVersion"), given.get("kind")


def metadata(found, given):
    """The metadata of a body, {} where it has none."""
    if not isinstance(given.get("metadata"), dict | None):
        kind = found.resource.kind
        raise ApiError(400, f"{kind} in version \"{found.version}\" cannot be handled as a {kind}: json: cannot unmarshal {json_kind(given['metadata'])} "
                            f"into Go struct field {kind}.metadata of type v1.ObjectMeta")
    return given.get("metadata") or {}


def named(found, given):
    """The body names its object as the path does."""
    resource = found.resource
    version, kind = identity(given)
    wanted = resource.api_version(found.version)
    given = {**given, "metadata": metadata(found, given)}
    if resource.schema is not None and (kind or resource.kind) != resource.kind:
        raise invalid(replace(resource, kind=kind), given["metadata"].get("name", ""), [("FieldValueInvalid", f'Invalid value: "{kind}": must be {resource.kind}', "kind")])
    if (version or wanted, kind or resource.kind) != (wanted, resource.kind):
        raise ApiError(400, _other_kind(resource, version, kind) if kind != resource.kind else
                       f"the API version in the data ({version}) does not match the expected API version ({wanted})")
    if found.namespace is not None and given["metadata"].get("namespace") not in (None, "", found.namespace):
        raise ApiError(400, "the namespace of the provided object does not match the namespace sent on the request")
    if found.name is not None and given["metadata"].get("name") not in (None, "", found.name):
        raise ApiError(400, f"the name of the object ({given['metadata']['name']}) does not match the name on the URL ({found.name})")
    return {**given, "apiVersion": wanted, "kind": resource.kind, "metadata": {**given["metadata"], **({"name": found.name} if found.name else {})}}


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


def well_typed(api, found, given):
    wrong = decode_error(api.schema(found.resource) if found.resource.schema is None else schema.OBJECT, given, "")
    if wrong:
        raise ApiError(400, f"{found.resource.kind} in version \"{found.version}\" cannot be handled as a {found.resource.kind}: {wrong}")


def patch_typed(api, found, new):
    wrong = decode_error(api.schema(found.resource) if found.resource.schema is None else schema.OBJECT, new, "")
    if wrong:
        message = f"Invalid value: {orjson.dumps(orjson.dumps(new).decode()).decode()}: {wrong}"
        raise ApiError(422, f' "" is invalid: patch: {message}', "Invalid", causes=[{"reason": "FieldValueInvalid", "message": message, "field": "patch"}])
