"""One embedded cluster for all; each test has an installation of its own in it."""

import pytest

from tests.controller.house import House
from tests.devcluster import cluster


@pytest.fixture(scope="session")
def kubernetes(tmp_path_factory):
    found = cluster.start(tmp_path_factory.mktemp("kubernetes"))
    yield found
    found.stop()


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
