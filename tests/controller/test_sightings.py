"""What a cluster reports of apps' objects is told as it happens, to the right app, and no object floods."""

import time
import uuid

import pytest

from tests.controller.house import MERGE, configmap, values

NOW = "2026-01-01T00:00:0{}Z"


class Cluster:
    """The Events of a house's namespace, as a kubelet would report them, and what the ledger was told of them."""

    def __init__(self, house):
        self.house, self.cluster, self.path = house, house.cluster, f"/api/v1/namespaces/{house.namespace()}/events"

    def reports(self, kind, name, reason, message="x", version="v1", **more):
        found = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": f"{name}.{uuid.uuid4().hex[:12]}", "namespace": self.house.namespace()}, "type": "Warning", "reason": reason, "message": message, "count": 1,
                 "firstTimestamp": NOW.format(0), "lastTimestamp": NOW.format(0), "source": {"component": "kubelet"},
                 "involvedObject": {"apiVersion": version, "kind": kind, "name": name, "namespace": self.house.namespace()}, **more}
        return f"{self.path}/{self.cluster.create(self.path, found)['metadata']['name']}"

    def told(self, reason):
        return [(each.app, each.environment, each.data["object"], each.data["count"]) for each in self.house.ledger.events(0, 5000, ("cluster",)) if each.data["reason"] == reason]

    def until(self, test, seconds=20):
        end = time.monotonic() + seconds
        while not (found := test()):
            assert time.monotonic() < end, [(each.app, each.data) for each in self.house.ledger.events(0, 5000, ("cluster",))]
            time.sleep(0.05)
        return found


@pytest.fixture
def watched(house):
    """Two apps of which one's name begins like the other's, synced, and a controller that has begun to watch."""
    found = house({"values/staging/web.yaml": values(), "values/staging/web-api.yaml": values(), "manifests/staging/plain/a.yaml": configmap("settings")})
    found.start()
    for app in ("web", "web-api", "plain"):
        found.synced(app)
    cluster = Cluster(found)
    end = time.monotonic() + 20
    while not cluster.told("Begun"):
        assert time.monotonic() < end, (found.home / "controller.log").read_text()[-3000:]
        cluster.reports("Deployment", "web", "Begun", version="apps/v1")
        time.sleep(0.3)
    return cluster


def test_an_object_is_its_apps(watched):
    """A pod is of the workload that made it, not of one whose name is shorter; a stranger's is nobody's. Secrets and colours are not told."""
    watched.reports("Pod", "web-5d4f8c7b9-bcdfg", "Told")
    watched.reports("Pod", "web-api-5d4f8c7b9-bcdfg", "Told")
    watched.reports("ReplicaSet", "web-api-5d4f8c7b9", "Told", version="apps/v1")
    watched.reports("ConfigMap", "settings", "Told", message="\x1b[31mghp_" + "a1" * 20)
    for kind, name in (("Pod", "webster-1"), ("Secret", "web-x"), ("Pod", "stranger")):
        watched.reports(kind, name, "Told")
    watched.until(lambda: len(watched.told("Told")) == 4)
    time.sleep(1.2)
    assert sorted(watched.told("Told")) == [("plain", "staging", "ConfigMap/settings", 1), ("web", "staging", "Pod/web-5d4f8c7b9-bcdfg", 1),
                                            ("web-api", "staging", "Pod/web-api-5d4f8c7b9-bcdfg", 1), ("web-api", "staging", "ReplicaSet/web-api-5d4f8c7b9", 1)]
    assert [each["message"] for each in watched.house.ledger.reported("plain", "staging", 0, 10) if each["reason"] == "Told"] == ["***"]


def test_a_crash_loop_floods_nobody(watched):
    """Of one that reports on and on the last counts, told ever more rarely; others are told at once meanwhile."""
    path = watched.reports("Pod", "web-5d4f8c7b9-bcdfg", "BackOff")
    for count in range(2, 202):
        watched.cluster.patch(path, {"count": count, "lastTimestamp": NOW.format(count % 10)}, MERGE)
    began = time.monotonic()
    watched.reports("Pod", "web-api-5d4f8c7b9-bcdfg", "Other")
    watched.until(lambda: watched.told("Other"))
    assert time.monotonic() - began < 5
    watched.until(lambda: watched.told("BackOff")[-1][3] == 201)
    assert len(watched.told("BackOff")) <= 5
    assert [each["count"] for each in watched.house.ledger.reported("web", "staging", 0, 100) if each["reason"] == "BackOff"] == [201]


def test_nothing_is_kept_where_nobody_asks(house):
    """EVENT_DAYS=0: nothing is watched; what is older than it is deleted, and nothing else."""
    found = house({"values/staging/web.yaml": values()})
    found.start(EVENT_DAYS="0")
    found.synced("web")
    watched = Cluster(found)
    watched.reports("Deployment", "web", "Told", version="apps/v1")
    time.sleep(2)
    assert watched.told("Told") == []
    found.ledger.event("cluster", "web", "staging", uid="1", reason="Old", object="Pod/x", count=1)
    before = len(found.ledger.events(0, 5000))
    assert found.ledger.retention(90, 7) == 0 and found.ledger.retention(90, 0) == 1 and len(found.ledger.events(0, 5000)) == before - 1
