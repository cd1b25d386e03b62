"""Figures of the controller on the embedded cluster: first sync, idle tick, one app's commit to applied, drift to healed, memory."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import orjson
import urllib3

from controller import kube as kubes
from controller import order, ownership
from controller.loop import Loop
from gitops import catalog, config, services, submit
from gitops.charts import Renderer
from gitops.types import Command
from tests.bench.engine import ACTOR
from tests.bench.measure import line, percentile, repository
from tests.product import environment, free_port

THREADS = 16


class Cluster:
    """An embedded cluster in a process of its own."""

    def __init__(self, home):
        self.home = home
        env = {**environment(home, free_port())}
        self.process = subprocess.Popen([sys.executable, "-m", "controller.devcluster", "--state", str(home)], stdout=subprocess.PIPE, text=True, env=env)
        self.url = self.process.stdout.readline().strip()

    @property
    def kubeconfig(self):
        return next(str(self.home / name) for name in ("admin.kubeconfig", "kubeconfig") if (self.home / name).exists())

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


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


def bare(cluster, made):
    """Seconds that server-side applies of the objects take with urllib3, 16 threads and nothing else."""
    kube = kubes.Kube(cluster.kubeconfig)
    kube.apply(kube.kind("", "Namespace"), {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "staging"}}, False)
    token = kube.configuration.auth_settings()["BearerToken"]["value"]
    pool = urllib3.PoolManager(maxsize=THREADS, cert_reqs="CERT_NONE")
    headers = {"authorization": token, "content-type": kubes.APPLY}
    sent = [(f"{kube.configuration.host}{kube.kind(ownership.key(each).group, each['kind']).path('staging', each['metadata']['name'])}?fieldManager=klepaas&force=true", orjson.dumps(each)) for each in made]
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as workers:
        statuses = set(workers.map(lambda each: pool.request("PATCH", each[0], body=each[1], headers=headers).status, sent))
    assert statuses == {201}, statuses
    return time.perf_counter() - began


def controller(home, apps):
    path = repository(home, apps)
    made = objects(path, home)
    floor_cluster = Cluster(home / "floor")
    floor = bare(floor_cluster, made)
    floor_cluster.stop()
    cluster = Cluster(home / "cluster")
    opened = services.open(config.load({"CONFIG_REPO": str(path), "KLEPAAS_HOME": str(home), "KUBECONFIG": cluster.kubeconfig}, None))
    loop = Loop(opened)
    try:
        yield _first_sync(loop, floor, len(made), apps)
        yield _memory(apps)
        yield _idle(loop, apps)
        yield from _one_app(loop, opened, apps)
    finally:
        loop.close()
        opened.close()
        cluster.stop()


def _first_sync(loop, floor, count, apps):
    began = time.perf_counter()
    loop.tick(None)
    world = loop.worlds["staging"]
    while world.busy():
        world.lease.renew()  # as the running loop's scheduler does
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    failed = [state.error for state in world.states.values() if state.error]
    assert not failed, failed[0]
    return line("first_sync", seconds, "s", "<= 1.2 x bare applies", seconds <= 1.2 * floor, floor, seconds / floor, objects=count, apps=apps)


def _memory(apps):
    with open("/proc/self/statm") as file:
        megabytes = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return line("controller_memory", megabytes, "MB", "<= 250 at 1,000 apps", megabytes <= 250, apps=apps)


def _settle(loop, seconds=60):
    """Tick until nothing moves any more."""
    end, world = time.monotonic() + seconds, loop.worlds["staging"]
    while time.monotonic() < end and (world.busy() or world.waiting or loop.outbox.waiting):
        loop.tick()
        time.sleep(0.2)
    loop.tick()


def _idle(loop, apps):
    """Ticks with nothing changed: milliseconds, and what they asked of the cluster."""
    _settle(loop)
    world, times = loop.worlds["staging"], []
    asked = []
    exchange = world.kube.exchange
    world.kube.exchange = lambda method, path, *more, **options: (asked.append((method, path)), exchange(method, path, *more, **options))[1]
    rendered = loop.renderer.size
    for _ in range(20):
        began = time.perf_counter()
        loop.tick()
        times.append((time.perf_counter() - began) * 1000)
    del world.kube.exchange
    requests = [each for each in asked if "/leases/" not in each[1]]
    p50 = percentile(times, .5)
    met = p50 <= 50 and not requests and loop.renderer.size == rendered
    return line("idle_tick", p50, "ms", "<= 50, 0 writes, 0 renders, 0 reads", met, requests=len(requests), renders=int(loop.renderer.size != rendered), apps=apps)


def _one_app(loop, opened, apps):
    """A commit until the object is written, and a manual change until it is healed; both as the running loop does them."""
    running = threading.Thread(target=loop.run, daemon=True)
    running.start()
    world, applied, healed = loop.worlds["staging"], [], []
    for number in range(20):
        app, wanted = f"app{number}", 2 + number % 3
        key = ownership.Key("apps", "Deployment", "staging", app)
        began = time.perf_counter()
        submit.submit(opened, ACTOR, Command("scale", app, "staging", {"replicas": wanted}))
        _until(lambda: (world.cache.get(key) or {"spec": {}})["spec"].get("replicas") == wanted)
        applied.append((time.perf_counter() - began) * 1000)
    kind = world.kube.kind("apps", "Deployment")
    other = kubes.Kube(opened.settings.kubeconfig)
    for number in range(20):
        path = kind.path("staging", f"app{number}")
        began = time.perf_counter()
        other.request("PATCH", path, {"fieldManager": "kubectl-edit"}, {"spec": {"template": {"spec": {"serviceAccountName": "other"}}}}, kubes.MERGE)
        _until(lambda: other.request("GET", path)["spec"]["template"]["spec"]["serviceAccountName"] == "default")
        healed.append((time.perf_counter() - began) * 1000)
    loop.stop()
    running.join(30)
    p50, p95 = percentile(applied, .5), percentile(healed, .95)
    yield line("commit_to_applied", p50, "ms", "p50 <= 1000", p50 <= 1000, p95=percentile(applied, .95), n=len(applied), apps=apps)
    yield line("drift_to_healed", p95, "ms", "p95 <= 1000", p95 <= 1000, p50=percentile(healed, .5), n=len(healed), apps=apps)


def _until(test, seconds=30):
    end = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.005)
