"""`/deploy` in a comment on a pull request: who may, what is deployed where, and what is said of it."""

import itertools

import pytest

from gitops.cicd import facts, work
from gitops.errors import Malformed
from tests.gitops.forge_world import forge, quick, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.hook_help import commented, sample
from tests.gitops.repo_help import git

pytestmark = pytest.mark.parametrize("forge", ["github", "gitea"], indirect=True)
IDS = itertools.count()


@pytest.fixture
def shop(world, monkeypatch):  # noqa: F811
    """web is built from acme/shop; dana may write there, eve may not; pull 2 is of a branch, 3 of a fork, 4 closed."""
    monkeypatch.setattr(work, "PATIENCE", -1)
    for environment in ("staging", "production"):
        path = f"values/{environment}/web.yaml"
        world.write({path: f"klepaas: {{repository: acme/shop}}\n{world.read(path)}"})
    world.services.repo.fetch()
    world.forge.people.update(dana="write", eve="read", root="admin")
    world.forge.heads.update({2: ("feature/x", "open", "acme/shop"), 3: ("feature/x", "open", "evil/shop"), 4: ("feature/x", "closed", "acme/shop"), 5: ("feature/x", "open", None)})
    return world


def tell(world, payload, id=None):  # noqa: F811
    """Deliver and look; the outcome."""
    id = id or f"c{next(IDS)}"
    found = facts.read("issue_comment", payload)
    if found is None:
        return None
    work.keep(world.services, id, f"digest-{id}", found)
    work.one(world.services, id)
    return world.services.ledger.delivery_outcome(id)


def said(world, number=2):  # noqa: F811
    return [text for pull, text in world.forge.comments.values() if pull == number]


def test_a_branch_is_built_and_deployed(shop):
    """By who commented, through the door webhook, with the right to that alone; one reply says that it is built, and later that it is on its way."""
    (done,) = tell(shop, commented("/deploy\r\nplease"))
    assert (done["status"], done["app"], done["environment"], done["version"]) == ("building", "web", "staging", "fffffff")
    assert len(said(shop)) == 1 and "- web in staging: `fffffff` is built first" in said(shop)[0]
    for _ in range(2):
        work.waiting(shop.services)
    assert shop.forge.dispatched == [("feature/x", "fffffff")] and len(said(shop)) == 1
    shop.forge.runs[0]["state"] = "success"
    for _ in range(2):
        work.waiting(shop.services)
    sha = git(shop.path, "rev-parse", "main")
    assert "tag: 'fffffff'" in shop.read("values/staging/web.yaml") and f"`fffffff` is on its way (commit {sha[:8]})" in said(shop)[0] and len(said(shop)) == 1
    trailers = shop.trailers(sha)
    assert (trailers["Channel"], trailers["Requested-by"].partition(" ")[0]) == ("webhook", "dana") and "comment on pull request 2 of acme/shop" in git(shop.path, "log", "-1", "--format=%B")


def test_where_review_is_asked_for_it_proposes(shop):
    """As every door: the reply names the review."""
    tell(shop, commented("/klepaas deploy production"))
    work.waiting(shop.services)
    shop.forge.runs[0]["state"] = "success"
    for _ in range(2):
        work.waiting(shop.services)
    (review,) = shop.services.ledger.reviews("open")
    assert review.environment == "production" and f"waits for review {review.id}" in said(shop)[0]


def test_a_build_that_failed_is_said(shop):
    """With its reason, in the same reply."""
    tell(shop, commented("/deploy staging", login="root"))
    work.waiting(shop.services)
    shop.forge.runs[0]["state"] = "failure"
    for _ in range(2):
        work.waiting(shop.services)
    (text,) = said(shop)
    assert "building fffffff failed: http://forge/run/1" in text


@pytest.mark.parametrize(("more", "code", "words"), [
    ({"login": "eve"}, "comment_no_write", "eve may not write"), ({"login": "nobody"}, "provider_not_found", "not a user"), ({"number": 3}, "comment_of_fork", "from a fork"),
    ({"number": 5}, "comment_of_fork", "from a fork"), ({"number": 4}, "comment_closed", "closed"), ({"line": "/deploy nowhere"}, "unknown_environment", "nowhere")])
def test_what_is_refused_says_why_and_deploys_nothing(shop, more, code, words):
    """Who may not write, nobody, a fork's, one whose fork is gone, a closed one, an environment that is not there."""
    before = shop.refs()
    (done,) = tell(shop, commented(**{"line": "/deploy"} | more))
    assert (done["status"], done["code"]) == ("refused", code) and shop.refs() == before and shop.forge.dispatched == []
    (text,) = said(shop, more.get("number", 2))
    assert "Not deployed: " in text and words in text


def test_the_rules_of_klepaas_yaml_bound_it(shop):
    """Where it has rules, a comment brings a repository nowhere else; the one of pushes comes first."""
    shop.write({"klepaas.yaml": "environments:\n  staging: {}\n  production: {}\ncicd:\n- {repository: acme/*, event: release, environment: production}\n"})
    assert tell(shop, commented("/deploy staging"))[0]["code"] == "comment_no_rule"
    assert tell(shop, commented("/deploy"))[0]["environment"] == "production"
    shop.write({"klepaas.yaml": "environments:\n  staging: {}\n  production: {}\ncicd: []\n"})
    assert tell(shop, commented("/deploy"))[0]["code"] == "comment_no_rule"


def test_a_delivery_worked_on_twice_is_one_command(shop, monkeypatch):
    """Killed before it was written down: the same build, the same reply."""
    with monkeypatch.context() as broken:
        broken.setattr(shop.services.ledger, "delivery_done", lambda *_: (_ for _ in ()).throw(SystemExit(9)))
        with pytest.raises(SystemExit):
            tell(shop, commented("/deploy"), id="x")
    for _ in range(2):
        work.waiting(shop.services)
    assert shop.forge.dispatched == [("feature/x", "fffffff")] and len(said(shop)) == 1
    assert not work.keep(shop.services, "x", "other", facts.read("issue_comment", commented("/deploy")))


def test_a_comment_elsewhere_is_nothing_of_ours(shop):
    """A repository that no app is built from: nobody is asked, and nothing is said."""
    asked = len(shop.forge.asked)
    assert tell(shop, commented("/deploy", repository="acme/other")) == ({"status": "ignored"},)
    assert not [path for _, path in shop.forge.asked[asked:] if "/repos/acme/other" in path]


IGNORED = [commented("/deploy", action="edited"), commented("/deploy", action="deleted"), commented("please /deploy"), commented("/deployed"), commented("/deploy staging; rm -rf /"), commented("hello\n/deploy"),
           commented("/deploy", issue__state="closed"), commented("/deploy", issue__pull_request=None), commented("> /deploy"), commented(None), commented(["/deploy"]), sample("issue_comment")]


@pytest.mark.parametrize("payload", IGNORED)
def test_what_asks_for_nothing(forge, payload):  # noqa: F811
    """Edited, deleted, in the middle of a sentence or a quote, on an issue, on a closed pull, no text at all."""
    assert facts.read("issue_comment", payload) is None


@pytest.mark.parametrize(("payload", "field"), [
    (commented("/deploy", sender__login="dana"[::-1]), "comment.user.login"), (commented("/deploy", login="../../x"), "comment.user.login"), (commented("/deploy", number="2"), "issue.number"),
    (commented("/deploy", comment__id=True), "comment.id"), (commented("/deploy", repository="x y"), "repository.full_name")])
def test_who_wrote_it_is_who_sent_it(forge, payload, field):  # noqa: F811
    """And nothing of it is a path: signed or not, it is data."""
    with pytest.raises(Malformed) as caught:
        facts.read("issue_comment", payload)
    assert caught.value.details["field"] == field
