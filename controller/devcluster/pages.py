"""Lists: which objects, in which pages, of which moment. Pages are of one snapshot, which the token names."""

import base64

import orjson

from controller.devcluster import selectors
from controller.devcluster.errors import ApiError, invalid_options, number

TOO_OLD = ("The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this "
           "response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between "
           "the time the first chunk was returned and now may show up in the list.")
NOW = -1  # the version of a token that goes on with what there is now


def chosen(api, request, found, objects=None):
    """The objects of a path that the request's selectors fit."""
    labels = selectors.labels(request.query.get("labelSelector", ""))
    fits = selectors.fields(found.resource, request.query.get("fieldSelector", ""))
    objects = api.store.list(found.resource.key, found.namespace) if objects is None else objects
    return [obj for obj in objects if labels(obj["metadata"].get("labels") or {}) and fits(obj)]


def options(request, watch):
    """422 for options of a list or watch that contradict each other."""
    query, match = request.query, request.query.get("resourceVersionMatch", "")
    check = _watch_options if watch else _list_options
    found = list(check(query, match))
    if found:
        raise invalid_options("ListOptions", found)


def _watch_options(query, match):
    if "sendInitialEvents" in query:
        if match != "NotOlderThan":
            yield "FieldValueForbidden", "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan", "resourceVersionMatch"
        if match not in ("", "NotOlderThan"):
            yield "FieldValueNotSupported", f'Unsupported value: "{match}": supported values: "NotOlderThan"', "resourceVersionMatch"
    elif match:
        yield "FieldValueForbidden", "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided", "resourceVersionMatch"


def _list_options(query, match):
    if match and not query.get("resourceVersion"):
        yield "FieldValueForbidden", "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided", "resourceVersionMatch"
    if match and query.get("continue"):
        yield "FieldValueForbidden", "Forbidden: resourceVersionMatch is forbidden when continue is provided", "resourceVersionMatch"
    if match not in ("", "Exact", "NotOlderThan"):
        yield "FieldValueNotSupported", f'Unsupported value: "{match}": supported values: "Exact", "NotOlderThan", ""', "resourceVersionMatch"
    if match == "Exact" and query.get("resourceVersion") == "0":
        yield "FieldValueForbidden", 'Forbidden: resourceVersionMatch "Exact" is forbidden for resourceVersion "0"', "resourceVersionMatch"
    if "sendInitialEvents" in query:
        yield "FieldValueForbidden", "Forbidden: sendInitialEvents is forbidden for list", "sendInitialEvents"


class Pages:
    """Lists, and the snapshots that the last of them go on from."""

    def __init__(self, api, keep=32):
        self.api, self.found, self.keep = api, {}, keep

    def page(self, request, found):
        """(objects, version, more of the list's metadata)."""
        options(request, watch=False)
        limit, token = number(request.query.get("limit") or "0"), request.query.get("continue", "")
        version, last, objects = self._at(token, found, request) if token else (str(self.api.store.version), "", None)
        rest = [obj for obj in chosen(self.api, request, found, objects) if _key(obj, found) > last]
        if not 0 < limit < len(rest):
            return rest, version, {}
        selected = request.query.get("labelSelector") or request.query.get("fieldSelector")
        token = self._token(version, _key(rest[limit - 1], found), found)
        return rest[:limit], version, {"continue": token, **({} if selected else {"remainingItemCount": len(rest) - limit})}

    def _token(self, version, last, found):
        self.found.setdefault((version, found.resource.key, found.namespace), self.api.store.list(found.resource.key, found.namespace))
        while len(self.found) > self.keep:
            self.found.pop(next(iter(self.found)))
        return _written(int(version), last)

    def _at(self, token, found, request):
        if request.query.get("resourceVersion"):
            raise ApiError(400, "specifying resource version is not allowed when using continue")
        version, last = _read(token)
        if version == NOW:
            return str(self.api.store.version), last, None
        objects = self.found.get((str(version), found.resource.key, found.namespace))
        if objects is None:
            raise ApiError(410, TOO_OLD, more={"continue": _written(NOW, last)})
        return str(version), last, objects


def _written(version, last):
    return base64.urlsafe_b64encode(orjson.dumps({"v": "meta.k8s.io/v1", "rv": version, "start": f"{last}\0"})).decode().rstrip("=")


def _read(token):
    try:
        data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise ApiError(400, "invalid continue token: continue key is not valid: illegal base64 data") from None
    try:
        found = orjson.loads(data)
        return int(found["rv"]), found["start"].strip("/\0")
    except orjson.JSONDecodeError:
        first = data[:1].decode("latin-1")
        shown = first if first.isascii() and first.isprintable() else f"\\x{ord(first or chr(0)):02x}"
        raise ApiError(400, f"invalid continue token: continue key is not valid: invalid character '{shown}' looking for beginning of value") from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ApiError(400, "invalid continue token: continue key is not valid") from None


def _key(obj, found):
    """What pages are cut by: the name, in all namespaces NAMESPACE/NAME."""
    name = obj["metadata"]["name"]
    return name if found.namespace is not None or not found.resource.namespaced else f"{obj['metadata'].get('namespace', '')}/{name}"
