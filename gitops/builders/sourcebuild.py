"""Building by a project of SourceBuild. https://api.ncloud-docs.com/docs/devtools-sourcebuild

A build takes no arguments: branch and tag are settings of the project, so they are set first, by one of us at a time.
"""

import contextlib

from gitops.builders import forge
from gitops.errors import Conflict, Invalid
from gitops.forges.pulls import Run
from gitops.outside import ncp, sourcecommit
from gitops.outside.refusals import shaped

NEEDED, ALONE = ncp.NEEDED, True
NAME = "ncp sourcebuild"
STATES = {"success": "success", "fail": "failure", "canceled": "failure"}  # prepare, upload and none yet: it runs
LOG_PAGES, LOG_PAGE = 5, 100


def ask(services, project, method, path, operation, **more):
    return ncp.ask(services.settings, "sourcebuild", method, f"api/v1/project/{project}/{path}".rstrip("/"), operation, **more)


def commit(services, pipeline, branch=None):
    """By git where the source is SourceCommit, whose interface knows no commits."""
    kind, repository, usual, _ = _project(services, pipeline)
    if kind == "SourceCommit":
        return sourcecommit.commit(services, repository, branch or usual)
    return forge.commit(services, pipeline, branch or usual)


def dispatch(services, pipeline, branch, sha, version):
    with alone(services, pipeline, branch, sha, version), shaped(NAME, "build"):
        return str(ask(services, pipeline.project, "POST", "build", "build")["buildId"])


@contextlib.contextmanager
def alone(services, pipeline, branch, sha, version):
    """The project set to build a branch as a version, and nobody setting it otherwise meanwhile; Conflict when the branch has moved on."""
    with services.ledger.store.lock(pipeline.project, "sourcebuild-"):
        if commit(services, pipeline, branch)[1] != sha:
            raise Conflict("build_branch_moved", branch=branch, version=version)
        _set(services, pipeline, branch, version)
        yield


def runs(services, pipeline, sha=None):
    found = ask(services, pipeline.project, "GET", "history", "runs")
    with shaped(NAME, "runs"):
        return [_run(each) for each in found["history"]]


def made(run, kept):
    return run.id == kept.get("run")


def log(services, pipeline, id):
    """What Cloud Log Analytics has of the build, in its order; None for a project that does not send it there."""
    with shaped(NAME, "log"):
        if not ask(services, pipeline.project, "GET", "", "project")["linked"]["CloudLogAnalytics"]:
            return None
        run = next((each for each in runs(services, pipeline) if each.id == id), None)
        found = [] if run is None else _logged(services, run)
        return [str(each["logDetail"]) for each in sorted(found, key=lambda each: int(each["logTime"]))]


def _logged(services, run):
    found, asked = [], {"keyword": run.id, "timestampFrom": str(int(run.created * 1000)), "pageSize": LOG_PAGE}
    for number in range(1, LOG_PAGES + 1):
        page = ncp.ask(services.settings, "cloudloganalytics", "POST", f"api/{services.settings.ncp_region.lower()}-v1/logs/search", "log", again=True, json={**asked, "pageNo": number})["searchResult"]
        found += page
        if len(page) < LOG_PAGE:
            break
    return found


def _project(services, pipeline):
    """(kind of its source, repository, branch, commands) of a project; Invalid when it builds another repository than klepaas.yaml says."""
    found = ask(services, pipeline.project, "GET", "", "project")
    with shaped(NAME, "project"):
        source, config = found["source"], found["source"]["config"]
        repository, branch = str(config.get("repository") or config.get("url") or "").removesuffix(".git"), config.get("branch")
        commands = dict(found["cmd"])
    if repository.rpartition("/")[2].lower() != pipeline.repository.rpartition("/")[2].lower():
        raise Invalid("build_other_repository", project=pipeline.project, other=repository[:100], repository=pipeline.repository)
    return source["type"], repository, branch, commands


def _set(services, pipeline, branch, version):
    """Only what differs; the source of another service than SourceCommit cannot be set from outside."""
    kind, repository, usual, commands = _project(services, pipeline)
    image = commands.get("dockerbuild") or {}
    if not image.get("use"):
        raise Invalid("build_no_image", project=pipeline.project)
    if usual != branch and kind != "SourceCommit":
        raise Invalid("build_other_branch", project=pipeline.project, branch=branch, usual=str(usual)[:100])
    change = {"source": {"type": kind, "config": {"repository": repository, "branch": branch}}} if usual != branch else {}
    change |= {"cmd": {**commands, "dockerbuild": {**image, "tag": version}}} if image.get("tag") != version else {}
    if change:
        ask(services, pipeline.project, "PATCH", "", "set", again=True, json=change)


def _run(found):
    state = STATES.get(found["status"], "running")
    return Run(state, None, True, float(found["begin"] or 0) / 1000, str(found["buildId"]), ((str(found["failedPhase"] or "build"), state),), found["failedPhase"])
