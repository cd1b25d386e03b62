"""An installation whose way to the cluster can be made to fail."""

import pytest

from tests.controller.faults import faulty


@pytest.fixture
def way(kubernetes):
    """`way()`: another faulty server before the cluster."""
    made = []

    def make():
        made.append(faulty.Proxy(kubernetes.url))
        return made[-1]
    yield make
    for each in made:
        each.mend()
        each.down()


@pytest.fixture
def behind(house, way):
    """`behind(files)`: (an installation, the faulty server that its controllers go through)."""
    def make(files=None, **more):
        made, proxy = house(files, **more), way()
        made.env["KUBECONFIG"] = proxy.kubeconfig(made.cluster, made.home / "kubeconfig")
        return made, proxy
    return make
