"""What Prometheus measured, for people: an app's graphs, the nodes against their thresholds, a free query. Read-only; the only foreign text in a query are names, escaped.

The metrics are those of cAdvisor, kube-state-metrics, the node exporter and the usual ones of HTTP servers. What is not there is said to be missing.
"""

import functools
from dataclasses import dataclass

from gitops import podnames, promql
from gitops.errors import Invalid

CONTAINERS = (("container", "!=", ""), ("container", "!=", "POD"))  # neither the sum of a pod nor its pause container
FAILED = "=~", "5.."
OVER = "5m"   # what rates of an app are taken over: several scrapes, whatever the interval
TOP = 10      # pods of a list
NET = ("device", "!~", "lo|veth.*|cali.*|cni.*|docker.*|br-.*")
DISKS = ("fstype", "!~", "tmpfs|ramfs|overlay|squashfs|iso9660|fuse.*|nsfs|autofs")
STATES = ("ok", "warning", "critical")


@dataclass(frozen=True, slots=True)
class Graph:
    """One measure of an app; `by_pod`: a line a pod."""

    name: str
    unit: str
    query: str
    by_pod: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of nodes, by instance; what is above `warning` or `critical` is in that state."""

    name: str
    unit: str
    query: str
    warning: float | None = None
    critical: float | None = None

    def state(self, value):
        return STATES[sum(limit is not None and value > limit for limit in (self.warning, self.critical))]


MEASURES = (
    Measure("cpu", "percent", '100 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[2m])) * 100', 80, 90),
    Measure("iowait", "percent", 'avg by (instance) (rate(node_cpu_seconds_total{mode="iowait"}[2m])) * 100', 5, 10),
    Measure("memory", "percent", "max by (instance) (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes) * 100", 80, 90),
    Measure("disk", "percent", f"max by (instance) (1 - node_filesystem_avail_bytes{promql.selector(DISKS)} / (node_filesystem_size_bytes{promql.selector(DISKS)} > 0)) * 100", 85, 95),
    Measure("swap", "bytes", "max by (instance) (node_memory_SwapTotal_bytes - node_memory_SwapFree_bytes)", 0),
    Measure("io", "ratio", "max by (instance) (rate(node_disk_io_time_seconds_total[2m]))", 0.8),
    Measure("receive", "bytes_per_second", f"sum by (instance) (rate(node_network_receive_bytes_total{promql.selector(NET)}[2m]))", 50e6),
    Measure("transmit", "bytes_per_second", f"sum by (instance) (rate(node_network_transmit_bytes_total{promql.selector(NET)}[2m]))", 50e6),
    Measure("network_errors", "per_second", f"sum by (instance) (rate(node_network_receive_errs_total{promql.selector(NET)}[2m]) + rate(node_network_transmit_errs_total{promql.selector(NET)}[2m]))"),
)


# --- a free query ------------------------------------------------------------------------------------------------------


def query(settings, text, span=None, step=None):
    """(Found, {start, end, step} of a look back): the durations are those of the verb, as 1h."""
    if span is None and step is not None:
        raise Invalid("query_step_alone")
    if span is None:
        return promql.instant(settings, text), {}
    start, end, step = promql.window(promql.seconds(span), step and promql.seconds(step))
    return promql.between(settings, text, start, end, step), {"start": start, "end": end, "step": step}


# --- an app ------------------------------------------------------------------------------------------------------------


def app(settings, namespace, workloads, span):
    """{start, end, step, graphs, missing}: what is measured of the pods of these (kind, name)."""
    start, end, step = promql.window(promql.seconds(span))
    found = [(each, promql.between(settings, each.query, start, end, step)) for each in graphs(namespace, workloads)]
    times = list(range(start, end + 1, step))
    shown = [{"name": each.name, "unit": each.unit, "series": [_line(each, series, times) for series in found.series], "truncated": found.truncated} for each, found in found if found.series]
    return {"start": start, "end": end, "step": step, "times": times, "graphs": shown, "missing": [each.name for each, found in found if not found.series]}


def graphs(namespace, workloads):
    """The Graphs of the pods that these workloads make."""
    pods = "pod", "=~", "|".join(f"(?:{promql.one_of([name])}){podnames.ENDS[kind]}" for kind, name in workloads if kind in podnames.ENDS)
    if not pods[2]:
        return ()
    at = functools.partial(promql.selector, pods, namespace=namespace)
    inside, requests = promql.selector(pods, *CONTAINERS, namespace=namespace), f"sum(rate(http_requests_total{at()}[{OVER}]))"
    failed = " or ".join(f"sum(rate(http_requests_total{promql.selector(pods, (label, *FAILED), namespace=namespace)}[{OVER}]))" for label in ("code", "status"))
    return (
        Graph("cpu", "cores", f"sum by (pod) (rate(container_cpu_usage_seconds_total{inside}[{OVER}]))", True),
        Graph("memory", "bytes", f"sum by (pod) (container_memory_working_set_bytes{inside})", True),
        Graph("restarts", "count", f"sum by (pod) (kube_pod_container_status_restarts_total{at()})", True),
        Graph("requests", "per_second", requests),
        Graph("errors", "percent", f"100 * ({failed} or 0 * {requests}) / {requests}"),
        Graph("latency", "seconds", f"histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{at()}[{OVER}])))"),
    )


def _line(graph, series, times):
    """Its values at these times, None where there is none."""
    known = {round(at): promql.number(value) for at, value in series.points}
    return {"name": series.labels.get("pod", "") if graph.by_pod else "", "values": [known.get(at) for at in times]}


# --- nodes -------------------------------------------------------------------------------------------------------------


def nodes(settings, hurry=False):
    """{items, measures, missing}: each node's measures, each with its state, the worst of which is the node's. `hurry`: beside an answer that is about something else."""
    found = [(each, promql.instant(settings, each.query, hurry)) for each in MEASURES if each.warning is not None or not hurry]
    values = {}
    for measure, answer in found:
        for instance, value in _by(answer, "instance"):
            values.setdefault(instance, {})[measure.name] = {"value": value, "state": measure.state(value)}
    items = [{"name": name, "state": STATES[max(STATES.index(each["state"]) for each in some.values())], "values": some} for name, some in sorted(values.items())]
    return {"items": items, "measures": [{"name": each.name, "unit": each.unit, "warning": each.warning, "critical": each.critical} for each, _ in found],
            "missing": [each.name for each, answer in found if not answer.series]}


def targets(settings):
    """What Prometheus scrapes, by job, and what of it does not answer."""
    counted = [{"job": job, "targets": int(value)} for job, value in _by(promql.instant(settings, "count by (job) (up)"), "job")]
    down = [{"job": each.labels.get("job", ""), "target": each.labels.get("instance", "")} for each in promql.instant(settings, "up == 0").series]
    return {"jobs": counted, "down": down}


def busiest(settings, namespaces):
    """The pods of these namespaces that take most: {cpu: [{namespace, pod, value}], memory: […]}."""
    inside = promql.selector(("namespace", "=~", promql.one_of(namespaces)), *CONTAINERS)
    queries = {"cpu": f"sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{inside}[{OVER}]))", "memory": f"sum by (namespace, pod) (container_memory_working_set_bytes{inside})"}
    return {name: [{"namespace": each.labels.get("namespace", ""), "pod": each.labels.get("pod", ""), "value": promql.number(each.points[0][1])} for each in _most(settings, query)] for name, query in queries.items()}


def _most(settings, query):
    found = [each for each in promql.instant(settings, f"topk({TOP}, {query})").series if promql.number(each.points[0][1]) is not None]
    return sorted(found, key=lambda each: -promql.number(each.points[0][1]))


def _by(found, label):
    """(the label, the value) of each sample that is a number."""
    for each in found.series:
        value = promql.number(each.points[0][1])
        if value is not None:
            yield each.labels.get(label, ""), value
