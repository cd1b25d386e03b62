"""The pipeline of an application repository: what it says, what it does when it runs, and its pull request."""

import hashlib
import hmac
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from gitops import config
from gitops.cicd import facts, workflow
from gitops.errors import KlepaasError
from gitops.repo import Repository
from tests.gitops import faults, forge_help
from tests.gitops.forge_dialects import DIALECTS
from tests.gitops.path_help import database, renderer, world  # noqa: F401 (fixtures)

ASKED = ("acme/shop", "registry.example/acme/shop", "main")


def refused(call, *args):
    with pytest.raises(KlepaasError) as caught:
        call(*args)
    return caught.value


@pytest.mark.parametrize("kind", workflow.PATHS)
def test_it_is_yaml_that_names_the_repository(kind):
    """Nothing of the template is left open."""
    text = workflow.text(kind, *ASKED)
    assert yaml.safe_load(text) and "@" not in text.replace("actions/checkout@v4", "") and "registry.example/acme/shop" in text and "klepaas workflow acme/shop" in text


@pytest.mark.parametrize("kind", workflow.PATHS)
def test_it_builds_as_it_is_told(kind):
    """By a Dockerfile anywhere in the repository, or by buildpacks without one; the line stays one command of the shell."""
    usual, elsewhere, packed = (workflow.text(kind, *ASKED, *more) for more in ((), ("dockerfile", "deploy/web.Dockerfile"), ("buildpack",)))
    assert 'docker build --tag "$IMAGE:$version" .' in usual and 'docker build --file deploy/web.Dockerfile --tag "$IMAGE:$version" .' in elsewhere
    assert '/tmp/pack build "$IMAGE:$version" --builder paketobuildpacks/builder-jammy-base' in packed and "docker build" not in packed and yaml.safe_load(packed)
    for wrong in ("../Dockerfile", "/etc/passwd", "x; curl evil", "-f", "a b", "$(x)", "", "a\nb"):
        assert refused(workflow.text, kind, *ASKED, "dockerfile", wrong).details["argument"] == "dockerfile"
    assert refused(workflow.text, kind, *ASKED, "make").details["argument"] == "build"


@pytest.mark.parametrize("wrong", [("acme/shop\n- run: x", *ASKED[1:]), (ASKED[0], 'x"; curl evil', "main"), (*ASKED[:2], 'main"]\nx:'), (*ASKED[:2], "$(x)"), ("shop", *ASKED[1:]), (*ASKED[:2], "")])
@pytest.mark.parametrize("kind", workflow.PATHS)
def test_nothing_that_would_run_there_gets_into_it(kind, wrong):
    """It runs with the repository's secrets."""
    assert refused(workflow.text, kind, *wrong).code == "bad_argument"


def steps(kind):
    found = yaml.safe_load(workflow.text(kind, *ASKED))
    return found["tell"]["script"] if kind == "gitlab" else [found["jobs"]["build"]["steps"][-1]["run"]]


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_what_it_reports_is_what_we_take(kind):
    """Its last step, run by a real shell: the callback's signature is right, and its facts are read."""
    with faults.serve(faults.OK) as server:
        env = {"PATH": "/usr/bin:/bin:/usr/local/bin", "KLEPAAS_URL": server.url, "SECRET": "s3cret", "KLEPAAS_WEBHOOK_SECRET": "s3cret", "GITHUB_REPOSITORY": "acme/shop",
               "CI_PROJECT_PATH": "acme/shop", "VERSION": "abc1234", "GITHUB_SHA": "a" * 40, "CI_COMMIT_SHA": "a" * 40}
        subprocess.run(["bash", "-euc", "\n".join(steps(kind))], env=env, check=True, capture_output=True, timeout=30)
        ((method, path, headers, body, _),) = server.seen
    assert (method, path) == ("POST", "/api/v1/cicd/staging-webhook")
    assert headers["X-Signature"] == "sha256=" + hmac.new(b"s3cret", body + headers["X-Signature-Timestamp"].encode(), hashlib.sha256).hexdigest()
    found = facts.callback(json.loads(body))
    assert (found.repository, found.version, found.sha) == ("acme/shop", "abc1234", "a" * 40)


def test_the_image_is_that_of_the_apps(world):
    """From the values files of who is built from there; else it has to be given."""
    world.write({"values/staging/web.yaml": "klepaas: {repository: Acme/Shop}\n" + world.read("values/staging/web.yaml")})
    tree, catalog = world.services.head()
    assert workflow.image_of(catalog, tree, "acme/shop") == "nginx"
    assert refused(workflow.image_of, catalog, tree, "acme/else").code == "workflow_no_image"


@pytest.mark.parametrize("kind", workflow.PATHS)
def test_it_is_installed_by_a_pull_request(world, tmp_path, kind):
    """One, however often it is asked for; nothing when it is there; what is there and differs is left to its owners."""
    with forge_help.serve(DIALECTS[kind], _served(tmp_path)) as server:
        settings = config.load({"CONFIG_REPO": f"{server.url}/acme/config.git", **DIALECTS[kind].settings(server.url)}, None)
        services, content = replace(world.services, settings=settings), workflow.text(kind, *ASKED)
        urls = {workflow.install(services, "acme/shop", content) for _ in range(2)}
        (pull,) = server.forge.pulls.values()
        assert len(urls) == 1 and urls.pop().endswith("/1") and (pull["branch"], pull["base"]) == (workflow.branch_of(content), "trunk")
        assert server.forge.shop[workflow.branch_of(content)] == {workflow.PATHS[kind]: content}
        other = workflow.text(kind, *ASKED, "buildpack")
        assert workflow.install(services, "acme/shop", other).endswith("/2") and server.forge.shop[workflow.branch_of(other)] == {workflow.PATHS[kind]: other}
        server.forge.shop["trunk"] = {workflow.PATHS[kind]: content}
        assert workflow.install(services, "acme/shop", content) is None
        server.forge.shop["trunk"] = {workflow.PATHS[kind]: "theirs"}
        assert refused(workflow.install, services, "acme/shop", content).code == "forge_file_differs"


def test_without_a_forge_it_is_only_printed(world, tmp_path):
    """By the command line, as a file to redirect; there is nowhere to propose it."""
    env = {"PATH": "/usr/bin:/bin", "CONFIG_REPO": str(world.path), "KLEPAAS_HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    done = subprocess.run([Path(sys.executable).parent / "klepaas", "workflow", "acme/shop", "--image", "registry.example/acme/shop"], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, workflow.text("github", *ASKED)), done.stderr
    assert refused(workflow.install, world.services, "acme/shop", "x").details["name"] == "FORGE"


def _served(folder):
    Repository.create(folder / "served" / "acme" / "config.git")
    return folder / "served"
