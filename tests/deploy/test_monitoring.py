"""The sample rules, the dashboard and the documents name the metrics that the product exports, and no others."""

import json
import re
import subprocess

import pytest
import yaml

from controller import metrics
from gitops.outside import breakers
from tests import measuring
from tests.deploy.chart import ROOT
from web import metrics as doors

RULES, DASHBOARD = ROOT / "deploy" / "prometheus" / "rules.yaml", ROOT / "deploy" / "grafana" / "klepaas.json"
NAME = re.compile(r"\b(?:klepaas|http|nlp|deployment|circuit)_[a-z_]+\b")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"|by \(([\w, ]+)\)")
PROCESS = "klepaas_controller_process_"


def exported():
    """The families of the controller: name -> type."""
    return {family.name + ("_total" if family.type == "counter" else ""): family.type for family in metrics.REGISTRY.collect()}


def samples():
    """Every name that a query may use."""
    more = {"histogram": ("_bucket", "_sum", "_count")}
    return {name + end for name, kind in exported().items() for end in more.get(kind, ("",))} | {"http_requests_total", "circuit_breaker_state"}


def labels():
    own = {doors.REQUESTS, breakers.STATE, metrics.NOTICES, metrics.SYNCS, metrics.DRIFT, metrics.ASKED, metrics.ANSWERS, metrics.CACHE, metrics.EVENTS, metrics.PRUNED, metrics.SECONDS}
    return {name for each in own for name in each._labelnames} | {"environment", "sync", "health", "le"}


def expressions():
    rules = [rule["expr"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    return rules, [target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel["targets"]]


def test_metrics_have_their_names():
    """Syncs, their seconds, drift, apps, the queue, git, the API and the render cache have their names."""
    assert {"klepaas_sync_total", "klepaas_sync_duration_seconds", "klepaas_drift_total", "klepaas_apps", "klepaas_queue_depth", "klepaas_queue_age_seconds",
            "klepaas_git_fetch_duration_seconds", "klepaas_kubernetes_request_duration_seconds", "klepaas_render_cache_total"} <= set(exported())


@pytest.mark.parametrize("place", [0, 1], ids=["rules", "dashboard"])
def test_queries_use_what_is_exported(place):
    """Every metric and label in a query is one that the product has."""
    for expression in expressions()[place]:
        assert set(NAME.findall(re.sub(r'"[^"]*"', '""', expression))) <= samples(), expression
        assert {name for found in LABEL.findall(expression) for name in (found[0] or found[1]).replace(" ", "").split(",")} <= labels(), expression


def test_the_dashboard_shows_every_metric():
    """Nothing is counted that nobody can see."""
    text = " ".join(expressions()[1])
    assert [name for name in exported() if name not in text and not name.startswith(PROCESS)] == []


def test_rules_say_what_is_wrong():
    """Each alert has a severity and a summary; the failures that matter have one."""
    alerts = {rule["alert"]: rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}
    assert all(each["labels"]["severity"] and each["annotations"]["summary"] for each in alerts.values())
    assert {"KlepaasSyncFailing", "KlepaasEnvironmentHeld", "KlepaasControllerAbsent", "KlepaasDriftFight", "KlepaasSyncsSlow", "KlepaasQueueOld"} <= set(alerts)


def test_promtool_takes_the_rules():
    """It finds nothing to say."""
    done = subprocess.run([measuring.program("promtool"), "check", "rules", RULES], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout


FIRES = {  # alert -> (series, a value a minute; labels beside the rule's own): it fires after half an hour of this
    "KlepaasControllerAbsent": ({}, {}), "KlepaasEnvironmentUnattended": ({'klepaas_environment_active{environment="live"}': "0x60"}, {"environment": "live"}),
    "KlepaasEnvironmentHeld": ({'klepaas_environment_held{environment="live"}': "1x60"}, {"environment": "live"}), "KlepaasSyncFailing": ({'klepaas_apps{environment="live",sync="failed",health="healthy"}': "2x60"}, {"environment": "live"}),
    "KlepaasAppsDegraded": ({'klepaas_apps{environment="live",sync="failed",health="degraded"}': "1x60"}, {"environment": "live"}), "KlepaasDriftFight": ({'klepaas_drift_total{environment="live",repaired="true"}': "0+1x60"}, {"environment": "live"}),
    "KlepaasSyncsSlow": ({'klepaas_sync_duration_seconds_bucket{environment="live",le="300"}': "0x60", 'klepaas_sync_duration_seconds_bucket{environment="live",le="600"}': "0+1x60", 'klepaas_sync_duration_seconds_bucket{environment="live",le="+Inf"}': "0+1x60"}, {"environment": "live"}),
    "KlepaasQueueOld": ({'klepaas_queue_age_seconds{environment="live"}': "0+60x60"}, {"environment": "live"}), "KlepaasGitUnreachable": ({"klepaas_git_fetch_failures_total": "0+1x60"}, {}),
    "KlepaasKubernetesErrors": ({'klepaas_kubernetes_requests_total{verb="get",code="500"}': "0+60x60", 'klepaas_kubernetes_requests_total{verb="get",code="200"}': "0+60x60"}, {}),
    "KlepaasCircuitOpen": ({'circuit_breaker_state{provider="github",instance="a"}': "1x60", 'circuit_breaker_state{provider="github",instance="b"}': "0x60"}, {"provider": "github"}),
    "KlepaasRequestsFail": ({'http_requests_total{route="/",status="500"}': "0+60x60", 'http_requests_total{route="/",status="200"}': "0+600x60"}, {}),
}
WELL = {"klepaas_last_tick_timestamp_seconds": "0+60x60", 'klepaas_environment_active{environment="live"}': "1x60", 'klepaas_environment_held{environment="live"}': "0x60", 'klepaas_queue_age_seconds{environment="live"}': "1x60",
        'klepaas_apps{environment="live",sync="succeeded",health="healthy"}': "5x60", 'klepaas_drift_total{environment="live",repaired="true"}': "3x60", "klepaas_git_fetch_failures_total": "2x60",
        'http_requests_total{route="/",status="200"}': "0+600x60", 'circuit_breaker_state{provider="github"}': "0x60", 'klepaas_kubernetes_requests_total{verb="get",code="200"}': "0+60x60"}


def test_every_rule_fires_when_it_should(tmp_path):
    """Each by itself, after half an hour of what it is about, with its labels and a whole sentence; and none where all is well. Asked of promtool."""
    rules = {rule["alert"]: rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}
    assert set(FIRES) == set(rules)

    def case(series, expected):
        asked = [{"eval_time": "30m", "alertname": name, "exp_alerts": [{"exp_labels": labels}] if name == expected else []} for name, (_, labels) in FIRES.items() if name == expected or expected is None]
        return {"interval": "1m", "input_series": [{"series": name, "values": values} for name, values in series.items()], "alert_rule_test": asked}
    cases = [case(WELL, None)]
    for name, (series, labels) in FIRES.items():
        made = case(series, name)
        made["alert_rule_test"][0]["exp_alerts"] = [{"exp_labels": labels | rules[name]["labels"], "exp_annotations": said(rules[name]["annotations"], labels, {"KlepaasSyncFailing": "2"}.get(name, "1"))}]
        cases.append(made)
    (tmp_path / "test.yaml").write_text(yaml.safe_dump({"rule_files": [str(RULES)], "tests": cases}))
    done = subprocess.run([measuring.program("promtool"), "test", "rules", tmp_path / "test.yaml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout


def said(annotations, labels, value):
    return {name: re.sub(r"\{\{ \$(?:labels\.(\w+)|value) \}\}", lambda found: labels[found[1]] if found[1] else value, text) for name, text in annotations.items()}


def test_panels_do_not_overlap():
    """Every panel has an id, a place of its own within 24 columns, and the chosen data source."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    cells = [(x, y) for each in panels for x in range(each["gridPos"]["x"], each["gridPos"]["x"] + each["gridPos"]["w"])
             for y in range(each["gridPos"]["y"], each["gridPos"]["y"] + each["gridPos"]["h"])]
    assert len(cells) == len(set(cells)) and max(x for x, _ in cells) == 23
    assert len({each["id"] for each in panels}) == len(panels)


def test_the_operators_page_lists_them():
    """The table of metrics in docs/operating.md is the code's."""
    table = (ROOT / "docs" / "operating.md").read_text().partition("<!-- metrics -->")[2].partition("<!-- /metrics -->")[0]
    documented = set(re.findall(r"^\| `(\w+)", table, re.M))
    assert documented == {name for name in exported() if not name.startswith(PROCESS)}
