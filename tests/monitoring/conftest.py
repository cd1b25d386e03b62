"""One real Prometheus with an hour of samples: two pods of web, one of web-api, two nodes of which one is in trouble."""

import pytest

from tests import measuring
from tests.web.people import house

WEB = ("web-6d4cf56db6-bcdfg", "web-6d4cf56db6-xz245")
OTHER = "web-api-6d4cf56db6-bcdfg"
SHOP = 'namespace="staging",pod="%s"'


NAMES = ("web-6d4cf56db6-bcdfg", "web-api-6d4cf56db6-bcdfg", "web-agent", "web-bcdfg", "web-0", "web-10", "web-a-0", "web-28000000-bcdfg", "web", "webb-0")


def past():
    """(type, name, labels, value by seconds since an hour ago)."""
    for pod, cores, bytes in ((WEB[0], 0.5, 200e6), (WEB[1], 0.25, 100e6), (OTHER, 3, 900e6)):
        yield "counter", "container_cpu_usage_seconds_total", f'{SHOP % pod},container="web"', lambda at, cores=cores: cores * at
        yield "counter", "container_cpu_usage_seconds_total", f'{SHOP % pod},container=""', lambda at: 100 * at
        yield "gauge", "container_memory_working_set_bytes", f'{SHOP % pod},container="web"', lambda at, bytes=bytes: bytes
    yield "counter", "kube_pod_container_status_restarts_total", f'{SHOP % WEB[0]},container="web"', lambda at: 0 if at < 1800 else 3
    yield "counter", "http_requests_total", f'{SHOP % WEB[0]},code="200"', lambda at: 9 * at
    yield "counter", "http_requests_total", f'{SHOP % WEB[0]},code="503"', lambda at: at
    for pod in NAMES:
        yield "counter", "kube_pod_container_status_restarts_total", f'namespace="names",pod="{pod}",container="c"', lambda at: 1
    for node, idle, used in (("10.0.0.1:9100", 0.9, 0.5), ("10.0.0.2:9100", 0.05, 0.85)):
        yield "counter", "node_cpu_seconds_total", f'instance="{node}",mode="idle",cpu="0"', lambda at, idle=idle: idle * at
        yield "gauge", "node_memory_MemTotal_bytes", f'instance="{node}"', lambda at: 8e9
        yield "gauge", "node_memory_MemAvailable_bytes", f'instance="{node}"', lambda at, used=used: 8e9 * (1 - used)
        yield "gauge", "up", f'job="node",instance="{node}"', lambda at, node=node: int(node.startswith("10.0.0.1"))


@pytest.fixture(scope="package")
def prometheus(tmp_path_factory):
    with measuring.prometheus(tmp_path_factory.mktemp("prometheus"), past=sorted(past(), key=lambda each: each[1])) as url:
        yield url


@pytest.fixture(scope="package")
def home(tmp_path_factory, prometheus):
    with house(tmp_path_factory.mktemp("measured"), PROMETHEUS_URL=prometheus) as found:
        yield found
