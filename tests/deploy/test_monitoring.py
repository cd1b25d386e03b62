"""The sample rules, the dashboard and the documents name the metrics that the product exports, and no others."""

import json
import re
import shutil
import subprocess

import pytest
import yaml

from controller import metrics
from tests.deploy.chart import ROOT

RULES, DASHBOARD = ROOT / "deploy" / "prometheus" / "rules.yaml", ROOT / "deploy" / "grafana" / "klepaas.json"
NAME = re.compile(r"\b(?:klepaas|http|nlp|deployment)_[a-z_]+\b")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"|by \(([\w, ]+)\)")
PROCESS = "klepaas_controller_process_"


def exported():
    """The families of the controller: name -> type."""
    return {family.name + ("_total" if family.type == "counter" else ""): family.type for family in metrics.REGISTRY.collect()}


def samples():
    """Every name that a query may use."""
    more = {"histogram": ("_bucket", "_sum", "_count")}
    return {name + end for name, kind in exported().items() for end in more.get(kind, ("",))}


def labels():
    own = {metrics.SYNCS, metrics.DRIFT, metrics.ASKED, metrics.ANSWERS, metrics.CACHE, metrics.EVENTS, metrics.PRUNED, metrics.SECONDS}
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
    """Where promtool is, it finds nothing to say."""
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed here: apt-get install prometheus")
    done = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout


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
