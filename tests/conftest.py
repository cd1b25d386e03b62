"""Fixtures of the whole product. Those of one package are beside its tests."""

import pytest

from tests import product


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """One demo for the tests of a file, whatever ran before it and beside it."""
    found = product.start(tmp_path_factory.mktemp("demo") / "home")
    yield found
    product.stop(found)


@pytest.fixture
def owner(demo):
    """A client with a token that may do everything."""
    return demo.client()
