"""HTTP: bytes to requests, answers to bytes, and watches that stay open. An ASGI application; everything runs in its loop."""

import asyncio
import logging
import time

import orjson

from controller.devcluster import discovery, requests, selectors, tables
from controller.devcluster.auth import allowed, identified
from controller.devcluster.crds import Definitions
from controller.devcluster.errors import ApiError, invalid_options, number
from controller.devcluster.requests import Request, Snapshots

log = logging.getLogger(__name__)
TEXT = "text/plain; charset=utf-8"
HEALTH = ("/livez", "/readyz", "/healthz", "/livez/ping", "/readyz/ping", "/healthz/ping")
ACCEPTED = "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf"
WRITES = {"POST": requests.create, "PUT": requests.replace, "PATCH": requests.patch, "DELETE": requests.delete}
BOOKMARK_BEFORE_END = 2  # seconds
DEPRECATED = {"endpoints": ("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",)}


class Application:
    def __init__(self, api, tokens, logs):
        self.api, self.tokens, self.logs, self.snapshots = api, tokens, logs, Snapshots()
        self.definitions = Definitions(api)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await _lifespan(receive, send)
        if scope["type"] != "http":
            return
        request = Request(scope["method"], scope["path"], requests.parse_query(scope["query_string"].decode("latin-1")),
                          {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}, await _body(receive))
        try:
            answer = self.answer(request)
        except ApiError as error:
            answer = error.code, error.status(), request.warnings
        except Exception:
            log.exception("%s %s", request.method, request.path)
            answer = 500, ApiError(500, "Internal error occurred", "InternalError").status(), []
        if callable(answer):
            return await answer(send, receive)
        await _send(send, *answer)

    def answer(self, request):
        """(status, body, warnings), or a function that streams."""
        request.user = identified(self.tokens, request.headers.get("authorization", ""))
        if request.path in HEALTH:
            return 200, "ok", []
        allowed(self.api, request)
        plain = self._plain(request)
        if plain is not None:
            return plain
        found = requests.route(self.api, request.path)
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
            return 200, discovery.openapi_index(resources), []
        if path.startswith("/openapi/v3/"):
            document = discovery.openapi(resources, path.removeprefix("/openapi/v3/"))
            return (200, document, []) if document else (404, "", [])
        return self._group(request, path.strip("/").split("/"))

    def _group(self, request, parts):
        groups = discovery.groups(self.api.resources)
        if parts == ["api", "v1"]:
            return 200, discovery.resource_list("v1", groups[""]["v1"]), []
        if parts[0] == "apis" and len(parts) in (2, 3) and parts[1] in groups and parts[1]:
            _acceptable(request)
            if len(parts) == 2:
                return 200, {"kind": "APIGroup", "apiVersion": "v1", **discovery.group(parts[1], groups[parts[1]])}, []
            if parts[2] not in groups[parts[1]]:
                raise requests.no_resource()
            return 200, discovery.resource_list("/".join(parts[1:]), groups[parts[1]][parts[2]]), []
        return None

    def _write(self, request, found):
        verb = WRITES.get(request.method)
        if verb is None or (request.method == "POST") is (found.name is not None) and request.method != "DELETE":
            raise ApiError(405, "the server does not allow this method on the requested resource", **{"name": None})
        _acceptable(request)
        _options(request)
        status, obj, warnings = verb(self.api, request, found)
        self.definitions.changed(found.resource)
        return self._shown(request, found, status, obj, warnings)

    def _get(self, request, found):
        as_table = _acceptable(request)
        watch = request.query.get("watch") in ("true", "1")
        if found.name is not None:
            if watch:
                request.query["fieldSelector"] = f"metadata.name={found.name}"
                return Watch(self.api, request, found, as_table).stream
            return self._shown(request, found, *requests.read(self.api, request, found))
        if watch:
            return Watch(self.api, request, found, as_table).stream
        objects, version, more = requests.list_all(self.api, request, found, self.snapshots)
        if as_table == "Table":
            return 200, tables.table(found.resource, objects, request.query.get("includeObject"), {"resourceVersion": version, **more}), []
        if as_table:
            items = [{"metadata": obj["metadata"]} for obj in objects]
            return 200, {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": version, **more}, "items": items}, []
        return 200, requests.listing(self.api, found, objects, version, more), []

    def _shown(self, request, found, status, obj, warnings):
        """An object as the client asked to see it."""
        kind = _acceptable(request)
        if kind and obj.get("kind") == found.resource.kind:
            if kind == "Table":
                return status, tables.table(found.resource, [obj], request.query.get("includeObject"), {"resourceVersion": obj["metadata"]["resourceVersion"]}), warnings
            return status, {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}, warnings
        return status, obj, warnings


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


def _acceptable(request):
    """"Table", "Partial" or "" (the object itself); 406 for a type nobody can answer."""
    accept = request.headers.get("accept", "*/*")
    for part in accept.split(","):
        media, *parameters = (each.strip() for each in part.split(";"))
        if media not in ("application/json", "*/*", "application/*", "application/yaml", "application/vnd.kubernetes.protobuf") and not media.startswith("application/json"):
            continue
        kind = next((each.removeprefix("as=") for each in parameters if each.startswith("as=")), "")
        if media == "application/vnd.kubernetes.protobuf" and "application/json" in accept:
            continue
        if kind == "Table" and any(each in ("v=v1", "v=v1beta1") for each in parameters):
            return "Table"
        if kind in ("PartialObjectMetadata", "PartialObjectMetadataList"):
            return "Partial"
        if not kind:
            return ""
    raise ApiError(406, ACCEPTED, **{"name": None})


class Watch:
    """Events from a version on, until the client or the time ends it."""

    def __init__(self, api, request, found, kind):
        self.api, self.request, self.found, self.kind, self.first = api, request, found, kind, True
        self.labels = selectors.labels(request.query.get("labelSelector", ""))
        self.fields = selectors.fields(found.resource, request.query.get("fieldSelector", ""))
        self.version = request.query.get("resourceVersion", "")
        self.initial = request.query.get("sendInitialEvents") == "true"
        if self.version and not self.version.isdigit():
            raise ApiError(500, f'strconv.ParseUint: parsing "{self.version}": invalid syntax' if False else f'resource version "{self.version}" is invalid', None)
        self.timeout = float(request.query.get("timeoutSeconds") or 3600)

    async def stream(self, send, receive):
        queue = asyncio.Queue()
        self.api.store.watchers.append(queue.put_nowait)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
            gone = asyncio.ensure_future(_gone(receive))
            backlog, after = self._backlog()
            if backlog:
                await send({"type": "http.response.body", "body": b"".join(backlog), "more_body": True})
            if after is not None:
                await self._follow(send, queue, after, gone)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            gone.cancel()
        finally:
            self.api.store.watchers.remove(queue.put_nowait)

    def _backlog(self):
        """(lines, version to go on after); None for a version that is too old."""
        store = self.api.store
        if self.initial or self.version in ("", "0"):
            lines = [self._line("ADDED", obj) for obj in store.list(self.found.resource.key, self.found.namespace) if self._fits(obj)]
            if self.initial:
                lines.append(self._bookmark({"k8s.io/initial-events-end": "true"}))
            return lines, store.version
        events = store.since(int(self.version))
        if events is None:
            status = ApiError(410, f"too old resource version: {self.version} ({store.horizon})", "Expired").status()
            return [orjson.dumps({"type": "ERROR", "object": status}) + b"\n"], None
        return [line for event in events if (line := self._event(event))], store.version

    async def _follow(self, send, queue, after, gone):
        end, bookmarks, told = time.monotonic() + self.timeout, self.request.query.get("allowWatchBookmarks") == "true", after
        marked = not bookmarks
        while (left := end - time.monotonic()) > 0 and not gone.done():
            if not marked and left <= BOOKMARK_BEFORE_END and self.timeout >= BOOKMARK_BEFORE_END:
                marked = True
                if self.api.store.version > told or True:
                    await send({"type": "http.response.body", "body": self._bookmark(), "more_body": True})
            getting = asyncio.ensure_future(queue.get())
            await asyncio.wait({getting, gone}, timeout=min(left, left - BOOKMARK_BEFORE_END if not marked and left > BOOKMARK_BEFORE_END else left), return_when=asyncio.FIRST_COMPLETED)
            if not getting.done():
                getting.cancel()
                continue
            lines = [self._event(event) for event in (getting.result(), *_drained(queue)) if event[0] > after]
            body = b"".join(line for line in lines if line)
            if body:
                await send({"type": "http.response.body", "body": body, "more_body": True})

    def _fits(self, obj):
        return self.labels(obj["metadata"].get("labels") or {}) and self.fields(obj)

    def _event(self, event):
        """The line of an event, as this watch's selectors see it."""
        _, kind, resource, obj, before = event
        if resource != self.found.resource.key or self.found.namespace is not None and obj["metadata"].get("namespace") != self.found.namespace:
            return None
        fits, fitted = self._fits(obj), before is not None and self._fits(before)
        if kind == "DELETED":
            return self._line("DELETED", {**before, "metadata": {**before["metadata"], "resourceVersion": obj["metadata"]["resourceVersion"]}} if fitted and not fits else obj) if fitted or before is None and fits else None
        if fits:
            return self._line("MODIFIED" if fitted else "ADDED", obj)
        return self._line("DELETED", {**before, "metadata": {**before["metadata"], "resourceVersion": obj["metadata"]["resourceVersion"]}}) if fitted else None

    def _line(self, kind, obj):
        if self.kind == "Table":
            obj = tables.table(self.found.resource, [obj], self.request.query.get("includeObject"), {"resourceVersion": obj["metadata"]["resourceVersion"]}, self.first)
            self.first = False
        elif self.kind:
            obj = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}
        return orjson.dumps({"type": kind, "object": obj}) + b"\n"

    def _bookmark(self, annotations=None):
        metadata = {"resourceVersion": str(self.api.store.version), **({"annotations": annotations} if annotations else {})}
        return orjson.dumps({"type": "BOOKMARK", "object": {"kind": self.found.resource.kind, "apiVersion": self.found.resource.api_version(self.found.version), "metadata": metadata}}) + b"\n"


def _drained(queue):
    while not queue.empty():
        yield queue.get_nowait()


async def _gone(receive):
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(receive):
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _send(send, status, body, warnings, content_type=None):
    data = body.encode() if isinstance(body, str) else orjson.dumps(body)
    kind = content_type or (TEXT if isinstance(body, str) else "application/json")
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(data)).encode())]
    headers += [(b"warning", f'299 - "{each}"'.replace("\\", "").encode() if '"' not in each else ('299 - "' + each.replace('"', '\\"') + '"').encode()) for each in warnings]
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
