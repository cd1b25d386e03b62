"""One specification of reviews, run through every forge: real git over HTTP, and servers that speak each one's interface."""

from dataclasses import replace
from pathlib import Path

import pytest

from gitops import breakers, config, http, reviewing
from gitops.errors import KlepaasError
from gitops.forges import FORGES
from gitops.ledger import Ledger
from gitops.repo import Repository
from gitops.services import Services
from tests.gitops import forge_help
from tests.gitops.faults import FAULTS, KINDS, TRANSIENT
from tests.gitops.forge_dialects import DIALECTS
from tests.gitops.path_help import ANN, BOB, FILES, World, renderer  # noqa: F401 (fixture)
from tests.gitops.repo_help import git, outsider, push
from tests.gitops.test_github_app import PEM
from web import doctor

PRODUCTION = {"environment": "production"}
FLAGS = {"github": ("GITHUB_API_URL", "GITHUB_TOKEN"), "gitea": ("GITEA_URL", "GITEA_TOKEN"), "gitlab": ("GITLAB_URL", "GITLAB_TOKEN")}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The same pauses, shorter; breakers that know nothing yet."""
    monkeypatch.setattr(http, "FIRST", 0.01)
    monkeypatch.setattr(breakers, "_breakers", {})


@pytest.fixture(params=DIALECTS)
def forge(request, tmp_path):
    Repository.create(tmp_path / "served" / "acme" / "config.git")
    with forge_help.serve(DIALECTS[request.param], tmp_path / "served") as server:
        server.name = request.param
        yield server


def opened(server, folder, renderer, **more):
    settings = config.load({"CONFIG_REPO": f"{server.url}/acme/config.git", "KLEPAAS_HOME": str(folder), **server.dialect.settings(server.url), **more}, None)
    ledger = Ledger.open(settings.database, folder)
    ledger.migrate()
    return Services(settings, Repository.open(settings.config_repo, folder), ledger, renderer)


@pytest.fixture
def world(forge, tmp_path, renderer):  # noqa: F811
    """`world.path` is the forge's repository: what an outsider sees."""
    services = opened(forge, tmp_path / "home", renderer)
    made = World(services)
    made.write(FILES)
    made.path, made.forge, made.pulls = str(forge.forge.path), forge.forge, forge.forge.pulls
    yield made
    services.ledger.close()
    services.repo.close()


def proposed(world, **more):
    receipt = world.say("scale", **(PRODUCTION | {"replicas": 5} | more))
    assert receipt.status == "proposed"
    return receipt.review


def order(world, verb, review, actor=BOB, **more):
    return world.say(verb, None, None, actor=actor, review=review.id, **more)


def test_a_proposal_is_one_pull_with_all_of_it(world):
    """The request in the person's words, who, the door, the values and the objects that change; labelled, with one comment."""
    review = proposed(world, text="프로덕션 다섯 개로 @everyone ``` <b>")
    (pull,) = world.pulls.values()
    assert (pull["branch"], pull["head"], pull["base"]) == (review.branch, review.head, "main") and git(world.path, "rev-parse", review.branch) == review.head
    assert pull["title"] == "scale(web/production): 2 -> 5 replicas" and (review.number, review.forge) == (1, world.services.settings.forge) and review.url.endswith("/1")
    for part in ("프로덕션 다섯 개로", "Ann <ann@example.org>", "through rest", "risk medium", "+replicaCount: 5", "values/production/web.yaml", "Deployment", "+  replicas: 5"):
        assert part in pull["body"], part
    assert "\n````\nAnn <ann@example.org>: 프로덕션 다섯 개로 @everyone ``` <b>\n````" in pull["body"]
    assert pull["labels"] == ["klepaas", "production"]
    assert [text for _, text in world.forge.comments.values()] == ["<!-- klepaas:review -->\n0 of 1 approvals in K-Le-PaaS."]


def test_approved_here_and_merged_there(world):
    """The forge merges what was reviewed; main holds it as the receipt says, by its author; the one comment tells the way."""
    review = proposed(world)
    assert world.refused("merge", None, None, actor=BOB, review=review.id).code == "approvals_missing"
    order(world, "approve", review)
    receipt = order(world, "merge", review)
    assert (receipt.review.status, receipt.review.commit) == ("merged", receipt.commit)
    assert receipt.commit == git(world.path, "rev-parse", "main") == world.services.repo.head() == world.pulls[1]["merged"]
    assert "replicaCount: 5" in world.read("values/production/web.yaml") and git(world.path, "branch", "--list", "klepaas/*") == ""
    ((_, text),) = world.forge.comments.values()
    assert f"Merged as {receipt.commit}." in text and "approved by Bob 밥" in text


def test_rejected_here_is_closed_there(world):
    """Nobody merges it there any more."""
    review = proposed(world)
    assert order(world, "reject", review).review.status == "rejected"
    assert world.pulls[1]["state"] == "closed" and git(world.path, "branch", "--list", "klepaas/*") == ""


@pytest.mark.parametrize("way", ["merge", "rebase"])
def test_merged_there_is_noticed(world, way):
    """By whom, and as what; asking twice changes nothing."""
    review = proposed(world)
    sha = world.forge.merge(1, way, by="dana")
    for _ in range(2):
        reviewing.follow(world.services)
    found = world.services.ledger.review(review.id)
    assert (found.status, found.commit) == ("merged", sha) and world.services.repo.head() == sha
    told = [event.data for event in world.services.ledger.events(0) if event.kind == "review"]
    assert [(each["status"], each["by"]) for each in told] == [("open", "Ann"), ("merged", "dana")]
    assert world.refused("approve", None, None, actor=BOB, review=review.id).code == "review_closed"


def test_closed_there_is_noticed(world):
    """It is rejected here, and its branch goes."""
    review = proposed(world)
    world.pulls[1]["state"] = "closed"
    reviewing.follow(world.services)
    assert world.services.ledger.review(review.id).status == "rejected" and git(world.path, "branch", "--list", "klepaas/*") == ""


def test_one_that_leads_elsewhere_is_closed(world):
    """Somebody pointed the pull at another branch: it is no review of main any more, merged there or not."""
    review = proposed(world)
    git(world.path, "branch", "other", "main")
    world.pulls[1]["base"] = "other"
    world.forge.merge(1)
    reviewing.follow(world.services)
    found = world.services.ledger.review(review.id)
    assert (found.status, found.commit) == ("rejected", None)


def test_a_branch_that_changed_there_has_no_approval(world, tmp_path):
    """What was approved is not what would be merged: approvals go, and merging here is refused."""
    review = proposed(world)
    order(world, "approve", review)
    tree = outsider(tmp_path, world.path)
    git(tree, "checkout", "-q", review.branch)
    head = push(tree, "values/production/web.yaml", b"replicaCount: 50\n", review.branch)
    error = world.refused("merge", None, None, actor=BOB, review=review.id)
    assert error.code == "review_changed"
    reviewing.follow(world.services)
    found = world.services.ledger.review(review.id)
    assert (found.head, found.approvals) == (head, ())
    order(world, "approve", found)
    assert world.refused("merge", None, None, actor=BOB, review=review.id).code == "review_outdated"


def test_a_moved_base_is_planned_again_first(world):
    """The same line changed meanwhile: said before the forge is asked to merge; another line: it merges."""
    review = proposed(world)
    order(world, "approve", review)
    text = world.read("values/production/web.yaml")
    world.write({"values/production/web.yaml": text.replace("replicaCount: 2", "replicaCount: 4")})
    assert world.refused("merge", None, None, actor=BOB, review=review.id).code == "review_outdated" and world.pulls[1]["state"] == "open"
    world.write({"values/production/web.yaml": text, "values/staging/auto.yaml": None})
    assert order(world, "merge", review).review.status == "merged"
    assert "replicaCount: 5" in world.read("values/production/web.yaml")


def test_nothing_left_to_change_closes_it(world):
    """Somebody pushed the same."""
    review = proposed(world)
    order(world, "approve", review)
    world.write({"values/production/web.yaml": world.read("values/production/web.yaml").replace("replicaCount: 2", "replicaCount: 5")})
    receipt = order(world, "merge", review)
    assert (receipt.review.status, receipt.commit, world.pulls[1]["state"]) == ("merged", None, "closed")


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


def test_the_rest_of_what_a_forge_offers(world):
    """Drafts, reviewers, another title, a comment beyond the first page of others'."""
    review, module = proposed(world), FORGES[world.services.settings.forge]
    module.draft(world.services, review, True)
    pull = world.pulls[1]
    assert pull.get("draft") or pull["title"].startswith(("WIP: ", "Draft: "))
    module.draft(world.services, review, False)
    assert not pull.get("draft") and pull["title"] == review.title
    module.reviewers(world.services, review, ("dana",))
    assert pull["reviewers"] == ["dana"]
    module.update(world.services, review, "new", "text")
    assert (pull["title"], pull["body"]) == ("new", "text")
    mine = world.forge.comments.pop(1)
    world.forge.comments |= {id: (1, f"from somebody {id}") for id in range(2, 8)}
    world.forge.comments[9] = mine
    module.comment(world.services, review, "now")
    assert world.forge.comments[9][1].endswith("\nnow") and len(world.forge.comments) == 7
    asked = len(world.forge.asked)
    module.comment(world.services, review, "now")
    assert not any(method != "GET" for method, _ in world.forge.asked[asked:])


def test_every_fault_of_a_forge(world):
    """Opening meets it: our error with its kind; the branch may be there, and the same id later opens one pull."""
    name, part = world.services.settings.forge, "/merge_requests" if world.services.settings.forge == "gitlab" else "/pulls"
    for number, fault in enumerate([each for each in FAULTS if each != "hang"], 1):
        world.forge.broken = [(method, part, FAULTS[fault]) for method in ("GET", "POST") for _ in range(12)]
        with pytest.raises(KlepaasError) as caught:
            proposed(world, id=fault, replicas=number + 5)
        assert (caught.value.details["kind"], caught.value.transient) == (KINDS[fault], fault in TRANSIENT), (name, fault)
        assert forge_help.TOKEN not in caught.value.text() and caught.value.details["id"] == fault
        assert len(git(world.path, "branch", "--list", "klepaas/*").splitlines()) == number - 1 + caught.value.transient  # what is refused for good leaves no branch
        world.forge.broken = []
        assert proposed(world, id=fault, replicas=number + 5).status == "open" and len(world.pulls) == number


def test_a_github_app_instead_of_a_token(tmp_path, renderer):  # noqa: F811
    """Its installation token opens the pull request."""
    Repository.create(tmp_path / "served" / "acme" / "config.git")
    with forge_help.serve(DIALECTS["github"], tmp_path / "served") as server:
        services = opened(server, tmp_path / "home", renderer, GITHUB_TOKEN="", GITHUB_APP_ID="1", GITHUB_APP_PRIVATE_KEY=PEM)
        made = World(services)
        made.write(FILES)
        assert made.say("scale", replicas=5, **PRODUCTION).review.number == 1 and len(server.forge.pulls) == 1
        services.ledger.close()
        services.repo.close()


def test_settings_that_do_not_fit(world, renderer, tmp_path):  # noqa: F811
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
