"""Naver Cloud: signed requests, and images that SourceBuild or SourcePipeline builds before they are deployed by commit."""

import functools
from dataclasses import replace

import pytest

from gitops import builders, config
from gitops.cicd import work
from gitops.errors import KlepaasError
from gitops.outside import breakers, http, ncp
from gitops.repo import Repository
from gitops.types import Pipeline
from tests.gitops import ncp_help
from tests.gitops.faults import FAULTS, KINDS, TRANSIENT
from tests.gitops.path_help import database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.repo_help import git, land
from web.cli import doctor

BUILD = {"sourcebuild": "20632", "sourcepipeline": "2101"}
SHAPE = (200, {"result": {"total": 1}})
OURS = {"200": ("unauthorized", False), "210": ("forbidden", False), "300": ("not_found", False), "410": ("rate_limited", True), "900": ("internal", True), "shape": ("internal", True), "dns": ("unavailable", True)}


@pytest.fixture(params=BUILD)
def shop(request, world, tmp_path, monkeypatch):
    """web is built from acme/shop, whose source is in SourceCommit; `cloud` is what the services know, `tip` main's newest commit there."""
    monkeypatch.setattr(breakers, "_breakers", {})
    monkeypatch.setattr(http, "FIRST", 0.01)
    monkeypatch.setattr(work, "PATIENCE", -1)
    named = f"pipelines:\n- {{repository: acme/shop, kind: {request.param}, project: '{BUILD[request.param]}'}}\n"
    world.write({"klepaas.yaml": world.read("klepaas.yaml") + named, "values/staging/web.yaml": f"klepaas: {{repository: acme/shop}}\n{world.read('values/staging/web.yaml')}"})
    source = Repository(Repository.create(tmp_path / "served" / "shop.git"))
    land(source, {"Dockerfile": b"FROM scratch\n"})
    with ncp_help.serve(tmp_path / "served") as server:
        kept = world.services
        world.services = replace(kept, settings=config.load({"CONFIG_REPO": world.path, "KLEPAAS_HOME": str(tmp_path), **server.settings}, None))
        world.cloud, world.source, world.kind, world.tip = server.cloud, source, request.param, source.head()
        yield world
        world.services = kept


def look(world):
    """One look of whoever works on deliveries; the outcome of the newest."""
    work.waiting(world.services)
    newest = world.services.ledger.deliveries()[0]
    return newest["outcome"] if newest["status"] == "done" else newest["status"]


def test_it_is_built_there_and_deployed_by_commit(shop):
    """The project gets branch and tag and is started once; when it succeeded the version is one commit, by who asked."""
    before, version = shop.count(), shop.tip[:7]
    receipt = shop.say("deploy", build=True, id="b1", text="최신 코드 배포")
    assert (receipt.status, shop.cloud.tags) == ("building", {})
    assert [look(shop) for _ in range(3)] == ["waiting"] * 3 and list(shop.cloud.tags.values()) == [("main", version)]
    assert shop.cloud.project["cmd"]["pre"] == ["make"] and shop.cloud.project["cmd"]["dockerbuild"]["image"] == "shop"
    shop.cloud.ends("success")
    (done,) = look(shop)
    assert (done["status"], done["version"], shop.count()) == ("committed", version, before + 1) and f"tag: '{version}'" in shop.read("values/staging/web.yaml")
    assert git(shop.path, "log", "-1", "--format=%ae") == "ann@example.org" and len(shop.cloud.tags) == 1


def test_another_branch_is_set_first(shop):
    """Of a pipeline whose task names its branch it cannot be."""
    land(shop.source, {"new": b"1"})
    git(shop.source.path, "branch", "feature/x", "main")
    if shop.kind == "sourcepipeline":
        assert shop.refused("deploy", build=True, branch="nope").code == "no_such_revision"
        shop.say("deploy", build=True, branch="feature/x")
        assert look(shop)[0]["code"] == "build_other_branch" and shop.cloud.tags == {}
    else:
        shop.say("deploy", build=True, branch="feature/x")
        assert look(shop) == "waiting" and list(shop.cloud.tags.values()) == [("feature/x", git(shop.source.path, "rev-parse", "feature/x")[:7])]


def test_a_build_that_failed_deploys_nothing(shop):
    """It is said with the phase."""
    before = shop.refs()
    shop.say("deploy", build=True)
    look(shop)
    shop.cloud.ends("fail", "build")
    (refused,) = look(shop)
    assert refused["code"] == "build_failed" and BUILD[shop.kind] in refused["message"] and shop.refs() == before


def test_one_version_at_a_time(shop):
    """While somebody else's build runs, the project is left as it is; what is built for one command is no other's."""
    shop.cloud.start() if shop.kind == "sourcebuild" else ncp_help._do(shop.cloud, None)
    shop.say("deploy", build=True, version="v7")
    assert look(shop) == "waiting" and shop.cloud.project["cmd"]["dockerbuild"]["tag"] == "old"
    shop.cloud.ends("success")
    assert look(shop) == "waiting" and [tag for _, tag in shop.cloud.tags.values()] == ["old", "v7"]


def test_a_branch_that_moved_meanwhile_is_not_built(shop):
    """Its tag names a commit."""
    shop.say("deploy", build=True)
    land(shop.source, {"new": b"1"})
    assert look(shop)[0]["code"] == "build_branch_moved" and shop.cloud.tags == {}


def test_what_cannot_be_built_says_why(shop):
    """Another repository's project, one without an image, a pipeline that deploys, missing settings: nothing was started."""
    docker = shop.cloud.project["cmd"]["dockerbuild"]
    shop.cloud.project["cmd"] = {"dockerbuild": docker | {"use": False}}
    shop.say("deploy", build=True)
    assert look(shop)[0]["code"] == "build_no_image"
    shop.cloud.project["source"]["config"]["repository"] = "other"
    assert shop.refused("deploy", build=True).code == "build_other_repository"
    if shop.kind == "sourcepipeline":
        shop.cloud.tasks.append({"id": 2, "name": "roll", "type": "SourceDeploy", "config": {"projectId": 77}})
        assert shop.refused("deploy", build=True).code == "build_pipeline_deploys"
    shop.services = replace(shop.services, settings=config.load({"CONFIG_REPO": shop.path}, None))
    error = shop.refused("deploy", build=True)
    assert (error.code, error.details["setting"]) == ("not_configured", "NCP_ACCESS_KEY, NCP_SECRET_KEY") and shop.cloud.tags == {}


def test_its_log_and_stages(shop):
    """In the order it was written, over pages; none where the project sends it nowhere."""
    pipeline = Pipeline("acme/shop", shop.kind, BUILD[shop.kind])
    builder = builders.BUILDERS[shop.kind]
    shop.say("deploy", build=True)
    look(shop)
    (run,), (build,) = builder.runs(shop.services, pipeline), shop.cloud.tags
    shop.cloud.lines = [{"keyword": build, "logTime": str(1000 + number), "logType": "SourceBuild", "logDetail": f"step {number}"} for number in range(150)]
    assert run.state == "running" and run.stages and builder.log(shop.services, pipeline, run.id) == [f"step {number}" for number in range(150)]
    shop.cloud.project["linked"]["CloudLogAnalytics"] = False
    assert builder.log(shop.services, pipeline, run.id) is None


@pytest.mark.parametrize("fault", [*FAULTS, *OURS])
def test_every_fault_of_it(shop, fault, monkeypatch):
    """The one specification, its documented errors by their codes, and what no documentation says: our error with its kind, without a secret."""
    monkeypatch.setattr(http, "Provider", functools.partial(http.Provider, timeout=0.3 if fault == "hang" else 5))
    if fault == "dns":
        shop.services = replace(shop.services, settings=config.load({"CONFIG_REPO": shop.path, "NCP_ACCESS_KEY": ncp_help.KEY, "NCP_SECRET_KEY": ncp_help.SECRET, "NCP_API_URL": "https://{service}.invalid"}, None))
    answer = SHAPE if fault == "shape" else FAULTS.get(fault, fault)
    shop.cloud.broken = [("GET", "/history", answer) for _ in range(6)]
    with pytest.raises(KlepaasError) as caught:
        builders.BUILDERS[shop.kind].runs(shop.services, Pipeline("acme/shop", shop.kind, BUILD[shop.kind]))
    assert (caught.value.details["kind"], caught.value.transient) == OURS.get(fault, (KINDS.get(fault), fault in TRANSIENT))
    assert caught.value.text("ko") and ncp_help.SECRET not in repr([caught.value.text(), caught.value.details])
    if fault in ncp_help.ERRORS:
        assert ncp_help.ERRORS[fault][2] in caught.value.text()


@pytest.mark.parametrize("fault", ["900", (429, {"error": {"errorCode": "410", "message": "Throttle Limited"}}, {"Retry-After": "3600"})])
def test_what_failed_before_the_start_is_tried_at_the_next_look(shop, fault, monkeypatch):
    """It surely started nothing; a start that was refused for now did neither."""
    shop.say("deploy", build=True)
    path = "/project/20632" if fault == "900" else "/build" if shop.kind == "sourcebuild" else "/do"
    shop.cloud.broken = [(method, path, fault) for method in ("PATCH", "POST") for _ in range(5 if fault == "900" and method == "PATCH" else fault != "900")]
    assert look(shop) == "waiting" and shop.cloud.tags == {}
    monkeypatch.setattr(breakers, "_breakers", {})
    assert look(shop) == "waiting" and len(shop.cloud.tags) == 1


def test_an_answer_to_a_start_that_was_lost(shop):
    """It may have been started: it is not started again at once, and nothing is deployed that is not known to be built."""
    shop.cloud.broken = [("POST", "/build" if shop.kind == "sourcebuild" else "/do", "closed")]
    shop.say("deploy", build=True)
    assert [look(shop) for _ in range(2)] == ["waiting"] * 2 and shop.cloud.tags == {}


def test_deployments_of_sourcedeploy_are_followed(shop):
    """By stage and scenario, newest first."""
    shop.cloud.deployments = [{"project": {"id": 77, "name": "d"}, "stage": {"id": 1, "name": stage}, "scenario": {"id": 2, "name": "roll"}, "id": id, "startTime": 1000 * id, "status": status}
                              for id, stage, status in ((1, "dev", "success"), (2, "prod", "pending"), (3, "prod", "reject"))]
    found = builders.FOLLOWED["sourcedeploy"].runs(shop.services, Pipeline("acme/shop", "sourcedeploy", "77"))
    assert [(run.id, run.state, run.stages, run.why) for run in found] == [
        ("3", "failure", (("prod / roll", "failure"),), "reject"), ("2", "running", (("prod / roll", "running"),), None), ("1", "success", (("dev / roll", "success"),), None)]


def test_doctor_asks_it(shop):
    """Right, wrong, or not configured: and nothing of the secret."""
    def works(**more):
        settings = config.load({"CONFIG_REPO": shop.path, "NCP_ACCESS_KEY": ncp_help.KEY, "NCP_SECRET_KEY": ncp_help.SECRET, "NCP_API_URL": f"{shop.cloud.url}/{{service}}", **more}, None)
        return doctor._row(settings, config.SETTINGS["NCP_ACCESS_KEY"])
    assert works()["works"] is True and works(NCP_ACCESS_KEY="", NCP_SECRET_KEY="")["works"] is None
    wrong = works(NCP_SECRET_KEY="wr0ng-secret")
    assert wrong["works"] is False and "Authentication Failed" in wrong["message"] and "wr0ng" not in wrong["message"]
    assert works(NCP_SECRET_KEY="")["message"].count("NCP_SECRET_KEY") == 1


def test_each_attempt_is_signed_anew(monkeypatch, shop):
    """A retry has its own time."""
    stamps = []
    signed = ncp._signed
    monkeypatch.setattr(ncp, "_signed", lambda *given: stamps.append(signed(*given)) or stamps[-1])
    shop.cloud.broken = [("GET", "/history", "closed")]
    builders.BUILDERS[shop.kind].runs(shop.services, Pipeline("acme/shop", shop.kind, BUILD[shop.kind]))
    assert len(stamps) == 2 and stamps[0] != stamps[1]
