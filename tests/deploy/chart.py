"""The product's Helm chart as the real helm renders it."""

import subprocess
from pathlib import Path

import yaml

from tests import tools

ROOT = Path(__file__).parent.parent.parent
CHART = ROOT / "deploy" / "chart"
VALUES = sorted((Path(__file__).parent / "values").glob("*.yaml"))


def helm(*words):
    return subprocess.run([tools.helm(), *map(str, words)], capture_output=True, text=True)


def rendered(values, *more, namespace="platform"):
    """The objects that the chart renders for a values file."""
    done = helm("template", "shop", CHART, "--namespace", namespace, "-f", values, *more)
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def of_kind(objects, kind):
    return {each["metadata"]["name"]: each for each in objects if each["kind"] == kind}


def pods(objects):
    """name -> the pod's spec, of everything that makes pods."""
    return {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in objects if each["kind"] in ("Deployment", "Job")}
