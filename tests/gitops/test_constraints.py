"""An installation's own rules: what breaks one is refused before a commit, with the place that is to blame."""

import pytest

from gitops import constraints, contract
from tests.gitops.path_help import CLI, FILES, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.test_submit import push

WEB = "values/staging/web.yaml"
POLICY = """policy: {registries: [docker.io/library, ghcr.io/acme], latest: false, replicas: {min: 1, max: 4}}
environments:
  staging: {}
  production: {policy: {replicas: {min: 2}, resources: [requests.cpu, limits.memory]}}
"""


@pytest.fixture
def ruled(world):
    push(world.path, {"klepaas.yaml": POLICY})
    return world


@pytest.mark.parametrize(("verb", "args", "code", "line"), [
    ("deploy", {"image": "ghcr.io/acme-evil/web", "version": "1"}, "policy_registry", 3), ("deploy", {"image": "quay.io/acme/web", "version": "1"}, "policy_registry", 3),
    ("deploy", {"version": "latest"}, "policy_latest", 3), ("scale", {"replicas": 5}, "policy_replicas", 2), ("scale", {"replicas": 0}, "policy_replicas", 2)])
def test_a_preview_names_the_rule_and_the_line(ruled, verb, args, code, line):
    """Through the one path, so through every door; nothing is committed."""
    error = ruled.refused(verb, **args)
    assert (error.code, error.path, error.line, error.details["environment"]) == (code, WEB, line, "staging")
    assert ruled.refused(verb, call=ruled.preview, **args).code == code


def test_what_the_rules_allow_is_committed(ruled):
    """Listed registries, fixed versions, numbers within the bounds."""
    assert ruled.say("deploy", image="ghcr.io/acme/web", version="2").commit and ruled.say("scale", replicas=4).commit


def test_an_environment_has_rules_of_its_own(ruled):
    """Each of its rules takes the place of the one for all; the others hold."""
    error = ruled.refused("deploy", environment="production", version="2")
    assert (error.code, error.path, error.details["wanted"]) == ("policy_resources", "values/production/web.yaml", "requests.cpu")
    push(ruled.path, {"values/production/web.yaml": FILES["values/production/web.yaml"] + "resources: {requests: {cpu: 100m}, limits: {memory: 64Mi}}\n"})
    assert ruled.refused("scale", environment="production", replicas=1).code == "policy_replicas"
    assert ruled.refused("deploy", environment="production", version="latest").code == "policy_latest"
    assert ruled.say("scale", environment="production", replicas=9).commit


def test_autoscaling_is_bounded_too(ruled):
    """The bounds of an autoscaler are what counts, not the replicas that it overrides."""
    error = ruled.refused("deploy", app="auto", version="2")
    assert (error.code, error.line, error.details["replicas"]) == ("policy_replicas", 2, 5)
    push(ruled.path, {"values/staging/auto.yaml": FILES["values/staging/auto.yaml"].replace("maxReplicas: 5", "maxReplicas: 4")})
    assert ruled.say("deploy", app="auto", version="2").commit


def test_a_manifest_is_held_to_them(ruled):
    """Whatever brings the object."""
    job = "apiVersion: batch/v1\nkind: {kind}\nmetadata: {{name: once}}\nspec: {spec}\n"
    pod = "{template: {spec: {restartPolicy: Never, initContainers: [{name: i, image: quay.io/x/y:1}], containers: [{name: c, image: nginx:1}]}}}"
    for kind, spec in (("Job", pod), ("CronJob", "{schedule: '* * * * *', jobTemplate: {spec: %s}}" % pod)):
        error = ruled.refused("apply_manifest", app="plain", actor=CLI, manifest=job.format(kind=kind, spec=spec))
        assert (error.code, error.details["image"], error.path) == ("policy_registry", "quay.io/x/y:1", "manifests/staging/plain")


@pytest.mark.parametrize(("image", "whole", "moving"), [
    ("nginx", "docker.io/library/nginx", True), ("nginx:1.27", "docker.io/library/nginx", False), ("acme/web:latest", "docker.io/acme/web", True),
    ("ghcr.io/acme/web:1", "ghcr.io/acme/web", False), ("localhost:5000/web", "localhost:5000/web", True), ("localhost:5000/web:2", "localhost:5000/web", False),
    ("nginx@sha256:" + "a" * 64, "docker.io/library/nginx", False), ("nginx:latest@sha256:" + "a" * 64, "docker.io/library/nginx", False)])
def test_how_an_image_is_read(image, whole, moving):
    """As container runtimes read it."""
    assert (constraints.full(image), constraints.moving(image)) == (whole, moving)


@pytest.mark.parametrize("policy", ["{registries: nginx}", "{registries: ['*']}", "{latest: never}", "{replicas: 3}", "{replicas: {min: 3, max: 2}}", "{resources: [cpu]}", "{root: false}", "[]"])
def test_a_rule_that_cannot_be_read_is_said(policy):
    """With its line; nobody is to believe in a rule that is none."""
    problem, = contract.read(f"environments: {{staging: {{}}}}\npolicy: {policy}\n".encode(), "klepaas.yaml").problems
    assert problem.line == 2 and "policy" in problem.message
