"""How a change went is said on its commits, at every forge."""

import pytest

from gitops import statuses
from gitops.cicd import facts, work
from gitops.types import Health, SyncResult
from tests.gitops.forge_world import forge, quick, world  # noqa: F401 (fixtures)
from tests.gitops.hook_help import built
from tests.gitops.hook_help import pulled as payload
from tests.gitops.path_help import renderer  # noqa: F401 (fixture)
from tests.gitops.test_previews import CONFIG, NAME, RULE, WEB, tell

SAID = {"pending": ("pending", "running"), "success": ("success",), "failure": ("failure", "failed")}


@pytest.fixture
def shop(world):
    world.write({"klepaas.yaml": CONFIG + RULE % "", "values/staging/web.yaml": WEB})
    world.services.repo.fetch()
    return world


def synced(world, status, revision, app="web", environment="staging", at=1.0, **more):
    """What the controller tells of a sync."""
    health = Health("healthy" if status == "succeeded" else "degraded")
    world.services.ledger.record_sync(SyncResult(app, environment, revision, status, (), health, at, at + 1, more.get("error")))
    world.services.ledger.observe(app, environment, version=more.get("version"))
    statuses.look(world.services)


def of(world, place, sha, environment="staging"):
    found = world.forge.statuses.get((place, sha, f"klepaas/{environment}/web"))
    return found and (next(kind for kind, words in SAID.items() if found[0] in words), found[1])


def deployed(world, letter="a"):
    """The commit of a build's deploy."""
    work.keep(world.services, letter, letter, facts.read("workflow_run", built(letter)))
    work.one(world.services, letter)
    return world.services.ledger.deliveries()[0]["outcome"][0]["commit"]


def test_pending_then_success_on_both_commits(shop):
    """On the commit here and on the application's that was deployed; nothing is said twice, whoever looks."""
    sha = deployed(shop)
    synced(shop, "progressing", sha, version="aaaaaaa", error="waits for pods")
    assert of(shop, "config", sha)[0] == of(shop, "shop", "a" * 40)[0] == "pending"
    synced(shop, "succeeded", sha, version="aaaaaaa")
    assert of(shop, "config", sha) == of(shop, "shop", "a" * 40) == ("success", "healthy")
    asked = len(shop.forge.asked)
    assert statuses.look(shop.services) == 0 and len(shop.forge.asked) == asked


def test_a_deployment_is_one_and_follows(shop):
    """Of the application's commit, in its environment: in progress, healthy, and a failure later; never a second one of the same. Gitea has none."""
    shop.services.settings._values["KLEPAAS_URL"] = "https://klepaas.example"
    sha, github = deployed(shop), shop.services.settings.forge == "github"
    synced(shop, "progressing", sha, version="aaaaaaa")
    synced(shop, "succeeded", sha, version="aaaaaaa")
    synced(shop, "failed", sha, version="aaaaaaa", at=2.0, error="y" * 300)
    if shop.services.settings.forge == "gitea":
        assert shop.forge.deployments == []
        return
    (made,) = shop.forge.deployments
    assert (made["sha"], made["environment"]) == ("a" * 40, "staging" if github else "staging/web")
    assert [each[0] for each in made["said"]] == (["in_progress", "success", "failure"] if github else ["running", "success", "failed"])
    if github:
        assert (made["task"], made["transient_environment"], made["said"][1]) == ("deploy:web", False, ("success", "healthy", "https://klepaas.example/#/apps/web/staging", True))


def test_a_preview_is_a_deployment_that_goes_away(shop):
    """In its own environment, marked as one for a while."""
    done = tell(shop, payload("b"))
    synced(shop, "succeeded", done["commit"], environment=NAME)
    if shop.services.settings.forge == "github":
        assert [(each["environment"], each["transient_environment"]) for each in shop.forge.deployments] == [(NAME, True)]


def test_a_token_that_may_not_deploy_says_the_status_all_the_same(shop, caplog):
    """A refusal is told in the log and not repeated; an answer that was lost makes no second one."""
    sha = deployed(shop)
    shop.forge.broken[:] = [("POST", "/deployments", (403, {"message": "Resource not accessible by integration"}))]
    synced(shop, "succeeded", sha, version="aaaaaaa")
    assert of(shop, "shop", "a" * 40) == ("success", "healthy") and statuses.look(shop.services) == 0
    assert ("not accessible" in caplog.text) == (shop.services.settings.forge != "gitea")
    shop.forge.broken[:] = [("POST", "/deployments", "lost")]
    synced(shop, "failed", sha, version="aaaaaaa", at=2.0, error="no")
    assert len(shop.forge.deployments) == (shop.services.settings.forge != "gitea")


def test_a_failure_says_its_reason_and_no_log(shop):
    """One line; what the container logged stays here, and so does what looks like a secret."""
    sha = deployed(shop)
    synced(shop, "failed", sha, version="aaaaaaa", error="web-1: web: CrashLoopBackOff: exit code 1, 3 restarts\npassword is hunter2" + "x" * 300)
    assert of(shop, "config", sha) == of(shop, "shop", "a" * 40) == ("failure", "web-1: web: CrashLoopBackOff: exit code 1, 3 restarts")
    assert "hunter2" not in statuses.of({"sync": "failed", "error": "cannot pull https://kim:hunter2@registry.example/x"})[1]
    assert len(statuses.of({"sync": "failed", "error": "y" * 300})[1]) == 140


def test_a_commit_of_another_app_is_not_blamed(shop):
    """A sync that fails again at a newer revision is still the older commit's, which changed the app."""
    sha = deployed(shop)
    other = shop.say("scale", "auto", replicas=2).commit
    synced(shop, "failed", other, version="aaaaaaa", error="no")
    assert of(shop, "config", sha)[0] == "failure" and of(shop, "config", other) is None


def test_a_preview_is_said_on_the_pull_requests_commit(shop):
    """Which needs no build to be known by."""
    done = tell(shop, payload("b"))
    synced(shop, "succeeded", done["commit"], environment=NAME)
    assert of(shop, "shop", "b" * 40, NAME) == ("success", "healthy")


def test_a_forge_that_is_away_is_asked_again_and_one_that_refuses_is_not(shop, caplog):
    """Nothing is lost by the first, and nothing is asked for ever by the second."""
    sha = deployed(shop)
    shop.forge.broken[:] = [("POST", "/statuses/", (503, {"message": "maintenance"}))] * 5
    synced(shop, "succeeded", sha, version="aaaaaaa")
    assert of(shop, "config", sha) is None
    assert statuses.look(shop.services) == 1 and of(shop, "config", sha)[0] == "success"
    shop.forge.broken[:] = [("POST", "/statuses/", (403, {"message": "Resource not accessible"}))] * 2
    synced(shop, "failed", sha, version="aaaaaaa", at=2.0, error="no")
    asked = len(shop.forge.asked)
    assert "not accessible" in caplog.text and statuses.look(shop.services) == 0 and len(shop.forge.asked) == asked
