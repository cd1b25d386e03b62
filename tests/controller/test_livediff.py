"""What is live beside what git says: asked through the ledger, answered by the controller that holds the cluster."""

import base64
from datetime import UTC, datetime

import pytest

from gitops.contract.table import DAYS
from tests.controller.house import MERGE, configmap, values


def asked(made, app, environment="staging"):
    return made.ledger.ask(environment, app, 20)


@pytest.mark.pods
def test_nothing_differs(house):
    """An app that is in sync: no items, all objects counted."""
    made = house({"values/staging/web.yaml": values()})
    made.start()
    made.synced("web")
    found = asked(made, "web")
    assert (found["status"], found["items"]) == ("synced", []) and found["same"] >= 2 and found["revision"] == made.repo.head()


@pytest.mark.pods
def test_field_by_field(house):
    """Drift that is not repaired: each field with its live and its desired value, defaulted ones left out; what git has no more is to be pruned."""
    made = house({"manifests/staging/web/all.yaml": configmap("kept") + "---\n" + configmap("extra", annotations="{klepaas.io/prune: disabled}"), "values/staging/app.yaml": values()},
                 of=", sync: {self_heal: false, prune: false}")
    made.start()
    made.synced("web"), made.synced("app")
    made.cluster.patch(made.path("configmaps", "kept"), {"data": {"value": "by hand", "more": "mine"}}, MERGE)
    made.cluster.patch(made.path("deployments", "app"), {"spec": {"template": {"spec": {"serviceAccountName": "other"}}}}, MERGE)
    item, = made.wait(lambda: asked(made, "web")["items"])
    assert (item["action"], item["kind"], item["name"]) == ("change", "ConfigMap", "kept")
    assert item["fields"] == [{"path": "/data/value", "live": "by hand", "desired": "one"}]
    item, = made.wait(lambda: asked(made, "app")["items"])
    assert {"path": "/spec/template/spec/serviceAccountName", "live": "other", "desired": "default"} in item["fields"]


def test_secrets_are_masked(house):
    """That a Secret's value differs is said, what it is and was is not, whoever wrote it."""
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {password: planted-one, same: planted-same}\n"
    made = house({"manifests/staging/web/secret.yaml": secret}, of=", sync: {self_heal: false}")
    made.start()
    made.synced("web")
    made.cluster.patch(f"/api/v1/namespaces/{made.namespace()}/secrets/keys", {"data": {"password": base64.b64encode(b"planted-two").decode()}}, MERGE)
    item, = made.wait(lambda: asked(made, "web")["items"])
    assert [each["path"] for each in item["fields"]] == ["/data/password"]
    text = str(item) + (made.home / "controller.log").read_text() + str(made.ledger.events(0, limit=5000))
    assert not [each for each in ("planted-one", "planted-two", base64.b64encode(b"planted-one").decode(), base64.b64encode(b"planted-two").decode()) if each in text]


def test_a_strangers_object_is_shown_before_it_is_taken_over(house):
    """What adopting would change, field by field; nothing has been written."""
    closed = DAYS[(datetime.now(UTC).weekday() + 3) % 7]
    made = house(of=f", sync: {{windows: [{{days: {closed}, from: '00:00', to: '00:01'}}]}}")
    made.start()
    made.cluster.ask("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": made.namespace()}})
    made.cluster.ask("POST", made.path("configmaps"), {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs"}, "data": {"value": "old", "other": "x"}})
    made.commit({"manifests/staging/web/map.yaml": configmap("theirs")})
    item, = made.wait(lambda: asked(made, "web")["items"])
    assert (item["action"], item["fields"]) == ("not ours", [{"path": "/data/value", "live": "old", "desired": "one"}])
    assert made.live("configmaps", "theirs")["data"] == {"value": "old", "other": "x"}


def test_nobody_answers(house):
    """No controller looks after the environment: None, in time."""
    made = house({"values/staging/web.yaml": values()})
    assert made.ledger.ask("staging", "web", 0.3) is None
