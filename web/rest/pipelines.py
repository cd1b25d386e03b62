"""Pipelines outside that klepaas.yaml names, read: what they still need, their runs with stages, a run's log. Starting one is `deploy … build=true`, never a route."""

from dataclasses import asdict

from flask import Blueprint, g

from gitops import builders, policy
from gitops.cicd import rules
from gitops.errors import NotFound
from gitops.outside import gcp, ncp
from gitops.types import Target
from web.context import services
from web.rest import shown
from web.rest.api import answer
from web.rest.described import says

blueprint = Blueprint("pipelines", __name__, url_prefix="/api/v1/pipelines")
CLOUDS = {"Naver Cloud Platform": ncp.needs, "Google Cloud": gcp.needs}  # name -> settings that it still needs
NAMED = {"repository": shown.TEXT, "kind": shown.TEXT, "project": shown.TEXT}
STAGE = shown.thing(name=shown.TEXT, state=shown.TEXT)
RUN = shown.thing(id=shown.TEXT, state={"enum": ["running", "success", "failure"]}, created=shown.MOMENT, url=shown.MAYBE, why=shown.MAYBE, stages=shown.many(STAGE))


@blueprint.get("")
@says("klepaas.yaml이 지정한 외부 파이프라인과 클라우드, 각각 아직 필요한 설정.",
      answers=shown.thing(items=shown.many(shown.thing(**NAMED, needs=shown.many(shown.TEXT))), clouds=shown.many(shown.thing(name=shown.TEXT, needs=shown.many(shown.TEXT)))))
def listed():
    """Pipelines outside that klepaas.yaml names, and the clouds, each with the settings that it still needs."""
    settings = services().settings
    return answer({"items": [asdict(each) | {"needs": builders.missing(settings, each.kind)} for each in _seen()], "clouds": [{"name": name, "needs": needs(settings)} for name, needs in CLOUDS.items()]})


@blueprint.get("/<kind>/<project>")
@says("파이프라인 하나의 최근 실행과 단계별 상태.", answers=shown.thing(**NAMED, runs=shown.many(RUN)), errors=(404, 422, 502, 503, 504))
def one(kind, project):
    """One of them: its newest runs, each with the state of its stages."""
    pipeline = _named(kind, project)
    return answer(asdict(pipeline) | {"runs": [_run(each) for each in builders.FOLLOWED[kind].runs(services(), pipeline)]})


@blueprint.get("/<kind>/<project>/runs/<run>/log")
@says("실행 하나의 로그: 읽을 수 있는 로그가 없는 서비스면 null.", answers=shown.thing(lines=shown.maybe(shown.many(shown.TEXT))), errors=(404, 422, 502, 503, 504))
def log(kind, project, run):
    """The log of a run; null where its service keeps none that could be read."""
    pipeline = _named(kind, project)
    return answer({"lines": builders.FOLLOWED[kind].log(services(), pipeline, run)})


def _run(run):
    return {"id": run.id, "state": run.state, "created": run.created, "url": run.url, "why": run.why, "stages": [{"name": name, "state": state} for name, state in run.stages]}


def _named(kind, project):
    found = next((each for each in _seen() if (each.kind, each.project) == (kind, project)), None)
    if found is None:
        raise NotFound("no_pipeline", kind=kind[:80], project=project[:100])
    return found


def _seen():
    """Those whose repository is built into an app that the actor may read."""
    tree, catalog = services().readable()
    mine = {repository.lower() for each in catalog.targets() if isinstance(each, Target) and policy.holds(g.actor.scopes, "k8s:read", each.environment)
            if (repository := rules.repository(tree, each))}
    return [each for each in catalog.config.pipelines if each.repository.lower() in mine]
