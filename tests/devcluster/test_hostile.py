"""What cannot be is refused with a clear answer, harms nothing else, and is no error of the server's own."""

import json

import pytest
import requests

from controller.devcluster.cel import holds
from tests.devcluster.cluster import APPLY, TOKEN

MERGE, JSON_PATCH = "application/merge-patch+json", "application/json-patch+json"
CONTAINER = {"name": "web", "image": "nginx:1.27"}
SPEC = {"replicas": 0, "selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [CONTAINER]}}}
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdefg", "bcdefgh"))


@pytest.fixture(scope="module")
def path(still):
    """A Deployment to send bad changes to."""
    _, apps = still.namespace("hostile")
    still.create(f"{apps}/deployments", {"metadata": {"name": "web"}, "spec": SPEC})
    return f"{apps}/deployments/web"


def refused(still, method, path, data, kind):
    """The message of a refusal that is no InternalError."""
    data = data if isinstance(data, str | bytes) else json.dumps(data)
    answer = requests.request(method, still.url + path, data=data, headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": kind}, timeout=30)
    assert answer.status_code >= 400 and "Internal error" not in answer.text, answer.text
    return answer.json()["message"]


@pytest.mark.parametrize(("patch", "said"), [
    ({"spec": []}, "cannot unmarshal array"), ({"spec": {"replicas": 1.5}}, "1.5"), ({"spec": {"replicas": 10**12}}, "int32"), ({"spec": {"replicas": -1}}, "greater than or equal to 0"),
    ({"spec": {"strategy": {"rollingUpdate": {"maxSurge": "many"}}}}, "percent"), ({"spec": {"strategy": {"rollingUpdate": {"maxSurge": {"a": 1}}}}}, "cannot unmarshal object"),
    ({"spec": {"selector": {"matchExpressions": [{"key": "a", "operator": "Like"}]}}}, "operator"), ({"spec": {"template": {"spec": {"containers": [None]}}}}, "Required value"),
    ({"spec": {"template": {"spec": {"containers": "web"}}}}, "cannot unmarshal string"), ({"metadata": []}, "metadata"), ({"metadata": {"labels": {"a": {}}}}, "cannot unmarshal object"),
    ({"metadata": {"ownerReferences": [{"kind": "x"}]}}, "must not be empty"), ({"metadata": {"finalizers": ["wait"]}}, "finalizer")])
def test_impossible_changes(still, path, patch, said):
    """A merge patch that makes an impossible object is refused and says what is wrong; the object stays as it was."""
    before = still.get(path)
    assert said in refused(still, "PATCH", path, patch, MERGE)
    assert still.get(path)["spec"] == before["spec"]


@pytest.mark.parametrize("operations", [
    {}, [1], [{"op": "append"}], [{"op": "copy", "path": "/spec"}], [{"op": "add", "path": 5}], [{"op": "replace", "path": "", "value": 1}], [{"op": "remove", "path": "spec"}],
    [{"op": "replace", "path": "/spec", "value": None}], [{"op": "test", "path": "/spec/replicas", "value": [0]}], [{"op": "add", "path": f"/spec/template/spec/containers/{'9' * 40}", "value": {}}]])
def test_bad_json_patches(still, path, operations):
    """A JSON patch that is none, or makes no object of the kind, is refused whole."""
    refused(still, "PATCH", path, operations, JSON_PATCH)


@pytest.mark.parametrize("body", [b"\xff\xfe", "[" * 5000, '{"a":' * 3000, "a: [", "*a", "&a [*a]", LAUGHS, "!!python/object:os.system x", "- a", "5", "a: 1\n? {b: c}\n: d"])
def test_bodies_that_are_no_objects(still, path, body):
    """Bytes, depths, aliases and tags that only mean harm are refused at once."""
    refused(still, "PATCH", f"{path}?fieldManager=m", body, APPLY)


def test_a_status_may_say_anything(still, path):
    """Conditions without a type harm no controller: the Deployment goes on."""
    still.patch(f"{path}/status", {"status": {"conditions": [{"status": "True"}]}}, MERGE)
    still.patch(path, {"spec": {"replicas": 1}}, MERGE)
    still.until(path, lambda obj: obj["status"].get("observedGeneration") == obj["metadata"]["generation"] and obj["status"].get("replicas") == 1)


def test_rules_that_are_not_understood_are_not_checked():
    """A rule of x-kubernetes-validations is true, false, or None where this evaluator does not know its words."""
    assert holds("!has(self.note) || self.size > 1", {"note": "a", "size": 1}) is False
    assert holds("self.name.startsWith('a') && size(self.list) == 2", {"name": "ab", "list": [1, 2]}) is True
    assert [holds(rule, {}) for rule in ("self.all(x, x > 1)", "__import__('os')", "self.a ? 1 : 2", "self.__class__", "(" * 400)] == [None] * 5
