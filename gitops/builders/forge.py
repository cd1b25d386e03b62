"""Building by the pipeline that an application repository has at its forge."""

from gitops.cicd.rules import SHORT
from gitops.forges import chosen

NEEDED, ALONE = (), False
SKEW = 60  # seconds that the forge's clock may be behind ours


def commit(services, pipeline, branch=None):
    return chosen(services.settings)[1].commit(services, pipeline.repository, branch)


def dispatch(services, pipeline, branch, sha, version):
    chosen(services.settings)[1].dispatch(services, pipeline.repository, branch, version)


def runs(services, pipeline, sha=None):
    return chosen(services.settings)[1].runs(services, pipeline.repository, sha)


def made(run, kept):
    """What a push started makes the first of its commit; one that was asked for and failed before does not count."""
    return run.asked and (run.state != "failure" or run.created >= kept["asked"] - SKEW) or kept["version"] == kept["sha"][:SHORT] and not run.asked
