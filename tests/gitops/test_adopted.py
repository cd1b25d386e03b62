"""The verb of `klepaas adopt`: files of new apps in one environment, in one commit, and nothing else."""

from dataclasses import replace

import pytest

from gitops import verbs
from tests.gitops.path_help import ANN, MCP, database, renderer, world

__all__ = ["database", "renderer", "world"]
NEW = {"values": "klepaas: {adopt: true}\nimage: {repository: nginx, tag: '1'}\n"}
MAP = {"manifests": {"configmap-a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"}}


def adopt(world, files, environment="staging", **more):
    return world.say("adopt", None, environment, args={"files": files}, **more)


def test_several_apps_are_one_commit(world):
    """Values and manifests of all of them; the plan shows each one's objects."""
    found = adopt(world, {"new": NEW, "new-extras": MAP})
    assert found.status == "committed" and world.count() == 2
    assert world.read("values/staging/new.yaml") == NEW["values"] and "name: a" in world.read("manifests/staging/new-extras/configmap-a.yaml")
    assert {(each["kind"], each["name"]) for each in found.plan["manifests"]} == {("Deployment", "new"), ("Service", "new"), ("ConfigMap", "a")}
    assert world.trailers("main")["Verb"] == "adopt" and "App" not in world.trailers("main")


def test_the_same_again_changes_nothing(world):
    """What is there already as it would be written is no change."""
    adopt(world, {"new": NEW})
    assert adopt(world, {"new": NEW}).status == "unchanged"


def test_an_app_that_is_there_is_not_overwritten(world):
    """However it is made: by values, by manifests, or by a file that cannot be read."""
    world.write({"values/staging/bad.yaml": "klepaas: 3\n"})
    for app in ("web", "plain", "bad"):
        assert world.refused("adopt", None, args={"files": {app: NEW, "new": NEW}}).code == "app_exists"


@pytest.mark.parametrize("files", [
    {}, [], "no JSON", "[]", {"new": {}}, {"new": "text"}, {"new": {"values": 3}}, {"new": {**NEW, **MAP}}, {"new": {"manifests": {}}}, {"../x": NEW}, {"A": NEW}, {"a/b": NEW},
    {"new": {"manifests": {"../a.yaml": "a: b"}}}, {"new": {"manifests": {"/a.yaml": "a: b"}}}, {"new": {"manifests": {"a/b.yaml": "a: b"}}}, {"new": {"manifests": {"a.txt": "a: b"}}},
    {"new": {"manifests": {"a.yaml": None}}}, {"new": {"files": NEW}}])
def test_nothing_else_can_be_written(world, files):
    """Only files of apps, at the places that klepaas.yaml gives them."""
    assert world.refused("adopt", None, args={"files": files}).code == "bad_argument"


@pytest.mark.parametrize(("content", "code"), [
    ({"values": "a: [\n"}, "values_bad_yaml"), ({"manifests": {"a.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: YQ==}\n"}}, "plain_secret"),
    ({"manifests": {"a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: other}\n"}}, "foreign_namespace"),
    ({"values": "token: ghp_" + "a" * 36 + "\n"}, "secret_in_words")])
def test_it_is_checked_like_any_change(world, content, code):
    """It parses, renders, stays in its namespace, and has no secret in clear."""
    assert world.refused("adopt", None, args={"files": {"new": content}}).code == code


def test_it_needs_an_administrator_and_agents_propose(world):
    """No door offers it; who asks for it all the same needs admin:write."""
    developer = replace(ANN, scopes=frozenset({"k8s:read", "k8s:write", "deploy:execute", "mcp:execute"}))
    assert world.refused("adopt", None, args={"files": {"new": NEW}}, actor=developer).code == "missing_scope"
    assert adopt(world, {"new": NEW}, actor=MCP).status == "proposed"
    assert "adopt" not in verbs.VERBS
