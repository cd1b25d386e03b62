"""The embedded cluster answers what a real API server answered, step by step, no field ignored."""

import functools
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.devcluster.cluster import TOKEN
from tests.devcluster.recordings import replay

AT_ONCE, PATIENCE = 16, 20
RECORDED = replay.read(replay.FILE)
OUT_OF_SCOPE = {  # case: why; the recordings themselves call all but `forbidden` dispensable
    "apply-duplicates": "lists with two items of one key are refused by the product before they are applied",
    "autoscaler": "nothing measures here, so no controller judges an autoscaler",
    "bind-and-evict": "one node: there is no scheduler to bind a pod, and nobody drains",
    "crd-names": "two definitions of one kind in a group are a mistake that only the second's status would tell",
    "resource-versions": "a list is of now; only pages are of a moment",
}


@pytest.fixture(scope="session")
def differences(still):
    """{case: lines}, of all cases in scope, played a few at a time."""
    server = replay.Server(still.url, TOKEN, PATIENCE)
    cases = {name: steps for name, steps in RECORDED.items() if name not in OUT_OF_SCOPE}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(cases, pool.map(functools.partial(replay.compared, server, ignored=()), cases.values())))


@pytest.mark.parametrize("case", [name for name in RECORDED if name not in OUT_OF_SCOPE])
def test_the_answers_are_the_same(differences, case):
    """Every answer of a recorded case, whole."""
    assert not differences[case], "\n".join(differences[case])


def test_nothing_is_left_out_unnamed():
    """What is out of scope is a recorded case; everything else is compared."""
    assert set(OUT_OF_SCOPE) < set(RECORDED)
