"""/metrics: for loopback without forwarding headers, or a token with admin:read. Of all processes of this server, whichever is asked."""

import contextlib
import os
import time
import urllib.request

from flask import Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from web.context import services
from web.people import identity

REQUESTS = Counter("http_requests_total", "Requests by route, method and status", ("method", "route", "status"))
SECONDS = Histogram("http_request_duration_seconds", "Seconds a request took", ("method", "route"))
DEPLOYMENTS = Counter("deployment_count", "Changes delivered, by environment and status", ("environment", "status"))
BESIDE = 2  # seconds for a controller on this machine
MODELS = Counter("nlp_model_calls_total", "Questions to language models, by provider and what came of them", ("provider", "result"))
TOKENS = Counter("nlp_model_tokens_total", "Tokens of language models, in and out", ("provider", "direction"))
WORDS = Counter("nlp_command_count", "Sentences read, by command and parser", ("command", "parser"))

NOTICES = Counter("slack_messages_total", "Tries to send a notification to a channel of the Slack app, by what became of it", ("channel", "result"))


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
    """Prometheus metrics of this server, and of a controller beside it."""
    if not identity.from_here():
        g.actor = identity.authenticated("rest")
        identity.need("admin:read")
    return Response(generate_latest(Together() if "PROMETHEUS_MULTIPROC_DIR" in os.environ else REGISTRY) + _controller(services().settings.metrics_port), content_type=CONTENT_TYPE_LATEST)


class Together:
    """What all processes of gunicorn counted (web/gunicorn_conf). The files hold what the controller's modules count here too, which is no news: the controller tells of that."""

    def collect(self):
        ours = {each.name for each in REGISTRY.collect()}
        return [each for each in MultiProcessCollector(None).collect() if each.name in ours]


def _controller(port):
    """What the controller of this machine says of itself at METRICS_PORT; nothing where there is none. Its names are none of ours."""
    with contextlib.suppress(OSError):
        if port:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics?own", timeout=BESIDE) as answer:
                return answer.read()
    return b""
