"""What desired resources cost: from rendered objects and a price table, with the arithmetic. Must not read anything, nor invent a figure: what is not known is noted."""

from dataclasses import dataclass, field
from fractions import Fraction

from gitops.quantities import GIB, quantity

RUNNING = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Pod")
SOMETIMES = ("Job", "CronJob")
SCALERS = {"HorizontalPodAutoscaler": ("minReplicas", "maxReplicas", 1, None), "ScaledObject": ("minReplicaCount", "maxReplicaCount", 0, 100)}
NOTHING = {"vcpu": Fraction(0), "memory": Fraction(0)}


@dataclass(frozen=True, slots=True)
class Demand:
    """What one object asks for. `pods` times `vcpu` and `memory` (GiB); up to `most` pods where it scales by itself; `storage` (GiB) and load balancers in all.

    `notes` are codes of what could not be counted: no_requests, per_node, at_times, scales, unknown_size.
    """

    kind: str
    name: str
    pods: int = 0
    most: int = 0
    vcpu: Fraction = Fraction(0)
    memory: Fraction = Fraction(0)
    storage: Fraction = Fraction(0)
    balancers: int = 0
    notes: tuple = field(default=())


def demands(objects):
    """The Demands of rendered objects that ask for anything."""
    scalers = {_target(each): _bounds(each) for each in objects if each["kind"] in SCALERS}
    found = [_demand(each, scalers) for each in objects]
    return tuple(each for each in found if each is not None)


def _demand(each, scalers):
    kind, name, spec = each["kind"], each["metadata"]["name"], _mapping(each.get("spec"))
    if kind in RUNNING:
        return _workload(kind, name, spec, scalers.get((kind, name)))
    if kind == "DaemonSet":
        return Demand(kind, name, notes=("per_node",))
    if kind in SOMETIMES:
        return Demand(kind, name, notes=("at_times",))
    if kind == "PersistentVolumeClaim":
        size = _size(spec)
        return Demand(kind, name, storage=size or Fraction(0), notes=() if size is not None else ("unknown_size",))
    return Demand(kind, name, balancers=1) if kind == "Service" and spec.get("type") == "LoadBalancer" else None


def _workload(kind, name, spec, bounds):
    pod = spec if kind == "Pod" else _mapping(_mapping(spec.get("template")).get("spec"))
    replicas = 1 if kind == "Pod" else _whole(spec.get("replicas"), 1)
    least, most = bounds or (replicas, replicas)
    asked, whole = _of_pod(pod)
    claims = [_size(_mapping(_mapping(each).get("spec"))) for each in _list(spec.get("volumeClaimTemplates"))]
    notes = [code for code, noted in (("scales", most != least), ("no_requests", not whole), ("unknown_size", None in claims)) if noted]
    return Demand(kind, name, least, most, asked["vcpu"], asked["memory"], sum((each or 0 for each in claims), Fraction(0)) * least, notes=tuple(notes))


def _of_pod(pod):
    """(vcpu and memory of one pod as the scheduler counts them, whether every container says both)."""
    starting = [_mapping(each) for each in _list(pod.get("initContainers"))]
    beside = [each for each in starting if each.get("restartPolicy") == "Always"]
    always = [_asked(_mapping(each)) for each in [*_list(pod.get("containers")), *beside]]
    first = [_asked(each) for each in starting if each not in beside]
    whole = all(value is not None for each in always for value in each.values())
    return {name: max([sum((each[name] or 0 for each in always), Fraction(0)), *(each[name] or Fraction(0) for each in first)]) for name in NOTHING}, whole


def _asked(container):
    """vcpu and memory (GiB) of a container; a limit counts where no request is said, as it does for Kubernetes; None where neither is."""
    resources = _mapping(container.get("resources"))
    requests, limits = _mapping(resources.get("requests")), _mapping(resources.get("limits"))
    vcpu, memory = (quantity(requests.get(name, limits.get(name))) for name in ("cpu", "memory"))
    return {"vcpu": vcpu, "memory": None if memory is None else memory / GIB}


def _size(spec):
    found = quantity(_mapping(_mapping(spec.get("resources")).get("requests")).get("storage"))
    return None if found is None else found / GIB


def _target(scaler):
    found = _mapping(_mapping(scaler.get("spec")).get("scaleTargetRef"))
    return found.get("kind", "Deployment"), found.get("name")


def _bounds(scaler):
    low, high, least, most = SCALERS[scaler["kind"]]
    spec = _mapping(scaler.get("spec"))
    least = _whole(spec.get(low), least)
    return least, max(least, _whole(spec.get(high), most if most is not None else least))


def _mapping(value):
    return value if isinstance(value, dict) else {}


def _list(value):
    return value if isinstance(value, list) else []


def _whole(value, default):
    return value if type(value) is int and value >= 0 else default


# --- money ---------------------------------------------------------------------------------------------------------------


def lines(demand, prices):
    """(what, exact cost a month, arithmetic) of each thing that is asked for; the cost is None where it has no price."""
    found = []
    if demand.pods and demand.vcpu:
        found.append(_line("cpu", (demand.pods, demand.vcpu), f"{demand.pods} × {shown(demand.vcpu)} vCPU", prices and prices.vcpu_hour, prices))
    if demand.pods and demand.memory:
        found.append(_line("memory", (demand.pods, demand.memory), f"{demand.pods} × {shown(demand.memory)} GiB", prices and prices.memory_gib_hour, prices))
    if demand.storage:
        found.append(_line("storage", (demand.storage,), f"{shown(demand.storage)} GiB", prices and prices.storage_gib_month, None))
    if demand.balancers:
        found.append(_line("load_balancer", (demand.balancers,), f"{demand.balancers} × LoadBalancer", prices and prices.load_balancer_month, None))
    return tuple(found)


def _line(what, factors, said, price, by_hour):
    if price is None:
        return what, None, said
    cost, hours = exact(price), f" × {shown(exact(by_hour.hours))} h" if by_hour else ""
    for each in (*factors, *([exact(by_hour.hours)] if by_hour else [])):
        cost *= each
    return what, cost, f"{said}{hours} × {shown(exact(price), 6)} = {shown(cost, 2)}"


def month(found, prices):
    """What Demands cost a month, exactly, as far as it is priced."""
    return sum((cost for each in found for _, cost, _ in lines(each, prices) if cost is not None), Fraction(0))


def exact(number):
    """A price as it was written: 0.1 is a tenth."""
    return Fraction(str(number))


def shown(number, places=4):
    """A number as people write it: separated thousands, no more places than needed."""
    text = f"{float(round(number, places)):,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
