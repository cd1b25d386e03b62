"""Clusters for the tests: one whose pods come up, one whose pods stay Pending. Each test has a namespace of its own in it."""

import pytest

from tests.devcluster import cluster


@pytest.fixture(scope="session")
def live(tmp_path_factory):
    found = cluster.start(tmp_path_factory.mktemp("live"))
    yield found
    found.stop()


@pytest.fixture(scope="session")
def still(tmp_path_factory):
    found = cluster.start(tmp_path_factory.mktemp("still"), "--no-pods")
    yield found
    found.stop()
