"""What is measured, for the dashboard and whoever asks: an app's graphs, the nodes. A free query is the verb `query`. Must not build a query."""

import re

from flask import Blueprint, g, request

from controller import prometheus
from gitops import policy
from gitops.errors import Invalid
from web.api import answer, see
from web.context import services

blueprint = Blueprint("monitoring", __name__, url_prefix="/api/v1/monitoring")
SETTINGS = {"prometheus": ("Prometheus", "PROMETHEUS_URL"), "alertmanager": ("Alertmanager", "ALERTMANAGER_URL"), "alerts": ("Alertmanager", "ALERTS_WEBHOOK_SECRET")}
SPAN = re.compile(r"[0-9]{1,6}[smhdw]")


@blueprint.get("")
def configured():
    """What of monitoring is set up here, and the setting that does it."""
    return answer({what: {"name": name, "configured": bool(getattr(services().settings, setting.lower())), "setting": setting} for what, (name, setting) in SETTINGS.items()})


@blueprint.get("/apps/<app>/<environment>")
def app(app, environment):
    """Graphs of an app by Prometheus, looked back over `range` (1h): CPU, memory and restarts a pod; requests, errors and latency where it has the usual metrics."""
    see(environment)
    span = request.args.get("range", "1h")
    if not SPAN.fullmatch(span):
        raise Invalid("bad_argument", argument="range", value=span[:64], wanted=SPAN.pattern)
    tree, catalog = services().head()
    target, place = catalog.target(app, environment), catalog.environment(environment)
    rendered = services().renderer.render(tree, target, place)
    return answer(prometheus.app(services().settings, place.namespace, [(each["kind"], each["metadata"]["name"]) for each in rendered.objects], span) | {"app": app, "environment": environment, "range": span})


@blueprint.get("/nodes")
def nodes():
    """Every node's CPU, iowait, memory, disk, swap, IO and traffic against their thresholds; what Prometheus scrapes; the busiest pods of the environments."""
    settings = services().settings
    found = prometheus.nodes(settings)
    namespaces = [each.namespace for each in services().head()[1].environments.values() if policy.holds(g.actor.scopes, "k8s:read", each.name)]
    return answer(found | prometheus.targets(settings) | {"pods": prometheus.busiest(settings, namespaces)})
