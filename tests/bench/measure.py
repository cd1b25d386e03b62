"""What every figure shares: percentiles, repositories of many apps, and the shape of a line."""

from gitops.repo import Draft, Repository
from gitops.types import Change

CONFIG = "version: 1\nname: bench\nenvironments:\n  staging: {{namespace: {namespace}}}\n"
VALUES = "klepaas: {{repository: bench/app{number}}}\nreplicaCount: 1\nimage:\n  repository: registry.local/bench/app{number}\n  tag: \"v1.0.{number}\"\nservice:\n  port: 8080\nconfig:\n  NUMBER: \"{number}\"\n"


def percentile(values, share):
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def line(name, value, unit, target, met, floor=None, ratio=None, **more):
    """One figure: what was measured, its floor in the same run, and what it should reach."""
    return {"name": name, "value": round(value, 2), "unit": unit, "floor": round(floor, 2) if floor is not None else None, "ratio": round(ratio, 2) if ratio is not None else None,
            "target": target, "met": bool(met), **{key: round(each, 2) if isinstance(each, float) else each for key, each in more.items()}}


def files(apps, namespace="staging"):
    return {"klepaas.yaml": CONFIG.format(namespace=namespace)} | {f"values/staging/app{number}.yaml": VALUES.format(number=number) for number in range(apps)}


def repository(home, apps, namespace="staging", name="config.git"):
    """A bare repository with so many apps in staging; its path."""
    path = Repository.create(home / name)
    repo = Repository.open(str(path), home)
    changes = tuple(Change(path, None, text.encode()) for path, text in files(apps, namespace).items())
    repo.land(lambda tree: Draft(changes, "First\n", ("Bench", "bench@example.com")), lambda sha: None)
    repo.close()
    return path
