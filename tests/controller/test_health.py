"""The health of an object: each file in data/health is named after the kind and what it must be found to be."""

from pathlib import Path

import pytest
import yaml

from controller import health
from gitops.types import Health

CASES = sorted((Path(__file__).parent / "data" / "health").glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_health(case):
    """<kind>-<status>-<case>.yaml; every finding but healthy says why."""
    found = health.of(yaml.safe_load(case.read_text()))
    assert found.status == case.stem.split("-")[1]
    assert found.status == "healthy" or found.message


def test_the_worst_counts():
    """An app is as well as its worst object; without objects it is well."""
    assert health.worst([Health("healthy"), Health("degraded", "a"), Health("progressing", "b")]) == Health("degraded", "a")
    assert health.worst([]).status == "healthy"
