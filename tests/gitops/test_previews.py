"""Previews of pull requests: what forges tell becomes commits, and nothing else does."""

import itertools

import pytest

from gitops import previews, pushes, values
from gitops.cicd import facts, pulled, work
from gitops.errors import Unavailable
from tests.gitops.hook_help import pulled as payload
from tests.gitops.path_help import AGENT, ANN, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.repo_help import git
from tests.gitops.test_pushes import begun, push

IDS = itertools.count()
RULE = "previews:\n- {repository: acme/shop, environment: staging, host: '{app}-{number}.preview.example.org', limit: 2%s}\n"
CONFIG = "environments:\n  staging: {}\n  production: {review: required, promotes_from: staging}\n"
WEB = """# 웹
klepaas: {repository: acme/Shop, depends_on: [auto], suspend: true}
replicaCount: 3
image: {repository: nginx, tag: "1.25"}  # 이미지
service: {type: NodePort, nodePort: 30080}
ingress: {enabled: true, hosts: [{host: shop.example.org, paths: [{path: /, pathType: Prefix}]}], tls: [{secretName: shop, hosts: [shop.example.org]}]}
env: {MODE: dark}
"""
NAME = "shop-pr-2"
PATH = f"values/{NAME}/web.yaml"


@pytest.fixture
def shop(world):
    """web of staging is built from acme/shop, whose pull requests may have previews."""
    world.write({"klepaas.yaml": CONFIG + RULE % "", "values/staging/web.yaml": WEB})
    world.tell = lambda payload, id=None: tell(world, payload, id)
    return world


def tell(world, sent, id=None):
    """Deliver and work; the outcome of the preview."""
    id = id or f"p{next(IDS)}"
    work.keep(world.services, id, f"digest-{next(IDS)}", facts.read("pull_request", sent))
    work.one(world.services, id)
    (mine,) = [each for each in world.services.ledger.deliveries() if each["id"] == id]
    return mine["outcome"][0] if mine["status"] == "done" else mine["status"]


def rule(world, more):
    world.write({"klepaas.yaml": CONFIG + RULE % f", {more}"})


def there(world):
    return world.services.head()[1].environments.get(NAME)


def test_a_label_opens_a_preview(shop):
    """One commit, by who set the label: an environment of its own, with the commit's image, one pod, its own host, and nothing that holds it back."""
    done = shop.tell(payload("a"))
    assert (done["environment"], done["status"]) == (NAME, "committed"), done
    said = values.parse(shop.read(PATH).encode(), PATH)
    assert (said["image"], said["replicaCount"], said["env"]) == ({"repository": "nginx", "tag": "aaaaaaa"}, 1, {"MODE": "dark"}) and "# 이미지" in shop.read(PATH)
    assert said["klepaas"] == {"repository": "acme/Shop"} and said["service"] == {"type": "ClusterIP"}
    assert said["ingress"]["hosts"][0]["host"] == "web-2.preview.example.org" and said["ingress"]["tls"] == [{"secretName": "web-tls", "hosts": ["web-2.preview.example.org"]}]
    made = there(shop)
    assert (made.namespace, made.review, made.cluster_kinds, made.preview.commit, made.preview.base) == (NAME, False, (), "a" * 40, "staging")
    trailers = shop.trailers(done["commit"])
    assert (trailers["Channel"], trailers["Verb"], trailers["Environment"], trailers["Requested-by"]) == ("webhook", "open_preview", NAME, "Codertocat <21031067+Codertocat@users.noreply.github.com>")
    assert git(shop.path, "show", "--name-only", "--format=", done["commit"]).split() == [f"previews/{NAME}.yaml", PATH]


def test_a_new_commit_changes_the_version_alone(shop):
    """What somebody tried out in the preview stays; what is the same again is no commit."""
    shop.tell(payload("a"))
    shop.say("set_env", "web", NAME, name="MODE", value="light")
    done = shop.tell(payload("b", action="synchronize", at="2026-11-23T10:05:00Z"))
    assert done["status"] == "committed" and values.parse(shop.read(PATH).encode(), PATH)["env"] == {"MODE": "light"}
    assert [line for line in shop.lines(done["commit"]) if "tag" in line] == ['-image: {repository: nginx, tag: "aaaaaaa"}  # 이미지', '+image: {repository: nginx, tag: "bbbbbbb"}  # 이미지']
    before = shop.refs()
    assert shop.tell(payload("b", action="edited", at="2026-11-23T10:06:00Z"))["status"] == "unchanged" and shop.refs() == before


@pytest.mark.parametrize("more", [{"action": "closed", "state": "closed"}, {"action": "unlabeled", "labels": ()}, {"action": "closed", "state": "closed", "merged": True}])
def test_closing_it_or_taking_the_label_removes_it(shop, more):
    """By a commit that leaves nothing of it, and twice is once."""
    shop.tell(payload("a"))
    shop.say("apply_manifest", "extra", NAME, manifest="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n")
    assert shop.tell(payload("a", at="2026-11-23T11:00:00Z", **more))["status"] == "committed"
    assert NAME not in git(shop.path, "ls-tree", "-r", "--name-only", "main") and there(shop) is None
    assert shop.tell(payload("a", at="2026-11-23T11:00:00Z", **more))["status"] == "ignored"


def test_without_the_label_there_is_none(shop):
    """Nor for another label, nor for another repository."""
    before = shop.refs()
    assert shop.tell(payload("a", labels=("bug",)))["status"] == "ignored" and shop.tell(payload("a", repository="acme/other"))["status"] == "ignored" and shop.refs() == before


EVENTS = [("a", "2026-11-23T10:00:00Z", {}), ("b", "2026-11-23T10:01:00Z", {"action": "synchronize"}), ("b", "2026-11-23T10:02:00Z", {"action": "closed", "state": "closed"})]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_deliveries_in_any_order_end_in_the_last_state(shop, order):
    """Opened, pushed to, closed, in any order and each twice: it is closed, and was never at the older commit after the newer."""
    seen = []
    for index in (*order, *order):
        letter, at, more = EVENTS[index]
        shop.tell(payload(letter, at=at, **more))
        seen.append(there(shop).preview.commit[0] if there(shop) else "-")
    assert seen[-1] == "-" and [each for each in seen if each != "-"] == sorted(each for each in seen if each != "-")
    assert "-" not in seen or set(seen[seen.index("-", order.index(2)):]) == {"-"}


def test_a_delivery_that_was_interrupted_is_one_commit(shop, monkeypatch):
    """Away before, killed after the commit: worked on again it is the same preview."""
    with monkeypatch.context() as broken:
        broken.setattr("gitops.submit.submit", lambda *_: (_ for _ in ()).throw(Unavailable("repo_busy")))
        assert shop.tell(payload("a"), id="x") == "waiting"
    monkeypatch.setattr(work, "PATIENCE", -1)
    with monkeypatch.context() as broken:
        broken.setattr(type(shop.services.ledger), "delivery_done", lambda *_: (_ for _ in ()).throw(SystemExit(9)), raising=False)
        broken.setattr(pulled, "_text", lambda *_: (_ for _ in ()).throw(SystemExit(9)))
        with pytest.raises(SystemExit):
            work.one(shop.services, "x")
    count = shop.count()
    work.waiting(shop.services)
    assert shop.services.ledger.deliveries()[0]["status"] == "done" and shop.count() == count and there(shop).preview.commit == "a" * 40


def test_a_fork_gets_none(shop):
    """Its code is anybody's; the label does not help, and one that is gone is a fork's too."""
    before = shop.refs()
    assert shop.tell(payload("a", head="evil/shop"))["status"] == "ignored" and shop.tell(payload("a", head=None, at="2026-11-23T10:01:00Z"))["status"] == "ignored" and shop.refs() == before


def test_a_fork_where_it_is_allowed_runs_what_was_labelled(shop):
    """The commit that the label was set on, and no later one until it is set again; another label is no word for it."""
    rule(shop, "forks: true")
    assert shop.tell(payload("a", head="evil/shop"))["status"] == "committed"
    shop.tell(payload("b", head="evil/shop", action="synchronize", at="2026-11-23T10:01:00Z"))
    assert there(shop).preview.commit == "a" * 40
    shop.tell(payload("b", head="evil/shop", action="labeled", label="size/L", labels=("preview", "size/L"), at="2026-11-23T10:02:00Z"))
    assert there(shop).preview.commit == "a" * 40
    shop.tell(payload("b", head="evil/shop", action="labeled", at="2026-11-23T10:03:00Z"))
    assert there(shop).preview.commit == "b" * 40
    assert shop.tell(payload("c", head="evil/shop", action="unlabeled", labels=(), at="2026-11-23T10:04:00Z"))["status"] == "committed" and there(shop) is None
    assert shop.tell(payload("c", head="evil/shop", action="synchronize", at="2026-11-23T10:05:00Z"))["status"] == "ignored"


def test_as_many_as_the_rule_allows(shop):
    """The next one is refused and says why; when one goes there is room again."""
    for number in (2, 3):
        assert shop.tell(payload("a", number=number))["status"] == "committed"
    assert shop.tell(payload("a", number=4))["code"] == "preview_limit"
    shop.tell(payload("a", number=3, action="closed", state="closed", at="2026-11-23T10:01:00Z"))
    assert shop.tell(payload("a", number=4, at="2026-11-23T10:02:00Z"))["status"] == "committed"


def test_secrets_are_not_handed_over(shop):
    """Values that SOPS encrypted stay where they are."""
    shop.write({"values/staging/web.yaml": WEB + "password: ENC[AES256_GCM,data:eHh4,iv:eA==,tag:eA==,type:str]\n"})
    before = shop.refs()
    assert shop.tell(payload("a"))["code"] == "preview_sealed" and shop.refs() == before


def test_its_days_end(shop):
    """The controller closes it in a commit of its own, once, and not before; so it does with one whose rule is gone."""
    shop.tell(payload("a"))
    until, count = there(shop).preview.until, shop.count()
    pulled.expire(shop.services, until - 1)
    assert there(shop) and shop.count() == count
    pulled.expire(shop.services, until)
    pulled.expire(shop.services, until)
    assert there(shop) is None and shop.count() == count + 1 and shop.trailers("main")["Channel"] == "controller"
    shop.tell(payload("a", at="2026-11-23T10:09:00Z"))
    shop.write({"klepaas.yaml": CONFIG})
    pulled.expire(shop.services, 0)
    assert NAME not in git(shop.path, "ls-tree", "-r", "--name-only", "main")


def test_a_file_gives_itself_nothing(shop):
    """One that somebody pushed: without a rule for it, or malformed, it is no environment and is named; a rule's own is what the rule says."""
    shop.write({"previews/shop-pr-9.yaml": "repository: evil/shop\nnumber: 9\ncommit: " + "a" * 40 + "\nuntil: '2999-01-01T00:00:00Z'\n", "previews/shop-pr-8.yaml": "namespace: kube-system\n",
                "previews/notes.yaml": "x: [\n"})
    catalog = shop.services.head()[1]
    assert {each.environment: each.code for each in catalog.problems} == {"shop-pr-9": "preview_no_rule", "shop-pr-8": "preview_broken"}
    assert not {"shop-pr-9", "shop-pr-8"} & set(catalog.environments)
    pulled.expire(shop.services, 4e10)
    assert shop.read("previews/shop-pr-8.yaml") and shop.read("previews/notes.yaml")


def test_a_push_of_one_is_in_the_audit(shop):
    """What opens a preview without K-Le-PaaS is noticed as any push; what K-Le-PaaS did is none."""
    begun(shop)
    pushes.note(shop.services)
    shop.tell(payload("a"))
    assert pushes.note(shop.services) == 0
    push(shop, "previews/shop-pr-9.yaml", previews.text("acme/shop", 9, "a" * 40, 4e9).decode())
    assert pushes.note(shop.services) == 1 and shop.services.ledger.audit.rows(verb="push")[0]["email"] == "boss@x"


def test_who_may_at_an_environment_may_at_its_previews(shop):
    """And who may elsewhere may not."""
    shop.tell(payload("a"))
    environments = shop.services.head()[1].environments
    assert f"k8s:read@{NAME}" in previews.lent(environments, {"k8s:read@staging"}) and previews.lent(environments, {"k8s:read@production", "deploy:execute"}) == {"k8s:read@production", "deploy:execute"}


def test_nobody_else_opens_one(shop):
    """The verbs are no door's, and a name that is none's is refused: no permanent environment is closed."""
    assert shop.refused("close_preview", None, "staging", args={"why": "x"}).code == "preview_no_name"
    assert shop.refused("open_preview", None, "shop-pr-2", args={"repository": "evil/shop", "number": 2, "commit": "a" * 40, "until": 1}).code == "preview_no_rule"
    assert shop.refused("open_preview", None, "shop-pr-3", args={"repository": "acme/shop", "number": 2, "commit": "a" * 40, "until": 1}).code == "preview_no_rule"
    assert shop.refused("open_preview", None, "production", args={"repository": "acme/shop", "number": 2, "commit": "a" * 40, "until": 1}).code == "preview_no_name"


def test_the_usual_rules_know_no_previews(shop):
    """A release goes to production, not to the last environment there is."""
    shop.write({"klepaas.yaml": "environments:\n  staging: {}\n  live: {}\n" + RULE % "", "values/live/web.yaml": WEB})
    shop.tell(payload("a"))
    from tests.gitops.hook_help import released
    work.keep(shop.services, "r", "r", facts.read("release", released("v1.0.0")))
    work.one(shop.services, "r")
    (done,) = [each for each in shop.services.ledger.deliveries() if each["id"] == "r"]
    assert [each["environment"] for each in done["outcome"]] == ["live"]


@pytest.mark.parametrize(("text", "key"), [
    ("{environment: staging}", "previews[0]"), ("{repository: acme/*, environment: staging}", "previews[0].repository"), ("{repository: acme/shop, environment: nowhere}", "previews[0].environment"),
    ("{repository: acme/shop, environment: staging, days: 0}", "previews[0].days"), ("{repository: acme/shop, environment: staging, host: '{tag}.x'}", "previews[0].host"),
    ("{repository: acme/shop, environment: staging, values: {klepaas.suspend: true}}", "previews[0].values.klepaas.suspend"),
    ("{repository: acme/shop, environment: staging, values: {a: '{secret}'}}", "previews[0].values.a"), ("{repository: acme/shop, environment: staging, version: '{branch}'}", "previews[0].version"),
    ("{repository: acme/shop, environment: staging, name: a}\n- {repository: acme/other, environment: staging, name: a}", "previews[1]")])
def test_a_wrong_rule_is_named(shop, text, key):
    """As any other mistake in klepaas.yaml, with its line."""
    shop.write({"klepaas.yaml": f"environments: {{staging: }}\npreviews:\n- {text}\n"})
    (problem,) = shop.services.head()[1].problems
    assert key in problem.message and problem.line >= 3


def test_values_that_the_rule_sets(shop):
    """Key paths to values, with fields in their texts; the apps that it names, and a tag of its own."""
    rule(shop, "apps: [web], version: 'pr-{number}-{sha7}', values: {env.HOST: 'https://{host}/{app}', resources.requests.cpu: 50m}")
    shop.tell(payload("a"))
    said = values.parse(shop.read(PATH).encode(), PATH)
    assert said["image"]["tag"] == "pr-2-aaaaaaa" and said["env"]["HOST"] == "https://web-2.preview.example.org/web" and said["resources"] == {"requests": {"cpu": "50m"}}
