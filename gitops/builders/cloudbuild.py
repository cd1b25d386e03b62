"""Building by a trigger of Google's Cloud Build. https://cloud.google.com/build/docs/api/reference/rest

The commit is given to it, and the version as `_VERSION`; the first of a commit is its own `SHORT_SHA` too.
"""

import re
from urllib.parse import quote

from gitops.builders import forge
from gitops.builders.sourcebuild import made  # noqa: F401 (of the family)
from gitops.errors import Invalid
from gitops.forges.pulls import Run, seconds
from gitops.outside import gcp
from gitops.outside.refusals import shaped

NEEDED, ALONE = gcp.NEEDED, False
NAME = "google cloudbuild"
STATES = {"SUCCESS": "success", **dict.fromkeys(("FAILURE", "INTERNAL_ERROR", "TIMEOUT", "CANCELLED", "EXPIRED"), "failure")}
MOST, LINES = 20, 1000
ID = re.compile(r"[0-9a-f-]{1,64}")


def commit(services, pipeline, branch=None):
    """Of the repository at its forge, which triggers are connected to."""
    _trigger(services, pipeline)
    return forge.commit(services, pipeline, branch)


def dispatch(services, pipeline, branch, sha, version):
    trigger = _trigger(services, pipeline)
    sent = {"projectId": services.settings.gcp_project, "triggerId": trigger, "source": {"commitSha": sha, "substitutions": {"_VERSION": version}}}
    found = _ask(services, "POST", f"triggers/{quote(trigger, safe='')}:run", "run", json=sent)
    with shaped(NAME, "run"):
        return str(found["metadata"]["build"]["id"])


def runs(services, pipeline, sha=None):
    found = _ask(services, "GET", "builds", "runs", params={"filter": f'trigger_id="{_trigger(services, pipeline)}"', "pageSize": MOST})
    with shaped(NAME, "runs"):
        return [_run(each) for each in found.get("builds") or ()]


def log(services, pipeline, id):
    """Of Cloud Logging, which has it unless the build says otherwise."""
    if not ID.fullmatch(id):
        return None
    sent = {"resourceNames": [f"projects/{services.settings.gcp_project}"], "filter": f'resource.type="build" AND resource.labels.build_id="{id}"', "orderBy": "timestamp asc", "pageSize": LINES}
    found = gcp.ask(services.settings, "logging", "POST", "v2/entries:list", "log", again=True, json=sent)
    with shaped("google logging", "log"):
        return [str(each.get("textPayload") or "") for each in found.get("entries") or ()]


def _ask(services, method, path, operation, **more):
    return gcp.ask(services.settings, "cloudbuild", method, f"v1/{gcp.place(services.settings)}/{path}", operation, **more)


def _trigger(services, pipeline):
    """The trigger's id; Invalid when it builds another repository than klepaas.yaml says."""
    found = _ask(services, "GET", f"triggers/{quote(pipeline.project, safe='')}", "trigger")
    with shaped(NAME, "trigger"):
        source = _source(found)
        if source.rpartition("/")[2].lower() != pipeline.repository.rpartition("/")[2].lower():
            raise Invalid("build_other_repository", project=pipeline.project, other=source[:100] or "-", repository=pipeline.repository)
        return str(found["id"])


def _source(trigger):
    """The repository that events or a manual run take, in whichever way it is connected."""
    github, build = trigger.get("github") or {}, trigger.get("sourceToBuild") or {}
    said = (github.get("name"), build.get("uri"), build.get("repository"), (trigger.get("repositoryEventConfig") or {}).get("repository"), (trigger.get("triggerTemplate") or {}).get("repoName"))
    return next((str(each).removesuffix(".git") for each in said if each), "")


def _run(found):
    state = STATES.get(found["status"], "running")
    stages = tuple((str(each.get("id") or each["name"]), STATES.get(each.get("status"), "running")) for each in found.get("steps") or ())
    images = tuple(str(each["name"]) for each in (found.get("results") or {}).get("images") or ())
    why = str((found.get("failureInfo") or {}).get("detail") or found["status"]) if state == "failure" else None
    return Run(state, found.get("logUrl"), True, seconds(found.get("createTime")), str(found["id"]), stages, why, images)
