"""What is measured, for the dashboard and whoever asks: an app's graphs, the nodes. A free query is the verb `query`. Must not build a query."""

from flask import Blueprint, g

from controller import prometheus
from gitops import policy
from gitops.verbs import Argument
from web.context import services
from web.rest import shown
from web.rest.api import answer, see
from web.rest.described import says

blueprint = Blueprint("monitoring", __name__, url_prefix="/api/v1/monitoring")
SETTINGS = {"prometheus": ("Prometheus", "PROMETHEUS_URL"), "alertmanager": ("Alertmanager", "ALERTMANAGER_URL"), "alerts": ("Alertmanager", "ALERTS_WEBHOOK_SECRET")}
SPAN = Argument("range", ("how far back", "조회 범위"), pattern=r"[0-9]{1,6}[smhdw]", default="1h")


@blueprint.get("")
@says("모니터링에서 무엇이 설정되어 있고 어떤 설정이 그것을 하는지.", answers={"type": "object", "additionalProperties": shown.thing(name=shown.TEXT, configured=shown.FLAG, setting=shown.TEXT)})
def configured():
    """What of monitoring is set up here, and the setting that does it."""
    return answer({what: {"name": name, "configured": bool(getattr(services().settings, setting.lower())), "setting": setting} for what, (name, setting) in SETTINGS.items()})


@blueprint.get("/apps/<app>/<environment>")
@says("Prometheus로 그린 앱의 그래프: 파드별 CPU, 메모리, 재시작과, 흔한 지표가 있으면 요청, 오류, 지연.", SPAN, answers={"type": "object", "required": ["app", "environment", "range"]}, errors=(504,))
def app(app, environment, range):
    """Graphs of an app by Prometheus, looked back over `range` (1h): CPU, memory and restarts a pod; requests, errors and latency where it has the usual metrics."""
    see(environment)
    tree, catalog = services().readable()
    target, place = catalog.target(app, environment), catalog.environment(environment)
    rendered = services().renderer.render(tree, target, place)
    return answer(prometheus.app(services().settings, place.namespace, [(each["kind"], each["metadata"]["name"]) for each in rendered.objects], range) | {"app": app, "environment": environment, "range": range})


@blueprint.get("/nodes")
@says("모든 노드의 CPU, iowait, 메모리, 디스크, 스왑, IO, 트래픽을 기준과 함께, Prometheus가 수집하는 것, 가장 바쁜 파드.", answers={"type": "object", "required": ["items", "measures", "pods"]}, errors=(422, 504))
def nodes():
    """Every node's CPU, iowait, memory, disk, swap, IO and traffic against their thresholds; what Prometheus scrapes; the busiest pods of the environments."""
    settings = services().settings
    found = prometheus.nodes(settings)
    namespaces = [each.namespace for each in services().readable()[1].environments.values() if policy.holds(g.actor.scopes, "k8s:read", each.name)]
    return answer(found | prometheus.targets(settings) | {"pods": prometheus.busiest(settings, namespaces)})
