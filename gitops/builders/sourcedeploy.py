"""Deployments of SourceDeploy, read, for teams that keep it. https://api.ncloud-docs.com/docs/devtools-sourcedeploy"""

from gitops.forges.pulls import Run
from gitops.outside import ncp
from gitops.outside.refusals import shaped

NEEDED = ncp.NEEDED
NAME = "ncp vpcsourcedeploy"
STATES = {"success": "success", **dict.fromkeys(("fail", "reject", "canceled", "error", "canary_reject", "canary_waiting_timeout"), "failure")}
MOST = 20


def runs(services, pipeline, sha=None):
    """Each in one stage, by one scenario."""
    found = ncp.ask(services.settings, "vpcsourcedeploy", "GET", f"api/v1/project/{pipeline.project}/history", "runs", params={"pageNo": 1, "pageSize": MOST})
    with shaped(NAME, "runs"):
        return [_run(each) for each in sorted(found["historyList"], key=lambda each: each["startTime"], reverse=True)]


def log(services, pipeline, id):
    """Its interface has none."""
    return None


def _run(found):
    said, where = str(found["status"]), f"{found['stage']['name']} / {found['scenario']['name']}"
    state = STATES.get(said, "running")
    return Run(state, None, True, float(found["startTime"] or 0) / 1000, str(found["id"]), ((where, state),), said if state == "failure" else None)
