"""What a controller at work tells people: a deployment as it goes, drift, and what failed."""

import json

import pytest

from tests.controller.house import MERGE, configmap, values
from tests.gitops.faults import serve
from tests.gitops.notice_help import given

NOTIFY = "notify:\n  routes:\n  - {channels: [ops], group: 0s, language: ko}\n"


def heard(server):
    return [json.loads(each[3]) for each in server.seen]


@pytest.mark.pods
def test_a_deployment_is_told_from_its_start_to_its_end(house):
    """With the version and the commit that git says, who made it, and the seconds it took; a controller that starts again tells nothing twice."""
    with serve((200, {}, {})) as server:
        home = house({"values/staging/web.yaml": values("1.27")}, more=NOTIFY)
        channels = {"NOTIFY_CHANNELS": json.dumps({"ops": given("webhook", server.url)})}
        process = home.start(**channels)
        home.wait(lambda: [each["kind"] for each in heard(server)] == ["deployment.started", "deployment.succeeded"], 40)
        done = heard(server)[-1]
        facts = done["items"][0]["facts"]
        assert done["title"] == "staging 배포 성공: web 1.27" and facts["author"] == "Test" and facts["revision"] == home.repo.head() and 0 <= facts["duration"] < 40
        home.wait(lambda: not home.ledger.notices.counts().get("ops", {}).get("waiting"))  # killed before that it would be told again, under the same delivery
        home.kill(process)
        home.start(**channels)
        home.commit({"values/staging/web.yaml": values("1.28")})
        home.wait(lambda: heard(server)[-1]["title"] == "staging 배포 성공: web 1.28", 40)
        assert [each["kind"] for each in heard(server)] == ["deployment.started", "deployment.succeeded"] * 2
        assert [each["items"][0]["facts"]["commit"] for each in heard(server)[2:]] == [home.repo.head()[:8]] * 2


def test_drift_and_failures_are_told(house):
    """What others changed and was repaired, and an app whose files are wrong, with the reason."""
    with serve((200, {}, {})) as server:
        home = house({"manifests/staging/web/all.yaml": configmap("web")}, more=NOTIFY)
        home.start(NOTIFY_CHANNELS=json.dumps({"ops": given("webhook", server.url)}))
        home.synced("web")
        home.cluster.patch(home.path("configmaps", "web"), {"data": {"value": "other"}}, MERGE)
        home.wait(lambda: any(each["kind"] == "drift.repaired" for each in heard(server)))
        home.commit({"manifests/staging/web/all.yaml": "kind: [\n"})
        failed = home.wait(lambda: next((each for each in heard(server) if each["kind"] == "deployment.failed"), None))
    assert "manifests/staging/web/all.yaml" in failed["items"][0]["facts"]["error"] and failed["severity"] == "critical"
