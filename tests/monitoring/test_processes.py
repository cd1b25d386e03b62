"""What several processes count is one number, whichever of them is asked."""

import os
import re
import signal
import subprocess
import time

import pytest
import requests

from tests import measuring
from tests.parts import Parts


@pytest.fixture
def web(tmp_path):
    """gunicorn with three workers, as it is run."""
    parts = Parts(tmp_path / "home")
    parts.env |= {"WEB_CONCURRENCY": "3", "TMPDIR": str(tmp_path)}
    parts.start("web").wait(parts.answers)
    yield parts
    parts.stop()


def metrics(parts):
    """name and labels -> value, of one scrape by a connection of its own."""
    text = requests.get(f"{parts.product.url}/metrics", timeout=10).text
    return {name: float(value) for name, value in re.findall(r"(?m)^([a-z_]+(?:\{[^\n]*\})?) (\S+)$", text)}


def workers(parts):
    return [int(each) for each in subprocess.run(["pgrep", "-P", str(parts.running["web"].pid)], capture_output=True, text=True).stdout.split()]


def test_counts_are_of_all_processes(web, tmp_path):
    """Every scrape says the same number, also of a process that was killed; none says which process, and no family is there twice."""
    route = 'http_requests_total{method="GET",route="/api/v1/version",status="401"}'
    for _ in range(30):
        assert requests.get(f"{web.product.url}/api/v1/version", timeout=10).status_code == 401
    assert {metrics(web)[route] for _ in range(10)} == {30}
    before = workers(web)
    os.kill(before[0], signal.SIGKILL)
    measuring.until(lambda: len(now := workers(web)) == 3 and before[0] not in now, seconds=30)
    web.wait(web.answers)
    for _ in range(10):
        requests.get(f"{web.product.url}/api/v1/version", timeout=10)
    assert {metrics(web)[route] for _ in range(10)} == {40}
    text = requests.get(f"{web.product.url}/metrics", timeout=10).text
    families = re.findall(r"(?m)^# TYPE (\S+)", text)
    assert len(families) == len(set(families)) and 'pid="' not in text and not [each for each in families if each.startswith("klepaas_kubernetes")]
    done = subprocess.run([measuring.program("promtool"), "check", "metrics"], input=text, capture_output=True, text=True)
    assert "error" not in done.stderr.lower() and done.returncode in (0, 3), done.stderr  # 3: it would name some otherwise; the predecessor's names stay


def test_nothing_is_left_behind(tmp_path):
    """The files of the counts go with the server."""
    parts = Parts(tmp_path / "home")
    parts.env |= {"TMPDIR": str(tmp_path)}
    parts.start("web").wait(parts.answers)
    assert list(tmp_path.glob("klepaas-metrics-*"))
    parts.stop()
    end = time.monotonic() + 10
    while list(tmp_path.glob("klepaas-metrics-*")):
        assert time.monotonic() < end
        time.sleep(0.05)
