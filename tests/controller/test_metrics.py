"""What the controller counts and says of itself, as Prometheus and kubectl see it."""

import re
import subprocess

import pytest
import requests

from controller import metrics
from tests import product, tools
from tests.controller.house import configmap, values
from tests.product import free_port

SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")


class Port:
    """The controller's own port."""

    def __init__(self, house):
        self.house, self.port = house, free_port()
        house.start(METRICS_PORT=str(self.port))

    def get(self, path="/metrics", **headers):
        return requests.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=10)

    def value(self, name, **labels):
        """The sum of the samples of a name whose labels contain these."""
        found = [SAMPLE.match(line) for line in self.get().text.splitlines() if not line.startswith("#")]
        wanted = {f'{label}="{value}"' for label, value in labels.items()}
        return sum(float(each[3]) for each in found if each[1] == name and wanted <= set((each[2] or "").split(",")))


def told(house, name, reason=None):
    """The Events on an object of the house's namespace."""
    found = house.cluster.get(f"/api/v1/namespaces/{house.namespace()}/events")["items"]
    return [each for each in found if each["involvedObject"]["name"] == name and reason in (None, each["reason"]) and each["source"]["component"] == "klepaas-controller"]


@pytest.mark.pods
def test_a_sync_is_counted(house):
    """Syncs, their seconds, apps by state, requests by verb, fetches, renderings and the queue are there under their names."""
    found = house({"values/staging/web.yaml": values(), "manifests/staging/one/a.yaml": configmap("a")})
    port = Port(found)
    found.synced("web")
    found.synced("one")
    assert port.value("klepaas_sync_total", environment="staging", result="succeeded") == 2
    assert port.value("klepaas_sync_duration_seconds_count", environment="staging") == 2
    assert port.value("klepaas_apps", environment="staging", sync="succeeded", health="healthy") == 2
    assert port.value("klepaas_queue_depth", environment="staging") == port.value("klepaas_queue_age_seconds", environment="staging") == 0
    assert port.value("klepaas_environment_active", environment="staging") == 1
    assert port.value("klepaas_environment_held", environment="staging") == 0
    for verb in ("get", "list", "watch", "create", "patch", "discovery"):
        assert port.value("klepaas_kubernetes_request_duration_seconds_count", verb=verb) > 0, verb
    assert port.value("klepaas_kubernetes_requests_total", code="201", verb="patch") >= 2
    assert port.value("klepaas_git_fetch_duration_seconds_count") > 0
    assert port.value("klepaas_render_cache_total", result="miss") >= 2
    assert port.value("klepaas_render_duration_seconds_count") >= 2


def test_drift_and_failure_are_counted(house):
    """A repaired change of others is one drift; an app whose file is broken is one app that failed."""
    found = house({"manifests/staging/one/a.yaml": configmap("a")})
    port = Port(found)
    found.synced("one")
    found.cluster.patch(found.path("configmaps", "a"), {"data": {"value": "theirs"}})
    found.wait(lambda: port.value("klepaas_drift_total", environment="staging", repaired="true") == 1)
    found.commit({"values/staging/web.yaml": "image: [\n"})
    found.failed("web")
    found.wait(lambda: port.value("klepaas_apps", environment="staging", sync="failed") == 1)
    assert port.value("klepaas_sync_total", environment="staging", result="failed") == 1


def test_a_second_controller_counts_no_app_twice(house):
    """Of an environment that another controller works on, one says only that."""
    found = house({"manifests/staging/one/a.yaml": configmap("a")})
    first = Port(found)
    found.synced("one")
    second = Port(found)
    found.wait(lambda: _ready(second))
    found.wait(lambda: 'klepaas_environment_active{environment="staging"} 0.0' in second.get().text)
    assert (first.value("klepaas_apps"), second.value("klepaas_apps")) == (1, 0)


def _ready(port):
    try:
        return port.get("/readyz").ok
    except requests.ConnectionError:
        return False


def test_metrics_are_not_for_everybody(house):
    """Who comes through a proxy needs a token that may admin:read; health is open; nothing else is there."""
    found = house({"manifests/staging/one/a.yaml": configmap("a")})
    port = Port(found)
    found.synced("one")
    found.ledger.put_user("kim@example.com", "Kim", ("admin:read", "k8s:read"))
    good, poor = (found.ledger.token_create("kim@example.com", name, [name]) for name in ("admin:read", "k8s:read"))
    status = {name: port.get(**{"X-Forwarded-For": "10.0.0.1", **({"Authorization": f"Bearer {token}"} if token else {})}).status_code
              for name, token in (("none", None), ("good", good), ("poor", poor), ("false", "klp_wrong"))}
    assert status == {"none": 401, "good": 200, "poor": 401, "false": 401}
    assert port.get("/healthz").ok and port.get("/readyz").ok
    assert port.get("/debug").status_code == 404


def test_it_listens_where_it_is_told(house):
    """METRICS_HOST may be of either family; loopback of both needs no token."""
    found, port = house({"manifests/staging/one/a.yaml": configmap("a")}), free_port()
    found.start(METRICS_PORT=str(port), METRICS_HOST="::1")
    found.synced("one")
    assert "klepaas_sync_total" in requests.get(f"http://[::1]:{port}/metrics", timeout=10).text


def test_a_port_that_is_taken_stops_no_sync(house):
    """The controller says so, and goes on."""
    found = house({"manifests/staging/one/a.yaml": configmap("a")})
    found.start(METRICS_PORT=str(int(found.cluster.url.rpartition(":")[2])))
    found.synced("one")
    assert "METRICS_PORT" in (found.home / "controller.log").read_text()


@pytest.mark.parametrize("method, path, verb", [
    ("GET", "/api/v1/namespaces/a/pods", "list"), ("GET", "/api/v1/namespaces/a/pods/b", "get"), ("GET", "/api/v1/namespaces/a/pods/b/log", "get"),
    ("GET", "/apis/apps/v1/deployments", "list"), ("GET", "/api/v1/namespaces", "list"), ("GET", "/api/v1/namespaces/a", "get"), ("GET", "/apis", "discovery"),
    ("GET", "/version", "discovery"), ("GET", "/api/v1/namespaces/a/pods?watch=true&resourceVersion=1", "watch"), ("PATCH", "/api/v1/namespaces/a/pods/b", "patch"),
    ("DELETE", "/apis/g/v1/x/b", "delete"), ("POST", "/apis/g/v1/x", "create"), ("PUT", "/apis/g/v1/x/b", "update")])
def test_requests_are_counted_by_the_verb_of_roles(method, path, verb):
    """get, list and watch are told apart, as in a Role."""
    assert metrics.verb_of(method, f"https://10.0.0.1:6443{path}") == verb


@pytest.mark.pods
def test_describe_shows_what_was_done(house):
    """`kubectl describe` of the workload says: created, then changed, with the commit; one Event a sync, not one an object."""
    found = house({"values/staging/web.yaml": values()})
    found.start()
    found.synced("web")
    found.commit({"values/staging/web.yaml": values("1.28")})
    found.synced("web")
    found.wait(lambda: told(found, "web", "Changed"))
    assert len(told(found, "web", "Created")) == 1
    assert "created Deployment web" in told(found, "web", "Created")[0]["message"]
    shown = subprocess.run([tools.kubectl(), "--kubeconfig", found.env["KUBECONFIG"], "-n", found.namespace(), "describe", "deployment", "web"], capture_output=True, text=True, check=True).stdout
    assert "klepaas-controller" in shown and f"(commit {found.repo.head()[:7]})" in shown


def test_drift_and_failures_are_events_that_are_counted(house):
    """Healed drift names the field; the same again is one Event with a higher count; a sync that failed is a warning."""
    found = house({"manifests/staging/one/a.yaml": configmap("a")})
    found.start()
    found.synced("one")
    for number in (1, 2):
        found.cluster.patch(found.path("configmaps", "a"), {"data": {"value": f"theirs{number}"}})
        found.wait(lambda: found.value("a") == "one" and sum(each["count"] for each in told(found, "a", "DriftHealed")) == number)
    assert len(told(found, "a", "DriftHealed")) == 1 and "/data/value" in told(found, "a", "DriftHealed")[0]["message"]
    found.commit({"manifests/staging/one/a.yaml": "{{ nonsense"})
    found.failed("one")
    warned = found.wait(lambda: [each for each in found.cluster.get(f"/api/v1/namespaces/{found.namespace()}/events")["items"] if each["reason"] == "SyncFailed"])
    assert warned[0]["type"] == "Warning"


def test_pruning_and_holding_are_events(house):
    """What goes is said on what stays of its app; what waits for a person on the environment's lease."""
    files = {f"manifests/staging/one/{name}.yaml": configmap(name) for name in "abcd"}
    found = house(files)
    found.start()
    found.synced("one")
    found.commit({"manifests/staging/one/d.yaml": None})
    found.wait(lambda: found.live("configmaps", "d") is None)
    found.wait(lambda: [each for each in found.cluster.get(f"/api/v1/namespaces/{found.namespace()}/events")["items"] if each["reason"] == "Pruned" and "ConfigMap d" in each["message"]])
    found.commit({"manifests/staging/one/b.yaml": None, "manifests/staging/one/c.yaml": None})
    found.wait(lambda: told(found, f"klepaas-{found.name}-staging", "Held"))
    assert found.live("configmaps", "b")


def test_on_one_machine_web_shows_both(tmp_path):
    """`/metrics` of web has the controller's beside its own where METRICS_PORT says that one is there; no name comes twice."""
    demo = product.start(tmp_path / "home", METRICS_PORT=str(free_port()))
    try:
        text = requests.get(f"{demo.url}/metrics", timeout=10).text
    finally:
        product.stop(demo)
    names = re.findall(r"^# TYPE (\S+)", text, re.M)
    assert {"http_requests_total", "klepaas_sync_total", "klepaas_apps"} <= set(names)
    assert len(names) == len(set(names))


def test_many_apps_cost_one_event_each(house):
    """A first sync tells of each app once, however many objects it has, and is done before the Events are."""
    found = house({f"manifests/staging/app{number}/{name}.yaml": configmap(f"app{number}-{name}") for number in range(30) for name in "abc"})
    port = Port(found)
    for number in range(30):
        found.synced(f"app{number}")
    found.wait(lambda: port.value("klepaas_kubernetes_events_total", result="sent") == 30)
    events = found.cluster.get(f"/api/v1/namespaces/{found.namespace()}/events")["items"]
    assert sorted((each["reason"], each["count"]) for each in events) == [("Created", 1)] * 30
    assert port.value("klepaas_kubernetes_requests_total", verb="create", code="201") == 31  # and the lease


def test_one_tick_tells_too(house):
    """`--once` gives its Events a moment before it ends."""
    found = house({"manifests/staging/one/a.yaml": configmap("a")})
    status, said = found.once()
    assert status == 0, said
    assert [each["reason"] for each in told(found, "a")] == ["Created"]
