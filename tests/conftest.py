"""Fixtures of the whole product. Those of one package are beside its tests."""

import zlib

import pytest

from tests import product

LONG = ("tests/test_", "tests/web/test_pages", "tests/web/test_chat", "tests/controller/faults/")


def pytest_collection_modifyitems(items):
    """What takes long begins first, for a file that is begun last is waited for; the others are mixed, so that what waits for clusters runs beside what computes."""
    items.sort(key=lambda each: (not each.nodeid.startswith(LONG), zlib.crc32(each.nodeid.partition("::")[0].encode())))


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
