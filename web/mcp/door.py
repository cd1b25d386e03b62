"""The MCP door over HTTP, at /mcp/stream. Who calls, from where and how often is decided here, before the protocol is spoken; what is called is web/mcp's.

The protocol runs on an event loop in a thread of its own, made after the fork.
"""

import asyncio
import contextlib
import ipaddress
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from a2wsgi import ASGIMiddleware
from flask import g
from mcp.server.transport_security import TransportSecuritySettings
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wsgi import ClosingIterator

from gitops.errors import Forbidden, KlepaasError, Malformed, Unauthorized
from gitops.origin import within
from web.errors import language, problem
from web.mcp import protected
from web.mcp.calling import WHO, Caller, admitted
from web.mcp.server import built
from web.people import attempts, identity, limits, origins

PATH = protected.PATH
LIMIT = 512 * 1024
THREADS = 96  # calls at a time; each stream holds one
TASK = "klepaas.mcp.task"


def mount(app):
    """The Flask application with the MCP server beside it."""
    app.register_blueprint(protected.blueprint)
    hosts = TransportSecuritySettings(enable_dns_rebinding_protection=False)  # Host and Origin are checked in `_guarded`, as at every door
    asgi = built(app).streamable_http_app(streamable_http_path="/", json_response=True, stateless_http=True, max_request_body_size=LIMIT, transport_security=hosts)
    loop = _loop(asgi)
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {PATH: _guarded(app, ASGIMiddleware(_ending(asgi), loop=loop), loop)})
    return app


def _loop(asgi):
    """An event loop in a thread of its own, with the application's lifespan entered."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, "mcp-call"))

    async def live():
        async with asgi.router.lifespan_context(asgi):
            ready.set()
            await asyncio.Event().wait()

    def run():
        asyncio.set_event_loop(loop)
        loop.run_until_complete(live())

    threading.Thread(target=run, name="mcp", daemon=True).start()
    ready.wait(10)
    return loop


def _ending(asgi):
    """The application, and its task where the thread that waits for it can end it: a2wsgi leaves that of a client that went away."""
    async def ending(scope, receive, send):
        scope["wsgi_environ"][TASK] = asyncio.current_task()
        with contextlib.suppress(asyncio.CancelledError):
            await asgi(scope, receive, send)
    return ending


def _guarded(app, inner, loop):
    """Refuses before the protocol is spoken: another host or origin, no bearer token, too much, a method that would hold a thread."""

    def guarded(environ, start):
        environ["PATH_INFO"], environ["QUERY_STRING"] = "/", ""  # the path with and without its slash are one; nothing is read from a query
        origin = origins.of(environ, app.extensions["klepaas"].services.settings.trusted_proxies)
        with app.request_context(environ), within(origin):
            refused = _refusal(app, environ, origin)
        if refused is not None:
            return refused(environ, start)
        return ClosingIterator(inner(environ, start), lambda: loop.call_soon_threadsafe(environ[TASK].cancel) if TASK in environ else None)

    return guarded


def _refusal(app, environ, origin):
    """The response that ends it here, or None; then the Caller is in the environment."""
    if environ["REQUEST_METHOD"] != "POST":
        refused = problem(405, "method_not_allowed", "This server is stateless: POST only.")
        refused.headers["Allow"] = "POST"
        return refused
    g.actor, header = None, environ.get("HTTP_AUTHORIZATION", "")
    try:
        _addressed(app, environ)
        text = _bearer(header)
        g.actor = identity.of_token(text, "mcp")
        limits.paced()
        admitted(g.actor)
    except KlepaasError as error:
        _noted(error, header)
        return _refused(error)
    environ[WHO] = Caller(lambda: identity.of_token(text, "mcp"), origin, language())
    return None


def _noted(error, header):
    """In the audit, as at every door: the same wrong credential once, and nothing of who is locked out or too fast."""
    if error.status != 429 and (g.actor is not None or limits.first("mcp", error.code, limits.digest(header))):
        attempts.write(g.actor, "mcp", outcome="refused", code=error.code, door="mcp")


def _addressed(app, environ):
    """A page that made its own name point here (DNS rebinding) has its own Host and Origin."""
    if not _ours(environ.get("HTTP_HOST", ""), app.extensions["klepaas"].services.settings.klepaas_url):
        raise Malformed("foreign_host", host=environ.get("HTTP_HOST", "-")[:100])
    if environ.get("HTTP_ORIGIN"):
        identity.same_origin()
    length = environ.get("CONTENT_LENGTH") or "0"
    if environ.get("HTTP_TRANSFER_ENCODING") or not (length.isascii() and length.isdecimal()):
        raise Malformed("length_needed")  # a2wsgi reads by Content-Length
    if len(length) > 9 or int(length) > LIMIT:
        raise Malformed("body_too_large", most=LIMIT)


def _ours(host, url):
    """An address, this machine, or the name that KLEPAAS_URL says: only another name can be made to point here."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    try:
        return bool(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return bool(name) and name.lower() in ("localhost", urlsplit(url or "").hostname)


def _bearer(header):
    kind, _, text = (header or "").partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise Unauthorized("bad_authorization")
    return text.strip()


def _refused(error):
    status = {"foreign_host": 421, "length_needed": 411, "body_too_large": 413}.get(error.code, error.status)
    refused = problem(status, error.code, error.text(language()))
    if error.status == 401:
        refused.headers["WWW-Authenticate"] = f'Bearer realm="klepaas", scope="mcp:execute"{protected.challenge()}'
    if isinstance(error, Forbidden) and error.code == "missing_scope":
        refused.headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="mcp:execute"{protected.challenge()}'
    if error.retry_after:
        refused.headers["Retry-After"] = str(error.retry_after)
    return refused
