"""Connecting an application repository, at every forge: one pull request there, one create_app an environment here."""

from dataclasses import replace

import pytest

from gitops import values
from gitops.cicd import connecting, workflow
from gitops.errors import KlepaasError
from gitops.forges import FORGES
from tests.gitops.forge_world import forge, quick, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.path_help import ANN
from tests.gitops.repo_help import git

ASKED = {"repository": "acme/shop", "app": "shop", "environments": ["staging", "production"], "image": "registry.example/acme/shop", "port": 8080}
LIMITED = replace(ANN, scopes=frozenset({"deploy:execute@staging", "k8s:write", "k8s:read"}))


def connect(world, actor=ANN, **more):  # noqa: F811
    return connecting.connected(world.services, actor, ASKED | more)


def refused(world, *args, **more):  # noqa: F811
    with pytest.raises(KlepaasError) as caught:
        connect(world, *args, **more)
    return caught.value


def test_the_repositories_there_are_listed(world):  # noqa: F811
    """By name, with their default branch; what is archived is not."""
    found = FORGES[world.services.settings.forge].repositories(world.services)
    assert [(each.name, each.branch, each.private) for each in found] == [("Acme/API", "main", False), ("acme/empty", None, False), ("acme/shop", "trunk", True)]
    assert found[2].url == "https://forge.example/acme/shop"


def test_a_preview_shows_all_of_it_and_does_nothing(world):  # noqa: F811
    """The file of the pipeline, and the values of each environment."""
    before = world.refs()
    found = connect(world, preview=True, build="buildpack")
    assert (found["status"], found["branch"], found["path"], found["pull"]) == ("preview", "trunk", workflow.PATHS[world.services.settings.forge], None) and "/tmp/pack build" in found["content"]
    assert [(each["plan"]["environment"], each["plan"]["delivery"]) for each in found["items"]] == [("staging", "commit"), ("production", "review")]
    assert "+  repository: acme/shop" in found["items"][0]["plan"]["changes"][0]["diff"]
    assert world.refs() == before and world.pulls == {} and world.forge.shop == {}


def test_it_is_one_pull_request_and_one_change_an_environment(world):  # noqa: F811
    """As each environment asks; said again with the same id it is the same, though the branch has moved."""
    found = connect(world, id="c1")
    content = found["content"]
    there = [each for each in world.pulls.values() if each["base"] == "trunk"]
    assert [each["branch"] for each in there] == [workflow.branch_of(content)] and world.forge.shop[workflow.branch_of(content)] == {found["path"]: content}
    assert [each["status"] for each in found["items"]] == ["committed", "proposed"] and found["pull"].endswith(f"/{there[0]['number']}")
    said = values.parse(world.read("values/staging/shop.yaml").encode(), "x")
    assert (said["klepaas"], said["image"], said["service"]) == ({"repository": "acme/shop"}, {"repository": "registry.example/acme/shop", "tag": "aaaaaaa"}, {"port": 8080})
    world.services.repo.fetch()
    assert world.services.head()[1].by_repository("acme/shop") == ("shop",)
    before, world.forge.tips["trunk"] = git(world.path, "rev-parse", "main"), "b" * 40
    assert connect(world, id="c1") == found and git(world.path, "rev-parse", "main") == before and len(world.pulls) == 2
    assert refused(world, id="c2").code == "app_exists" and len(world.pulls) == 2


def test_who_may_not_deploy_there_connects_nothing(world):  # noqa: F811
    """One environment without the right is enough: no pull request either; where it is held it goes."""
    assert refused(world, LIMITED).details == {"scope": "deploy:execute", "environment": "production"}
    assert refused(world, replace(ANN, scopes=frozenset({"deploy:execute", "k8s:read"}))).details["scope"] == "k8s:write"
    assert world.pulls == {} and world.forge.shop == {}
    assert connect(world, LIMITED, environments=["staging"])["items"][0]["status"] == "committed"


def test_a_forge_that_refuses_the_file_leaves_no_app(world):  # noqa: F811
    """What stands there already and differs is its owners'."""
    world.forge.shop["trunk"] = {workflow.PATHS[world.services.settings.forge]: "theirs"}
    assert refused(world).code == "forge_file_differs" and world.refs() and "shop" not in git(world.path, "ls-tree", "-r", "--name-only", "main")


@pytest.mark.parametrize(("more", "argument"), [
    ({"repository": "acme/config"}, "repository"), ({"repository": "Acme/Config"}, "repository"), ({"image": "x; curl evil"}, "image"), ({"dockerfile": "../x"}, "dockerfile"), ({"environments": []}, "environments")])
def test_what_is_no_application_repository_is_refused(world, more, argument):  # noqa: F811
    """The config repository itself, and what would run there otherwise than it says."""
    assert refused(world, **more).details["argument"] == argument and world.pulls == {}


def test_without_an_image_it_is_asked_for(world):  # noqa: F811
    """Unless an app is built from there already."""
    assert refused(world, image=None).code == "workflow_no_image"
    world.write({"values/staging/web.yaml": f"klepaas: {{repository: acme/shop}}\n{world.read('values/staging/web.yaml')}"})
    world.services.repo.fetch()
    assert "IMAGE: \"nginx\"" in connect(world, image=None, preview=True)["content"]
