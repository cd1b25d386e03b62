"""What merging a review would do in the cluster: asked through the ledger, answered by the controller that holds the cluster, nothing written."""

import pytest

from gitops import config, submit
from gitops.charts import Renderer
from gitops.services import Services
from gitops.types import SCOPES, Actor, Command
from tests.controller.house import configmap, values

KIM = Actor("Kim", "kim@example.com", frozenset(SCOPES), "rest", session=True)


@pytest.fixture(scope="module")
def renderer():
    made = Renderer()
    yield made
    made.close()


def proposed(made, renderer, verb, app, **args):
    """The id of a review of a command."""
    services = Services(config.load(made.env, None), made.repo, made.ledger, renderer)
    return submit.submit(services, KIM, Command(verb, app, "staging", args)).review.id


def asked(made, review):
    return made.ledger.ask("staging", None, 20, review=review)


@pytest.mark.pods
def test_field_by_field_and_which_pods(house, renderer):
    """The dry run's answer on what is live: the image and the pods that start anew; nothing has been written."""
    made = house({"values/staging/web.yaml": values()}, of=", review: required")
    made.start()
    made.synced("web")
    before = made.live("deployments", "web")
    found = asked(made, proposed(made, renderer, "deploy", "web", version="1.28"))
    (item,) = [each for each in found["items"] if each["kind"] == "Deployment"]
    assert (found["status"], item["action"], item["effect"]) == ("differs", "change", {"restarts": True, "before": 1, "after": 1})
    assert {"path": "/spec/template/spec/containers/0/image", "live": "nginx:1.27", "desired": "nginx:1.28"} in item["fields"]
    assert made.live("deployments", "web")["spec"] == before["spec"]


def test_the_server_is_asked_about_the_fields(house, renderer):
    """A manifest that it would not take is refused here, with its reason, before anybody merges it; what would come and go is said."""
    made = house({"manifests/staging/web/a.yaml": configmap("a")}, of=", review: required")
    made.start()
    made.synced("web")
    bad = '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": "http"}]}}'
    (item,) = asked(made, proposed(made, renderer, "apply_manifest", "web", manifest=bad))["items"]
    assert (item["action"], item["name"]) == ("refused", "s") and item["message"]
    (item,) = asked(made, proposed(made, renderer, "apply_manifest", "web", manifest='{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}'))["items"]
    assert (item["action"], item["name"]) == ("create", "b") and made.value("b") is None
    (item,) = asked(made, proposed(made, renderer, "delete_app", "web"))["items"]
    assert (item["action"], item["name"]) == ("prune", "a") and made.value("a") == "one"


@pytest.mark.pods
def test_on_the_moved_base(house, renderer):
    """A rule that came after the review refuses it: which, and in which file."""
    made = house({"values/staging/web.yaml": values()}, of=", review: required")
    made.start()
    made.synced("web")
    review = proposed(made, renderer, "scale", "web", replicas=9)
    made.commit({"klepaas.yaml": made.config("staging", of=", review: required", more="policy: {replicas: {max: 5}}\n")})
    found = asked(made, review)
    assert (found["status"], found["code"], found["path"]) == ("refused", "policy_replicas", "values/staging/web.yaml") and "5" in found["message"]
