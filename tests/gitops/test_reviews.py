"""Reviews in the repository: a branch, approvals by others, a merge that happens once."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gitops import reviewing, submit
from gitops.errors import KlepaasError
from tests.gitops.path_help import AGENT, ANN, BOB, CAT, CLI, MCP, both, command, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.repo_help import git

PRODUCTION = {"environment": "production"}


@pytest.fixture
def database(both):
    return both


def proposed(world, actor=ANN, **more):
    """The review of a change of web in production."""
    receipt = world.say("scale", actor=actor, **(PRODUCTION | {"replicas": 5} | more))
    assert (receipt.status, receipt.commit) == ("proposed", None)
    return receipt.review


def approve(world, review, actor=BOB):
    return world.say("approve", None, None, actor=actor, review=review.id)


def merge(world, review, actor=BOB, **more):
    return world.say("merge", None, None, actor=actor, review=review.id, **more)


def test_a_review_becomes_one_commit_by_two_people(world):
    """Proposed on a branch, approved by another, merged: one commit by the author, who reviewed it, and no branch left."""
    before = world.count()
    review = proposed(world, text="프로덕션 다섯 개로")
    assert world.count() == before and world.count(review.branch) == before + 1
    assert (review.status, review.required, review.approvals, review.author) == ("open", 1, (), ANN.email)
    assert world.refused("merge", None, None, actor=BOB, review=review.id).code == "approvals_missing"
    assert approve(world, review).review.approvals == ("Bob 밥 <bob@example.org>",)
    receipt = merge(world, review)
    assert (receipt.status, receipt.review.status, receipt.review.commit) == ("accepted", "merged", receipt.commit)
    assert world.count() == before + 1 and git(world.path, "branch", "--list", "klepaas/*") == ""
    assert world.lines(receipt.commit) == ["-replicaCount: 2  # 평소", "+replicaCount: 5  # 평소"]
    assert git(world.path, "log", "-1", "--format=%ae") == ANN.email and "> 프로덕션 다섯 개로" in git(world.path, "log", "-1", "--format=%B")
    assert world.trailers(receipt.commit)["Reviewed-by"] == "Bob 밥 <bob@example.org>" and git(world.path, "fsck", "--strict", "--no-dangling") == ""


@pytest.mark.parametrize(("actor", "code"), [
    (ANN, "own_review"), (replace(ANN, email="Ann@EXAMPLE.org", name="Other"), "own_review"), (replace(BOB, session=False), "approve_needs_session"),
    (CLI, "approve_needs_session"), (replace(BOB, session=False, agent=True), "approve_needs_session"),
    (replace(BOB, scopes=frozenset({"k8s:read", "deploy:execute@staging"})), "missing_scope")])
def test_who_may_not_approve(world, actor, code):
    """Not the author, no token, no agent, not the command line, nobody without the right there."""
    review = proposed(world)
    assert world.refused("approve", None, None, actor=actor, review=review.id).code == code
    assert world.services.ledger.review(review.id).approvals == ()


@pytest.mark.parametrize("actor", [AGENT, MCP])
def test_agents_propose_and_their_person_merges(world, actor):
    """In an environment without review too an agent makes a branch; it merges nothing, its person does, alone."""
    review = proposed(world, actor, environment="staging")
    assert review.required == 0
    for agent in (AGENT, MCP):
        assert world.refused("merge", None, None, actor=agent, review=review.id).code == "agents_do_not_merge"
    assert merge(world, review, ANN).review.status == "merged"
    assert "replicaCount: 5" in world.read("values/staging/web.yaml")


def test_an_agent_commits_where_the_environment_says_so(world):
    """`agents: commit` is the environment's own word."""
    world.write({"klepaas.yaml": world.read("klepaas.yaml").replace("staging: {}", "staging: {agents: commit}")})
    assert world.say("scale", replicas=5, actor=MCP).status == "committed"


def test_a_review_opened_before_the_rule_obeys_it(world):
    """Review became required after the agent proposed: its person alone cannot merge any more."""
    review = proposed(world, AGENT, environment="staging")
    world.write({"klepaas.yaml": world.read("klepaas.yaml").replace("staging: {}", "staging: {review: required}")})
    assert world.refused("merge", None, None, actor=ANN, review=review.id).code == "approvals_missing"
    approve(world, review)
    assert merge(world, review, ANN).review.status == "merged"


def test_two_approvals_are_two_people(world):
    """The same person twice is one."""
    world.write({"klepaas.yaml": world.read("klepaas.yaml").replace("review: required", "review: required, approvals: 2")})
    review = proposed(world)
    approve(world, review)
    approve(world, review)
    assert world.refused("merge", None, None, actor=BOB, review=review.id).details["missing"] == 1
    approve(world, review, CAT)
    assert world.trailers(merge(world, review).commit)["Reviewed-by"]


def test_a_branch_that_was_pushed_to_has_no_approval(world):
    """What was approved is not what is there now: the merge is refused, approvals go, and nothing of what was pushed is lost."""
    review = proposed(world)
    approve(world, review)
    head = git(world.path, "commit-tree", "main^{tree}", "-p", review.head, "-m", "other")
    git(world.path, "update-ref", f"refs/heads/{review.branch}", head)
    assert world.refused("merge", None, None, actor=BOB, review=review.id).code == "review_changed"
    reviewing.follow(world.services)
    found = world.services.ledger.review(review.id)
    assert (found.head, found.approvals) == (head, ())
    approve(world, review)
    assert world.refused("merge", None, None, actor=BOB, review=review.id).code == "review_outdated"
    assert git(world.path, "rev-parse", review.branch) == head


def test_a_base_with_another_key_changed_merges(world):
    """Planned again on main: the other change stays, and so does ours."""
    review = proposed(world)
    approve(world, review)
    world.write({"values/production/web.yaml": world.read("values/production/web.yaml").replace("1.24", "1.23") + "  NEXT: x\n", "values/staging/auto.yaml": None})
    assert world.lines(merge(world, review).commit) == ["-replicaCount: 2  # 평소", "+replicaCount: 5  # 평소"]
    assert "1.23" in world.read("values/production/web.yaml") and "NEXT" in world.read("values/production/web.yaml")


@pytest.mark.parametrize("now", ["replicaCount: 4  # 평소", "replicaCount: 2  # seldom"])
def test_a_base_with_the_same_key_changed_is_outdated(world, now):
    """What the reviewers saw is not what would happen: the review says so, and nothing is merged."""
    review = proposed(world)
    approve(world, review)
    world.write({"values/production/web.yaml": world.read("values/production/web.yaml").replace("replicaCount: 2  # 평소", now)})
    error = world.refused("merge", None, None, actor=BOB, review=review.id)
    assert (error.code, error.path, error.status) == ("review_outdated", "values/production/web.yaml", 409)
    assert world.services.ledger.review(review.id).status == "open"


def test_a_review_that_has_nothing_left_to_change_is_merged_without_a_commit(world):
    """Somebody pushed the same: there is no empty commit."""
    review = proposed(world)
    approve(world, review)
    world.write({"values/production/web.yaml": world.read("values/production/web.yaml").replace("replicaCount: 2", "replicaCount: 5")})
    before = world.count()
    receipt = merge(world, review)
    assert (receipt.review.status, receipt.commit, world.count()) == ("merged", None, before)


def test_a_merge_is_exactly_once(world):
    """The same id gives the first receipt; another finds the review closed; a rejected one stays out."""
    review = proposed(world)
    approve(world, review)
    first = merge(world, review, id="m1")
    assert merge(world, review, id="m1") == first
    for verb in ("merge", "approve", "reject"):
        assert world.refused(verb, None, None, actor=BOB, review=review.id).code == "review_closed"


@pytest.mark.parametrize("point", ["gitops.reviewing.merged", "gitops.ledger.commands.Row.finish"])
def test_a_merge_that_nobody_heard_of_is_found_again(world, monkeypatch, point):
    """The process died after main moved: the same id ends it, without a second commit."""
    review = proposed(world)
    approve(world, review)
    before = world.count()
    with monkeypatch.context() as broken:
        broken.setattr(point, _dies)
        with pytest.raises(SystemExit):
            merge(world, review, id="m1")
    receipt = merge(world, review, id="m1")
    assert (receipt.review.status, receipt.review.commit, world.count()) == ("merged", receipt.commit, before + 1)
    assert receipt.commit == git(world.path, "rev-parse", "main")


def test_a_merge_that_nobody_heard_of_is_ended_by_anothers(world, monkeypatch):
    """The process died after main moved and nobody asks again by that id: who merges next closes the review, without a second commit."""
    review = proposed(world)
    approve(world, review)
    before = world.count()
    with monkeypatch.context() as broken:
        broken.setattr("gitops.reviewing.merged", _dies)
        with pytest.raises(SystemExit):
            merge(world, review, id="m1")
    assert merge(world, review, CAT, id="m2").review.status == "merged" and world.count() == before + 1


def _dies(*args, **more):
    raise SystemExit(9)


@pytest.mark.parametrize("point", ["gitops.repo.Repository.publish", "gitops.forges.local.open", "gitops.ledger.commands.Row.finish"])
def test_a_proposal_that_nobody_heard_of_is_found_again(world, monkeypatch, point):
    """The process died before or after the branch or the review was there: the same id ends in one of each."""
    with monkeypatch.context() as broken:
        broken.setattr(point, _dies)
        with pytest.raises(SystemExit):
            proposed(world, id="p1")
    review = proposed(world, id="p1")
    assert world.services.ledger.reviews() == (review,) and git(world.path, "branch", "--list", "klepaas/*", "--format=%(refname:short)") == review.branch
    assert world.say("scale", id="p1", replicas=5, **PRODUCTION).review == review


def test_a_proposal_merged_before_its_receipt_was_written(world, monkeypatch):
    """A review whose proposer crashed can be approved and merged; the proposer's retry then changes nothing and leaves no branch."""
    with monkeypatch.context() as broken:
        broken.setattr("gitops.ledger.commands.Row.finish", _dies)
        with pytest.raises(SystemExit):
            proposed(world, id="p1")
    (review,) = world.services.ledger.reviews()
    approve(world, review)
    merge(world, review)
    before = world.count()
    assert world.say("scale", id="p1", replicas=5, **PRODUCTION).status == "unchanged"
    assert world.count() == before and git(world.path, "branch", "--list", "klepaas/*") == ""


def test_a_rejected_review_is_closed_and_its_branch_gone(world):
    """Nothing of it reaches main."""
    before, review = world.count(), proposed(world)
    receipt = world.say("reject", None, None, actor=BOB, review=review.id)
    assert receipt.review.status == "rejected" and world.count() == before and git(world.path, "branch", "--list", "klepaas/*") == ""
    assert world.refused("merge", None, None, actor=BOB, review=review.id).code == "review_closed"


def test_a_review_is_named_by_its_id_alone(world):
    """Its app and environment come from it; another environment beside it is refused, an unknown id named."""
    review = proposed(world)
    assert world.refused("approve", None, "staging", actor=BOB, review=review.id).code == "review_elsewhere"
    assert world.refused("approve", None, None, actor=BOB, review="nope").code == "no_such_review"
    preview = submit.preview(world.services, BOB, command("approve", None, None, review=review.id))
    assert (preview.delivery, preview.command.app, preview.command.environment) == ("order", "web", "production")


def test_what_is_already_so_needs_no_review(world):
    """A change of nothing proposes nothing."""
    assert world.say("scale", replicas=2, **PRODUCTION).status == "unchanged" and world.services.ledger.reviews() == ()


OWNED = """environments:
  staging: {}
  production: {review: required, owners: [cat@example.org]}
owners:
  "*": [platform@example.org]
  web: [Bob@example.org]
"""


def test_owners_have_to_agree(world):
    """One of each group, by an approval or as an author who signed in, whatever the count; the last pattern that names the app counts."""
    world.write({"klepaas.yaml": OWNED})
    review = proposed(world)
    approve(world, review, BOB)
    error = world.refused("merge", None, None, actor=BOB, review=review.id)
    assert (error.code, error.details["owners"]) == ("owner_missing", ["cat@example.org"])
    approve(world, review, CAT)
    assert merge(world, review).review.status == "merged"
    other = proposed(world, BOB, replicas=6)
    approve(world, other, CAT)
    assert merge(world, other, ANN).review.status == "merged"
    claimed = proposed(world, replace(BOB, session=False, channel="cli"), replicas=7)
    approve(world, claimed, CAT)
    assert world.refused("merge", None, None, actor=ANN, review=claimed.id).details["owners"] == ["bob@example.org"]
    third = proposed(world, CAT, app="safe")
    approve(world, third, BOB)
    assert world.refused("merge", None, None, actor=BOB, review=third.id).details["owners"] == ["platform@example.org"]


PROTECTED = """environments:
  staging: {}
  production: {review: required, approvals: 2}
protected:
- {paths: [klepaas-access.yaml, values/staging/web.yaml], owners: [Cat@example.org]}
"""


def test_a_protected_path_is_proposed_and_its_owner_agrees(world):
    """Where everybody may commit, this path is proposed and says so; nobody's own word, nor a stranger's, is its owner's; its neighbours are committed."""
    world.write({"klepaas.yaml": PROTECTED})
    plan = world.preview("scale", replicas=5)
    assert (plan.delivery, plan.warnings) == ("review", ("protected",))
    review = proposed(world, environment="staging")
    assert review.required == 1 and world.refused("merge", None, None, actor=BOB, review=review.id).code == "approvals_missing"
    assert world.refused("approve", None, None, actor=ANN, review=review.id).code == "own_review"
    approve(world, review)
    error = world.refused("merge", None, None, actor=BOB, review=review.id)
    assert (error.code, error.details["owners"]) == ("owner_missing", ["cat@example.org"])
    approve(world, review, CAT)
    assert merge(world, review).review.status == "merged" and "replicaCount: 5" in world.read("values/staging/web.yaml")
    assert world.say("scale", "fixed", replicas=3).status == "committed"
    own = proposed(world, CAT, environment="staging", replicas=6)
    assert world.refused("merge", None, None, actor=CAT, review=own.id).code == "approvals_missing"
    approve(world, own, BOB)
    assert merge(world, own).review.status == "merged"
    assert world.say("grant", None, None, subject="user:kim@example.org", role="viewer").review.required == 2


def test_a_rule_that_came_after_the_proposal_counts(world):
    """What is asked for is what klepaas.yaml says when it is merged."""
    world.write({"klepaas.yaml": "environments:\n  staging: {}\n"})
    review = proposed(world, AGENT, environment="staging")
    assert review.required == 0
    world.write({"klepaas.yaml": "environments:\n  staging: {}\nprotected: [{paths: [values/], owners: [cat@example.org]}]\n"})
    assert world.refused("merge", None, None, actor=BOB, review=review.id).code == "approvals_missing"
    approve(world, review, CAT)
    assert merge(world, review).review.status == "merged"


@pytest.mark.parametrize(("actor", "code"), [
    (replace(BOB, scopes=frozenset({"k8s:read", "deploy:execute"})), "missing_scope"), (replace(BOB, session=False), "break_glass_needs_session"),
    (replace(BOB, scopes=frozenset({"k8s:read", "deploy:execute", "admin:write@staging"})), "missing_scope"), (AGENT, "agents_do_not_merge"), (CLI, "break_glass_needs_session")])
def test_who_may_not_break_the_glass(world, actor, code):
    """Administrators there alone, signed in, no agents."""
    review = proposed(world)
    assert world.refused("merge", None, None, actor=actor, review=review.id, break_glass="the site is down").code == code


def test_the_glass_is_broken_loudly(world, caplog):
    """Without approvals, its author too: one commit that says who and why, an event, a line in the log; and without a reason nothing."""
    review = proposed(world)
    assert world.refused("merge", None, None, actor=ANN, review=review.id, break_glass=" ").code == "bad_argument"
    receipt = merge(world, review, ANN, break_glass="결제 장애")
    trailers = world.trailers(receipt.commit)
    assert trailers["Break-Glass"] == "Ann <ann@example.org>: 결제 장애" and "Reviewed-by" not in trailers
    (told,) = [event for event in world.services.ledger.events(0) if event.kind == "review" and event.data["status"] == "broke_glass"]
    assert (told.environment, told.data["by"], told.data["reason"], told.data["commit"]) == ("production", "Ann", "결제 장애", receipt.commit)
    assert "결제 장애" in caplog.text


def test_a_conflict_shows_both_sides(world):
    """What the reviewers saw and what would change now, by file."""
    review = proposed(world)
    approve(world, review)
    world.write({"values/production/web.yaml": world.read("values/production/web.yaml").replace("replicaCount: 2", "replicaCount: 4")})
    error = world.refused("merge", None, None, actor=BOB, review=review.id)
    assert error.details["conflict"] == [{"path": "values/production/web.yaml", "reviewed": ["-replicaCount: 2  # 평소", "+replicaCount: 5  # 평소"],
                                          "now": ["-replicaCount: 4  # 평소", "+replicaCount: 5  # 평소"]}]


def test_a_review_expires(world, monkeypatch):
    """After the days of its environment, and not before; where none are said it stays open."""
    review, other = proposed(world), proposed(world, AGENT, environment="staging")
    world.write({"klepaas.yaml": world.read("klepaas.yaml").replace("review: required", "review: required, review_days: 3")})
    reviewing.expire(world.services)
    assert world.services.ledger.review(review.id).status == "open"
    now = time.time()
    monkeypatch.setattr(reviewing.time, "time", lambda: now + 3 * 86400 + 1)
    reviewing.expire(world.services)
    assert [world.services.ledger.review(each.id).status for each in (review, other)] == ["rejected", "open"]
    assert git(world.path, "branch", "--list", "klepaas/*", "--format=%(refname:short)") == other.branch


def test_fifty_at_once_are_fifty_reviews(world):
    """Submissions to a reviewed environment: each one branch and one review, none lost, none twice, main untouched."""
    head = git(world.path, "rev-parse", "main")
    with ThreadPoolExecutor(10) as pool:
        reviews = list(pool.map(lambda number: proposed(world, replicas=number, id=f"r{number}"), range(10, 60)))
    assert len({each.id for each in reviews}) == len({each.branch for each in reviews}) == len(world.services.ledger.reviews()) == 50
    assert len(git(world.path, "branch", "--list", "klepaas/*").splitlines()) == 50 and git(world.path, "rev-parse", "main") == head


def test_merges_of_one_environment_come_one_after_another(world):
    """Five approved reviews of one line merged at once: one is merged, the others are told what changed; five of different apps all land."""
    reviews = [proposed(world, replicas=number) for number in range(5, 10)]
    for each in reviews:
        approve(world, each)
    found = _merged_at_once(world, reviews)
    assert sorted(found) == ["merged"] + ["review_outdated"] * 4
    world.write({f"values/production/app{number}.yaml": "image: {repository: nginx, tag: '1'}\nreplicaCount: 1\n" for number in range(5)})
    others = [proposed(world, app=f"app{number}") for number in range(5)]
    for each in others:
        approve(world, each)
    assert _merged_at_once(world, others) == ["merged"] * 5 and git(world.path, "fsck", "--strict", "--no-dangling") == ""


def _merged_at_once(world, reviews):
    def one(review):
        try:
            return merge(world, review).review.status
        except KlepaasError as error:
            return error.code
    with ThreadPoolExecutor(5) as pool:
        return list(pool.map(one, reviews))
