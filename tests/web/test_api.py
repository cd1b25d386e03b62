"""REST: who is let in, what bad input gets, what a receipt promises."""

import json
import uuid

import pytest
import requests

from gitops.repo import Repository
from tests.gitops import repo_help

OPEN = {"/healthz", "/readyz", "/metrics"}
BAD = {
    "unknown app": ({"verb": "scale", "app": "nope", "args": {"replicas": 2}}, 404, "unknown_app"),
    "unknown environment": ({"verb": "scale", "app": "nginx", "environment": "moon", "args": {"replicas": 2}}, 404, "unknown_environment"),
    "unknown verb": ({"verb": "explode"}, 404, "unknown_verb"),
    "unknown argument": ({"verb": "scale", "app": "nginx", "args": {"replicas": 2, "speed": 1}}, 422, "unknown_argument"),
    "unknown field": ({"verb": "scale", "app": "nginx", "args": {"replicas": 2}, "force": True}, 422, "unknown_field"),
    "too few": ({"verb": "scale", "app": "nginx", "args": {"replicas": -1}}, 422, "bad_argument"),
    "too many": ({"verb": "scale", "app": "nginx", "args": {"replicas": 1e9}}, 422, "bad_argument"),
    "a word": ({"verb": "scale", "app": "nginx", "args": {"replicas": "three"}}, 422, "bad_argument"),
    "a truth": ({"verb": "scale", "app": "nginx", "args": {"replicas": True}}, 422, "bad_argument"),
    "no argument": ({"verb": "scale", "app": "nginx"}, 422, "missing_argument"),
    "a path as app": ({"verb": "scale", "app": "../../etc", "args": {"replicas": 2}}, 422, "bad_name"),
    "args as list": ({"verb": "scale", "app": "nginx", "args": [1]}, 422, "bad_field"),
    "a read": ({"verb": "status", "app": "nginx"}, 422, "verb_is_a_read"),
    "a bad id": ({"verb": "scale", "app": "nginx", "args": {"replicas": 2}, "id": "a b"}, 422, "bad_command_id"),
    "a secret": ({"verb": "set_env", "app": "nginx", "args": {"name": "X", "value": "AKIA" + "ABCDEFGHIJKLMNOP"}}, 422, None),
}


def rules(demo, owner):
    return [(method.upper(), path) for path, methods in owner.get(f"{demo.api}/openapi.json").json()["paths"].items() for method, said in methods.items() if "security" not in said]


def test_every_route_is_closed(demo, owner):
    """Without a credential, with a garbage token, with a foreign page's cookie: 401 or 403 on every route that is described."""
    found = rules(demo, owner)
    assert len(found) > 20
    for method, path in found:
        url = demo.url + path.replace("{app}", "nginx").replace("{environment}", "staging").replace("{", "").replace("}", "")
        assert requests.request(method, url).status_code == 401, (method, path)
        assert requests.request(method, url, headers={"Authorization": "Bearer klp_garbage"}).status_code == 401, (method, path)
        assert requests.request(method, url, headers={"Authorization": "Basic eDp5"}).status_code == 401, (method, path)
    assert requests.post(f"{demo.url}/mcp/stream", json={}).status_code == 401
    assert requests.get(f"{demo.url}/mcp/stream").status_code == 405


def test_what_is_open_is_little(demo):
    """Health, readiness and loopback metrics answer anybody; metrics do not answer a proxy's client."""
    for path in OPEN:
        assert requests.get(demo.url + path).status_code == 200
    assert requests.get(f"{demo.url}/metrics", headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 401


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_named_and_changes_nothing(demo, owner, case):
    """A clear error in both languages, and main stays where it is."""
    body, status, code = BAD[case]
    before = demo.head()
    answer = owner.post(f"{demo.api}/commands", json=body)
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert code in (None, problem["code"]) and problem["title"]
    korean = owner.post(f"{demo.api}/commands", json=body, headers={"Accept-Language": "ko"}).json()
    assert any("가" <= letter <= "힣" for letter in korean["title"]), korean
    assert demo.head() == before


@pytest.mark.parametrize("body, status", [(b"x" * 1_000_000, 413), (b"\xff\xfe{}", 400), (b"[]", 400), (b"{", 400), (b"null", 400)])
def test_bodies_that_cannot_be_read(demo, owner, body, status):
    """Too large, not UTF-8, no object: refused as what it is."""
    assert owner.post(f"{demo.api}/commands", data=body).status_code == status


def test_one_id_is_one_command(demo, owner):
    """The same id and request again is the first receipt; another request under it is 409."""
    body = {"id": uuid.uuid4().hex, "verb": "set_env", "app": "storefront", "environment": "staging", "args": {"name": "THEME", "value": "dark"}}
    first = owner.post(f"{demo.api}/commands", json=body)
    head = demo.head()
    assert owner.post(f"{demo.api}/commands", json=body).json() == first.json()
    kept = owner.get(f"{demo.api}/commands/{first.json()['id']}").json()  # by one's own id, by the ledger's, by the commit
    assert (kept["status"], kept["commit"]) == ("committed", first.json()["commit"]) and all(owner.get(f"{demo.api}/commands/{each}").json() == kept for each in (kept["uid"], kept["commit"]))
    assert owner.post(f"{demo.api}/commands", json=body | {"args": {"name": "THEME", "value": "light"}}).status_code == 409
    assert demo.head() == head == first.json()["commit"]


def test_already_so_is_no_commit(demo, owner):
    """A change that changes nothing answers 200 unchanged."""
    state = demo.app(owner, "payment-api", "staging")
    answer = owner.post(f"{demo.api}/commands", json={"verb": "deploy", "app": "payment-api", "environment": "staging", "args": {"version": state["version"]}})
    assert answer.status_code == 200 and answer.json()["status"] == "unchanged"


def test_scopes_bind(demo):
    """Reading is not writing, and a grant at one environment is none at another."""
    reader, stager = demo.client("k8s:read"), demo.client("k8s:read,deploy:execute@staging")
    body = {"verb": "restart", "app": "mailer", "environment": "production"}
    assert reader.post(f"{demo.api}/commands", json=body).status_code == 403
    assert stager.post(f"{demo.api}/commands", json=body).status_code == 403
    assert stager.post(f"{demo.api}/commands", json=body | {"environment": "staging", "preview": True}).status_code == 200
    assert stager.post(f"{demo.api}/tokens", json={"name": "more", "scopes": ["admin:write"]}).status_code == 403


def test_a_revoked_token_is_over(demo):
    """Revoked, a token opens nothing at once."""
    client = demo.client()
    fresh = client.post(f"{demo.api}/tokens", json={"name": "short", "scopes": ["k8s:read"]}).json()["token"]
    id = next(each["id"] for each in client.get(f"{demo.api}/tokens").json()["items"] if each["name"] == "short" and not each["revoked"])
    header = {"Authorization": f"Bearer {fresh}"}
    assert requests.get(f"{demo.api}/me", headers=header).json()["scopes"] == ["k8s:read"]
    assert client.delete(f"{demo.api}/tokens/{id}").status_code == 200
    assert requests.get(f"{demo.api}/me", headers=header).status_code == 401


def test_a_page_of_another_site_cannot_write(demo):
    """The cookie alone is not enough: the Origin must be ours."""
    client = demo.signed_in("owner")
    body = {"verb": "restart", "app": "mailer", "environment": "staging", "preview": True}
    assert client.post(f"{demo.api}/commands", json=body).status_code == 200
    assert client.post(f"{demo.api}/commands", json=body, headers={"Origin": "https://evil.example"}).status_code == 403
    client.headers.pop("Origin")
    assert client.post(f"{demo.api}/commands", json=body).status_code == 403


def test_reviews_need_another_person(demo, owner):
    """In production a change is proposed; its author cannot approve it, a token cannot, the reviewer can, and then it merges."""
    author, reviewer = demo.signed_in("owner"), demo.signed_in("reviewer")
    before = demo.head()
    answer = author.post(f"{demo.api}/commands", json={"verb": "deploy", "app": "mailer", "environment": "production", "args": {"version": "v1.0.0"}})
    assert answer.status_code == 202 and demo.head() == before
    review = answer.json()["review"]["id"]
    shown = author.get(f"{demo.api}/changes/{review}").json()
    assert shown["plan"]["changes"] and shown["plan"]["manifests"]

    def order(client, verb):
        return client.post(f"{demo.api}/commands", json={"verb": verb, "args": {"review": review}})

    assert order(author, "approve").json()["code"] == "own_review"
    assert order(owner, "approve").json()["code"] == "approve_needs_session"
    assert order(author, "merge").json()["code"] == "approvals_missing"
    assert order(reviewer, "approve").status_code == 200
    merged = order(author, "merge")
    assert merged.status_code == 200, merged.text
    assert demo.head() == merged.json()["commit"] and "Reviewed-by: Reviewer" in demo.git("show", "-s", "--format=%B", "main")
    demo.until(owner, "mailer", "production", lambda state: state["version"] == "v1.0.0" and state["sync"] == "succeeded")


def test_secrets_are_never_shown(demo, owner):
    """Of a Secret the API tells key names at most, to nobody its values."""
    answer = owner.get(f"{demo.api}/read/get", params={"kind": "secret", "environment": "staging"})
    assert answer.status_code in (200, 403) and "data" not in json.dumps(answer.json().get("data", {}).get("items", []))


def test_a_rollout_that_fails_is_said_to(demo, owner):
    """An image that cannot be pulled makes the app degraded with the reason; rolling back mends it."""
    owner.post(f"{demo.api}/commands", json={"verb": "deploy", "app": "chat-app", "environment": "staging", "args": {"version": "v9-broken"}})
    state = demo.until(owner, "chat-app", "staging", lambda state: state["health"] == "degraded" and state["sync"] == "failed")
    assert "ImagePull" in state["message"]
    rolled = owner.post(f"{demo.api}/commands", json={"verb": "rollback", "app": "chat-app", "environment": "staging"})
    assert rolled.status_code == 201, rolled.text
    demo.until(owner, "chat-app", "staging", lambda state: state["health"] == "healthy" and state["sync"] == "succeeded" and state["commit"] == rolled.json()["commit"])


def test_figures_of_delivery(demo, owner):
    """A deployment that was undone, and how long that took; an environment that one may not see is left out."""
    for body in ({"verb": "deploy", "args": {"version": "v2.9.9"}}, {"verb": "rollback"}):
        assert owner.post(f"{demo.api}/commands", json={"app": "payment-api", "environment": "staging"} | body).status_code == 201
    found = owner.get(f"{demo.api}/figures/delivery", params={"days": 1}).json()
    staging = found["environments"]["staging"]
    assert found["days"] == 1 and list(found["environments"]) == ["staging", "production"]
    assert staging["deployments"] >= 2 and staging["failed"] >= 1 and staging["restore_seconds"]["known"] >= 1
    assert owner.get(f"{demo.api}/figures/delivery", params={"days": 0}).status_code == 422
    assert list(demo.client("k8s:read@staging").get(f"{demo.api}/figures/delivery").json()["environments"]) == ["staging"]


def test_the_resource_tree_of_an_app(demo, owner):
    """What git put there, and what came of it down to the pods, each with its health; nothing of other apps."""
    demo.until(owner, "nginx", "staging", lambda state: state["health"] == "healthy")
    found = owner.get(f"{demo.api}/apps/nginx/staging/tree").json()
    deployment = next(each for each in found["items"] if each["kind"] == "Deployment")
    assert {each["kind"] for each in found["items"]} >= {"Deployment", "Service"} and found["missing"] == []
    assert {each["name"] for each in found["items"]} <= {"nginx"} and deployment["health"] == "healthy"
    (replicas,) = deployment["children"]
    assert replicas["kind"] == "ReplicaSet" and {each["kind"] for each in replicas["children"]} == {"Pod"}
    assert len(replicas["children"]) == deployment["replicas"]["desired"] == replicas["replicas"]["ready"]


def test_a_tree_with_what_may_not_be_read(demo, owner):
    """A kind that the cluster does not show us (the server may read no Secrets) is named with the reason; the rest of the tree is there."""
    repo = Repository.open(str(demo.home / "config.git"), demo.home)
    repo_help.land(repo, {"manifests/staging/mixed/map.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mixed}\ndata: {a: b}\n",
                          "manifests/staging/mixed/secret.yaml": b"apiVersion: v1\nkind: Secret\nmetadata: {name: mixed}\nstringData: {word: planted-in-a-tree}\n"})
    demo.until(owner, "mixed", "staging", lambda state: state.get("sync") == "succeeded")
    answer = owner.get(f"{demo.api}/apps/mixed/staging/tree")
    found = {each["kind"]: each for each in answer.json()["items"]}
    assert found["ConfigMap"]["health"] == "healthy" and found["Secret"]["health"] == "unknown" and "forbidden" in found["Secret"]["message"] and not answer.json()["missing"]
    assert "planted" not in answer.text
    repo_help.land(repo, {"manifests/staging/mixed/map.yaml": None, "manifests/staging/mixed/secret.yaml": None})
    repo.close()


def test_who_wrote_which_line(demo, owner):
    """Each line of the values with the commit that wrote it, and the words that asked for it."""
    sha = owner.post(f"{demo.api}/commands", json={"verb": "scale", "app": "payment-api", "environment": "staging", "args": {"replicas": 5}, "text": "결제 다섯 개"}).json()["commit"]
    found = owner.get(f"{demo.api}/apps/payment-api/staging/blame").json()
    line = next(each for each in found["lines"] if each["text"].startswith("replicaCount"))
    assert line["revision"] == sha and found["commits"][sha]["channel"] == "rest" and found["commits"][sha]["words"] == "결제 다섯 개"
    assert "\n".join(each["text"] for each in found["lines"]) == demo.git("show", f"main:{found['path']}").rstrip("\n")
    assert owner.get(f"{demo.api}/apps/payment-api/nowhere/blame").status_code == 404


def test_the_command_line_reads_the_demos_cluster(demo):
    """In the demo's folder, with nothing configured: its own cluster is meant."""
    for words in (("read", "status", "nginx", "-e", "staging"), ("read", "logs", "nginx", "-e", "staging")):
        done = demo.cli(*words)
        assert done.returncode == 0 and "nginx" in done.stdout, done
