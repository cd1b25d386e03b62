"""What becomes of what forges tell: real git, a real ledger, GitHub's own payloads."""

import itertools
import threading

import pytest

from gitops.cicd import facts, work
from gitops.errors import Malformed, Unavailable
from tests.gitops.hook_help import REPOSITORY, built, push, released, sample
from tests.gitops.path_help import ANN, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.repo_help import git

IDS = itertools.count()
TAG = "image: {repository: nginx, tag: '1'}\n"


@pytest.fixture
def shop(world):
    """web is built from acme/shop; staging takes commits, production reviews."""
    for environment in ("staging", "production"):
        path = f"values/{environment}/web.yaml"
        world.write({path: f"klepaas: {{repository: acme/Shop}}\n{world.read(path)}"})
    world.tell = lambda event, payload, **more: tell(world, event, payload, **more)
    return world


def tell(world, event, payload, id=None):
    """Deliver and work; the outcome."""
    id = id or f"d{next(IDS)}"
    found = facts.read(event, payload)
    if found is None:
        return None
    if not work.keep(world.services, id, f"digest-{next(IDS)}", found):
        return "seen"
    work.one(world.services, id)
    (mine,) = [each for each in world.services.ledger.deliveries() if each["id"] == id]
    return mine["outcome"] if mine["status"] == "done" else mine["status"]


def version(world, environment="staging", app="web"):
    return world.read(f"values/{environment}/{app}.yaml").partition("tag: ")[2].partition("}")[0].strip("'\"")


def test_a_push_to_the_default_branch_goes_to_staging(shop):
    """One commit, by who pushed, through the door webhook, with the first seven of the commit as its tag."""
    (done,) = shop.tell("push", push("a"))
    assert (done["status"], done["app"], done["environment"], done["version"]) == ("committed", "web", "staging", "aaaaaaa") and version(shop) == "aaaaaaa"
    trailers = shop.trailers(done["commit"])
    assert (trailers["Channel"], trailers["Verb"], trailers["Requested-by"]) == ("webhook", "deploy", "Codertocat <21031067+Codertocat@users.noreply.github.com>")
    assert "Because: push of acme/shop master aaaaaaa" in git(shop.path, "log", "-1", "--format=%B") and version(shop, "production") == "1.24"


def test_a_release_goes_to_production_as_it_asks(shop):
    """By its tag, as a review."""
    (done,) = shop.tell("release", released("v1.2.3"))
    assert (done["status"], done["environment"], done["version"], done["commit"]) == ("proposed", "production", "v1.2.3", None)
    assert shop.services.ledger.review(done["review"]).status == "open" and version(shop, "production") == "1.24"


def test_a_build_that_succeeded_goes_to_staging(shop):
    """The same commit as its push is one deploy."""
    assert shop.tell("workflow_run", built("a"))[0]["status"] == "committed"
    assert shop.tell("push", push("a"))[0]["status"] == "older" and version(shop) == "aaaaaaa"


@pytest.mark.parametrize(("event", "payload"), [
    ("push", sample("push_tag")), ("push", push("a", ref="refs/heads/feature")), ("push", push("a", repository="someone/else")), ("release", sample("prerelease", action="published")),
    ("workflow_run", built("a", workflow_run__head_branch="feature")), ("pull_request", sample("pull_request")), ("package", sample("package", package__package_version__container_metadata__tag__name="v1"))])
def test_what_nobody_asked_for_does_nothing(shop, event, payload):
    """Another branch, a tag, a pre-release, a pull request, an image, another repository: kept, and said to be ignored."""
    before = shop.refs()
    assert shop.tell(event, payload) == [{"status": "ignored"}] and shop.refs() == before


@pytest.mark.parametrize(("event", "payload"), [
    ("push", sample("push_deleted")), ("release", released("v1", action="created")), ("release", released("v1", release__draft=True)),
    ("workflow_run", built("a", action="requested")), ("workflow_run", built("a", workflow_run__conclusion="failure")), ("package", sample("package")), ("ping", sample("ping")), ("star", {})])
def test_what_changes_nothing_is_not_even_kept(event, payload):
    """A deleted branch, a draft, a build that failed, an image without a tag, an event of another kind."""
    assert facts.read(event, payload) is None


@pytest.mark.parametrize("more", [{"workflow_run__head_repository__full_name": "evil/shop"}, {"workflow_run__event": "pull_request"}, {"workflow_run__event": "issue_comment"}])
def test_a_workflow_of_a_fork_deploys_nothing(more):
    """Its branch may be called like ours."""
    assert facts.read("workflow_run", built("a", **more)) is None


ORDERS = list(itertools.permutations("abc"))


@pytest.mark.parametrize("order", ORDERS)
def test_deliveries_in_any_order_end_at_the_newest(shop, order):
    """Pushes of a, b, c, delivered in any order, and each built: c runs, and nothing went back on the way."""
    times = {"a": "2026-11-23T10:00:00Z", "b": "2026-11-23T10:01:00Z", "c": "2026-11-23T10:02:00+00:00"}
    before, seen = {"a": "0", "b": "a", "c": "b"}, []
    for letter in order:
        shop.tell("push", push(letter, before[letter], times[letter]))
        shop.tell("workflow_run", built(letter, times[letter]))
        seen.append(version(shop))
    assert seen == sorted(seen) and seen[-1] == "ccccccc"


def test_a_clock_that_went_back_does_not_stop_a_push(shop):
    """What replaces the commit that last arrived is forward whatever its time says: a force push to an older commit too."""
    shop.tell("push", push("b", "a", "2026-11-23T10:01:00Z"))
    assert shop.tell("push", push("d", "b", "2020-01-01T00:00:00Z"))[0]["status"] == "committed" and version(shop) == "ddddddd"


def test_versions_are_compared_by_number(shop):
    """A release of an old line, published later, does not move production back; the next version does go forward."""
    shop.write({"klepaas.yaml": "environments:\n  staging: {}\n  production: {}\n"})
    assert shop.tell("release", released("v1.10.0", "2026-11-23T10:00:00Z"))[0]["status"] == "committed"
    assert shop.tell("release", released("v1.9.3", "2026-11-23T11:00:00Z"))[0]["status"] == "older"
    assert shop.tell("release", released("v1.10.1", "2026-11-23T09:00:00Z"))[0]["status"] == "committed" and version(shop, "production") == "v1.10.1"


def test_what_a_person_rolled_back_stays_back(shop):
    """The build of a commit that was deployed and taken back ends later: it is not deployed again; the next push is."""
    shop.tell("push", push("a"))
    shop.tell("push", push("b", "a", "2026-11-23T10:01:00Z"))
    shop.say("rollback", steps_back=1)
    assert version(shop) == "aaaaaaa"
    assert shop.tell("workflow_run", built("b", "2026-11-23T10:01:00Z"))[0]["status"] == "older" and version(shop) == "aaaaaaa"
    assert shop.tell("push", push("c", "b", "2026-11-23T10:02:00Z"))[0]["status"] == "committed"


def test_pushes_at_once_end_at_the_newest(shop):
    """Eight threads: whoever wins the race, nothing goes back."""
    ids = []
    for number in range(8):
        id = f"race-{number}"
        work.keep(shop.services, id, id, facts.read("push", push("abcdef12"[number], at=f"2026-11-23T10:0{number}:00Z")))
        ids.append(id)
    threads = [threading.Thread(target=work.one, args=(shop.services, id)) for id in ids]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert version(shop) == "2222222"
    tags = [line for line in git(shop.path, "log", "--reverse", "--format=%s", "--grep", "^Channel: webhook").splitlines() if line.startswith("deploy")]
    numbers = ["abcdef12".index(line.rpartition(" ")[2].strip("()")[0]) for line in tags]
    assert numbers == sorted(numbers)


def test_a_delivery_that_died_is_worked_on_again(shop, monkeypatch):
    """Killed after the commit, before anything was written down: one commit, and its outcome."""
    with monkeypatch.context() as broken:
        broken.setattr("gitops.cicd.rules.arrived", lambda *_: (_ for _ in ()).throw(SystemExit(9)))
        with pytest.raises(SystemExit):
            shop.tell("push", push("a"), id="x")
    before = shop.count()
    monkeypatch.setattr(work, "PATIENCE", -1)
    work.waiting(shop.services)
    (mine,) = shop.services.ledger.deliveries()
    assert (mine["status"], mine["outcome"][0]["status"], mine["outcome"][0]["commit"]) == ("done", "committed", git(shop.path, "rev-parse", "main")) and shop.count() == before


def test_what_is_away_is_waited_for(shop, monkeypatch):
    """A transient failure leaves the delivery waiting; the next look ends it."""
    with monkeypatch.context() as broken:
        broken.setattr("gitops.submit.submit", lambda *_: (_ for _ in ()).throw(Unavailable("repo_busy")))
        assert shop.tell("push", push("a"), id="x") == "waiting"
    monkeypatch.setattr(work, "PATIENCE", -1)
    work.waiting(shop.services)
    assert shop.services.ledger.deliveries()[0]["outcome"][0]["status"] == "committed"


def test_a_delivery_that_nobody_understands_stops_no_other(shop, caplog):
    """One that an older version kept, with facts that are none today."""
    shop.services.ledger.delivered("old", "old", "push", "acme/shop", {"event": "push", "colour": "red", "received": 0.0})
    work.keep(shop.services, "new", "new", facts.read("push", push("a")))
    work.waiting(shop.services)
    assert version(shop) == "aaaaaaa" and "delivery old" in caplog.text
    assert {each["id"]: each["status"] for each in shop.services.ledger.deliveries()} == {"old": "waiting", "new": "done"}


def test_what_is_refused_says_why(shop):
    """A broken values file of one app: its reason is the outcome, and another app of the repository is deployed."""
    shop.write({"values/staging/other.yaml": f"klepaas: {{repository: {REPOSITORY}}}\n{TAG}", "values/staging/web.yaml": "klepaas: {repository: acme/shop}\nimage: [\n"})
    outcome = {each.get("app"): each for each in shop.tell("push", push("a"))}
    assert outcome["other"]["status"] == "committed" and version(shop, app="other") == "aaaaaaa"
    shop.write({"klepaas.yaml": "environments: 5\n"})
    (refused,) = shop.tell("push", push("b", "a", "2026-11-23T10:05:00Z"))
    assert (refused["status"], refused["code"]) == ("refused", "config_broken")


def test_an_app_without_repository_is_known_by_its_image(shop):
    """Repositories that were there before us need no new key; an app that names another repository is not guessed."""
    shop.write({"values/staging/known.yaml": "image: {repository: registry.example/Acme/Lib, tag: '1'}\n", "values/staging/near.yaml": "image: {repository: registry.example/acme/lib2, tag: '1'}\n",
                "values/staging/other.yaml": "klepaas: {repository: acme/other}\nimage: {repository: registry.example/acme/lib, tag: '1'}\n"})
    assert [(each["app"], each["status"]) for each in shop.tell("push", push("a", repository="acme/lib"))] == [("known", "committed")]


def test_deploy_without_a_version_means_the_newest_known_image(shop):
    """What a build, else a push, told last by its own time; of a branch its newest; the words are completed once, at the first receipt."""
    assert shop.refused("deploy", environment="production").code == "version_needed"
    shop.tell("push", push("b", "a", "2026-11-23T10:01:00Z"))
    assert shop.preview("deploy", environment="production").command.args == {"version": "bbbbbbb"}
    for letter, minute in (("c", "03"), ("a", "02")):
        shop.tell("workflow_run", built(letter, f"2026-11-23T10:{minute}:00Z"))
    shop.tell("push", push("d", "c", "2026-11-23T10:04:00Z"))
    shop.tell("push", push("e", ref="refs/heads/feature"))
    assert shop.preview("deploy", environment="production").command.args == {"version": "ccccccc"}
    assert shop.preview("deploy", environment="production", branch="feature").command.args == {"version": "eeeeeee"}
    assert shop.refused("deploy", environment="production", branch="other").code == "branch_unknown"
    receipt = shop.say("deploy", environment="production", id="d")
    shop.tell("workflow_run", built("f", "2026-11-23T11:00:00Z"))
    assert shop.say("deploy", environment="production", id="d") == receipt and receipt.plan["args"] == {"version": "ccccccc"}
    work.keep(shop.services, "c", "c", facts.callback({"app": "web", "version": "by-hand"}))
    assert shop.preview("deploy", environment="production").command.args == {"version": "by-hand"} and shop.refused("deploy", "auto").code == "version_needed"
    assert shop.preview("deploy", environment="production", version="x").command.args == {"version": "x"}
    assert shop.preview("deploy", environment="production", image="nginx:9").command.args == {"image": "nginx", "version": "9"}


RULES = """environments:
  staging: {}
  production: {review: required, promotes_from: staging}
cicd:
- {repository: acme/*, event: push, branch: release-*, environment: staging, version: "{branch}-{sha7}"}
- {repository: acme/shop, event: push, tag: "v*", environment: staging, version: "{semver}"}
- {repository: acme/shop, event: workflow_run, workflow: build, environment: staging, version: "b{run}"}
- {repository: acme/shop, event: pull_request, branch: main, environment: staging}
- {repository: acme/shop, event: package, tag: "v*", environment: production}
- {repository: acme/shop, event: release, prerelease: true, environment: staging, app: auto}
"""


@pytest.mark.parametrize(("event", "payload", "expected"), [
    ("push", push("a", ref="refs/heads/release-1/x"), ("web", "staging", "release-1-x-aaaaaaa")), ("push", sample("push_tag", ref="refs/tags/v1.2.3"), ("web", "staging", "1.2.3")),
    ("push", push("a"), None), ("workflow_run", built("a", workflow_run__run_number=163), ("web", "staging", "b163")), ("workflow_run", built("a", workflow_run__name="lint"), None),
    ("pull_request", sample("pull_request", pull_request__merged=True, pull_request__base__ref="main", pull_request__merged_at="2026-11-23T10:00:00Z", pull_request__merge_commit_sha="a" * 40),
     ("web", "staging", "aaaaaaa")),
    ("pull_request", sample("pull_request", pull_request__base__ref="main"), None),
    ("package", sample("package", package__package_version__container_metadata__tag__name="v2"), ("web", "production", "v2")),
    ("package", sample("package", package__package_version__container_metadata__tag__name="nightly"), None),
    ("release", sample("prerelease", action="published", release__tag_name="v3.0.0-rc.1"), ("auto", "staging", "v3.0.0-rc.1"))])
def test_rules_of_klepaas_yaml_replace_the_usual_ones(shop, event, payload, expected):
    """Repository, event, branch or tag, workflow -> app, environment, version pattern."""
    shop.write({"klepaas.yaml": RULES})
    outcome = shop.tell(event, payload)
    found = [(each["app"], each["environment"], each["version"]) for each in outcome if "app" in each]
    assert found == ([expected] if expected else []) and (not expected or outcome[0]["status"] in ("committed", "proposed")), outcome


@pytest.mark.parametrize(("rule", "key"), [
    ("{event: push, environment: staging}", "cicd[0]"), ("{repository: acme/shop, event: pushed, environment: staging}", "cicd[0].event"), ("{repository: acme/shop, event: push}", "cicd[0]"),
    ("{repository: acme/shop, event: push, environment: nowhere}", "cicd[0].environment"), ("{repository: acme/shop, event: push, environment: staging, version: '{commit}'}", "cicd[0].version"),
    ("{repository: acme/shop, event: push, environment: staging, colour: red}", "cicd[0].colour")])
def test_a_wrong_rule_is_named_with_its_line(shop, rule, key):
    """As any other mistake in klepaas.yaml."""
    shop.write({"klepaas.yaml": f"environments: {{staging: }}\ncicd:\n- {rule}\n"})
    (problem,) = shop.services.head()[1].problems
    assert key in problem.message and problem.line == 3


def test_a_pattern_that_makes_no_tag(shop):
    """A version pattern that makes no image tag is refused, and named."""
    shop.write({"klepaas.yaml": "environments: {staging: }\ncicd:\n- {repository: acme/shop, event: push, environment: staging, version: '.{sha7}'}\n"})
    assert shop.tell("push", push("a"))[0]["code"] == "webhook_no_version"


def test_the_config_repository_only_wakes_the_loop(shop, monkeypatch):
    """Its own pushes are no deploys, whatever app names it."""
    path = "values/staging/web.yaml"
    shop.write({path: shop.read(path).replace("acme/Shop", "acme/config")})
    monkeypatch.setattr(type(shop.services.settings), "config_repo", "https://forge.example/acme/config.git", raising=False)
    before, last = shop.refs(), shop.services.ledger.last_event()
    assert shop.tell("push", push("a", repository="Acme/Config")) == [{"status": "woken"}] and shop.refs() == before
    assert [event.kind for event in shop.services.ledger.events(last)] == ["revision", "webhook"]


WRONG = [
    ("push", push("a", after="nope"), "after"), ("push", push("a", ref=5), "ref"), ("push", push("a", repository="no-slash"), "repository.full_name"),
    ("push", push("a", repository=["x"]), "repository.full_name"), ("push", push("a", after="../../etc"), "after"), ("release", released("v1 beta"), "release.tag_name"),
    ("release", released("v1\n"), "release.tag_name"), ("workflow_run", {"action": "completed", "repository": {"full_name": "a/b"}}, "workflow_run"),
    ("pull_request", {"repository": {"full_name": "a/b"}, "pull_request": []}, "pull_request")]


@pytest.mark.parametrize(("event", "payload", "field"), WRONG)
def test_a_malformed_payload_is_named(event, payload, field):
    """Signed or not, what it holds is only data."""
    with pytest.raises(Malformed) as caught:
        facts.read(event, payload)
    assert caught.value.details["field"] == field


@pytest.mark.parametrize("payload", [None, [], "x", 5, {}, {"repository": None}, {"repository": {"full_name": {"a": 1}}}, {"ref": "refs/heads/x", "after": "a" * 40, "sender": [], "repository": {"full_name": "a/b"}}])
@pytest.mark.parametrize("event", ["push", "release", "workflow_run", "pull_request", "package"])
def test_no_shape_of_payload_is_an_accident(event, payload):
    """Facts, nothing, or an error of ours."""
    try:
        assert facts.read(event, payload) is None or event == "push"
    except Malformed as error:
        assert error.text()


def test_a_sender_cannot_dress_up(shop):
    """A login that is none names nobody, and an address in the payload is not believed."""
    payload = push("a", sender={"login": "Ann <ann@example.org>", "id": 1, "html_url": "https://evil.example"}, pusher={"name": "Ann", "email": ANN.email})
    (done,) = shop.tell("push", payload)
    assert shop.trailers(done["commit"])["Requested-by"] == "forge <forge@noreply.localhost>"
    assert ANN.email not in git(shop.path, "log", "-1", "--format=%B%ae")
