"""Media types: what a client accepts, and what a body may be."""

import orjson

from controller.devcluster.errors import ApiError, go_json

JSON, YAML, PROTOBUF = "application/json", "application/yaml", "application/vnd.kubernetes.protobuf"
KNOWN = f"{JSON}, {YAML}, {PROTOBUF}"
STREAMED = f"{KNOWN}, {JSON};stream=watch, {PROTOBUF};stream=watch"
FORMAT = "the body of the request was in an unknown format - accepted media types include: "
SHOWN = 30  # bytes of a body in a message
TYPE = 'json: cannot unmarshal {kind} into Go value of type struct {{ APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }}'


def wanted(request, watch=False):
    """(as, version): "Table", "PartialObjectMetadata", its list or "" (the object itself); 406 for a type nobody can answer."""
    known = False
    for part in request.headers.get("accept", "*/*").split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        if name not in (JSON, YAML, "*/*", "application/*"):
            known = known or name == PROTOBUF
            continue
        known, given = True, dict(each.partition("=")[::2] for each in parameters)
        if "as" not in given:
            return "", ""
        if given["as"] == "Table" and given.get("v") in ("v1", "v1beta1"):
            return "Table", given["v"]
        if given["as"] in ("PartialObjectMetadata", "PartialObjectMetadataList"):
            return given["as"], given.get("v", "v1")
    if known:
        raise ApiError(406, f"only the following media types are accepted: {KNOWN}")
    raise ApiError(406, f"406: Not Acceptable\n\nAvailable representations: {STREAMED if watch else KNOWN}", **{"name": None})


def undecodable(kind, data, error):
    """400 for a body that is no object."""
    summary = "<empty>" if not data else _cut(data.decode(errors="replace")) if data[:1] == b"{" else _cut(data.hex(), 2)
    why = go_json(data, error) if error else TYPE.format(kind="array" if isinstance(orjson.loads(data), list) else "string")
    return ApiError(400, f"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: {why} ({summary})")


def _cut(text, width=1):
    return text if len(text) <= SHOWN * width else text[:SHOWN * width] + " ..."
