"""A rollout that failed is answered by a commit where the environment says so."""

import pytest

from tests.controller.house import values

ROLLBACK = ", on_failure: rollback"


def image(made, name="web"):
    return (made.live("deployments", name) or {"spec": {"template": {"spec": {"containers": [{"image": None}]}}}})["spec"]["template"]["spec"]["containers"][0]["image"]


@pytest.mark.parametrize("review", ["none", "required"])
@pytest.mark.pods
def test_what_was_healthy_is_restored_once(house, review):
    """One commit, by the controller, that says why; the app is healthy again. Where people's changes are reviewed too."""
    made = house({"values/staging/web.yaml": values("1.0", replicaCount=1)}, of=f"{ROLLBACK}, review: {review}")
    made.start()
    good = made.synced("web")["revision"]
    bad = made.commit({"values/staging/web.yaml": values("broken-2", replicaCount=1)})
    made.wait(lambda: made.repo.head() != bad, 40)
    made.synced("web")
    assert image(made) == "nginx:1.0" and made.git("rev-list", "--count", f"{good}..main") == "2"
    message = made.git("show", "-s", "--format=%B", "main")
    assert "Because: on_failure:" in message and "Channel: controller" in message and f"Rollback-to: {good[:7]}" in message
    notice, = [each.data for each in made.events("notice") if "rolled_back" in each.data]
    assert notice["rolled_back"] == made.repo.head()


@pytest.mark.pods
def test_nothing_healthy_before(house):
    """A first version that fails stays, and it is said that there is nothing to go back to."""
    made = house({"values/staging/web.yaml": values("broken", replicaCount=1)}, of=ROLLBACK)
    made.start()
    made.wait(lambda: [each for each in made.events("notice") if "not_rolled_back" in each.data], 40)
    assert made.git("rev-list", "--count", "main") == "1"


@pytest.mark.pods
def test_it_is_not_the_commits_fault(house):
    """What was healthy with these very files and fails later is left alone."""
    made = house({"values/staging/web.yaml": values("1.0", replicaCount=1)}, of=f"{ROLLBACK}, sync: {{self_heal: false}}")
    made.start()
    made.synced("web")
    made.commit({"values/staging/web.yaml": values("1.1", replicaCount=1)})
    made.synced("web")
    made.cluster.patch(made.path("deployments", "web"), {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "nginx:broken"}]}}}}, "application/strategic-merge-patch+json")
    made.wait(lambda: made.state("web")["health"] == "degraded", 40)
    assert made.git("rev-list", "--count", "main") == "2"
