"""One cluster for all, the embedded one or TEST_KUBECONFIG's; each test has an installation of its own in it."""

import os

import pytest

from tests.controller import external
from tests.controller.house import House
from tests.devcluster import cluster


@pytest.fixture(scope="session")
def kubernetes(tmp_path_factory):
    state, given = tmp_path_factory.mktemp("kubernetes"), os.environ.get("TEST_KUBECONFIG")
    found = external.open(given, state) if given else cluster.start(state)
    yield found
    found.stop()


@pytest.fixture(scope="session")
def has_pods(kubernetes):
    return not isinstance(kubernetes, external.External) or kubernetes.runs_pods()


@pytest.fixture(autouse=True)
def pods_where_needed(request):
    """A test marked `pods` is left out where no pod ever runs."""
    if request.node.get_closest_marker("pods") and not request.getfixturevalue("has_pods"):
        pytest.skip("no node of this cluster is ready: no pod would ever run")


@pytest.fixture
def house(tmp_path, kubernetes):
    """`house(files)` makes one; its controllers end with the test."""
    made = []

    def make(files=None, **more):
        made.append(House(tmp_path / f"home{len(made)}", kubernetes, files, **more))
        return made[-1]
    yield make
    for each in made:
        each.close()
        if isinstance(kubernetes, external.External):
            kubernetes.forget(f"{each.name}-")
