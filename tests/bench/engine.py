"""Figures without a cluster: submitting, rendering, history, reading sentences."""

import json
import subprocess
import sys
import time
from pathlib import Path

from gitops import catalog, config, services, submit, values
from gitops.charts import Renderer
from gitops.repo import Draft, Repository
from gitops.types import SCOPES, Actor, Change, Command
from nlp import interpret
from tests.bench import worker
from tests.bench.measure import line, percentile, repository

ACTOR = Actor("Bench", "bench@example.com", frozenset(SCOPES), "cli")
ALONE, WORKERS, THREADS, EACH, COMMITS = 100, 2, 4, 25, 10_000


def settings(home, path):
    return config.load({"CONFIG_REPO": str(path), "KLEPAAS_HOME": str(home)}, None)


def submit_one(opened, number, replicas):
    began = time.perf_counter()
    submit.submit(opened, ACTOR, Command("scale", f"app{number}", "staging", {"replicas": replicas}))
    return (time.perf_counter() - began) * 1000


def bare_one(repo, number, replicas):
    """The same edit by the commit engine alone."""
    def plan(tree):
        path = f"values/staging/app{number}.yaml"
        data = tree.read(path)
        return Draft((Change(path, data, values.edit(data, {"replicaCount": replicas}, path)),), "bench\n", ("Bench", "bench@example.com"))
    began = time.perf_counter()
    repo.land(plan, lambda sha: None)
    return (time.perf_counter() - began) * 1000


def submitting(home, apps):
    """Plan, render, checks, ledger and commit; floor: the commit engine alone."""
    path = repository(home, apps)
    opened = services.open(settings(home, path))
    before = len(opened.repo.history(limit=100_000))
    submit_one(opened, 0, 2)
    alone, floor = [], []
    for number in range(1, ALONE + 1):  # in turn, so that a noisy moment meets both
        alone.append(submit_one(opened, number % apps, 2 + number // apps))
        floor.append(bare_one(opened.repo, number % apps, 50 + number // apps))
    p50, base = percentile(alone, .5), percentile(floor, .5)
    yield line("submit_alone", p50, "ms", "p50 <= 20", p50 <= 20, base, p50 / base, p99=percentile(alone, .99), n=ALONE, apps=apps)
    yield from _together(home, path, apps, opened, before + 1 + 2 * ALONE)
    opened.close()


def _together(home, path, apps, opened, before):
    """8 threads in 2 processes, ours and the engine alone."""
    found = {kind: worker.run(kind, home, path, WORKERS, THREADS, EACH) for kind in ("bare", "submit")}
    ours, floor = found["submit"], found["bare"]
    total = WORKERS * THREADS * EACH
    landed = len(opened.repo.history(limit=100_000)) - before
    clean = subprocess.run(["git", "--git-dir", path, "fsck", "--strict"], capture_output=True).returncode == 0
    p50, p99, rate = percentile(ours["ms"], .5), percentile(ours["ms"], .99), total / ours["seconds"]
    met = p50 <= 80 and p99 <= 250 and rate >= 100 and landed == 2 * total and clean
    yield line("submit_8_threads_2_processes", p50, "ms", "p50 <= 80, p99 <= 250, >= 100/s, none lost, fsck clean", met, percentile(floor["ms"], .5), p50 / percentile(floor["ms"], .5),
               p99=p99, per_second=rate, floor_per_second=total / floor["seconds"], lost=2 * total - landed, fsck_clean=clean, n=total, apps=apps)


def render(home, apps):
    """All apps cold, by one renderer; floor: the same charts and values by the render process alone."""
    repo = Repository.open(str(repository(home, apps)), home)
    tree = repo.tree(repo.head())
    found = catalog.load(tree)
    environment, targets = found.environment("staging"), list(found.targets("staging"))
    times = []
    for _ in range(2):
        renderer = Renderer()
        began = time.perf_counter()
        objects = sum(len(renderer.render(tree, target, environment).objects) for target in targets)
        times.append(time.perf_counter() - began)
        began = time.perf_counter()
        for target in targets:
            renderer.render(tree, target, environment)
        warm = (time.perf_counter() - began) * 1000 / apps
        renderer.close()
    repo.close()
    yield line("render_cold", min(times), "s", "<= 5 for 1,000 apps", min(times) <= 5 * apps / 1000, objects=objects, cached_ms=warm, apps=apps)


def history(home, apps):
    """One app's history among many commits; floor: `git log` with the same commit graph."""
    repo = Repository.open(str(repository(home, min(apps, 1000))), home)
    _many_commits(repo, COMMITS)
    repo.maintain()
    path, ours, floor = "values/staging/app7.yaml", [], []
    for _ in range(15):
        began = time.perf_counter()
        repo.history((path,), limit=50)
        ours.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        subprocess.run(["git", "--git-dir", repo.path, "log", "--max-count=50", "--format=%H", "main", "--", path], capture_output=True, check=True)
        floor.append((time.perf_counter() - began) * 1000)
    repo.close()
    p50, base = percentile(ours, .5), percentile(floor, .5)
    yield line("history_of_one_app", p50, "ms", "<= 60 in 10,000 commits", p50 <= 60, base, p50 / base, commits=COMMITS)


def _many_commits(repo, count):
    """By git fast-import: each commit changes one of the apps."""
    head, lines = repo.head(), []
    for number in range(count):
        data = f"replicaCount: {number % 90}\n"
        lines.append(f"commit refs/heads/main\ncommitter Bench <bench@example.com> {1700000000 + number} +0000\ndata 6\nchange\n" + (f"from {head}\n" if number == 0 else "")
                     + f"M 100644 inline values/staging/app{number % 200}.yaml\ndata {len(data)}\n{data}\n")
    subprocess.run(["git", "--git-dir", repo.path, "fast-import", "--quiet"], input="".join(lines).encode(), check=True)


def parse(home, apps):
    """Sentences without a model, over the corpus and so many apps."""
    corpus = [json.loads(each)["text"] for file in Path("tests/nlp/corpus").glob("*.jsonl") for each in file.read_text().splitlines()]
    names = [f"app{number}" for number in range(apps - 3)] + ["nginx", "payment-api", "chat-app"]
    interpret.interpret(corpus[0], None, names, ["staging", "production"])
    times = []
    for text in corpus:
        began = time.perf_counter()
        interpret.interpret(text, None, names, ["staging", "production"])
        times.append((time.perf_counter() - began) * 1000)
    p99 = percentile(times, .99)
    yield line("parse_without_model", p99, "ms", "p99 <= 20", p99 <= 20, p50=percentile(times, .5), n=len(times), apps=apps, python=sys.version.split()[0])
