"""Queries to Prometheus: what they may ask, what comes back, and what a server that misbehaves does to us."""

import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from controller import prometheus as measured
from gitops import config, promql
from gitops.errors import Invalid, KlepaasError, Unavailable
from gitops.outside import breakers
from gitops.verbs import VERBS
from tests.gitops.faults import FAULTS, KINDS, TRANSIENT, serve
from tests.monitoring.conftest import WEB
from tests.web.people import house
from web import measured as measured_door
from web.mcp import predecessor


def settings(url, **more):
    return config.load({"PROMETHEUS_URL": url, **more}, None)


def vector(*series):
    return 200, {"status": "success", "data": {"resultType": "vector", "result": list(series)}}, {}


@pytest.fixture(autouse=True)
def closed_breakers(monkeypatch):
    """Of this test alone: another's server at the same port is another."""
    monkeypatch.setattr(breakers, "_breakers", {})


# --- through the doors -----------------------------------------------------------------------------------------------


def test_a_query_answers_as_prometheus_does(home):
    """REST and the predecessor's address: the data as the HTTP API has it."""
    client = home.client()
    found = client.get(f"{home.api}/read/query", params={"promql": f'container_memory_working_set_bytes{{pod="{WEB[0]}"}}'}).json()
    assert found["type"] == "query" and found["data"]["resultType"] == "vector"
    assert found["data"]["result"][0]["metric"]["pod"] == WEB[0] and found["data"]["result"][0]["value"][1] == "200000000"
    old = client.post(f"{home.api}/monitoring/query", json={"query": "1 + 1"}).json()
    assert old["status"] == "success" and old["data"]["resultType"] == "scalar" and old["data"]["result"][1] == "2"
    assert client.post(f"{home.api}/monitoring/query", json={"query": '"word"', "extra": 1}).status_code == 422


def test_a_look_back_has_a_point_a_step(home):
    """`range` and `step`: a matrix on whole steps."""
    found = home.client().get(f"{home.api}/read/query", params={"promql": "vector(1)", "range": "1h", "step": "1m"}).json()["data"]
    times = [at for at, _ in found["result"][0]["values"]]
    assert found["resultType"] == "matrix" and len(times) == 61 and all(at % 60 == 0 for at in times) and (found["start"], found["end"]) == (times[0], times[-1])


@pytest.mark.parametrize("args,code", [({"range": "32d"}, "query_range"), ({"range": "0s"}, "query_range"), ({"range": "31d", "step": "1s"}, "query_points"), ({"step": "1m"}, "query_step_alone"),
                                       ({"range": "1y"}, "bad_argument"), ({"range": "99999999999999999999w"}, "query_range"), ({"promql": "x" * 5000}, "bad_argument"), ({"promql": "sum("}, "provider_bad_request")])
def test_what_is_too_much_or_no_query_is_refused(home, args, code):
    """Too far, too fine, too long, or what Prometheus does not understand, in its own words."""
    answer = home.client().get(f"{home.api}/read/query", params={"promql": "up", **args})
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert code != "provider_bad_request" or "parse error" in answer.json()["detail"]


def test_more_series_than_are_shown_are_said():
    """200 of them, and that there were more."""
    for there, left_out in ((200, False), (201, True)):
        with serve(vector(*({"metric": {"n": str(n)}, "value": [1, "1"]} for n in range(there)))) as server:
            found = promql.instant(settings(server.url), "x")
            assert (len(found.series), found.truncated) == (200, left_out)


def test_a_free_query_is_for_administrators(home):
    """admin:read everywhere; neither a developer nor an administrator of one environment."""
    for who in ("bob", "eve", "nil"):
        assert home.client(who).get(f"{home.api}/read/query", params={"promql": "up"}).status_code == 403
        assert home.client(who).post(f"{home.api}/monitoring/query", json={"query": "up"}).status_code == 403
    assert requests.get(f"{home.api}/read/query", params={"promql": "up"}, timeout=5).status_code == 401


def test_an_apps_graphs_are_of_its_pods(home):
    """CPU, memory and restarts a pod; requests and errors of all; not the pods of an app with a longer name; what is not measured is named."""
    answer = home.client("eve").get(f"{home.api}/monitoring/apps/web/staging", params={"range": "30m"})
    found = answer.json()
    graphs = {each["name"]: each for each in found["graphs"]}
    assert {name for name in graphs} == {"cpu", "memory", "restarts", "requests", "errors"} and found["missing"] == ["latency"], answer.text
    cpu = {each["name"]: each["values"] for each in graphs["cpu"]["series"]}
    assert set(cpu) == set(WEB) and cpu[WEB[0]][-1] == pytest.approx(0.5, rel=0.01) and cpu[WEB[1]][-1] == pytest.approx(0.25, rel=0.01)
    assert len(found["times"]) == len(cpu[WEB[0]]) and graphs["restarts"]["series"][0]["values"][-1] == 3
    assert graphs["requests"]["series"][0]["values"][-1] == pytest.approx(10, rel=0.01) and graphs["errors"]["series"][0]["values"][-1] == pytest.approx(10, rel=0.01)


def test_graphs_are_for_whom_the_environment_is(home):
    """And of an app that is there."""
    assert home.client("eve").get(f"{home.api}/monitoring/apps/web/production").status_code == 403
    assert home.client().get(f"{home.api}/monitoring/apps/nobody/staging").status_code == 404
    assert home.client().get(f"{home.api}/monitoring/apps/web/staging", params={"range": "x"}).status_code == 422


def test_nodes_have_states(home):
    """Each measure against its threshold, the worst is the node's; what does not answer is named; who reads one environment alone sees no nodes."""
    found = home.client("bob").get(f"{home.api}/monitoring/nodes").json()
    nodes = {each["name"]: each for each in found["items"]}
    assert {name: each["state"] for name, each in nodes.items()} == {"10.0.0.1:9100": "ok", "10.0.0.2:9100": "critical"}
    bad = nodes["10.0.0.2:9100"]["values"]
    assert (bad["cpu"]["state"], bad["memory"]["state"]) == ("critical", "warning") and bad["cpu"]["value"] == pytest.approx(95, rel=0.01)
    assert found["down"] == [{"job": "node", "target": "10.0.0.2:9100"}] and "disk" in found["missing"]
    assert found["pods"]["cpu"][0]["value"] == pytest.approx(3, rel=0.01) and {each["namespace"] for each in found["pods"]["memory"]} == {"staging"}
    assert home.client("eve").get(f"{home.api}/monitoring/nodes").status_code == 403


def test_the_overview_names_nodes_beyond_a_threshold(home):
    """As critical or as a warning beside workloads; not to whom one environment alone is shown; and an overview is one without Prometheus too."""
    asked = SimpleNamespace(services=home.services, actor=SimpleNamespace(scopes={"k8s:read"}), verb=VERBS["overview"], language="en")
    data, summary = measured_door.beside(asked, {"critical": [], "warning": [], "workloads": {"staging": 2}}, "")
    assert [(each["name"], each["measure"], each["state"]) for each in data["critical"]] == [("10.0.0.2:9100", "cpu", "critical")]
    assert [each["measure"] for each in data["warning"]] == ["memory"] and summary == "2 workloads, 1 critical, 1 warnings" and data["monitoring"] == {"status": "answers", "nodes": 2}
    asked.actor.scopes = {"k8s:read@staging"}
    assert measured_door.beside(asked, {"critical": []}, "")[0] == {"critical": [], "monitoring": None}
    with serve("hang") as server:
        asked.actor.scopes, asked.services = {"k8s:read"}, SimpleNamespace(settings=settings(server.url))
        began = time.monotonic()
        assert measured_door.beside(asked, {"critical": []}, "said")[0]["monitoring"]["status"] == "unknown" and time.monotonic() < began + 6


def test_the_command_line_and_agents_ask_the_same(home):
    """`klepaas read query` on the repository, and the tool of the predecessor's name."""
    env = {"PATH": os.environ["PATH"], "CONFIG_REPO": str(home.folder / "config.git"), "KLEPAAS_HOME": str(home.folder), "PROMETHEUS_BASE_URL": home.services.settings.prometheus_url}
    for query, said in (("label_replace(vector(7), 'a', 'b', '', '')", "{a=b}  7\n"), ("1 + 1", "2\n"), ("nothing", "no series\n")):
        done = subprocess.run([sys.executable, "-m", "web.cli", "read", "query", f"promql={query}"], capture_output=True, text=True, env=env, timeout=60)
        assert done.stdout == said, done.stderr
    command = predecessor.command("query_prometheus", {"query": "vector(7)"}, home.services.head()[1])
    assert (command.verb, dict(command.args)) == ("query", {"promql": "vector(7)"})


@pytest.mark.parametrize("path", ["read/query?promql=up", "monitoring/nodes", "monitoring/apps/web/staging"])
def test_absent_it_says_which_setting(tmp_path, path):
    """Everywhere the same sentence, in the reader's language."""
    with house(tmp_path) as home:
        answer = home.client().get(f"{home.api}/{path}", headers={"Accept-Language": "ko"})
        assert answer.status_code == 422 and answer.json()["code"] == "not_configured" and answer.json()["setting"] == "PROMETHEUS_URL" and "설정되지" in answer.json()["detail"]


# --- text --------------------------------------------------------------------------------------------------------------


@given(st.text(max_size=40))
def test_a_label_value_stays_one(prometheus, value):
    """Whatever is in it: as a value and in a pattern it is exactly itself, asked of the real thing."""
    value = value.encode("utf-8", "ignore").decode()
    query = f"label_replace(vector(1), \"v\", {promql.quoted(value.replace('$', '$$'))}, \"\", \"\") == 1"
    found = promql.instant(settings(prometheus), query)
    assert found.series[0].labels.get("v", "") == value


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_pattern_matches_its_values_alone(prometheus, value, other):
    """A name is no regular expression, whatever is in it."""
    value, other = (each.encode("utf-8", "ignore").decode() for each in (value, other))

    def hit(values):
        query = f'label_replace(label_replace(vector(1), "v", {promql.quoted(value.replace("$", "$$"))}, "", ""), "hit", "yes", "v", {promql.quoted(promql.one_of(values))})'
        return promql.instant(settings(prometheus), query).series[0].labels.get("hit") == "yes"
    assert hit([other]) is (value == other) and hit([other, value])


@pytest.mark.parametrize("kind,mine", [("Deployment", {"web-6d4cf56db6-bcdfg"}), ("StatefulSet", {"web-0", "web-10"}), ("DaemonSet", {"web-bcdfg"}), ("Job", {"web-bcdfg"}),
                                       ("CronJob", {"web-28000000-bcdfg"}), ("Pod", {"web"}), ("ConfigMap", set())])
def test_pods_are_known_by_their_names(prometheus, kind, mine):
    """As Kubernetes makes them of a workload's name, asked of the real thing: not those of an app with a longer one."""
    queries = [each.query for each in measured.graphs("names", [(kind, "web")]) if each.name == "restarts"]
    assert {series.labels["pod"] for query in queries for series in promql.instant(settings(prometheus), query).series} == mine


# --- a server that misbehaves --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_errors_of_ours(monkeypatch, name):
    """Each fault of a provider is one kind of error; what may pass is asked again, and nobody waits long."""
    monkeypatch.setattr(promql, "SECONDS", 0.2)
    with serve(FAULTS[name]) as server, pytest.raises(KlepaasError) as caught:
        promql.instant(settings(server.url, PROMETHEUS_TOKEN="s3cret-token"), "up")
    error = caught.value
    assert error.details["kind"] == KINDS[name] and error.transient is (name in TRANSIENT)
    assert "s3cret" not in error.text() + str(error.details)


@pytest.mark.parametrize("token,header", [("abc.def", "Bearer abc.def"), ("user:pass", "Basic dXNlcjpwYXNz"), (None, None)])
def test_it_is_asked_with_what_the_setting_says(token, header):
    """A bearer token, or a user and a password."""
    with serve(vector()) as server:
        promql.instant(settings(server.url + "/prefix/", **({"PROMETHEUS_TOKEN": token} if token else {})), "up")
    method, path, headers, body, _ = server.seen[0]
    assert (method, path, headers.get("Authorization")) == ("POST", "/prefix/api/v1/query", header) and b"query=up" in body


@pytest.mark.parametrize("body", [{}, [], None, "x", {"data": None}, {"data": {"resultType": "vector", "result": None}}, {"data": {"resultType": "odd", "result": [1]}},
                                  {"data": {"resultType": "vector", "result": [{"metric": {}, "value": [1, "word"]}]}}, {"data": {"resultType": "vector", "result": [{"value": [1, "1"]}]}},
                                  {"data": {"resultType": "matrix", "result": [{"metric": {}, "values": [[1]]}]}}, {"data": {"resultType": "scalar", "result": []}}])
def test_an_odd_answer_is_no_answer(body):
    """JSON of another server, or half of one."""
    with serve((200, body, {})) as server, pytest.raises(Unavailable) as caught:
        promql.instant(settings(server.url), "up")
    assert caught.value.code == "prometheus_odd"


def test_an_answer_too_large_is_not_read(monkeypatch):
    """And not asked for again."""
    monkeypatch.setattr(promql, "LARGEST", 1000)
    with serve(vector({"metric": {"a": "x" * 5000}, "value": [1, "1"]})) as server, pytest.raises(Invalid) as caught:
        promql.instant(settings(server.url), "up")
    assert caught.value.code == "provider_too_large" and len(server.seen) == 1


def test_not_a_number_is_none(prometheus):
    """NaN and the infinite are no value of a graph, and no invalid JSON."""
    assert [promql.number(promql.instant(settings(prometheus), text).series[0].points[0][1]) for text in ("0 / 0", "1 / 0", "2")] == [None, None, 2.0]
