"""What the controller counts, for Prometheus. Must not ask the cluster, git or the ledger, and a fault of its own fails no sync.

The registry is this package's own, so that what web shows beside its own metrics has no name twice.
"""

import functools
import logging
import time
from collections import Counter as Tally
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.metrics_core import GaugeMetricFamily

log = logging.getLogger(__name__)
REGISTRY = CollectorRegistry()
ROLLOUT = (0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 900)
QUICK = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}

SYNCS = Counter("klepaas_sync_total", "Syncs of an app that ended, by how: succeeded, failed, held, suspended", ("environment", "result"), registry=REGISTRY)
SECONDS = Histogram("klepaas_sync_duration_seconds", "Seconds from a sync's start until its app was healthy", ("environment",), buckets=ROLLOUT, registry=REGISTRY)
DRIFT = Counter("klepaas_drift_total", "Apps found changed by others in the cluster, and whether that was repaired", ("environment", "repaired"), registry=REGISTRY)
PRUNED = Counter("klepaas_pruned_total", "Objects deleted because git does not say them any more", ("environment",), registry=REGISTRY)
ASKED = Histogram("klepaas_kubernetes_request_duration_seconds", "Seconds until the API server answered, by verb", ("verb",), buckets=QUICK, registry=REGISTRY)
ANSWERS = Counter("klepaas_kubernetes_requests_total", "Requests to the API server, by verb and status (`error`: no answer)", ("verb", "code"), registry=REGISTRY)
FETCH = Histogram("klepaas_git_fetch_duration_seconds", "Seconds a fetch of the config repository took", buckets=QUICK, registry=REGISTRY)
UNFETCHED = Counter("klepaas_git_fetch_failures_total", "Fetches that failed", registry=REGISTRY)
CACHE = Counter("klepaas_render_cache_total", "Renderings asked for: hit (kept from before), miss, error", ("result",), registry=REGISTRY)
RENDER = Histogram("klepaas_render_duration_seconds", "Seconds a rendering took that was not kept from before", buckets=QUICK, registry=REGISTRY)
TICK = Gauge("klepaas_last_tick_timestamp_seconds", "When the loop last finished a tick, 0 before the first", registry=REGISTRY)
EVENTS = Counter("klepaas_kubernetes_events_total", "Kubernetes Events, by what became of them: sent, refused, dropped", ("result",), registry=REGISTRY)
NOTICES = Counter("klepaas_notifications_total", "Tries to send a notification, by channel and what became of it: sent, failed, dead", ("channel", "result"), registry=REGISTRY)
ProcessCollector(namespace="klepaas_controller", registry=REGISTRY)

WORLDS = {}   # environment -> its World
APPS = {}     # (environment, app) -> {"sync", "health"} as last told
QUEUED = {}   # (environment, app) -> since when it waits for its sync, monotonic


class Environments:
    """What is so now, read when it is asked for. Of environments that another controller works on, only that."""

    def collect(self):
        active, held = (GaugeMetricFamily(f"klepaas_environment_{name}", text, labels=("environment",)) for name, text in (
            ("active", "1 where this controller works on the environment"), ("held", "1 where the environment waits for a person")))
        for name, world in tuple(WORLDS.items()):
            working = world.active()
            if not world.gone:  # git names it no more: nobody is expected there
                active.add_metric((name,), working)
            held.add_metric((name,), world.held is not None and (working or world.lease.held()))
        return [active, held, _apps(), *_queues()]


def _apps():
    found = GaugeMetricFamily("klepaas_apps", "Apps by the state of their last sync and their health", labels=("environment", "sync", "health"))
    working = {name for name, world in tuple(WORLDS.items()) if world.active()}
    counted = Tally((name, seen["sync"], seen["health"]) for (name, _), seen in tuple(APPS.items()) if name in working)
    for labels, number in counted.items():
        found.add_metric(labels, number)
    return found


def _queues():
    depth = GaugeMetricFamily("klepaas_queue_depth", "Apps that wait for their sync to begin", labels=("environment",))
    age = GaugeMetricFamily("klepaas_queue_age_seconds", "How long the first of them has been waiting", labels=("environment",))
    waiting, now = tuple(QUEUED.items()), time.monotonic()
    for name in tuple(WORLDS):
        since = [at for (environment, _), at in waiting if environment == name]
        depth.add_metric((name,), len(since))
        age.add_metric((name,), now - min(since) if since else 0)
    return depth, age


REGISTRY.register(Environments())


# --- what the loop says ---------------------------------------------------------------------------------------------------

def ticked():
    TICK.set_to_current_time()


def queued(environment, app):
    QUEUED.setdefault((environment, app), time.monotonic())


def taken(environment, app):
    QUEUED.pop((environment, app), None)


def fetched(fetch):
    """What `fetch()` answers, timed."""
    with UNFETCHED.count_exceptions(), FETCH.time():
        return fetch()


def rendered(render, *args):
    """What `render(*args)` answers, a Rendered, counted; timed where it was not kept from before."""
    began = time.perf_counter()
    try:
        found = render(*args)
    except Exception:
        CACHE.labels("error").inc()
        raise
    CACHE.labels("hit" if found.cached else "miss").inc()
    if not found.cached:
        RENDER.observe(time.perf_counter() - began)
    return found


def asked(send, method, url, **more):
    """What the API server answers to `send(method, url, …)`, timed until its headers are there."""
    verb, began = verb_of(method, url), time.perf_counter()
    try:
        answer = send(method, url, **more)
    except Exception:
        ANSWERS.labels(verb, "error").inc()
        raise
    finally:
        ASKED.labels(verb).observe(time.perf_counter() - began)
    ANSWERS.labels(verb, str(answer.status)).inc()
    return answer


def verb_of(method, url):
    """The verb as Kubernetes' roles have it; `discovery` for what is no resource."""
    if method not in ("GET", "HEAD"):
        return VERBS.get(method, "other")
    where = urlsplit(url)
    if "watch=true" in where.query:
        return "watch"
    _, _, below = where.path.partition("/apis/" if "/apis/" in where.path else "/api/")
    parts = below.split("/")[2 if "/apis/" in where.path else 1:]  # behind group and version
    parts = parts[2:] if parts[:1] == ["namespaces"] and len(parts) > 2 else parts
    return ("discovery", "list")[len(parts)] if len(parts) < 2 else "get"


# --- what the ledger is told ----------------------------------------------------------------------------------------------

def listening(world, tell):
    """`tell`, counting on its way what is told of an environment."""
    WORLDS[world.environment.name] = world

    @functools.wraps(tell)
    def heard(call, *args, **more):
        _count(call.__name__, args, more)
        tell(call, *args, **more)
    return heard


def _count(name, args, more):
    try:
        if name in HEARD:
            HEARD[name](*args, **more)
    except Exception:
        log.exception("metrics of %s", name)


def _synced(result):
    APPS[result.environment, result.app] = {"sync": result.status, "health": result.health.status}
    if result.status != "progressing":
        SYNCS.labels(result.environment, result.status).inc()
    if result.status == "succeeded" and result.finished:
        SECONDS.labels(result.environment).observe(max(0, result.finished - result.started))


def _observed(app, environment, health=None, **_):
    seen = APPS.setdefault((environment, app), {"sync": "progressing", "health": "unknown"})
    seen["health"] = getattr(health, "status", health) or seen["health"]


def _forgotten(app, environment):
    APPS.pop((environment, app), None)


def _told(kind, app, environment, **data):
    if kind == "drift":
        DRIFT.labels(environment, str(bool(data.get("repaired"))).lower()).inc()
    if kind == "sync" and data.get("status") == "pruned":
        PRUNED.labels(environment).inc(sum(each["action"] == "pruned" for each in data.get("actions") or ()))


HEARD = {"record_sync": _synced, "observe": _observed, "forget": _forgotten, "event": _told}
