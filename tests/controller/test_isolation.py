"""One bad app stops no other; what is wrong is said on it, and mended by the commit that mends it."""

import pytest

from tests.controller.house import configmap, values

GOOD = {"manifests/staging/good/map.yaml": configmap("good")}
CHART = {"charts/c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n"}
BAD = {
    "values that are no YAML": ({"values/staging/bad.yaml": "replicaCount: [\n"}, "values/staging/bad.yaml"),
    "values that are a list": ({"values/staging/bad.yaml": "- one\n"}, "values/staging/bad.yaml"),
    "a chart that does not render": (CHART | {"charts/c/templates/a.yaml": "{{ fail \"no way\" }}\n", "values/staging/bad.yaml": "klepaas: {chart: charts/c}\n"}, "no way"),
    "a chart that is not there": ({"values/staging/bad.yaml": "klepaas: {chart: charts/none}\n"}, "charts/none"),
    "a kind nobody knows": ({"manifests/staging/bad/a.yaml": "apiVersion: example.com/v1\nkind: Whatever\nmetadata: {name: a}\n"}, "Whatever"),
    "another environment's namespace": ({"manifests/staging/bad/a.yaml": configmap("bad", namespace="default")}, "asks for namespace default"),
    "a kind of the whole cluster": ({"manifests/staging/bad/a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: sneaky}\n"}, "cluster_kinds"),
    "an object the server refuses": ({"manifests/staging/bad/a.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: -1}\n"}, "refused"),
}


@pytest.mark.pods
def test_bad_apps_stop_no_other(house):
    """Each says what is wrong; the good one goes on, and a commit clears an error at once."""
    files = GOOD | CHART
    for number, (found, _) in enumerate(BAD.values()):
        files |= {path.replace("bad", f"bad{number}").replace("charts/c/", f"charts/c{number}/"): text.replace("charts/c}", f"charts/c{number}}}")
                  for path, text in found.items()}
    made = house(files)
    made.start()
    for number, (_, wanted) in enumerate(BAD.values()):
        assert wanted.replace("bad", f"bad{number}") in made.failed(f"bad{number}")
    made.synced("good")
    assert made.cluster.ask("GET", "/api/v1/namespaces/sneaky").status_code == 404
    made.commit(GOOD | {"manifests/staging/good/map.yaml": configmap("good", "two"), "values/staging/bad0.yaml": values(config="{A: one}")})
    made.synced("good")
    assert made.wait(lambda: made.state("bad0").get("sync") == "succeeded" and made.state("bad0"))["error"] is None
    assert made.value("good") == "two"


def test_a_failure_that_lasts_is_told_once(house):
    """A terminal error at one revision is one sync, however long it lasts and however often the controller looks."""
    made = house(GOOD | {"values/staging/bad.yaml": "- one\n"})
    made.start()
    made.failed("bad")
    made.commit({"manifests/staging/good/map.yaml": configmap("good", "two")})
    made.wait(lambda: made.value("good") == "two")
    assert len(made.ledger.syncs("bad", "staging")) <= 2


@pytest.mark.pods
def test_what_last_rendered_is_kept_up(house):
    """While an app's files are broken, what runs of it is neither deleted nor left to drift."""
    made = house(GOOD | {"values/staging/web.yaml": values(config="{A: one}")})
    made.start()
    made.synced("web")
    made.commit({"values/staging/web.yaml": "- broken\n"})
    made.failed("web")
    made.cluster.delete(made.path("configmaps", "web"))
    made.wait(lambda: made.live("configmaps", "web"))


@pytest.mark.pods
def test_a_strangers_object_is_not_taken_over_without_adopt(house):
    """The app says whose name is in the way; `adopt: true` in a later commit takes it over, without a restart."""
    made = house(GOOD)
    assert made.once()[0] == 0
    theirs = {"metadata": {"name": "web"}, "data": {"A": "theirs", "B": "theirs"}}
    made.cluster.create(made.path("configmaps"), theirs)
    made.commit({"values/staging/web.yaml": values(config="{A: ours}")})
    made.start()
    assert "ConfigMap web exists and is not ours" in made.failed("web")
    assert made.live("configmaps", "web")["data"] == theirs["data"]
    made.commit({"values/staging/web.yaml": "klepaas: {adopt: true}\n" + values(config="{A: ours}")})
    made.synced("web")
    live = made.live("configmaps", "web")
    assert live["data"]["A"] == "ours" and live["metadata"]["labels"]["klepaas.io/environment"]


@pytest.mark.parametrize("again", [False, True], ids=["running", "restarted"])
def test_a_rewritten_branch_is_held(house, again):
    """main that no longer holds the revision synced last is not followed, until released."""
    made = house(GOOD)
    first = made.repo.head()
    made.commit({"manifests/staging/good/map.yaml": configmap("good", "two")})
    running = made.start()
    made.wait(lambda: made.state("good").get("sync") == "succeeded" and made.value("good") == "two")
    if again:
        made.kill(running, 15)
    other = made.push(f"{first}^{{tree}}")
    if again:
        made.start()
    assert "does not descend from" in made.wait(made.held)[0] and made.value("good") == "two"
    made.order("release", revision=other)
    made.wait(lambda: made.value("good") == "one")


@pytest.mark.pods
def test_a_push_that_breaks_a_rule_is_refused_by_the_sync(house):
    """The app says which rule and where; what runs stays, the neighbours go on, and the commit that mends it is synced."""
    made = house({"values/staging/web.yaml": values(), "values/staging/beside.yaml": values()}, more="policy: {latest: false}\n")
    made.start()
    made.synced("web")
    made.commit({"values/staging/web.yaml": values("latest"), "values/staging/beside.yaml": values("1.28")})
    assert "latest: false" in made.failed("web") and "values/staging/web.yaml:1" in made.failed("web")
    made.synced("beside")
    assert made.live("deployments", "web")["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1.27"
    made.commit({"values/staging/web.yaml": values("1.29")})
    made.synced("web")


@pytest.mark.pods
def test_a_new_rule_is_asked_of_what_runs(house):
    """A rule that comes later holds for the apps that are there: they say so, and go on running."""
    made = house({"values/staging/web.yaml": values("latest")})
    made.start()
    made.synced("web")
    made.commit({"klepaas.yaml": made.config("staging", more="policy: {latest: false}\n")})
    assert "latest: false" in made.failed("web") and made.live("deployments", "web")
