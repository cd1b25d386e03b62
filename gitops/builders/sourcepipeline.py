"""Building by a pipeline of SourcePipeline, whose build is a SourceBuild project. https://api.ncloud-docs.com/docs/devtools-sourcepipeline

One that also deploys is followed and never started: nothing but git changes what runs.
"""

from gitops.builders import sourcebuild
from gitops.builders.sourcebuild import made  # noqa: F401 (of the family)
from gitops.errors import Invalid
from gitops.forges.pulls import Run
from gitops.outside import ncp
from gitops.outside.refusals import shaped
from gitops.types import Pipeline

NEEDED, ALONE = ncp.NEEDED, True
NAME = "ncp vpcsourcepipeline"
STATES = {"success": "success", **dict.fromkeys(("fail", "failed", "error", "cancel", "canceled", "reject", "timeout"), "failure")}
MOST, DETAILED = 20, 3  # runs; of these so many with their tasks


def ask(services, pipeline, method, path, operation, **more):
    return ncp.ask(services.settings, "vpcsourcepipeline", method, f"api/v1/project/{pipeline.project}/{path}".rstrip("/"), operation, **more)


def commit(services, pipeline, branch=None):
    return sourcebuild.commit(services, _build(services, pipeline), branch)


def dispatch(services, pipeline, branch, sha, version):
    with sourcebuild.alone(services, _build(services, pipeline, branch), branch, sha, version), shaped(NAME, "do"):
        return str(ask(services, pipeline, "POST", "do", "do")["historyId"])


def runs(services, pipeline, sha=None):
    found = ask(services, pipeline, "GET", "history", "runs", params={"pageNo": 1, "pageSize": MOST})
    with shaped(NAME, "runs"):
        newest = sorted(found["historyList"], key=lambda each: each["begin"], reverse=True)
        return [_run(each, _tasks(services, pipeline, each["id"]) if number < DETAILED else ()) for number, each in enumerate(newest)]


def log(services, pipeline, id):
    """That of the build it ran."""
    if not (id.isascii() and id.isdigit()):
        return None
    with shaped(NAME, "log"):
        ran = next((each for each in _tasks(services, pipeline, id) if each["type"] == "SourceBuild" and each["resultId"]), None)
        return sourcebuild.log(services, Pipeline(pipeline.repository, "sourcebuild", str(ran["config"]["projectId"])), str(ran["resultId"])) if ran else None


def _build(services, pipeline, branch=None):
    """The SourceBuild project of the pipeline; Invalid where it has another number of them than one, deploys, or builds another branch."""
    found = ask(services, pipeline, "GET", "", "project")
    with shaped(NAME, "project"):
        tasks, builds = found["tasks"], [each for each in found["tasks"] if each["type"] == "SourceBuild"]
        usual = (((builds[0]["config"].get("target") or {}).get("info") or {}).get("branch") or branch) if builds else None
        if len(tasks) > len(builds):
            raise Invalid("build_pipeline_deploys", project=pipeline.project)
        if len(builds) != 1:
            raise Invalid("build_pipeline_builds", project=pipeline.project, count=len(builds))
        if branch and usual != branch:
            raise Invalid("build_other_branch", project=pipeline.project, branch=branch, usual=str(usual)[:100])
        return Pipeline(pipeline.repository, "sourcebuild", str(builds[0]["config"]["projectId"]))


def _tasks(services, pipeline, id):
    return ask(services, pipeline, "GET", f"history/{id}", "run")["history"]["tasks"]


def _run(found, tasks):
    stages = tuple((str(each["name"]), _state(each["status"])) for each in tasks)
    return Run(_state(found["status"]), None, True, float(found["begin"] or 0) / 1000, str(found["id"]), stages, next((name for name, state in stages if state == "failure"), None))


def _state(said):
    return STATES.get(str(said).lower(), "running")
