"""Costs: exact, by the table, with the arithmetic; what is not known is noted, never guessed."""

from fractions import Fraction

import pytest

from gitops import costs, quantities
from gitops.types import Prices

WON = Prices("KRW", 40, 5, 100, 15000, 730)
QUANTITIES = {"100m": Fraction(1, 10), "1.5": Fraction(3, 2), 2: 2, 0.5: Fraction(1, 2), "128Mi": 128 * 2**20, "1Gi": 2**30, "1e3": 1000, "2E": 2 * 10**18, "500n": Fraction(1, 2_000_000), ".5": Fraction(1, 2), "1k": 1000,
              "": None, "x": None, "1 Gi": None, "1GiB": None, None: None, True: None, "١": None, "1e999": None, "9" * 40: None, "-1": None, "+2": 2}


def pod(*resources, **more):
    return {"containers": [{"name": f"c{number}", "resources": each} for number, each in enumerate(resources)], **more}


def deployment(spec, **more):
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": spec}, **more}}


def asks(cpu, memory):
    return {"requests": {"cpu": cpu, "memory": memory}}


@pytest.mark.parametrize("text", QUANTITIES, ids=str)
def test_quantities(text):
    """As Kubernetes reads them; what it would refuse is none."""
    assert quantities.quantity(text) == QUANTITIES[text]


def test_arithmetic_is_shown_and_right():
    """3 pods of 250m and 512Mi: each line says how it was computed, and the sum is exact."""
    found, = costs.demands([deployment(pod(asks("250m", "512Mi")), replicas=3)])
    assert [said for _, _, said in costs.lines(found, WON)] == ["3 × 0.25 vCPU × 730 h × 40 = 21,900", "3 × 0.5 GiB × 730 h × 5 = 5,475"]
    assert costs.month([found], WON) == 3 * Fraction(1, 4) * 730 * 40 + 3 * Fraction(1, 2) * 730 * 5 == 27375


def test_prices_are_as_they_were_written():
    """A tenth is a tenth: no binary fraction creeps into the sum."""
    found, = costs.demands([deployment(pod(asks("1", None)), replicas=3)])
    assert costs.month([found], Prices("USD", 0.1, 0, hours=1)) == Fraction(3, 10)


def test_a_pod_asks_for_what_the_scheduler_counts():
    """Containers together, or the largest that runs before them; sidecars beside; a limit stands for a missing request."""
    spec = pod(asks("100m", "1Gi"), {"limits": {"cpu": "300m", "memory": "1Gi"}},
               initContainers=[{"resources": asks("2", "64Mi")}, {"restartPolicy": "Always", "resources": asks("100m", "1Gi")}])
    found, = costs.demands([deployment(spec)])
    assert (found.pods, found.vcpu, found.memory, found.notes) == (1, 2, 3, ())


def test_what_scales_by_itself_is_counted_at_its_least():
    """With an autoscaler the bounds are told; the sum is of the least."""
    scaler = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}, "spec": {"minReplicas": 2, "maxReplicas": 8, "scaleTargetRef": {"kind": "Deployment", "name": "web"}}}
    found, = costs.demands([deployment(pod(asks("1", "1Gi"))), scaler])
    assert (found.pods, found.most, found.notes) == (2, 8, ("scales",))


def test_storage_and_load_balancers():
    """Claims, claims of each pod, and load balancers; without their price they are named and not in the sum."""
    claim = {"spec": {"resources": {"requests": {"storage": "10Gi"}}}}
    objects = [{"kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, **claim}, {"kind": "StatefulSet", "metadata": {"name": "db"}, "spec": {"replicas": 3, "template": {"spec": pod(asks("0", "0"))}, "volumeClaimTemplates": [claim]}},
               {"kind": "Service", "metadata": {"name": "web"}, "spec": {"type": "LoadBalancer"}}, {"kind": "Service", "metadata": {"name": "inner"}, "spec": {}}]
    found = costs.demands(objects)
    assert costs.month(found, WON) == 40 * 100 + 15000
    assert costs.month(found, Prices("KRW", 40, 5)) == 0
    assert [said for each in found for _, _, said in costs.lines(each, Prices("KRW", 40, 5))] == ["10 GiB", "30 GiB", "1 × LoadBalancer"]


@pytest.mark.parametrize("object, note", [(deployment(pod({})), "no_requests"), (deployment(pod(asks("lots", "1Gi"))), "no_requests"), ({"kind": "DaemonSet", "metadata": {"name": "x"}, "spec": {}}, "per_node"),
                                          ({"kind": "CronJob", "metadata": {"name": "x"}}, "at_times"), ({"kind": "PersistentVolumeClaim", "metadata": {"name": "x"}, "spec": {"resources": []}}, "unknown_size")])
def test_what_is_not_known_is_noted(object, note):
    """It costs nothing in the sum, and says why."""
    found, = costs.demands([object])
    assert note in found.notes


@pytest.mark.parametrize("spec", [None, [], {"template": None}, {"template": {"spec": {"containers": None}}}, {"replicas": "3"}, {"replicas": -1}, {"template": {"spec": {"containers": [None, "x", {"resources": "y"}]}}}])
def test_malformed_objects_cost_nothing(spec):
    """What a chart renders may be anything: it is counted as far as it says something."""
    found, = costs.demands([{"kind": "Deployment", "metadata": {"name": "x"}, "spec": spec}])
    assert costs.month([found], WON) == 0
