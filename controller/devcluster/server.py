"""HTTP: bytes to requests, answers to bytes, and watches that stay open. An ASGI application; everything runs in its loop."""

import asyncio
import logging

import orjson

from controller.devcluster import auth, discovery, events, media, openapi, requests, reviews, tables
from controller.devcluster.crds import Definitions
from controller.devcluster.errors import ApiError, invalid_options, no_resource
from controller.devcluster.pages import Pages
from controller.devcluster.routes import Request, parse_query, route
from controller.devcluster.watch import Watch

log = logging.getLogger(__name__)
TEXT = "text/plain; charset=utf-8"
HEALTH = ("/livez", "/readyz", "/healthz", "/livez/ping", "/readyz/ping", "/healthz/ping")
WRITES = {"POST": requests.create, "PUT": requests.replace, "PATCH": requests.patch, "DELETE": requests.delete}
WHOLE = ("namespaces",)  # collections that cannot be deleted at once
DEPRECATED = {"endpoints": ("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",)}


class Application:
    def __init__(self, api, tokens, logs, delay=0.0):
        self.delay = delay  # seconds that each answer takes longer
        self.api, self.tokens, self.logs, self.pages = api, auth.Tokens(tokens), logs, Pages(api)
        self.definitions = Definitions(api)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await _lifespan(receive, send)
        if scope["type"] != "http":
            return
        request = Request(scope["method"], scope["path"], parse_query(scope["query_string"].decode("latin-1")),
                          _headers(scope["headers"]), await _body(receive))
        if self.delay:
            await asyncio.sleep(self.delay)
        try:
            answer = self.answer(request)
        except ApiError as error:
            answer = error.code, error.status(), request.warnings
        except RecursionError:
            answer = 400, ApiError(400, "the object is nested too deeply").status(), []
        except Exception:
            log.exception("%s %s", request.method, request.path)
            answer = 500, ApiError(500, "Internal error occurred", "InternalError").status(), []
        if callable(answer):
            return await answer(send, receive)
        await _send(send, *answer)

    def answer(self, request):
        """(status, body, warnings), or a function that streams."""
        request.user = auth.identified(self.api, self.tokens, request)
        if request.path in HEALTH:
            return 200, "ok", []
        auth.check(self.api, request)
        plain = self._plain(request) or reviews.answer(self.api, self.tokens, request)
        if plain is not None:
            return plain
        found = route(self.api, request.path)
        if found is None:
            return 404, "404 page not found\n", []
        request.warnings = DEPRECATED.get(found.resource.key, ())
        if found.resource.kind == "Pod" and found.subresource == "log":
            return self.logs.answer(self.api, request, found)
        answer = self._get(request, found) if request.method == "GET" else self._write(request, found)
        return answer if callable(answer) else (*answer[:2], [*request.warnings, *answer[2]], *answer[3:])

    def _plain(self, request):
        """Discovery, version, OpenAPI."""
        path, resources = request.path.rstrip("/") or "/", self.api.resources
        if path == "/version":
            return 200, discovery.VERSION, []
        if path in ("/api", "/apis"):
            if "as=APIGroupDiscoveryList" in request.headers.get("accept", ""):
                return 200, discovery.aggregated(resources, path == "/api"), [], "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
            return 200, discovery.core(request.headers.get("host", "")) if path == "/api" else discovery.group_list(resources), []
        if path == "/openapi/v3":
            return 200, openapi.index(resources), [], TEXT
        if path.startswith("/openapi/v3/"):
            document = openapi.document(resources, path.removeprefix("/openapi/v3/"))
            return (200, document, []) if document else (404, "", [], "")
        return self._group(request, path.strip("/").split("/"))

    def _group(self, request, parts):
        groups = discovery.groups(self.api.resources)
        if parts == ["api", "v1"]:
            return 200, discovery.resource_list("v1", groups[""]["v1"]), []
        if parts[0] == "apis" and len(parts) in (2, 3) and parts[1] in groups and parts[1]:
            media.wanted(request)
            if len(parts) == 2:
                return 200, {"kind": "APIGroup", "apiVersion": "v1", **discovery.group(parts[1], groups[parts[1]])}, []
            if parts[2] not in groups[parts[1]]:
                raise no_resource()
            return 200, discovery.resource_list("/".join(parts[1:]), groups[parts[1]][parts[2]]), []
        return None

    def _write(self, request, found):
        verb = WRITES.get(request.method) if found.resource.group != events.GROUP else None
        if request.method == "DELETE" and found.name is None and found.resource.key in WHOLE:
            verb = None
        if verb is None or (request.method == "POST") is (found.name is not None) and request.method != "DELETE":
            raise ApiError(405, "the server does not allow this method on the requested resource", **{"name": None})
        media.wanted(request)
        _options(request)
        status, obj, warnings = verb(self.api, request, found)
        return self._shown(request, found, status, obj, warnings)

    def _get(self, request, found):
        watch = found.name is None and request.query.get("watch") in ("true", "1")
        kind, version = media.wanted(request, watch)
        if watch:
            return Watch(self.api, request, found, (kind, version)).stream
        if found.name is not None:
            return self._shown(request, found, *requests.read(self.api, request, found))
        objects, at, more = self.pages.page(request, found)
        if kind == "Table":
            tables.checked(request)
            return 200, tables.table(found.resource, objects, request.query.get("includeObject"), {"resourceVersion": at, **more}, version=version), []
        if kind:
            if kind == "PartialObjectMetadata":
                raise ApiError(406, f"you requested {kind}, but the requested object is a list (*core.{found.resource.kind}List)")
            items = [_partial(obj, version) for obj in objects]
            return 200, {"kind": "PartialObjectMetadataList", "apiVersion": f"meta.k8s.io/{version}", "metadata": {"resourceVersion": at, **more}, "items": items}, []
        return 200, requests.listing(self.api, found, objects, at, more), []

    def _shown(self, request, found, status, obj, warnings):
        """An object as the client asked to see it."""
        kind, version = media.wanted(request)
        if kind and obj.get("kind") == found.resource.kind:
            if kind == "Table":
                tables.checked(request)
                return status, tables.table(found.resource, [obj], request.query.get("includeObject"), {"resourceVersion": obj["metadata"]["resourceVersion"]}, version=version), warnings
            if kind == "PartialObjectMetadataList":
                raise ApiError(406, f"you requested {kind}, but the requested object is not a list (*core.{found.resource.kind})")
            return status, _partial(obj, version), warnings
        return status, obj, warnings


def _headers(found):
    """One text a name; of a header that comes several times a line each."""
    headers = {}
    for name, value in found:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}\n{text}" if key in headers else text
    return headers


def _partial(obj, version):
    return {"kind": "PartialObjectMetadata", "apiVersion": f"meta.k8s.io/{version}", "metadata": obj["metadata"]}


def _options(request):
    """Query options that writes share."""
    name = {"POST": "Create", "PUT": "Update", "PATCH": "Patch", "DELETE": "Delete"}[request.method] + "Options"
    found = [*_known("dryRun", request, ("All",)), *_known("fieldValidation", request, ("", "Ignore", "Strict", "Warn")), *_manager(request.query.get("fieldManager", ""))]
    if found:
        raise invalid_options(name, found)


def _known(field, request, known):
    value = request.query.get(field)
    if value is not None and value not in known:
        shown, given = ", ".join(f'"{each}"' for each in known), f'["{value}"]' if field == "dryRun" else f'"{value}"'
        yield "FieldValueNotSupported", f"Unsupported value: {given}: supported values: {shown}", field


def _manager(manager):
    odd = next((at for at, letter in enumerate(manager) if not letter.isprintable()), None)
    if len(manager) > 128:
        yield "FieldValueTooLong", "Too long: may not be more than 128 bytes", "fieldManager"
    if odd is not None:
        yield "FieldValueInvalid", f"Invalid value: {orjson.dumps(manager).decode()}: invalid character U+{ord(manager[odd]):04X} (at position {odd})", "fieldManager"


async def _body(receive):
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _send(send, status, body, warnings, content_type=None):
    data = body.encode() if isinstance(body, str) else orjson.dumps(body)
    kind = content_type if content_type is not None else TEXT if isinstance(body, str) else "application/json"
    headers = [(b"content-length", str(len(data)).encode()), *([(b"content-type", kind.encode())] if kind else [])]
    headers += [(b"warning", ('299 - "' + each.replace("\\", "\\\\").replace('"', '\\"') + '"').encode()) for each in warnings]
    if status == 204:
        headers, data = [], b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})


async def _lifespan(receive, send):
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
