"""The same reviews while forges fail, processes die and settings are wrong: one pull, one review, and the reason said."""

import functools
from dataclasses import replace
from pathlib import Path

import pytest

from gitops import config, reviewing
from gitops.errors import KlepaasError
from gitops.forges import FORGES
from gitops.outside import http
from gitops.repo import Repository
from tests.gitops import forge_help
from tests.gitops.faults import FAULTS, KINDS, TRANSIENT
from tests.gitops.forge_dialects import DIALECTS
from tests.gitops.forge_world import BOB, FILES, PRODUCTION, World, forge, opened, order, proposed, quick, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.repo_help import git
from tests.gitops.test_github_app import PEM
from web.cli import doctor

PROVIDER = http.Provider
FLAGS = {"github": ("GITHUB_API_URL", "GITHUB_TOKEN"), "gitea": ("GITEA_URL", "GITEA_TOKEN"), "gitlab": ("GITLAB_URL", "GITLAB_TOKEN")}


def test_an_answer_that_was_lost(world):
    """Opened or merged, but nobody heard of it: there is one pull, and the merge is known."""
    world.forge.broken = [("POST", "/pulls", "lost"), ("POST", "/merge_requests", "lost")]
    review = proposed(world)
    assert len(world.pulls) == 1
    order(world, "approve", review)
    world.forge.broken = [("PUT", "/merge", "lost"), ("POST", "/merge", "lost")]
    receipt = order(world, "merge", review)
    assert receipt.commit == git(world.path, "rev-parse", "main") == world.pulls[1]["merged"]


POINTS = ["gitops.repo.Repository.publish", "FORGE.open", "FORGE._ask", "gitops.ledger.reviews.Reviews._told", "FORGE.labels", "FORGE.comment", "gitops.ledger.commands.Row.finish"]


def test_a_proposal_that_died_is_found_again(world, monkeypatch):
    """Killed before the push, between push and opening, before it was recorded, or before its receipt: the same id ends in one branch, one pull, one review."""
    for number, point in enumerate(POINTS, 1):
        with monkeypatch.context() as broken:
            broken.setattr(point.replace("FORGE", f"gitops.forges.{world.services.settings.forge}"), _dies)
            with pytest.raises(SystemExit):
                proposed(world, id=f"p{number}", replicas=number + 5)
        review = proposed(world, id=f"p{number}", replicas=number + 5)
        assert world.services.ledger.reviews()[0] == review and len(world.services.ledger.reviews()) == len(world.pulls) == number, point
        assert len(git(world.path, "branch", "--list", "klepaas/*").splitlines()) == number
        assert proposed(world, id=f"p{number}", replicas=number + 5) == review


def test_a_merge_that_died_is_found_again(world, monkeypatch):
    """Killed after the forge merged: the same id ends it, without a second merge."""
    points = ["gitops.reviewing.merged", "gitops.ledger.reviews.Reviews._told", "gitops.repo.Repository.drop", "gitops.ledger.commands.Row.finish"]
    for number, point in enumerate(points, 1):
        review = proposed(world, replicas=number + 5)
        order(world, "approve", review)
        before = git(world.path, "rev-list", "--count", "--first-parent", "main")
        with monkeypatch.context() as broken:
            broken.setattr(point, _dies)
            with pytest.raises(SystemExit):
                order(world, "merge", review, id=point.rpartition(".")[2])
        receipt = order(world, "merge", review, id=point.rpartition(".")[2])
        assert (receipt.review.status, receipt.review.commit) == ("merged", receipt.commit), point
        assert int(git(world.path, "rev-list", "--count", "--first-parent", "main")) == int(before) + 1 and git(world.path, "branch", "--list", "klepaas/*") == ""


def _dies(*args, **more):
    raise SystemExit(9)


def test_closed_there_while_its_proposer_was_dead(world, monkeypatch):
    """Opened, not recorded, and closed by a person: the retry says so, opens no second one, leaves no branch."""
    with monkeypatch.context() as broken:
        broken.setattr("gitops.ledger.reviews.Reviews._told", _dies)
        with pytest.raises(SystemExit):
            proposed(world, id="p1")
    world.pulls[1]["state"] = "closed"
    assert proposed(world, id="p1").status == "rejected"
    assert len(world.pulls) == 1 and git(world.path, "branch", "--list", "klepaas/*") == ""


def test_what_the_repository_does_not_allow(world):
    """The forge's own rules stand: another way of merging is taken, and its refusal is told."""
    world.forge.merge_ways = {"squash", "merge"}
    review = proposed(world)
    order(world, "approve", review)
    world.forge.broken = [("PUT", "/merge", (405, {"message": "At least 1 approving review is required"})), ("POST", "/merge", (405, {"message": "At least 1 approving review is required"}))]
    error = world.refused("merge", None, None, actor=BOB, review=review.id)
    assert (error.code, error.status) == ("forge_merge_refused", 409) and "approving review" in error.text()
    assert order(world, "merge", review).review.status == "merged"


def test_decorations_do_not_stop_a_review(world):
    """No right to label or to comment: the review is there all the same."""
    world.forge.broken = [(method, part, (403, {"message": "no"})) for method, part in (("PUT", "/labels"), ("POST", "/labels"), ("GET", "/labels"), ("GET", "/comments"), ("GET", "/notes"))]
    assert proposed(world).status == "open"


def test_every_fault_of_a_forge(world, monkeypatch):
    """Opening meets it: our error with its kind; the branch may be there, and the same id later opens one pull."""
    name, part = world.services.settings.forge, "/merge_requests" if world.services.settings.forge == "gitlab" else "/pulls"
    for number, fault in enumerate(FAULTS, 1):
        monkeypatch.setattr(http, "Provider", functools.partial(PROVIDER, timeout=0.5) if fault == "hang" else PROVIDER)
        world.forge.broken = [(method, part, FAULTS[fault]) for method in ("GET", "POST") for _ in range(12)]
        with pytest.raises(KlepaasError) as caught:
            proposed(world, id=fault, replicas=number + 5)
        assert (caught.value.details["kind"], caught.value.transient) == (KINDS[fault], fault in TRANSIENT), (name, fault)
        assert forge_help.TOKEN not in caught.value.text() and caught.value.details["id"] == fault
        assert len(git(world.path, "branch", "--list", "klepaas/*").splitlines()) == number - 1 + caught.value.transient  # what is refused for good leaves no branch
        world.forge.broken = []
        monkeypatch.setattr(http, "Provider", PROVIDER)
        assert proposed(world, id=fault, replicas=number + 5).status == "open" and len(world.pulls) == number


def test_a_github_app_instead_of_a_token(tmp_path, renderer):
    """Its installation token opens the pull request, and merges it."""
    Repository.create(tmp_path / "served" / "acme" / "config.git")
    with forge_help.serve(DIALECTS["github"], tmp_path / "served") as server:
        services = opened(server, tmp_path / "home", renderer, GITHUB_TOKEN="", GITHUB_APP_ID="1", GITHUB_APP_PRIVATE_KEY=PEM)
        made = World(services)
        made.write(FILES)
        review = made.say("scale", replicas=5, **PRODUCTION).review
        assert review.number == 1 and len(server.forge.pulls) == 1
        order(made, "approve", review)
        done = order(made, "merge", review)
        assert done.commit == server.forge.pulls[1]["merged"] and "replicaCount: 5" in made.read("values/production/web.yaml")
        services.ledger.close()
        services.repo.close()


def test_settings_that_do_not_fit(world, renderer, tmp_path):
    """A forge without its address or token, a repository that is none of it, an unknown one: each is named."""
    name = world.services.settings.forge
    url, token = FLAGS[name]
    base = {"CONFIG_REPO": "https://forge.example/acme/config.git", "KLEPAAS_HOME": str(tmp_path), "FORGE": name, url: "https://forge.example", token: "t"}

    def refused(**more):
        fake = replace(world.services, settings=config.load({**base, **more}, None))
        with pytest.raises(KlepaasError) as caught:
            FORGES.get(fake.settings.forge, FORGES[name]).open(fake, "klepaas/x", "t", "b") if "FORGE" not in more else reviewing.chosen(fake.settings)
        return caught.value
    assert refused(**{token: ""}).details["name"] == "CONFIG_TOKEN"
    assert refused(CONFIG_REPO=str(Path(tmp_path, "x.git"))).code == refused(CONFIG_REPO="https://forge.example/config.git").code == "forge_needs_remote"
    assert refused(FORGE="sourcehut").details["name"] == "FORGE"


def test_doctor_tries_the_forge(forge, tmp_path):
    """The token is right, wrong, or the forge is none; without a forge there is nothing to try."""
    base = {"CONFIG_REPO": f"{forge.url}/acme/config.git", "KLEPAAS_HOME": str(tmp_path), **forge.dialect.settings(forge.url)}

    def works(**more):
        return next(row for row in doctor.examine(config.load({**base, **more}, None)) if row["name"] == "FORGE")
    assert works()["works"] is True and works(FORGE="local")["works"] is None
    wrong = works(**{FLAGS[forge.name][1]: "wrong-t0ken"})
    assert wrong["works"] is False and forge.name in wrong["message"] and "wrong-t0ken" not in wrong["message"]
