"""Deploying what must first be built: through every forge that can build, over real HTTP."""

from dataclasses import replace

import pytest

from gitops import config
from gitops.cicd import facts, work
from gitops.outside import breakers
from gitops.repo import Repository
from tests.gitops import forge_help
from tests.gitops.forge_dialects import DIALECTS
from tests.gitops.hook_help import built
from tests.gitops.path_help import BOB, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.repo_help import git


@pytest.fixture(params=DIALECTS)
def shop(request, world, tmp_path, monkeypatch):
    """web is built from acme/shop; `world.forge` is where that is; deliveries are looked at whenever asked."""
    monkeypatch.setattr(breakers, "_breakers", {})
    monkeypatch.setattr(work, "PATIENCE", -1)
    for environment in ("staging", "production"):
        path = f"values/{environment}/web.yaml"
        world.write({path: f"klepaas: {{repository: acme/shop}}\n{world.read(path)}"})
    Repository.create(tmp_path / "served" / "acme" / "config.git")
    with forge_help.serve(DIALECTS[request.param], tmp_path / "served") as server:
        kept = world.services
        world.services = replace(kept, settings=config.load({"CONFIG_REPO": f"{server.url}/acme/config.git", **DIALECTS[request.param].settings(server.url)}, None))
        world.forge = server.forge
        yield world
        world.services = kept


def look(world):
    """One look of whoever works on deliveries; the outcome of the newest."""
    work.waiting(world.services)
    newest = world.services.ledger.deliveries()[0]
    return newest["outcome"] if newest["status"] == "done" else newest["status"]


def ends(world, state):
    world.forge.runs[0]["state"] = state


def test_what_is_not_built_is_built_first(shop):
    """The pipeline is started once and followed; the commit comes when it has succeeded, by who asked and in their words."""
    before = shop.count()
    preview = shop.preview("deploy", build=True, branch="feature/x")
    assert (preview.command.args["version"], preview.warnings, preview.changes[0].path) == ("fffffff", ("built_first",), "values/staging/web.yaml") and shop.forge.dispatched == []
    receipt = shop.say("deploy", build=True, branch="feature/x", id="b1", text="기능 브랜치 배포")
    assert (receipt.status, receipt.commit, shop.count()) == ("building", None, before)
    assert [look(shop) for _ in range(3)] == ["waiting"] * 3 and shop.forge.dispatched == [("feature/x", "fffffff")]
    ends(shop, "success")
    (done,) = look(shop)
    assert (done["status"], done["app"], done["version"], shop.count()) == ("committed", "web", "fffffff", before + 1)
    assert "tag: 'fffffff'" in shop.read("values/staging/web.yaml") and "> 기능 브랜치 배포" in git(shop.path, "log", "-1", "--format=%B")
    assert git(shop.path, "log", "-1", "--format=%ae") == "ann@example.org" and shop.say("deploy", build=True, branch="feature/x", id="b1", text="기능 브랜치 배포") == receipt
    assert look(shop) == [done] and shop.count() == before + 1


def test_a_build_that_failed_deploys_nothing(shop):
    """It is said with its address; a failure of before the request is tried again."""
    shop.forge.runs.append({"sha": "a" * 40, "state": "failure", "asked": True, "created": 1000.0})
    before = shop.refs()
    shop.say("deploy", build=True)
    assert look(shop) == "waiting" and shop.forge.dispatched == [("trunk", "aaaaaaa")]
    ends(shop, "failure")
    (refused,) = look(shop)
    assert refused["code"] == "build_failed" and "http://forge/run/1" in refused["message"] and shop.refs() == before


def test_a_build_that_runs_already_is_waited_for(shop):
    """Started by the push: not started again; and a version of a name of its own is not what a push makes."""
    shop.forge.runs.append({"sha": "a" * 40, "state": "running", "asked": False, "created": 1000.0})
    shop.say("deploy", build=True)
    assert look(shop) == "waiting" and shop.forge.dispatched == []
    ends(shop, "success")
    assert look(shop)[0]["status"] == "committed"
    shop.say("deploy", build=True, version="v9")
    assert look(shop) == "waiting" and shop.forge.dispatched == [("trunk", "v9")]


def test_what_is_built_is_deployed_at_once(shop):
    """A build of it was told of."""
    work.keep(shop.services, "w", "w", facts.read("workflow_run", built("a")))
    assert shop.say("deploy", build=True).status == "committed" and shop.forge.dispatched == []


def test_rights_are_asked_for_before_it_is_built(shop):
    """Who may not deploy there builds nothing."""
    assert shop.refused("deploy", environment="production", actor=replace(BOB, scopes=frozenset({"deploy:execute@staging"})), build=True).code == "missing_scope"
    assert look_at_nothing(shop) and shop.forge.dispatched == []


def look_at_nothing(world):
    work.waiting(world.services)
    return world.services.ledger.deliveries() == ()


def test_what_cannot_be_built_says_why(shop):
    """No repository, no such branch, no forge."""
    assert shop.refused("deploy", "auto", build=True).code == "build_no_repository"
    assert shop.refused("deploy", build=True, branch="nope").status in (404, 422)
    shop.services = replace(shop.services, settings=config.load({"CONFIG_REPO": shop.path}, None))
    assert shop.refused("deploy", build=True).code == "build_no_forge"


def test_a_branch_that_moved_is_asked_for_again(shop):
    """Between preview and submission, with the version that was shown."""
    assert shop.refused("deploy", build=True, version="fffffff", branch="trunk", call=shop.say).code == "build_branch_moved"
