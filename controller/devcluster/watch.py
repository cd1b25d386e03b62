"""Watches: the events of a resource from a version on, until the client or the time ends them."""

import asyncio
import time

import orjson

from controller.devcluster import pages, paths, selectors, tables
from controller.devcluster.errors import ApiError, number

BOOKMARK_BEFORE_END, LONGEST = 2, 3600  # seconds


class Watch:
    def __init__(self, api, request, found, kind):
        """`kind`: how the client wants to see objects, of media.wanted."""
        pages.options(request, watch=True)
        self.api, self.request, self.found, self.kind, self.first = api, request, found, kind, True
        self.labels = selectors.labels(request.query.get("labelSelector", ""))
        self.fields = selectors.fields(found.resource, request.query.get("fieldSelector", ""))
        self.version, self.initial = request.query.get("resourceVersion", ""), request.query.get("sendInitialEvents") == "true"
        self.bookmarks = request.query.get("allowWatchBookmarks") == "true"
        if self.version and not self.version.isdigit():
            raise ApiError(500, f'resourceVersion: Invalid value: "{self.version}": strconv.ParseUint: parsing "{self.version}": invalid syntax', None)
        self.timeout = number(request.query.get("timeoutSeconds") or LONGEST)
        if kind[0] == "Table":
            tables.checked(request)

    async def stream(self, send, receive):
        queue, key = asyncio.Queue(), self.found.resource.key
        self.api.store.follow(key, queue.put_nowait)
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
            backlog, after = self._backlog()
            if backlog:
                await send({"type": "http.response.body", "body": b"".join(backlog), "more_body": True})
            if after is not None:
                await self._follow(send, queue, after, gone)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            self.api.store.unfollow(key, queue.put_nowait)

    def _backlog(self):
        """(lines, version to go on after); None for a version that is too old."""
        store = self.api.store
        if self.initial or self.version in ("", "0"):
            lines = [self._line("ADDED", obj) for obj in store.list(self.found.resource.key, self.found.namespace) if self._fits(obj)]
            return lines + ([self._bookmark({"k8s.io/initial-events-end": "true"})] if self.initial and self.bookmarks else []), store.version
        events = store.since(int(self.version))
        if events is None:
            status = ApiError(410, f"too old resource version: {self.version} ({store.horizon})", "Expired").status()
            return [orjson.dumps({"type": "ERROR", "object": status}) + b"\n"], None
        return [line for event in events if (line := self._event(event))], store.version

    async def _follow(self, send, queue, after, gone):
        end = time.monotonic() + self.timeout
        mark = end - BOOKMARK_BEFORE_END if self.bookmarks and self.timeout >= BOOKMARK_BEFORE_END else end
        while (now := time.monotonic()) < end and not gone.done():
            if mark < end and now >= mark:
                mark = end
                await send({"type": "http.response.body", "body": self._bookmark(), "more_body": True})
            getting = asyncio.ensure_future(queue.get())
            await asyncio.wait({getting, gone}, timeout=mark - now if now < mark else end - now, return_when=asyncio.FIRST_COMPLETED)
            if not getting.done():
                getting.cancel()
                continue
            body = b"".join(line for event in (getting.result(), *_drained(queue)) if event[0] > after and (line := self._event(event)))
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
        if kind != "DELETED" and fits:
            return self._line("MODIFIED" if fitted else "ADDED", obj)
        if not fitted:
            return None
        return self._line("DELETED", obj if fits else {**before, "metadata": {**before["metadata"], "resourceVersion": obj["metadata"]["resourceVersion"]}})

    def _line(self, kind, obj):
        as_kind, version = self.kind
        if as_kind == "Table":
            obj = tables.table(self.found.resource, [obj], self.request.query.get("includeObject"), {"resourceVersion": obj["metadata"]["resourceVersion"]}, self.first, version)
            self.first = False
        elif as_kind:
            obj = {"kind": "PartialObjectMetadata", "apiVersion": f"meta.k8s.io/{version}", "metadata": obj["metadata"]}
        return orjson.dumps({"type": kind, "object": obj}) + b"\n"

    def _bookmark(self, annotations=None):
        metadata = {"resourceVersion": str(self.api.store.version), **({"annotations": annotations} if annotations else {})}
        resource = self.found.resource
        empty = {} if resource.schema is not None else {name: value for name, value in paths.zero(self.api.schema(resource)).items() if name not in ("metadata", "kind", "apiVersion")}
        return orjson.dumps({"type": "BOOKMARK", "object": {"kind": resource.kind, "apiVersion": resource.api_version(self.found.version), **empty, "metadata": metadata}}) + b"\n"


def _drained(queue):
    while not queue.empty():
        yield queue.get_nowait()


async def _gone(receive):
    while (await receive())["type"] != "http.disconnect":
        pass
