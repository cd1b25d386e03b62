"""What git says is what the cluster holds, and nothing is written without need."""

import re
import time

import pytest

from tests.controller.house import MERGE, configmap, values

ONE = {"manifests/staging/one/map.yaml": configmap("one")}


@pytest.mark.pods
def test_an_app_is_applied_and_becomes_healthy(house):
    """Values become objects, and the sync has succeeded once the rollout has."""
    made = house({"values/staging/web.yaml": values(replicaCount=2)})
    made.start()
    found = made.synced("web")
    assert (found["health"], found["replicas"], found["version"]) == ("healthy", {"desired": 2, "ready": 2}, "1.27")
    live = made.live("deployments", "web")
    assert live["metadata"]["labels"]["klepaas.io/environment"] == f"{made.name}-staging"
    assert live["metadata"]["annotations"]["klepaas.io/owner"] == f"{made.name}/staging/web:apps/Deployment:{made.namespace()}/web"


@pytest.mark.pods
def test_what_is_as_desired_is_not_written_again(house):
    """A restarted controller writes nothing where nothing differs."""
    made = house({"values/staging/web.yaml": values(), **ONE})
    assert made.once()[0] == 0
    before = [made.live(*each)["metadata"]["resourceVersion"] for each in (("services", "web"), ("configmaps", "one"))]
    generation = made.live("deployments", "web")["metadata"]["generation"]
    made.start()
    made.synced("web")
    made.synced("one")
    assert [made.live(*each)["metadata"]["resourceVersion"] for each in (("services", "web"), ("configmaps", "one"))] == before
    assert made.live("deployments", "web")["metadata"]["generation"] == generation


def test_a_changed_field_is_healed_and_reported(house):
    """What somebody changes by hand is put back, and the report names the manager that did it."""
    made = house(ONE)
    made.start()
    made.synced("one")
    made.cluster.ask("PATCH", made.path("configmaps", "one") + "?fieldManager=kubectl-edit", {"data": {"value": "two"}}, **{"Content-Type": MERGE})
    drift = made.wait(lambda: made.events("drift"))[0]
    assert made.value("one") == "one"
    assert drift.app == "one" and drift.data["repaired"] and drift.data["opponents"] == ["kubectl-edit"]
    assert drift.data["fields"] == [{"kind": "ConfigMap", "name": "one", "fields": ["/data/value"]}]


def test_a_deleted_object_comes_back(house):
    """What somebody deletes by hand is made again, and reported."""
    made = house(ONE)
    made.start()
    made.synced("one")
    made.cluster.delete(made.path("configmaps", "one"))
    made.wait(lambda: made.value("one") == "one")
    assert made.wait(lambda: made.events("drift"))[0].data["fields"] == [{"kind": "ConfigMap", "name": "one", "fields": ["deleted"]}]


def test_an_opponent_is_named_and_not_fought_without_end(house):
    """After five repairs in a minute the controller backs off, and says once that it did."""
    made = house(ONE)
    made.start()
    made.synced("one")
    for number in range(6):
        made.wait(lambda: made.value("one") == "one")
        made.cluster.ask("PATCH", made.path("configmaps", "one") + "?fieldManager=rival", {"data": {"value": "theirs"}}, **{"Content-Type": MERGE})
        made.wait(lambda: len(made.events("drift")) == number + 1)
    assert made.value("one") == "theirs" and not made.events("drift")[-1].data["repaired"]
    assert made.events("drift")[-1].data["opponents"] == ["rival"]


def test_kubernetes_itself_is_no_opponent(house):
    """Who else writes an object is named, but neither Kubernetes' own controllers nor who writes a status."""
    made = house(ONE)
    made.start()
    made.synced("one")
    for manager in ("kube-controller-manager", "rival"):
        made.cluster.ask("PATCH", made.path("configmaps", "one") + f"?fieldManager={manager}", {"metadata": {"annotations": {manager: "was here"}}}, **{"Content-Type": MERGE})
    made.commit({"manifests/staging/one/map.yaml": configmap("one", "two")})
    made.synced("one")
    assert made.ledger.syncs("one")[0]["actions"][0]["others"] == ["rival"]


def test_drift_is_left_where_the_environment_says_so(house):
    """`self_heal: false`: drift is reported and left; the app says what differs and who did it, until somebody puts it right."""
    made = house(ONE, of=", sync: {self_heal: false}")
    made.start()
    made.synced("one")
    made.cluster.patch(made.path("configmaps", "one"), {"data": {"value": "two"}}, MERGE)
    assert not made.wait(lambda: made.events("drift"))[0].data["repaired"] and made.value("one") == "two"
    found = made.wait(lambda: made.state("one").get("drift"))
    assert found["fields"][0]["name"] == "one" and found["fields"][0]["fields"] == ["/data/value"] and found["by"]
    made.cluster.patch(made.path("configmaps", "one"), {"data": {"value": "one"}}, MERGE)
    made.wait(lambda: made.state("one")["drift"] is None)


@pytest.mark.pods
def test_a_suspended_app_is_left(house):
    """While suspended neither commits nor drift are acted on; resumed, the app is brought up to date."""
    made = house({"values/staging/web.yaml": values(config="{A: one}")})
    made.start()
    made.synced("web")
    made.commit({"values/staging/web.yaml": "klepaas: {suspend: true}\n" + values(config="{A: two}")})
    made.synced("web", status="suspended")
    made.cluster.patch(made.path("deployments", "web"), {"spec": {"replicas": 0}}, MERGE)
    made.wait(lambda: made.state("web")["replicas"]["desired"] == 0)
    assert made.live("configmaps", "web")["data"] == {"A": "one"}
    made.commit({"values/staging/web.yaml": values(config="{A: two}")})
    made.synced("web")
    assert made.live("configmaps", "web")["data"] == {"A": "two"}


@pytest.mark.pods
def test_an_app_waits_for_what_it_depends_on(house):
    """`depends_on`: nothing is written before the named app is healthy at this revision."""
    made = house({"values/staging/base.yaml": values("broken"), "values/staging/web.yaml": "klepaas: {depends_on: [base]}\n" + values()})
    made.start()
    assert made.synced("web", status="held")["error"] == "waits for base"
    made.failed("base")
    assert made.live("deployments", "web") is None
    made.commit({"values/staging/base.yaml": values("1.27")})
    made.wait(lambda: made.state("web").get("health") == "healthy")


def test_a_sync_belongs_to_the_commit_that_made_the_app_what_it_is(house):
    """Whatever came to other apps meanwhile, with it or before it is tried again, by this controller or the next: the revision is the one synced at, the commit the app's own."""
    def did(*commits):
        return [{each["app"]: each["status"] for each in made.ledger.synced(commits).get(commit, ())} for commit in commits]
    made = house(ONE)
    first = made.start()
    made.synced("one")
    one = made.repo.head()
    bad = made.commit({"manifests/staging/two/s.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: two}\nspec: {ports: [{port: 700000}]}\n"})
    made.failed("two")
    made.followed()
    other, more = made.commit({"manifests/staging/three/map.yaml": configmap("three")}), made.commit({"manifests/staging/four/map.yaml": configmap("four")})
    made.synced("three"), made.synced("four")
    made.order("retry", "two")
    made.wait(lambda: made.state("two")["revision"] == more)
    assert did(one, bad, other, more) == [{"one": "succeeded"}, {"two": "failed"}, {"three": "succeeded"}, {"four": "succeeded"}]
    made.followed()
    made.kill(first)
    changed = made.commit({"manifests/staging/three/map.yaml": configmap("three", "two")})
    made.commit({"README.md": "x"})
    made.start()
    made.synced("three"), made.synced("one"), made.failed("two")
    assert did(one, bad, other, more, changed) == [{"one": "succeeded"}, {"two": "failed"}, {"three": "succeeded"}, {"four": "succeeded"}, {"three": "succeeded"}]
    assert made.state("three")["commit"] == changed and made.state("one")["commit"] == one


def test_who_would_wait_in_vain_says_so(house):
    """An app that is not there, and a circle, fail with file and line; what others' files mend goes on by itself, and what they break is said at once."""
    needing = "klepaas: {{depends_on: [{}]}}\nimage: {{repository: nginx, tag: '1'}}\n".format
    base = {"manifests/staging/base/map.yaml": configmap("base")}
    made = house({"values/staging/web.yaml": needing("base"), "values/staging/a.yaml": needing("b"), "values/staging/b.yaml": needing("a")})
    made.start()
    assert made.failed("web") == "web depends on base, which is not in staging (values/staging/web.yaml:1)"
    assert made.failed("a") == "a waits for itself: a -> b -> a (values/staging/a.yaml:1)"
    made.commit(base | {"values/staging/b.yaml": None, "values/staging/a.yaml": None})
    made.wait(lambda: made.live("deployments", "web"))
    made.wait(lambda: made.state("web").get("error") is None)
    made.commit({"manifests/staging/base/map.yaml": None})
    assert "web depends on base" in made.failed("web") and made.live("deployments", "web")


def test_no_write_outside_the_windows(house):
    """Outside an environment's sync windows the sync is held."""
    closed = '{from: "00:00", to: "00:01", days: mon}, {from: "00:02", to: "00:03", days: mon}'
    made = house(ONE, of=f", sync: {{windows: [{closed}]}}")
    made.start()
    assert re.fullmatch(r"outside the sync windows; the next one opens \d{4}-\d\d-\d\d 00:00 UTC", made.synced("one", status="held")["error"]) and made.value("one") is None


def test_writing_can_be_turned_off(house):
    """ENABLE_K8S_DEPLOY=false: what differs is reported, and nothing at all is written, no namespace and no lease either."""
    made = house(ONE)
    made.start(ENABLE_K8S_DEPLOY="false")
    assert "1 objects differ" in made.synced("one", status="held")["error"]
    assert made.cluster.ask("GET", f"/api/v1/namespaces/{made.namespace()}").status_code == 404


def test_a_failure_says_when_it_is_tried_next(house):
    """What may pass by itself says when, what waits for a commit says that it does; mended, it says neither."""
    strange = "apiVersion: nobody.example.org/v1\nkind: Thing\nmetadata: {name: thing}\n"
    made = house({"manifests/staging/passing/a.yaml": strange, "values/staging/broken.yaml": "- one\n"})
    made.start()
    began = time.time()
    assert "Thing" in made.failed("passing")
    assert began < made.wait(lambda: made.state("passing").get("retry_at")) < time.time() + 300
    made.failed("broken")
    assert made.state("broken")["retry_at"] is None
    made.commit({"manifests/staging/passing/a.yaml": configmap("a")})
    assert made.synced("passing")["retry_at"] is None


def test_once_says_how_it_went(house):
    """`--once` ends with 0 when all is applied, 1 when some app failed, 2 when it could not run."""
    made = house(ONE)
    assert made.once()[0] == 0 and made.value("one") == "one"
    made.commit({"values/staging/bad.yaml": "replicaCount: [\n"})
    status, said = made.once()
    assert status == 1 and "values/staging/bad.yaml" in said
    (made.home / "nowhere").write_text((made.cluster.state / "kubeconfig").read_text().replace(made.cluster.url.partition("//")[2], "127.0.0.1:9"))
    assert made.once(KUBECONFIG=str(made.home / "nowhere"))[0] == 2
    assert made.once(CONFIG_REPO=str(made.home / "none.git"))[0] == 2
