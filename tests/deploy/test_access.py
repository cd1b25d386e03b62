"""The chart's Roles are enough for all that the product does, and the product notices what they do not allow."""

import pytest

from controller.observe import READS, Observer
from gitops import previews
from gitops.errors import NotFound
from gitops.types import Environment
from tests.controller.house import configmap, values
from tests.deploy.chart import rendered
from tests.deploy.gatekeeper import Gatekeeper
from tests.deploy.test_chart import SMALL

SWEEP = "list"  # at its start the controller looks once at every kind there is
SERVICEACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {}\n"
ROLE = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: {}\nrules: []\n"


@pytest.fixture
def kept(house, tmp_path):
    """`kept(files, part)`: an installation, and the door that its `part` goes through."""
    doors = []

    def make(files, part, *more):
        found = house(files)
        objects = rendered(SMALL, "--set", f"rbac.namespaces={{{found.namespace()}}}", *more)
        doors.append(Gatekeeper(found.cluster, objects, f"shop-{part}"))
        found.door = doors[-1]
        found.through = doors[-1].kubeconfig(tmp_path / f"{part}.kubeconfig")
        return found
    yield make
    for each in doors:
        each.close()


def namespace(found):
    found.cluster.create("/api/v1/namespaces", {"metadata": {"name": found.namespace()}})


def test_the_controllers_role_is_enough(kept):
    """Create, change, heal, prune, look at pods that do not come up, write Events, keep the lease: nothing of it is refused."""
    found = kept({"values/staging/web.yaml": values(), "manifests/staging/one/a.yaml": configmap("a"), "manifests/staging/one/b.yaml": configmap("b")}, "controller")
    namespace(found)
    found.start(KUBECONFIG=found.through)
    found.synced("web")
    found.synced("one")
    found.commit({"values/staging/web.yaml": values("1.28"), "manifests/staging/one/b.yaml": None, "manifests/staging/one/c.yaml": SERVICEACCOUNT.format("c")})
    found.synced("web")
    found.wait(lambda: found.live("configmaps", "b") is None)
    found.cluster.patch(found.path("configmaps", "a"), {"data": {"value": "theirs"}})
    found.wait(lambda: found.value("a") == "one")
    found.wait(lambda: any(each.verb == "create" and each.resource == "events" for each in found.door.seen))
    found.commit({"values/staging/bad.yaml": values("crash")})
    found.wait(lambda: found.state("bad").get("health") == "degraded")
    wanted = {("patch", "deployments"), ("create", "leases"), ("update", "leases"), ("delete", "configmaps"), ("watch", "configmaps"), ("get", "pods/log")}
    found.wait(lambda: wanted <= {(each.verb, each.resource) for each in found.door.seen})
    assert [each for each in found.door.refused if each.verb != SWEEP] == []
    assert {each.resource for each in found.door.refused} & {"configmaps", "secrets", "deployments", "services", "pods", "leases"} == set()


def test_what_the_role_does_not_allow_fails_by_name(kept):
    """A kind that the chart does not list fails its app, saying so; the other app goes on."""
    found = kept({"manifests/staging/one/a.yaml": configmap("a"), "manifests/staging/two/r.yaml": ROLE.format("r")}, "controller")
    namespace(found)
    found.start(KUBECONFIG=found.through)
    found.synced("one")
    assert "403" in found.failed("two")


def test_the_controller_makes_namespaces_where_it_may(kept):
    """createNamespaces is enough to make the one that is missing."""
    found = kept({"manifests/staging/one/a.yaml": configmap("a")}, "controller", "--set", "rbac.createNamespaces=true")
    found.start(KUBECONFIG=found.through)
    found.synced("one")
    assert ("patch", "namespaces") in {(each.verb, each.resource) for each in found.door.seen}


def test_webs_role_is_enough(kept):
    """Every read verb of the catalogue gets its answer through web's Role, and none of them writes."""
    found = kept({"values/staging/web.yaml": values()}, "web")
    found.start()
    found.synced("web")
    observer, environment = Observer(found.through), Environment("staging", found.namespace())
    for verb in READS:
        arguments = {"lines": 5, "name": None, "kind": "deployments", "promql": "up"}
        try:
            observer.read(verb, [environment], "web", arguments)
        except NotFound as error:
            assert error.code in ("no_such_object_there", "no_pods"), verb
    assert found.door.refused == []
    assert {each.verb for each in found.door.seen} <= {"get", "list"}


def test_web_reads_no_secret(kept):
    """`get secrets` through web's Role is refused by the cluster."""
    found = kept({"values/staging/web.yaml": values()}, "web")
    with pytest.raises(Exception, match="403"):
        Observer(found.through).read("get", [Environment("staging", found.namespace())], None, {"kind": "secrets", "name": None})


def test_events_that_are_refused_fail_no_sync(kept):
    """Without leave to write Events everything is synced all the same."""
    found = kept({"manifests/staging/one/a.yaml": configmap("a")}, "controller")
    namespace(found)
    found.door.rules = [(where, rule) for where, rule in found.door.rules if rule["resources"] != ["events"]]
    found.start(KUBECONFIG=found.through)
    found.synced("one")
    found.wait(lambda: any(each.resource == "events" for each in found.door.refused))
    found.commit({"manifests/staging/one/a.yaml": configmap("a", "two")})
    found.synced("one")
    assert found.value("a") == "two"


def test_the_controller_keeps_previews_where_it_may(kept):
    """previews is enough: a namespace that nobody named is made, written to, and deleted with its preview."""
    found = kept({"manifests/staging/one/a.yaml": configmap("a")}, "controller", "--set", "rbac.previews=true")
    namespace(found)
    name = f"{found.name}-pr-1"
    rule = f"previews:\n- {{repository: acme/shop, environment: staging, name: {found.name}}}\n"
    found.commit({"klepaas.yaml": found.config("staging", more=rule), previews.path(name): previews.text("acme/shop", 1, "a" * 40, 4e9).decode(), f"manifests/{name}/web/web.yaml": configmap("web")})
    found.start(KUBECONFIG=found.through)
    found.synced("web", environment=name)
    found.commit({previews.path(name): None, f"manifests/{name}/web/web.yaml": None})
    found.wait(lambda: not found.cluster.ask("GET", f"/api/v1/namespaces/{name}").ok)
    assert [each for each in found.door.refused if each.verb != SWEEP] == []
