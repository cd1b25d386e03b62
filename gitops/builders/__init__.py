"""What builds images outside: modules with the same functions, by the kind that `pipelines` of klepaas.yaml names; `forge` is the repository's own pipeline.

    NEEDED: names of the settings it cannot do without          ALONE: it builds one version at a time
    commit(services, pipeline, branch=None) -> branch, sha of its newest commit
    dispatch(services, pipeline, branch, sha, version) -> id of the run that builds it, or None where runs are known by their commit
    runs(services, pipeline, sha=None) -> [Run], newest first   made(run, kept): whether a run makes what a command waits for
    log(services, pipeline, id) -> [line], or None where it keeps none that could be read

FOLLOWED are those whose runs are shown; `sourcedeploy` is among them alone, since nothing but git changes what runs.
"""

from gitops.builders import cloudbuild, forge, sourcebuild, sourcedeploy, sourcepipeline
from gitops.types import Pipeline

BUILDERS = {"forge": forge, "sourcebuild": sourcebuild, "sourcepipeline": sourcepipeline, "cloudbuild": cloudbuild}
FOLLOWED = {**{name: module for name, module in BUILDERS.items() if name != "forge"}, "sourcedeploy": sourcedeploy}


def of(catalog, repository):
    """The Pipeline that builds a repository: what klepaas.yaml names, else its own at the forge."""
    named = (each for each in catalog.config.pipelines if each.kind in BUILDERS and each.repository.lower() == repository.lower())
    return next(named, Pipeline(repository))


def missing(settings, kind):
    """The settings that a kind of pipeline still needs."""
    return [name for name in FOLLOWED[kind].NEEDED if not getattr(settings, name.lower())]
