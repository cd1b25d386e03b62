"""Doors: bytes in, a command through gitops.submit, a receipt out. Must not decide or change anything by itself."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from flask import Flask, g, request, send_from_directory

from gitops.origin import CURRENT, HERE
from gitops.telemetry import tracing
from web.people import keys, origins

STATIC = Path(__file__).parent.parent / "static"
BODY_LIMIT = 512 * 1024
DOORS = ("chat.routes", "chat.teaching", "people.access", "people.accounts", "people.audit", "people.oauth", "people.tokens", "rest.alerts", "rest.api", "rest.app", "rest.cluster", "rest.external", "rest.figures", "rest.hooks", "rest.monitoring", "rest.notices", "rest.pipelines", "rest.predecessor", "rest.repositories", "rest.streams", "rest.tutorial", "slack.door", "slack.installing")  # modules with routes
TRACED = ("/api/", "/auth/")
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """What the doors of this process share (web/context)."""

    services: object
    cluster: object
    broadcaster: object
    models: object = None  # nlp/models/chain: None without a key


def create_app(settings=None):
    """The Flask application, its services opened. Called in each worker, after the fork."""
    from controller.observe import Observer
    from gitops import config, services
    from gitops.telemetry import reporting
    from nlp.models import chain
    from web import errors, live, metrics, slack
    from web.chat import socket as chat_socket
    from web.mcp.door import mount
    from web.people import attempts, cors, identity, upkeep
    from web.rest import hooks, wire

    settings = settings or config.load()
    origins.networks(settings.trusted_proxies, "TRUSTED_PROXIES")
    cors.origins(settings.cors_origins)
    reporting.start(settings, "web")
    tracing.start(settings, "web")
    opened = services.open(settings)
    app = Flask("web", static_folder=str(STATIC), static_url_path="/static")
    app.config.update(SECRET_KEY=keys.secret(settings), MAX_CONTENT_LENGTH=BODY_LIMIT, SESSION_COOKIE_NAME="klepaas", SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax",
                      SESSION_COOKIE_SECURE=(settings.klepaas_url or "").startswith("https://"), SOCK_SERVER_OPTIONS={"ping_interval": 25, "max_message_size": BODY_LIMIT},
                      SEND_FILE_MAX_AGE_DEFAULT=0)
    observer = Observer(settings.kubeconfig, settings)
    opened.renderer.cluster = observer.offers
    app.extensions["klepaas"] = Opened(opened, observer, live.Broadcaster(opened.ledger), chain.opened(settings))
    app.before_request(_identify)
    app.teardown_request(_over)
    app.before_request(cors.preflight)
    app.before_request(identity.guard)
    app.after_request(wire.done)  # what is registered first is done last
    app.after_request(cors.done)
    app.after_request(attempts.done)
    app.after_request(_headers)
    for name in DOORS:
        app.register_blueprint(import_module(f"web.{name}").blueprint)
    hooks.install(app, opened)
    upkeep.install(app, opened)
    slack.install(app, opened)
    chat_socket.sock.init_app(app)  # the one Sock: that of live, with the route of chat_socket
    metrics.install(app)
    errors.install(app)
    _pages(app)
    return mount(app)


def _identify():
    """Where the request came from, and its id."""
    from web.context import services

    found = origins.of(request.environ, services().settings.trusted_proxies)
    g.request_id = found.request
    CURRENT.set(found)
    if request.path.startswith(TRACED) and "Upgrade" not in request.headers:
        g.traced = ExitStack()
        g.traced.enter_context(tracing.door(f"{request.method} {request.url_rule or '-'}", request_id=found.request))
        CURRENT.set(replace(found, trace=tracing.here()))


def _over(error):
    """What the thread says next is not about this request."""
    if traced := g.pop("traced", None):
        traced.close()
    CURRENT.set(HERE)


def _headers(response):
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.path.startswith(("/api/", "/auth/")):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _pages(app):
    @app.get("/")
    def page():
        return send_from_directory(STATIC, "index.html")

    @app.get("/api")
    def reference():
        return send_from_directory(STATIC, "api.html")

    @app.get("/healthz")
    def healthz():
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz():
        from web import reads
        from web.context import services

        ready = reads.synced_once(services())
        return {"status": "ready" if ready else "first sync is running"}, 200 if ready else 503
