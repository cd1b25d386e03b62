"""The API server is away, dies, refuses, answers nonsense or late: said on the app it belongs to, nothing lost, over by itself."""

import time

import pytest

from tests.controller.faults import faulty
from tests.controller.house import MERGE, configmap, values

ONE = {"manifests/staging/one/map.yaml": configmap("one")}
REFUSALS = {
    "busy": (faulty.status(429, "too many requests"), False, "429"), "broken": (faulty.status(500, "internal error"), False, "500"),
    "away": (faulty.status(503, "apiserver is shutting down"), False, "503"), "page": (faulty.page(), False, "no JSON object"), "error-page": (faulty.page(502), False, "502"),
    "half": (faulty.half, True, "cannot be reached"), "closed": (faulty.closed, False, "cannot be reached")}


def app(name, *maps):
    return {f"manifests/staging/{name}/{each}.yaml": configmap(each) for each in maps or (name,)}


def test_away_at_start(behind):
    """The controller comes up without its cluster, every app says why, and is synced once that answers."""
    made, way = behind(app("one") | app("two"))
    way.down()
    running = made.start()
    for each in ("one", "two"):
        assert "cluster cannot be reached" in made.wait(lambda: made.state(each).get("message"))
        assert made.state(each)["health"] == "unknown"
    assert running.poll() is None
    way.up()
    for each in ("one", "two"):
        assert made.synced(each)["health"] == "healthy"


def test_dies_in_mid_apply(behind):
    """What was written is known or found again, the rest follows: each object is made once, and the app says meanwhile what is wrong."""
    maps = [f"m{number}" for number in range(6)]
    made, way = behind(app("one", *maps))
    way.on(lambda *_: way.down() or True, "PATCH", "configmaps/m3", times=1, after=True)
    made.start()
    assert "cluster cannot be reached" in made.wait(lambda: (found := made.state("one")).get("sync") == "failed" and found["error"])
    assert made.value("m3") and not made.value("m4")
    way.up()
    made.synced("one")
    assert all(made.value(each) for each in maps)
    assert sorted(path.rpartition("/")[2] for _, path, status in way.writes if status == 201 and "configmaps" in path) == maps


def test_every_refusal_is_its_apps_and_passes(behind):
    """Refused, answered by a gateway's page, cut in mid-answer or not at all: the app says so, its neighbour goes on, and it mends itself without a commit."""
    files = {path: text for name in (*REFUSALS, "good") for path, text in app(name).items()}
    made, way = behind(files)
    for name, (fault, after, _) in REFUSALS.items():
        way.on(fault, "PATCH", f"configmaps/{name}", after=after)
    running = made.start()
    made.synced("good")
    for name, (_, _, said) in REFUSALS.items():
        assert said in made.failed(name), name
    way.mend()
    for name in REFUSALS:
        made.synced(name)
    assert running.poll() is None and "Traceback" not in (made.home / "controller.log").read_text()


def test_a_server_that_asks_for_time_gets_it(behind):
    """Retry-After: no second try of the write before that is over."""
    made, way = behind(ONE)
    tries = []
    way.on(lambda handler: tries.append(time.monotonic()), "PATCH", "configmaps/one")
    way.on(faulty.status(429, "too many requests", Retry_After=4), "PATCH", "configmaps/one", times=1)
    way.rules.reverse()
    made.start()
    made.failed("one")
    began = time.monotonic()
    made.synced("one")
    assert len(tries) == 1 and tries[0] - began > 3


@pytest.mark.pods
def test_a_slow_server_is_waited_for(behind):
    """Every answer late: the sync succeeds, and writes no object twice."""
    made, way = behind({"values/staging/web.yaml": values(), **ONE})
    way.on(faulty.slow(0.05))
    made.start()
    made.synced("web", status="succeeded")
    made.synced("one")
    written = [path for _, path, _ in way.writes if made.namespace() in path]
    assert len(written) == len(set(written))


def test_watches_that_are_cut(behind):
    """However often, and though the server refuses them for a while: what somebody changes meanwhile is healed."""
    made, way = behind(ONE)
    made.start()
    made.synced("one")
    for _ in range(5):
        way.cut()
    made.cluster.patch(made.path("configmaps", "one"), {"data": {"value": "by hand"}}, MERGE)
    made.wait(lambda: made.value("one") == "one")
    for fault in (faulty.status(500, "internal error"), faulty.page(), faulty.status(410, "too old"), faulty.closed):
        way.on(fault, "GET", "configmaps.*watch=true", times=1)
    way.cut()
    made.cluster.delete(made.path("configmaps", "one"))
    made.wait(lambda: made.value("one") == "one")


def test_every_list_fails_for_a_while(behind):
    """At the start of a controller whose commit took an object away: nothing else goes, and that one goes once its kind can be listed."""
    made, way = behind(app("one") | {"manifests/staging/two/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: two}\n", "manifests/staging/two/map.yaml": configmap("two")})
    assert made.once()[0] == 0
    made.commit({"manifests/staging/two/secret.yaml": None})
    way.on(faulty.status(503, "no endpoints available"), "GET", "/secrets.*labelSelector", times=2)
    made.start()
    made.synced("two")
    path = f"/api/v1/namespaces/{made.namespace()}/secrets/two"
    made.wait(lambda: made.cluster.ask("GET", path).status_code == 404, 40)
    assert made.value("one") == "one" and made.value("two") == "one"


@pytest.mark.slow
def test_a_refused_deletion_is_tried_again(behind):
    """Half of a prune is refused, by a webhook say: what is left stays ours and goes once it may; nothing else waits for it."""
    made, way = behind({path: text for name in ("keep", "also", "more") for path, text in app(name).items()} | app("leaving", "one", "two", "stays"))
    made.start()
    for each in ("keep", "also", "more", "leaving"):
        made.synced(each)
    way.on(faulty.status(403, 'admission webhook "guard" denied the request'), "DELETE", "configmaps/one")
    made.commit({"manifests/staging/leaving/one.yaml": None, "manifests/staging/leaving/two.yaml": None} | {"manifests/staging/keep/keep.yaml": configmap("keep", "two")})
    made.wait(lambda: made.value("two") is None and made.value("keep") == "two")
    assert made.live("configmaps", "one")["metadata"]["annotations"]["klepaas.io/owner"]
    assert "guard" in made.wait(lambda: made.marks().get("refused"))[0]
    way.mend()
    made.wait(lambda: made.value("one") is None and not made.marks()["refused"], 40)


def test_a_write_that_is_never_answered(behind):
    """The lease is kept, the neighbours go on, the app says that there was no answer, and it mends itself."""
    made, way = behind(app("one") | app("two"))
    way.on(faulty.slow(60), "PATCH", "configmaps/one", times=1)
    made.start()
    made.synced("two")
    made.commit({"manifests/staging/two/two.yaml": configmap("two", "later")})
    made.wait(lambda: made.value("two") == "later")
    assert "did not answer within 30 s" in made.wait(lambda: (found := made.state("one")).get("sync") == "failed" and found["error"], 60)
    made.wait(lambda: made.value("one") == "one")
    assert made.live("leases", f"klepaas-{made.name}-staging")["spec"]["leaseTransitions"] in (0, 1)
