"""How answers travel: a read says which version it is, and what is long is compressed. Knows nothing of what they hold."""

import functools
import gzip

from flask import request

LEAST = 1024  # bytes that are worth it
LEVEL = 5
TEXT = ("text/", "application/json", "application/problem+json", "application/javascript", "image/svg+xml")


def done(response):
    """After all else of a request. What a view streams is left as it is; so is what answers a change, which may hold a new secret."""
    if request.method not in ("GET", "HEAD") or response.is_streamed and not response.direct_passthrough:
        return response
    if response.status_code == 200 and request.path.startswith("/api/") and response.mimetype == "application/json":
        response.headers["Cache-Control"] = "private, no-cache"
        response.add_etag(weak=True)
        response.make_conditional(request)
    return _smaller(response)


def _smaller(response):
    if response.status_code != 200 or response.headers.get("Content-Encoding") or not response.mimetype.startswith(TEXT):
        return response
    response.headers.add("Vary", "Accept-Encoding")
    if "gzip" not in request.accept_encodings or (response.content_length or LEAST) < LEAST:
        return response
    static, response.direct_passthrough = response.direct_passthrough, False
    data = response.get_data()
    if len(data) >= LEAST:
        response.set_data(_kept(data) if static else gzip.compress(data, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


@functools.lru_cache(256)
def _kept(data):
    """Of the page's own files, which are asked for again and again."""
    return gzip.compress(data, 9, mtime=0)
