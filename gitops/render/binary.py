"""Rendering by a `helm` on PATH, where the library is not installed: one process an app, so some hundred milliseconds each."""

import os
import shutil
import subprocess


class Failed(Exception):
    """The chart or its values, as Helm says it."""


def load(folder):
    return folder


def found():
    return shutil.which("helm") is not None


def render(folder, request, limit):
    """All that the chart renders, as the text of one source: [[source, text]]."""
    command = [shutil.which("helm"), "template", request["name"], folder, "--namespace", request["namespace"], "--include-crds", "--values", "-"]
    version, offered = request.get("cluster") or (None, ())
    command += [*(["--kube-version", version] if version else []), *(["--api-versions", ",".join(offered)] if offered else [])]
    environment = {"PATH": os.environ["PATH"], "HOME": folder}  # no plugins, no cluster
    done = subprocess.run(command, input=request["values"], capture_output=True, text=True, errors="replace", env=environment)
    if done.returncode:
        raise Failed(done.stderr.removeprefix("Error: "))
    if len(done.stdout) > limit:
        raise Failed(f"it renders more than {limit >> 20} MiB")
    return [[request["name"], done.stdout]]
