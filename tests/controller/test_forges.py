"""What comes from outside to the loop: real git behind a URL."""

from types import SimpleNamespace

import pytest

from controller import forges
from gitops.ledger.events import Event
from gitops.repo import Repository
from tests.gitops.repo_help import land


@pytest.fixture
def two(tmp_path):
    """Two mirrors of one remote: that of web and that of a controller elsewhere."""
    path = Repository.create(tmp_path / "remote.git")
    made = [Repository.open(f"file://{path}", tmp_path / name) for name in ("web", "controller")]
    yield made
    for each in made:
        each.close()


def event(kind, **data):
    return Event(1, kind, None, None, data, 0.0)


def test_a_commit_that_is_not_here_is_news(two):
    """Somebody else's mirror has pushed it; once it was fetched it is none."""
    web, controller = two
    land(web, {"a": b"1"})
    controller.fetch()
    sha = land(web, {"a": b"2"})
    for kind in ("command", "review"):
        assert forges.news(controller, event(kind, commit=sha)) and not forges.news(web, event(kind, commit=sha))
    controller.fetch()
    assert not forges.news(controller, event("command", commit=sha))


@pytest.mark.parametrize(("kind", "data", "expected"), [("revision", {"hook": True}, True), ("revision", {"polled": True}, False), ("command", {"commit": None}, False), ("sync", {"commit": "a" * 40}, False)])
def test_other_news(two, kind, data, expected):
    """A webhook of the config repository is; a poll, an order, a sync are not. A local repository needs no fetch for any."""
    assert forges.news(two[1], event(kind, **data)) is expected
    assert forges.news(SimpleNamespace(url=None), event(kind, **data)) is False
