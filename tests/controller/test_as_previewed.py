"""What is previewed is what is committed is what is applied, whatever is asked for in whatever order."""

import random

import pytest

from controller import diff
from gitops import catalog as catalogs
from gitops import charts, config, submit
from gitops.charts import Renderer
from gitops.errors import KlepaasError
from gitops.services import Services
from gitops.types import SCOPES, Actor, Command
from tests.controller.house import PATHS, values

KIM = Actor("Kim", "kim@example.com", frozenset(SCOPES), "rest", session=True)
STEPS = 12
LIVE = {"Deployment": "deployments", "Service": "services", "ConfigMap": "configmaps"}
ASKED = {
    "scale": lambda chance: {"replicas": chance.randint(1, 4)}, "deploy": lambda chance: {"version": f"1.{chance.randint(20, 29)}"}, "restart": lambda chance: {},
    "set_env": lambda chance: {"name": chance.choice(("MODE", "LEVEL")), "value": chance.choice(("dark", "밝게", "0", "true", "a: b #c", "%d" % chance.randint(0, 99)))},
    "unset_env": lambda chance: {"name": chance.choice(("MODE", "LEVEL"))}, "rollback": lambda chance: {"steps_back": chance.randint(1, 3)},
}


@pytest.fixture(scope="module")
def renderer():
    made = Renderer()
    yield made
    made.close()


def asked(services, command):
    """(the plan that was shown, the receipt of what was done), or None where it is refused by both alike."""
    try:
        plan = submit.preview(services, KIM, command)
    except KlepaasError as error:
        with pytest.raises(type(error)):
            submit.submit(services, KIM, command)
        return None
    return plan, submit.submit(services, KIM, plan.command)


def rendered(services, sha):
    tree = services.repo.tree(sha)
    catalog = catalogs.load(tree)
    return services.renderer.render(tree, catalog.target("web", "staging"), catalog.environment("staging"))


def same_as_committed(services, plan, receipt):
    """The files of the commit, byte by byte, and the objects that come of them."""
    if receipt.commit is None:
        assert plan.changes == ()
        return
    parent = services.repo.parent(receipt.commit)
    assert (plan.base, plan.changes) == (parent, services.repo.changed(parent, receipt.commit))
    assert plan.manifests == charts.differences(rendered(services, parent), rendered(services, receipt.commit))


def same_as_applied(made, services, sha):
    """No field that the commit renders has another value in the cluster."""
    made.synced("web", sha)
    for wanted in rendered(services, sha).objects:
        live = made.cluster.ask("GET", f"{PATHS[LIVE[wanted['kind']]].format(made.namespace())}/{wanted['metadata']['name']}").json()
        assert not diff.differences(diff.as_kept(wanted), live, ()), wanted["kind"]
        if wanted["kind"] == "Deployment":
            assert [each["spec"]["template"]["spec"]["containers"][0].get("env") for each in (wanted, live)] == [wanted["spec"]["template"]["spec"]["containers"][0].get("env")] * 2


@pytest.mark.timeout(180)
def test_preview_is_commit_is_applied(house, renderer):
    """Commands by chance, one after another: each is committed as it was shown, and the cluster has what was committed."""
    seed = random.randrange(10**6)
    print("seed", seed)
    chance, made = random.Random(seed), house({"values/staging/web.yaml": "# 웹\n" + values(replicaCount=1, env="{MODE: dark}  # 기본")})
    services = Services(config.load(made.env, None), made.repo, made.ledger, renderer)
    made.start()
    for _ in range(STEPS):
        verb = chance.choice(list(ASKED))
        found = asked(services, Command(verb, "web", "staging", ASKED[verb](chance)))
        if found:
            same_as_committed(services, *found)
            same_as_applied(made, services, found[1].commit) if found[1].commit else None
