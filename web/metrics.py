"""/metrics: for loopback without forwarding headers, or a token with admin:read."""

import time

from flask import Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

from web import identity

REQUESTS = Counter("http_requests_total", "Requests by route, method and status", ("method", "route", "status"))
SECONDS = Histogram("http_request_duration_seconds", "Seconds a request took", ("method", "route"))
DEPLOYMENTS = Counter("deployment_count", "Changes delivered, by environment and status", ("environment", "status"))
WORDS = Counter("nlp_command_count", "Sentences read, by command and parser", ("command", "parser"))


def install(app):
    app.before_request(_begin)
    app.after_request(_end)
    app.add_url_rule("/metrics", "metrics", _metrics)


def _begin():
    g.began = time.perf_counter()


def _end(response):
    route = request.url_rule.rule if request.url_rule else "none"
    REQUESTS.labels(request.method, route, response.status_code).inc()
    if "began" in g:
        SECONDS.labels(request.method, route).observe(time.perf_counter() - g.began)
    return response


def _metrics():
    """Prometheus metrics of this process."""
    if not identity.from_here():
        g.actor = identity.authenticated("rest")
        identity.need("admin:read")
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
