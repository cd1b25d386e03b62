"""Figures of the controller on the embedded cluster: first sync, idle tick, one app's commit to applied, drift to healed, memory."""

import os
import secrets
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import orjson

from controller import order, ownership
from controller.cluster import kube as kubes
from controller.loop import Loop
from gitops import catalog, config, services, submit
from gitops.charts import Renderer
from gitops.types import Command
from tests.bench.engine import ACTOR
from tests.bench.measure import line, percentile, repository
from tests.product import environment, free_port

THREADS = 16
PATIENCE = 30  # seconds without one more healthy app, until the cluster is taken to be as well as it gets
TAKES = 60  # ms a request takes longer in `first_sync_away`; with a real server on two cores, 54 creates a second, each of 16 at once took 300


class Embedded:
    """An embedded cluster in a process of its own."""

    def __init__(self, home, *options):
        env = environment(home, free_port())
        self.process = subprocess.Popen([sys.executable, "-m", "controller.devcluster", "--state", str(home), *options], stdout=subprocess.PIPE, text=True, env=env)
        assert self.process.stdout.readline().strip()
        self.kubeconfig = str(home / "kubeconfig")

    def stop(self, namespace):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class External:
    """A cluster that is there already; what is measured is in a namespace of its own, deleted afterwards."""

    def __init__(self, kubeconfig):
        self.kubeconfig = kubeconfig

    def stop(self, namespace):
        kube = kubes.Kube(self.kubeconfig)
        found = kube.get(kube.kind("", "Namespace"), None, namespace)
        if found:
            kube.delete(kube.kind("", "Namespace"), found)


class Requests:
    """Counts what a Kube is asked, by verb; leases are left out, and Events, which go beside the work at five a second, count as `event`."""

    def __init__(self, kube):
        self.count, self.send = Counter(), kube._send
        kube._send = self._counted

    def _counted(self, method, url, *more):
        if "/leases" not in url:
            path, _, query = url.partition("?")
            listing = method == "GET" and ("limit=" in query or "watch=" in query)
            self.count["event" if "/events" in path and method != "GET" else "watch" if "watch=true" in query else "list" if listing else {"PATCH": "apply"}.get(method, method.lower())] += 1
        return self.send(method, url, *more)

    def taken(self):
        found, self.count = dict(sorted(self.count.items())), Counter()
        return found


def objects(path, home):
    """All rendered objects, as the controller would send them, in its order."""
    opened = services.Repository.open(str(path), home)
    tree = opened.tree(opened.head())
    found = catalog.load(tree)
    renderer, where = Renderer(), found.environment("staging")
    made = [ownership.claimed({**each, "metadata": {**each["metadata"], "namespace": where.namespace}}, found.name, where.name, target.app)
            for target in found.targets("staging") for each in order.ordered(renderer.render(tree, target, where).objects)]
    renderer.close()
    opened.close()
    return made


def bare(cluster, made, namespace):
    """Seconds that server-side applies of the objects take with urllib3, 16 threads and nothing else."""
    kube = kubes.Kube(cluster.kubeconfig)
    kube.apply(kube.kind("", "Namespace"), {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}, False)
    headers = kube._credentials() | {"content-type": kubes.APPLY}
    sent = [(_path(kube, each, namespace), orjson.dumps({**each, "metadata": {**each["metadata"], "namespace": namespace}})) for each in made]
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as workers:
        statuses = set(workers.map(lambda each: kube.pool.request("PATCH", each[0], body=each[1], headers=headers).status, sent))
    assert statuses == {201}, statuses
    return time.perf_counter() - began


def _path(kube, obj, namespace):
    return f"{kube.configuration.host}{kube.kind(ownership.key(obj).group, obj['kind']).path(namespace, obj['metadata']['name'])}?fieldManager=klepaas&force=true"


def controller(home, apps, kubeconfig=None):
    """All of it with so many apps, on the embedded cluster or on the one of a kubeconfig."""
    namespace = f"klepaas-bench-{secrets.token_hex(3)}"
    path = repository(home, apps, namespace)
    made = objects(path, home)
    place = External(kubeconfig) if kubeconfig else Embedded(home / "floor")
    floor = bare(place, made, f"{namespace}-floor")
    place.stop(f"{namespace}-floor")
    cluster = External(kubeconfig) if kubeconfig else Embedded(home / "cluster")
    opened = services.open(config.load({"CONFIG_REPO": str(path), "KLEPAAS_HOME": str(home), "KUBECONFIG": cluster.kubeconfig}, None))
    loop = Loop(opened)
    try:
        yield _first_sync("first_sync", loop, floor, len(made), apps)
        yield _memory(apps)
        yield _idle(loop, apps)
        yield from _one_app(loop, opened, apps)
        yield _start(opened, apps)
    finally:
        loop.close()
        opened.close()
        cluster.stop(namespace)


def away(home, apps):
    """First sync where each request takes as long as it does with a server that is elsewhere: what is the controller's own shows, what is the shared processor's does not."""
    namespace, slow = "staging", ("--delay", str(TAKES))
    path = repository(home, apps)
    made = objects(path, home)
    place = Embedded(home / "floor", *slow)
    floor = bare(place, made, namespace)
    place.stop(namespace)
    cluster = Embedded(home / "cluster", *slow)
    opened = services.open(config.load({"CONFIG_REPO": str(path), "KLEPAAS_HOME": str(home), "KUBECONFIG": cluster.kubeconfig}, None))
    loop = Loop(opened)
    try:
        yield _first_sync("first_sync_away", loop, floor, len(made), apps, request_takes_ms=TAKES)
    finally:
        loop.close()
        opened.close()
        cluster.stop(namespace)


def scale(home, apps):
    """The same with 1,000 and with 5,000 apps, each in a process of its own, and how what must not grow has grown."""
    found = {}
    for size in (apps, 5 * apps):
        ran = subprocess.run([sys.executable, "-m", "tests.bench", "controller", "--apps", str(size)], stdout=subprocess.PIPE, text=True, check=True)
        figures = [orjson.loads(each) for each in ran.stdout.splitlines()]
        found |= {(each["name"], size): each["value"] for each in figures}
        yield from figures
    for name in ("idle_tick", "commit_to_applied", "drift_to_healed"):
        grown = found[name, 5 * apps] / found[name, apps]
        yield line(f"{name}_growth", grown, "x", "<= 2 for 5 x the apps", grown <= 2, apps=5 * apps)


def _world(loop):
    return loop.worlds["staging"]


def _start(opened, apps):
    """Another controller's start where nothing has changed: one list a kind, no writes."""
    loop = Loop(opened)
    began = time.perf_counter()
    kubes._clusters.clear()  # a process of its own would know nothing of the cluster
    loop.at = None, None, None
    loop._advance(opened.repo.head())
    world = loop.worlds.find("staging", loop.catalog)
    requests = Requests(world.kube)
    loop.tick(None)
    while world.busy():
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    asked = requests.taken()
    kinds = len(world.kube.discover())
    loop.close()
    met = not set(asked) - {"list", "get", "watch"} and asked["list"] <= kinds + 2 * apps // kubes.PAGE * 3
    return line("start_unchanged", seconds, "s", "0 writes, one list a kind", met, apps=apps, kinds=kinds, requests=asked)


def _first_sync(name, loop, floor, count, apps, **more):
    began = time.perf_counter()
    loop._advance(loop.repo.head())
    world = loop.worlds.find("staging", loop.catalog)
    requests = Requests(world.kube)
    loop.tick(None)
    while world.busy():
        world.lease.renew()  # as the running loop's scheduler does
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    failed = [state.error for state in world.states.values() if state.error]
    assert not failed, failed[0]
    return line(name, seconds, "s", "<= 1.2 x bare applies", seconds <= 1.2 * floor, floor, seconds / floor, objects=count, apps=apps, requests=requests.taken(), **more)


def _memory(apps):
    with open("/proc/self/statm") as file:
        megabytes = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return line("controller_memory", megabytes, "MB", "<= 250 at 1,000 apps", megabytes <= 250, apps=apps)


def _settle(loop):
    """Tick until nothing moves any more: every pod is up, or, where none ever is, until that has not changed for a while."""
    world, least, since = _world(loop), None, time.monotonic()
    while world.busy() or loop.outbox.waiting or world.waiting and time.monotonic() < since + PATIENCE:
        loop.tick()
        if least is None or len(world.waiting) < least:
            least, since = len(world.waiting), time.monotonic()
        time.sleep(0.2)
    loop.tick()


def _idle(loop, apps):
    """Ticks with nothing changed: milliseconds, and what they asked of the cluster."""
    _settle(loop)
    world, times = _world(loop), []
    requests, rendered = Requests(world.kube), loop.renderer.size
    for _ in range(20):
        began = time.perf_counter()
        loop.tick()
        times.append((time.perf_counter() - began) * 1000)
    p50, asked = percentile(times, .5), requests.taken()
    met = p50 <= 50 and not set(asked) - {"event"} and loop.renderer.size == rendered
    return line("idle_tick", p50, "ms", "<= 50, 0 writes, 0 renders, 0 reads", met, requests=asked, renders=int(loop.renderer.size != rendered), apps=apps, unhealthy=len(world.waiting))


def _one_app(loop, opened, apps):
    """A commit until the object is written, and a manual change until it is healed; both as the running loop does them."""
    running = threading.Thread(target=loop.run, daemon=True)
    running.start()
    world, applied, healed = _world(loop), [], []
    namespace, requests = world.environment.namespace, Requests(world.kube)
    for number in range(20):
        app, wanted = f"app{number}", 2 + number % 3
        key = ownership.Key("apps", "Deployment", namespace, app)
        began = time.perf_counter()
        submit.submit(opened, ACTOR, Command("scale", app, "staging", {"replicas": wanted}))
        _until(lambda: (world.cache.get(key) or {"spec": {}})["spec"].get("replicas") == wanted)
        applied.append((time.perf_counter() - began) * 1000)
    one = requests.taken()
    kind = world.kube.kind("apps", "Deployment")
    other = kubes.Kube(opened.settings.kubeconfig)
    for number in range(20):
        path = kind.path(namespace, f"app{number}")
        began = time.perf_counter()
        other.request("PATCH", path, {"fieldManager": "kubectl-edit"}, {"spec": {"template": {"spec": {"serviceAccountName": "other"}}}}, kubes.MERGE)
        _until(lambda: other.request("GET", path)["spec"]["template"]["spec"]["serviceAccountName"] == "default")
        healed.append((time.perf_counter() - began) * 1000)
    loop.stop()
    running.join(30)
    p50, p95 = percentile(applied, .5), percentile(healed, .95)
    yield line("commit_to_applied", p50, "ms", "p50 <= 1000", p50 <= 1000, p95=percentile(applied, .95), n=len(applied), apps=apps, requests=one)
    yield line("drift_to_healed", p95, "ms", "p95 <= 1000", p95 <= 1000, p50=percentile(healed, .5), n=len(healed), apps=apps)


def _until(test, seconds=30):
    end = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.005)
