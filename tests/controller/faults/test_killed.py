"""A controller killed between any two of its requests: whoever comes after ends where it would have ended, and writes nothing that was written."""

import collections
import itertools
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.controller.faults import faulty
from tests.controller.house import configmap
from tests.controller.test_stages import CHART, app, hook

MAPS = {f"manifests/staging/{each}/map.yaml": configmap(each) for each in ("same", "changed", "stays", "other")}
SUCCEEDED = ", helm.sh/hook-delete-policy: hook-succeeded"
BEFORE = CHART | hook("up", "pre-install,pre-upgrade") | hook("after", "post-upgrade", more=SUCCEEDED) | app() | MAPS | {
    "manifests/staging/old/map.yaml": configmap("old"), "manifests/staging/stays/more.yaml": configmap("more"),
    "values/staging/leaves.yaml": "klepaas: {chart: charts/d}\n", "charts/d/Chart.yaml": "apiVersion: v2\nname: d\nversion: 1.0.0\n",
    "charts/d/templates/map.yaml": configmap("leaves"), "charts/d/templates/bye.yaml": hook("bye", "pre-delete").popitem()[1],
    "charts/d/templates/gone.yaml": hook("gone", "post-delete").popitem()[1]}
CHANGE = app("two") | {
    "manifests/staging/changed/map.yaml": configmap("changed", "two"), "manifests/staging/new/map.yaml": configmap("new"),
    "manifests/staging/old/map.yaml": None, "manifests/staging/stays/more.yaml": None, "values/staging/leaves.yaml": None}
AFTER = {"same": "one", "changed": "two", "stays": "one", "other": "one", "new": "one", "made": "two"}
PATCHED, DELETED = ("made", "changed", "new", "up", "after", "bye", "gone"), ("old", "more", "leaves", "up", "after", "bye", "gone")


def maps(made):
    """name -> value of every ConfigMap of ours."""
    found = made.cluster.get(made.path("configmaps") + f"?labelSelector=klepaas.io/environment={made.name}-staging")["items"]
    return {each["metadata"]["name"]: each["data"]["value"] for each in found}


def jobs(made):
    return {each["metadata"]["name"] for each in made.cluster.get(f"/apis/batch/v1/namespaces/{made.namespace()}/jobs")["items"]}


def begun(made, way):
    """What git says next creates, changes, prunes and runs hooks."""
    first = made.start()
    made.wait(lambda: maps(made).keys() >= {"made", "leaves", "old"} and made.state("web").get("sync") == "succeeded", 60)
    made.kill(first, signal.SIGTERM)
    way.writes.clear()
    made.commit(CHANGE)


def ended(made):
    """Until the cluster is what git says and no app is on its way."""
    made.wait(lambda: maps(made) == AFTER and jobs(made) == {"up"}, 60)
    made.followed()
    for each in ("same", "changed", "stays", "other", "new", "web"):
        made.wait(lambda: made.state(each).get("sync") == "succeeded" and made.state(each)["health"] == "healthy")
    made.wait(lambda: not made.state("old") and not made.state("leaves"))
    assert not [each for each in made.ledger.syncs() if each["status"] == "progressing"]


def once_each(way):
    """Every object of the change was written once: made, changed or deleted."""
    done = collections.Counter((method, path.rpartition("/")[2]) for method, path, status in way.writes if status < 400)
    assert done == dict.fromkeys((*(("PATCH", each) for each in PATCHED), *(("DELETE", each) for each in DELETED)), 1), way.writes


def dying(made, way, which, after=True):
    """The controller dies of a write of which that is true: before the cluster gets it, or after, and before it hears of it."""
    def die(handler, *_):
        return which(handler) and (made.kill(made.running[-1]) or faulty.closed(handler))
    return way.on(die, after=after)


def of_git(handler):
    """Whether a request writes what git says."""
    return handler.command in faulty.WRITES and not any(part in handler.path for part in faulty.SILENT)


@pytest.mark.pods
def test_killed_at_every_write(behind):
    """One controller after the other dies of its first write: together they write what one would have written."""
    made, way = behind(BEFORE)
    begun(made, way)
    dying(made, way, of_git)
    while maps(made) != AFTER or jobs(made) != {"up"}:
        made.start()
        made.wait(lambda: made.running[-1].poll() is not None or maps(made) == AFTER and jobs(made) == {"up"}, 40)
    if made.running[-1].poll() is not None:
        made.start()
    ended(made)
    once_each(way)
    assert len(made.running) > 6


def killed_at(made, way, number):
    """One that dies of its n-th write of any kind, leases and events too, and one that follows; whether it died."""
    begun(made, way)
    count = itertools.count(1)
    rule = dying(made, way, lambda handler: handler.command in faulty.WRITES and next(count) == number, after=number % 2 == 1)
    first = made.start()
    made.wait(lambda: first.poll() is not None or maps(made) == AFTER and jobs(made) == {"up"}, 90)
    rule.times = 0
    if died := first.poll() is not None:
        made.start()
    ended(made)
    once_each(way)
    return died


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_at_any_write(behind):
    """Wherever one dies, before or after the cluster heard of it, the next one ends as if nothing had been."""
    found = [(*behind(BEFORE), number) for number in range(1, 31)]
    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(lambda each: killed_at(*each), found)) > 20
