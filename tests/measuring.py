"""Debian's real Prometheus and Alertmanager for tests: private, on free ports, gone with the test; with samples of the past where a test needs some."""

import contextlib
import os
import shutil
import subprocess
import time

import pytest
import requests

from tests.servers import free_port

PACKAGES = {"prometheus": "prometheus", "promtool": "prometheus", "prometheus-alertmanager": "prometheus-alertmanager"}
STEP, AHEAD = 15, 1800  # seconds between samples; so long they go on, that none is stale while a test runs


def program(name):
    """Its path. Fails as root (who can install it), skips for others."""
    found = shutil.which(name)
    if not found:
        (pytest.fail if os.geteuid() == 0 else pytest.skip)(f"{name} is not installed here: apt-get install {PACKAGES[name]}")
    return found


@contextlib.contextmanager
def prometheus(folder, config="", past=()):
    """The URL of a Prometheus; `past` are (type, name, labels as text, value at a time) of the last hour."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prometheus.yml").write_text(config)
    if past:
        _backfill(folder, past)
    port = free_port()
    with _running(folder, "prometheus", f"http://127.0.0.1:{port}/-/ready", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def alertmanager(folder, config):
    """The URL of an Alertmanager."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "alertmanager.yml").write_text(config)
    port = free_port()
    with _running(folder, "prometheus-alertmanager", f"http://127.0.0.1:{port}/-/ready", f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/alerts", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def _running(folder, name, ready, *words):
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen([program(name), *words], stdout=log, stderr=log)
    try:
        until(lambda: _answers(ready), lambda: (folder / f"{name}.log").read_text()[-2000:])
        yield
    finally:
        process.terminate()
        process.wait(20)


def _answers(url):
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(url, timeout=5).ok
    return False


def until(test, said=lambda: "", seconds=60):
    """What `test()` returns, once it is true."""
    end = time.monotonic() + seconds
    while not (found := test()):
        assert time.monotonic() < end, said()
        time.sleep(0.05)
    return found


def _backfill(folder, past):
    """The samples as blocks of its own form, so that nobody waits an hour for them."""
    now, lines = int(time.time()), []
    for name in dict.fromkeys(each[1] for each in past):
        mine = [each for each in past if each[1] == name]
        family = name.removesuffix("_total") if mine[0][0] == "counter" else name.removesuffix("_bucket")
        lines.append(f"# TYPE {family} {mine[0][0]}")
        lines += [f"{name}{{{labels}}} {value(at - now + 3600)} {at}" for _, _, labels, value in mine for at in range(now - 3600, now + AHEAD, STEP)]
    (folder / "past.txt").write_text("\n".join([*lines, "# EOF", ""]))
    subprocess.run([program("promtool"), "tsdb", "create-blocks-from", "openmetrics", folder / "past.txt", folder / "data"], check=True, capture_output=True)
