"""Pages of other origins: none may ask the API, but those of CORS_ORIGINS, with a token of their own. Credentials of ours (cookies) never travel with what they ask.

What a browser keeps from a page is all that this decides: who may do what is decided as for everybody.
"""

from urllib.parse import urlsplit

from flask import Response, request

from gitops.errors import Invalid
from web.context import services

PATH = "/api/v1/"
METHODS = "GET, POST, DELETE"
ASKED = "Accept-Language, Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, X-Request-Id"
TOLD = "ETag, Retry-After, WWW-Authenticate, X-Request-Id"
REMEMBERED = "600"  # seconds that a browser need not ask again


def origins(given):
    """The origins of the setting; Invalid where one is none."""
    found = [each.strip() for each in (given or "").split(",") if each.strip()]
    for each in found:
        parts = urlsplit(each)
        if parts.scheme not in ("http", "https") or not parts.hostname or each != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc or "*" in each:
            raise Invalid("bad_setting", name="CORS_ORIGINS", wanted="origins such as https://portal.example.org, separated by commas")
    return frozenset(found)


def preflight():
    """Before a request: what a browser asks on behalf of a page is answered without a view; nobody is signed in by it."""
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers and _allowed():
        return Response(status=204, headers={"Access-Control-Allow-Methods": METHODS, "Access-Control-Allow-Headers": ASKED, "Access-Control-Max-Age": REMEMBERED})
    return None


def done(response):
    """After a request: which page may read the answer."""
    allowed = origins(services().settings.cors_origins)
    if allowed and request.path.startswith(PATH):
        response.headers.add("Vary", "Origin")
    if _allowed():
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Expose-Headers"] = TOLD
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _allowed():
    return request.path.startswith(PATH) and request.headers.get("Origin") in origins(services().settings.cors_origins)
