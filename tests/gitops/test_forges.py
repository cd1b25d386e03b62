"""One specification of reviews, run through every forge."""

import pytest

from gitops import reviewing
from gitops.cicd import facts, work
from gitops.forges import FORGES
from tests.gitops.forge_world import BOB, PRODUCTION, forge, order, proposed, quick, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.hook_help import sample
from tests.gitops.repo_help import git, outsider, push


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


def test_who_merged_there_is_the_person_who_signed_in_so(world):
    """By the account's number, which only a sign-in proves; a login alone is nobody of ours."""
    world.services.ledger.put_user("dana@example.org", "Dana Kim", ())
    world.services.ledger.identity_put(world.services.settings.forge, "7", "dana@example.org", None)
    proposed(world)
    world.forge.merge(1, by="dana")
    reviewing.follow(world.services)
    (merged,) = [each for each in world.services.ledger.audit.rows() if each["verb"] == "merge"]
    github = world.services.settings.forge == "github"
    assert (merged["name"], merged["email"]) == (("Dana Kim", "dana@example.org") if github else ("dana", ""))


def test_who_approved_there_is_asked_by_the_commit(world):
    """People count once, by what they said last, and the author never; a commit of no merged pull has none."""
    proposed(world)
    forge, module = world.forge, FORGES[world.services.settings.forge]
    forge.pulls[1]["said"] = [("dana", "APPROVED"), ("dana", "APPROVED"), ("klepaas-bot", "APPROVED")][1 if world.services.settings.forge == "gitlab" else 0:]
    sha = forge.merge(1, "merge", by="dana")
    found = module.approvals(world.services, sha)
    assert ([each.name for each in found.by], found.author.name) == (["dana"], "klepaas-bot")
    assert module.approvals(world.services, world.services.repo.parent(world.services.repo.fetch())) is None


def test_who_approved_there_is_shown_by_name(world):
    """The person of ours where the account signed in here, else the account's name; told once; what was said of another head is not, nor counted as ours."""
    world.services.ledger.put_user("dana@example.org", "Dana Kim", ())
    world.services.ledger.identity_put(world.services.settings.forge, "7", "dana@example.org", None)
    review = proposed(world)
    world.pulls[1]["said"] = [("dana", "APPROVED"), ("eve", "APPROVED"), ("klepaas-bot", "APPROVED")]
    for _ in range(2):
        reviewing.follow(world.services)
    found = world.services.ledger.review(review.id)
    assert (found.there, found.approvals) == (("Dana Kim", "eve"), ())
    told = [event.data for event in world.services.ledger.events(0) if event.kind == "review" and event.data["status"] == "approved"]
    assert [each["by"] for each in told] == ["Dana Kim", "eve"]
    if world.services.settings.forge != "gitlab":
        world.pulls[1]["said"] = [("dana", "APPROVED"), ("dana", "CHANGES_REQUESTED" if world.services.settings.forge == "github" else "REQUEST_CHANGES"), ("eve", "APPROVED", "0" * 40)]
        reviewing.follow(world.services)
        assert world.services.ledger.review(review.id).there == ()


def test_what_else_a_branch_brings_is_seen(world, tmp_path):
    """A commit slipped in below the reviewed one is a change that nobody reviewed: it is not merged with it."""
    review = proposed(world)
    tree = outsider(tmp_path, world.path)
    git(tree, "fetch", "-q", "origin", review.branch)
    (tree / "values/production/extra.yaml").write_text("image: {repository: evil, tag: '1'}\n")
    git(tree, "add", "--all")
    git(tree, "commit", "-qm", "slipped in")
    git(tree, "cherry-pick", "FETCH_HEAD")
    git(tree, "push", "-q", "--force", "origin", f"HEAD:{review.branch}")
    reviewing.follow(world.services)
    order(world, "approve", review)
    assert world.refused("merge", None, None, actor=BOB, review=review.id).code == "review_outdated"


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


def told(world, event, **more):
    """What a webhook of the config repository brings."""
    id = f"hook-{len(world.services.ledger.deliveries())}"
    work.keep(world.services, id, id, facts.read(event, sample("push" if event == "push" else "pull_request", repository="Acme/config", **more)))
    work.one(world.services, id)
    assert world.services.ledger.deliveries()[0]["outcome"] == [{"status": "woken"}]


def test_a_webhook_settles_a_review_before_the_poll(world, tmp_path):
    """A push to its branch, a close, a merge: each is in the ledger at once, and nothing is deployed by it."""
    review, other = proposed(world), proposed(world, replicas=6)
    tree = outsider(tmp_path, world.path)
    git(tree, "checkout", "-q", review.branch)
    head = push(tree, "values/production/web.yaml", b"replicaCount: 50\n", review.branch)
    told(world, "push", ref=f"refs/heads/{review.branch}", after=head)
    assert world.services.ledger.review(review.id).head == head
    world.pulls[1]["state"] = "closed"
    told(world, "pull_request", pull_request__head__ref=review.branch)
    assert world.services.ledger.review(review.id).status == "rejected"
    sha = world.forge.merge(2, by="dana")
    told(world, "pull_request", pull_request__merged=True, pull_request__base__ref="main", pull_request__merge_commit_sha=sha, pull_request__merged_at="2026-11-23T10:00:00Z")
    found = world.services.ledger.review(other.id)
    assert (found.status, found.commit) == ("merged", sha) and "revision" in [event.kind for event in world.services.ledger.events(0)]
