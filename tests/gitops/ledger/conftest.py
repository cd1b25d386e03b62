"""Every law of the ledger holds on both databases."""

import pytest

from gitops.ledger import Ledger
from tests import servers


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    with servers.postgres().database() as found:
        yield found


@pytest.fixture
def ledger(url, tmp_path):
    opened = Ledger.open(url, tmp_path)
    opened.migrate()
    yield opened
    opened.close()
