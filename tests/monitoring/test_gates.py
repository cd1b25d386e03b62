"""A promotion waits for what Prometheus measures where it comes from: asked when it is proposed and when it is merged."""

import dataclasses
from urllib.parse import parse_qs

import pytest

from gitops import config, contract, gates
from gitops.kept import Kept
from gitops.outside import breakers
from gitops.types import Command
from tests.gitops.faults import serve
from tests.gitops.path_help import BOB, FILES, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.test_submit import push
from tests.web.people import house

ERRORS = 'sum(rate(http_requests_total{namespace=\\"$namespace\\",pod=~\\"$app-.*\\",code=~\\"5..\\"}[5m])) / sum(rate(http_requests_total{namespace=\\"$namespace\\",pod=~\\"$app-.*\\"}[5m]))'
CONFIG = "environments:\n  staging: {{}}\n  production: {{promotes_from: staging, {more}gates: {{analysis: [{{name: errors, query: \"{query}\", {bounds}}}]}}}}\n"


@pytest.fixture
def measured(world, monkeypatch):  # noqa: F811
    """Makes the world know a Prometheus and a gate."""
    monkeypatch.setattr(gates, "MEASURED", Kept(8))
    monkeypatch.setattr(breakers, "_breakers", {})

    def rule(url, query=ERRORS, bounds="max: 0.2", more=""):
        settings = config.load({"CONFIG_REPO": world.services.settings.config_repo, "KLEPAAS_HOME": str(world.services.settings.home), **({"PROMETHEUS_URL": url} if url else {})}, None)
        world.services = dataclasses.replace(world.services, settings=settings)
        gates.MEASURED = Kept(8)
        push(world.path, {"klepaas.yaml": CONFIG.format(query=query, bounds=bounds, more=more)})
        return world
    return rule


def refused(world, code):  # noqa: F811
    error = world.refused("promote", environment="production")
    assert error.code == code, error
    return error


@pytest.mark.parametrize("bounds,opens", [("max: 0.2", True), ("max: 0.05", False), ("min: 0.05", True), ("min: 0.2", False), ("min: 0.05, max: 0.2", True), ("min: 0, max: 0.01", False)])
def test_a_measurement_opens_or_shuts(measured, prometheus, bounds, opens):
    """One request in ten fails: within the bounds it goes, beyond them it says what is and what has to be."""
    world = measured(prometheus, bounds=bounds)
    if opens:
        assert world.say("promote", environment="production").commit
        return
    error = refused(world, "gate_measured")
    assert error.status == 403 and error.details["measured"].startswith("0.1") and error.details["gate"] == "errors" and ("<=" in error.text() or ">=" in error.text())


@pytest.mark.parametrize("query", ["nothing_measures_this", "0 / 0", '\\"text\\"', "absent(vector(1))"])
def test_no_number_is_no_yes(measured, prometheus, query):
    """Nothing measured, not a number, or no number: shut."""
    refused(measured(prometheus, query), "gate_no_number")


def test_every_series_counts(measured, prometheus):
    """One that is beyond is enough."""
    assert refused(measured(prometheus, "label_replace(vector(0.1), 'a', '1', '', '') or label_replace(vector(9), 'a', '2', '', '')"), "gate_measured").details["measured"] == "9"


def test_what_cannot_be_asked_is_shut(measured, prometheus):
    """No setting, a query that is none, a server that fails: each says so, and nothing is promoted."""
    assert refused(measured(None), "not_configured").details["setting"] == "PROMETHEUS_URL"
    assert "parse error" in refused(measured(prometheus, "sum("), "provider_bad_request").text()
    with serve((503, {"error": "away"}, {})) as server:
        assert refused(measured(server.url), "provider_unavailable").transient


def test_it_is_about_the_source(measured):
    """The fields are the source's, and whatever a version is, it stays a label value."""
    with serve((200, {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1, "0"]}]}}, {})) as server:
        world = measured(server.url, 'x{a=\\"$app\\",e=\\"$environment\\",n=\\"$namespace\\",v=\\"$version\\",r=~\\".*$\\"}')
        assert world.preview("promote", environment="production").changes
        push(world.path, {"values/staging/web.yaml": FILES["values/staging/web.yaml"].replace("'1.25'", '"1\\"}) or vector(0) #"')})
        tree, catalog = world.services.head()
        gates.passed(world.services, Command("promote", "web", "production", {"from": "staging"}), catalog.environment("production"), tree)
        asked = [parse_qs(body.decode())["query"][0] for _, _, _, body, _ in server.seen]
    assert asked == [f'x{{a="web",e="staging",n="staging",v="{version}",r=~".*$"}}' for version in ("1.25", '1\\"}) or vector(0) #')]


def test_it_is_asked_at_the_merge_too(measured):
    """What was within its bounds when it was proposed may not be so any more."""
    def said(value):
        return 200, {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1, value]}]}}, {}
    with serve(said("0.1"), said("0.9"), said("0.1")) as server:
        world = measured(server.url, more="review: required, ")
        review = world.say("promote", environment="production").review
        world.say("approve", None, None, actor=BOB, review=review.id)
        gates.MEASURED = Kept(8)  # as if its seconds were over
        assert world.refused("merge", None, None, actor=BOB, review=review.id).code == "gate_measured"
        gates.MEASURED = Kept(8)
        assert world.say("merge", None, None, actor=BOB, review=review.id).commit


@pytest.mark.parametrize("given", ["up", "[up]", "[{query: up}]", "[{max: 1}]", "[{query: '', max: 1}]", "[{query: up, max: high}]", "[{query: up, max: .nan}]", "[{query: up, max: true}]", "[{query: up, max: 1, every: 1m}]", "[{query: 5, max: 1}]"])
def test_what_cannot_be_read_is_said(given):
    """With its line: nobody is to believe in a gate that is none."""
    problem, = contract.read(f"environments:\n  staging: {{}}\n  live: {{promotes_from: staging, gates: {{analysis: {given}}}}}\n".encode(), "klepaas.yaml").problems
    assert problem.line == 3


def test_the_door_says_what_is_measured(tmp_path, prometheus):
    """REST: 403 with the value and the bound."""
    with house(tmp_path, {"klepaas.yaml": CONFIG.format(query=ERRORS, bounds="max: 0.01", more="")}, PROMETHEUS_URL=prometheus) as home:
        answer = home.client().post(f"{home.api}/commands", json={"verb": "promote", "app": "web", "environment": "production", "args": {"from": "staging"}})
        assert (answer.status_code, answer.json()["code"], answer.json()["wanted"]) == (403, "gate_measured", "<= 0.01")
