"""How delivery goes, counted from git alone; the ledger adds what only it knows."""

import pytest

from gitops import figures, history
from gitops.types import Health, SyncResult
from tests.gitops.path_help import FILES, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.repo_help import raw

HOUR, DAY = 3600, 86400
NOW = 1_790_000_000
BOTH = ("staging", "production")


def at(world, ago, path, text):
    """A plain push of so many seconds ago."""
    data = text.encode()
    raw(world.path, "fast-import", "--quiet", stdin=f"commit refs/heads/main\nauthor A <a@x> {NOW - ago} +0000\ncommitter A <a@x> {NOW - ago} +0000\ndata 1\nx\nfrom refs/heads/main^0\nM 100644 inline {path}\ndata {len(data)}\n{text}\n".encode())


def web(world, environment, version, ago, more=""):
    at(world, ago, f"values/{environment}/web.yaml", f"image: {{repository: nginx, tag: '{version}'}}\n{more}")


@pytest.fixture
def told(world):
    """Three deployments to staging and two to production; one of these undone after two hours."""
    web(world, "staging", "1", 20 * DAY)
    web(world, "production", "1", 20 * DAY)
    for environment, version, ago in (("staging", "2", 10 * DAY), ("production", "2", 9 * DAY), ("staging", "3", 8 * DAY), ("production", "3", 7 * DAY), ("production", "2", 7 * DAY - 2 * HOUR)):
        web(world, environment, version, ago)
    return world


def test_the_four_figures(told):
    """Frequency, lead time from the environment before, failures that were undone, how long until the next."""
    found = figures.of(told.services, BOTH, days=15, now=NOW)
    assert found["staging"] == {"deployments": 2, "per_day": 0.133, "failed": 0, "failure_rate": 0.0, "lead_seconds": {"median": None, "known": 0},
                                "restore_seconds": {"median": None, "known": 0}, "rollout_seconds": {"median": None, "known": 0}}
    production = found["production"]
    assert (production["deployments"], production["failed"], production["failure_rate"]) == (3, 1, 0.333)
    assert production["lead_seconds"]["known"] == 3 and production["restore_seconds"] == {"median": 2 * HOUR, "known": 1}


def test_what_is_no_deployment(told):
    """Other values, a new app, a file that was broken before or is now: none of them counts; a window counts what is in it."""
    before = figures.of(told.services, BOTH, days=15, now=NOW)["staging"]["deployments"]
    web(told, "staging", "3", 5 * DAY, "replicaCount: 4\n")
    at(told, 5 * DAY, "values/staging/fresh.yaml", "image: {repository: nginx, tag: '9'}\n")
    at(told, 4 * DAY, "values/staging/web.yaml", "- broken\n")
    web(told, "staging", "3", 3 * DAY)
    assert figures.of(told.services, BOTH, days=15, now=NOW)["staging"]["deployments"] == before
    assert figures.of(told.services, BOTH, days=1, now=NOW)["production"] == {
        "deployments": 0, "per_day": 0.0, "failed": 0, "failure_rate": None, **{name: {"median": None, "known": 0} for name in ("lead_seconds", "restore_seconds", "rollout_seconds")}}


def test_the_controller_knows_how_rollouts_ended(told):
    """One that never came up is a failure though nobody has undone it; how long the others took is known."""
    revisions = [each["revision"] for each in history.of(told.services, "web", "staging")]
    result = SyncResult("web", "staging", revisions[0], "failed", (), Health("degraded"), started=NOW - 8 * DAY, finished=NOW - 8 * DAY + 60)
    told.services.ledger.record_sync(result)
    told.services.ledger.record_sync(SyncResult("web", "staging", revisions[1], "succeeded", (), Health("healthy"), started=NOW - 10 * DAY, finished=NOW - 10 * DAY + 30))
    found = figures.of(told.services, BOTH, days=15, now=NOW)["staging"]
    assert (found["failed"], found["rollout_seconds"]) == (1, {"median": 30, "known": 1})
