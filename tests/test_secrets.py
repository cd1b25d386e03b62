"""Secrets that are planted wherever they may come from are in nothing that anybody is answered, told or shown, nor in what is logged or counted."""

import asyncio
import base64
import json
import subprocess

import pytest
import requests
import websocket
import yaml

from controller.cluster import kube
from gitops.errors import KlepaasError
from tests import docs, product
from tests.test_path import call
from tests.web.test_streams import Stream
from web.rest import openapi

PLANTED = {name: f"planted-{name}-Zq9x7Kp2" for name in ("cluster", "git", "broken", "session", "github", "staging", "alerts", "slack", "oauth", "said", "env", "foreign")}
SETTINGS = {"SECRET_KEY": PLANTED["session"], "GITHUB_WEBHOOK_SECRET": PLANTED["github"], "STAGING_WEBHOOK_SECRET": PLANTED["staging"], "ALERTS_WEBHOOK_SECRET": PLANTED["alerts"],
            "SLACK_SIGNING_SECRET": PLANTED["slack"], "GITHUB_CLIENT_ID": "some-app", "GITHUB_CLIENT_SECRET": PLANTED["oauth"]}
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: vault}\nstringData: {password: %s}\n"
BROKEN = "apiVersion: v1\nkind: Secret\nmetadata: {name: broken}\ndata: {password: '%s!'}\n"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo whose settings are secrets, with Secrets in its cluster and, by a plain push, in its repository."""
    found = product.start(tmp_path_factory.mktemp("secrets") / "home", **SETTINGS)
    try:
        _in_cluster(found, "staging", {"metadata": {"name": "db", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": json.dumps({"data": {"password": _coded("cluster")}})}}, "data": {"password": _coded("cluster")}})
        _in_cluster(found, "production", {"metadata": {"name": "other"}, "stringData": {"token": PLANTED["foreign"]}})
        _push(found, {"manifests/staging/vault/secret.yaml": SECRET % PLANTED["git"], "manifests/staging/broken/secret.yaml": BROKEN % PLANTED["broken"]})
        owner = found.client()
        found.until(owner, "vault", "staging", lambda state: state.get("sync") == "succeeded")
        found.until(owner, "broken", "staging", lambda state: state.get("sync") == "failed")
        _push(found, {"manifests/staging/vault/secret.yaml": SECRET % (PLANTED["git"] + "-changed")})
        yield found
    finally:
        product.stop(found)


def _coded(name):
    return base64.b64encode(PLANTED[name].encode()).decode()


def _in_cluster(found, namespace, obj):
    cluster = kube.Kube(str(found.home / "cluster" / "kubeconfig"))
    kind = cluster.kind("", "Secret")
    cluster.request("POST", kind.path(namespace), body={"apiVersion": "v1", "kind": "Secret", **obj})


def _push(found, files):
    folder = found.home.parent / "work"
    if not folder.exists():
        subprocess.run(["git", "clone", "-q", found.home / "config.git", folder], check=True)
    subprocess.run(["git", "pull", "-q"], cwd=folder, check=True)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    run = {"cwd": folder, "check": True, "env": found.env}
    subprocess.run(["git", "add", "-A"], **run)
    subprocess.run(["git", "commit", "-qm", "secrets"], **run)
    subprocess.run(["git", "push", "-q"], **run)


# --- what is looked through ------------------------------------------------------------------------------------------


def by_rest(demo, owner):
    """Every read that the API has, of every environment and of the apps in question; what is refused counts too."""
    with docs.routes().app_context():
        document = openapi.document()
    places = [{"app": app, "environment": environment} for app in ("vault", "broken", "nginx") for environment in ("staging", "production")]
    more = {"kind": ["secret", "secrets", "Deployment", "ConfigMap"], "name": ["db"], "promql": ["up"], "code": ["internal"]}
    for path, methods in document["paths"].items():
        if "get" not in methods or "stream" in path:
            continue
        for place in places:
            names = {each["name"]: each for each in methods["get"]["parameters"] if each["in"] != "header"}
            for kind in more["kind"] if "kind" in names else [None]:
                given = {name: place.get(name) or (kind if name == "kind" else more.get(name, [None])[0]) for name, each in names.items() if name in place or each["required"] or name == "kind"}
                address = path.format_map({name: given.get(name) or "x" for name in names})
                query = {name: value for name, value in given.items() if f"{{{name}}}" not in path and value}
                yield f"{address} {query}", owner.get(demo.url + address, params=query).text
    for kind in more["kind"][:2]:
        for namespace in ("staging", "production"):
            yield f"one {kind}", owner.get(f"{demo.api}/read/get", params={"kind": kind, "name": "db", "environment": namespace}).text
    for app in ("vault", "broken"):
        for entry in owner.get(f"{demo.api}/history", params={"app": app, "environment": "staging"}).json()["items"]:
            yield f"diff of {app}", owner.get(f"{demo.api}/read/diff", params={"app": app, "environment": "staging", "to": entry["revision"]}).text
    yield "diff of all", owner.get(f"{demo.api}/read/diff", params={"limit": 1000}).text
    yield "audit", owner.get(f"{demo.api}/audit", params={"format": "jsonl"}).text


def by_refusals(demo, owner):
    """What is asked for with a secret in it is refused, and repeats nothing of it, now or later."""
    for command in ({"verb": "set_env", "app": "nginx", "environment": "staging", "args": {"name": "DB_PASSWORD", "value": PLANTED["env"]}},
                    {"verb": "apply_manifest", "app": "vault2", "environment": "staging", "args": {"manifest": SECRET % PLANTED["env"]}}):
        answer = owner.post(f"{demo.api}/commands", json=command)
        assert answer.status_code == 422
        yield command["verb"], answer.text
    yield "bad token", requests.get(f"{demo.api}/me", headers={"Authorization": f"Bearer klp_{PLANTED['env']}"}).text


def by_chat(demo, owner):
    for text in (f"set DB_PASSWORD={PLANTED['said']} for nginx", "get secret db in staging", "show secrets", "vault 로그 보여줘", "diff of vault"):
        yield text, owner.post(f"{demo.api}/nlp/process", json={"text": text}).text
    socket = websocket.create_connection(f"ws://127.0.0.1:{demo.port}/api/v1/ws/chat", header=[f"Authorization: {owner.headers['Authorization']}"], timeout=20)
    socket.send(json.dumps({"text": "get secret db in staging"}))
    while True:
        message = socket.recv()
        yield "chat socket", message
        if json.loads(message)["event"] in ("answer", "problem"):
            break
    socket.close()
    yield "chat history", owner.get(f"{demo.api}/nlp/history").text


def by_mcp(demo, owner):
    token = owner.headers["Authorization"].partition(" ")[2]
    calls = [("get", {"kind": "Secret", "environment": "staging"}), ("get", {"kind": "secret", "name": "db", "environment": "staging"}), ("get_k8s_resource", {"kind": "Secret", "environment": "staging"}),
             ("diff", {"app": "vault", "environment": "staging"}), ("history", {"app": "vault", "environment": "staging"}), ("status", {"app": "broken", "environment": "staging"}), ("list_apps", {}), ("overview", {}),
             ("set_env", {"app": "nginx", "environment": "staging", "name": "DB_PASSWORD", "value": PLANTED["env"]})]
    for (name, _), answer in zip(calls, asyncio.run(call(demo, token, *calls)), strict=True):
        yield f"tool {name}", str(answer)


def by_events(demo, owner):
    """Every event there was, over each door that tells of them."""
    last = owner.get(f"{demo.api}/events", params={"limit": 500}).json()
    yield "events", json.dumps(last)
    stream = Stream(f"{demo.api}/events/stream?after=0", owner)
    socket = websocket.create_connection(f"ws://127.0.0.1:{demo.port}/api/v1/ws/events?after=0", header=[f"Authorization: {owner.headers['Authorization']}"], timeout=20)
    for _ in last["items"]:
        yield "stream", str(stream.next())
        yield "socket", socket.recv()
    stream.close()
    socket.close()


def by_command_line(demo, owner):
    for words in (("read", "get", "-e", "staging", "kind=secret"), ("read", "diff", "vault", "-e", "staging"), ("history", "vault", "-e", "staging"), ("read", "status", "broken", "-e", "staging"), ("audit", "export"), ("token", "list"),
                  ("submit", "set_env", "nginx", "-e", "staging", "name=DB_PASSWORD", f"value={PLANTED['env']}")):
        done = demo.cli(*words)
        yield " ".join(words[:2]), done.stdout + done.stderr
    done = subprocess.run([product.BIN / "klepaas", "doctor"], env={**demo.env, **SETTINGS}, capture_output=True, text=True, timeout=60)
    assert "GITHUB_WEBHOOK_SECRET" in done.stdout
    yield "doctor", done.stdout + done.stderr


def by_pages(demo, owner):
    for path in ("/", "/api", "/metrics", "/healthz", "/readyz", "/auth/providers", "/auth/login/github", "/static/js/app.js"):
        answer = requests.get(demo.url + path, allow_redirects=False)
        yield path, f"{answer.headers} {answer.text}"


DOORS = {"REST": by_rest, "refusals": by_refusals, "chat": by_chat, "MCP": by_mcp, "events": by_events, "command line": by_command_line, "pages and metrics": by_pages}


def told(text):
    """The planted secrets in a text, plain or as clusters and URLs write them."""
    return [name for name, value in PLANTED.items() if any(form in text for form in (value, base64.b64encode(value.encode()).decode().rstrip("=")[:-2], value.encode().hex()))]


@pytest.mark.parametrize("door", DOORS)
def test_nothing_that_is_answered_holds_a_secret(demo, door):
    """Through every door: responses, refusals, events, pages, metrics."""
    owner, looked = demo.client(), 0
    for what, text in DOORS[door](demo, owner):
        looked += 1
        assert told(text) == [], (what, told(text), text[:2000])
    assert looked >= 3


def test_nothing_that_is_kept_or_logged_holds_one(demo):
    """The logs of the web server and the controller, and every table of the ledger; after all that was asked above."""
    for name in ("web", "controller"):
        text = (demo.home / "logs" / f"{name}.log").read_text(errors="replace")
        assert told(text) == [], (name, text[-2000:])
    dump = subprocess.run(["python3", "-c", "import sqlite3, sys\nfor line in sqlite3.connect(sys.argv[1]).iterdump(): print(line)", demo.home / "ledger.db"], capture_output=True, text=True, check=True).stdout
    assert "CREATE TABLE" in dump
    lines = [line for line in dump.splitlines() if told(line)]
    assert lines == [], lines[:3]


def test_only_who_is_given_one_reads_it_from_the_cluster(demo):
    """The web server's own credentials cannot read a Secret: what is not there cannot leak."""
    config = yaml.safe_load((demo.home / "cluster" / "viewer.kubeconfig").read_text())
    assert config["users"]
    cluster = kube.Kube(str(demo.home / "cluster" / "viewer.kubeconfig"))
    with pytest.raises(KlepaasError):
        cluster.request("GET", "/api/v1/namespaces/staging/secrets/db")
