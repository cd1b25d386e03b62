"""Fixtures of the whole product. Those of one package are beside its tests."""

import pytest

from tests import product

LONG = ("tests/test_", "tests/web/", "tests/controller/", "tests/monitoring/")  # files that start servers


def pytest_collection_modifyitems(items):
    """What takes long begins first: a file that is begun last is waited for by all who have nothing left."""
    items.sort(key=lambda each: next((place for place, start in enumerate(LONG) if each.nodeid.startswith(start)), len(LONG)))


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
