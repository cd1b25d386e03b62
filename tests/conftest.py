"""Fixtures of the whole product. Those of one package are beside its tests."""

import pytest

from tests import product


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """One demo for all tests that only add to it."""
    found = product.start(tmp_path_factory.mktemp("demo") / "home")
    yield found
    product.stop(found)


@pytest.fixture
def owner(demo):
    """A client with a token that may do everything."""
    return demo.client()
