"""Signing in to clusters of clouds by programs of the operator's kubeconfig, against a server that takes one token."""

import base64
import contextlib
import http.server
import json
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from controller.cluster import signin
from controller.cluster.kube import Kube, connect
from gitops import config
from gitops.errors import KlepaasError
from gitops.outside import gcp, ncp
from tests.gitops import gcp_help

API = "client.authentication.k8s.io/v1beta1"
GOOD = "k8s-t0ken-0123456789"


@pytest.fixture
def cluster():
    """Answers /version to whoever has a token of `takes`."""
    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            given = self.headers.get("Authorization", "").removeprefix("Bearer ")
            self.server.asked.append(given)
            data = json.dumps({"gitVersion": "v1.33.0"} if given in self.server.takes else {"kind": "Status", "message": "Unauthorized"}).encode()
            self.send_response(200 if given in self.server.takes else 401)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *words):
            """Tests are quiet."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.takes, server.asked = {GOOD}, []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def place(tmp_path, cluster, monkeypatch):
    """A folder on PATH for programs; `config(command)` writes a kubeconfig whose user signs in by one."""
    class Place:
        runs = tmp_path / "runs"

        def program(self, name, script):
            path = tmp_path / "bin" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"#!/bin/sh\necho \"$@ $NCLOUD_ACCESS_KEY $NCLOUD_API_GW\" >> {self.runs}\n{script}\n")
            path.chmod(path.stat().st_mode | stat.S_IXUSR)

        def config(self, command, **more):
            user = {"exec": {"apiVersion": API, "command": command, "args": ["token", "--clusterUuid", "u-1"], **more}}
            path = tmp_path / "kubeconfig"
            path.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Config", "current-context": "c", "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{cluster.server_port}"}}],
                                            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}], "users": [{"name": "u", "user": user}]}))
            return str(path)

        def ran(self):
            return self.runs.read_text().splitlines() if self.runs.exists() else []
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr(signin, "DEADLINE", 1)
    return Place()


def said(token=GOOD, seconds=3600, **more):
    end = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"echo '{json.dumps({'apiVersion': API, 'kind': 'ExecCredential', 'status': {'token': token, 'expirationTimestamp': end}, **more})}'"


def test_a_program_signs_in(place, cluster):
    """NKS's, with the keys of our settings; one run for many requests and threads."""
    place.program("ncp-iam-authenticator", f"sleep 0.2; {said()}")
    settings = config.load({"NCP_ACCESS_KEY": "the-key", "NCP_SECRET_KEY": "the-secret"}, None)
    kube = Kube(place.config("ncp-iam-authenticator"), settings=settings)
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: kube.version(), range(24))) == {"v1.33.0"}
    assert place.ran() == ["token --clusterUuid u-1 the-key https://ncloud.apigw.ntruss.com"]


def test_a_token_near_its_end_is_renewed(place, cluster, monkeypatch):
    """Before it ends; what the kubeconfig gives the program goes before our settings."""
    monkeypatch.setattr("controller.cluster.kube.SIGNED", 0)
    place.program("ncp-iam-authenticator", said(seconds=30))
    kube = Kube(place.config("ncp-iam-authenticator", env=[{"name": "NCLOUD_ACCESS_KEY", "value": "own"}]), settings=config.load({"NCP_ACCESS_KEY": "ours", "NCP_SECRET_KEY": "s"}, None))
    before = len(place.ran())
    assert kube.version() == kube.version() == "v1.33.0" and len(place.ran()) >= before + 2 and all(" own " in each for each in place.ran())


def test_a_token_that_is_refused_is_asked_for_again(place, cluster):
    """Once: it may have been revoked before its time."""
    place.program("auth", said("old"))
    cluster.takes = {"old"}
    kube = Kube(place.config("auth"))
    assert kube.version() == "v1.33.0"
    cluster.takes = {GOOD}
    place.program("auth", said())
    assert kube.version() == "v1.33.0"
    cluster.takes = set()
    cluster.asked.clear()
    with pytest.raises(KlepaasError):
        kube.version()
    assert len(cluster.asked) == 2


FAILURES = {"missing": (None, "is not installed"), "fails": ("echo no session for the-s3cret >&2; exit 3", "ended with 3: no session for ***"), "hangs": ("sleep 20", "took longer than 1 s"), "no json": ("echo hi", "answered what is no credential"),
            "other version": (said().replace("v1beta1", "v1"), "answered what is no credential"), "no token": ("echo '{\"apiVersion\": \"%s\", \"kind\": \"ExecCredential\", \"status\": {}}'" % API, "answered what is no credential")}


@pytest.mark.parametrize("how", FAILURES)
def test_a_program_that_fails_says_why(place, cluster, how):
    """Named, within its deadline, and tried again when asked again; nothing is asked of the cluster without a credential."""
    script, why = FAILURES[how]
    if script:
        place.program("auth", script)
    path, began = place.config("auth"), time.monotonic()
    with pytest.raises(KlepaasError) as caught:
        connect(path, settings=config.load({"NCP_ACCESS_KEY": "k", "NCP_SECRET_KEY": "the-s3cret"}, None))
    assert (caught.value.code, caught.value.transient) == ("cluster_signin", True) and f"auth {why}" in caught.value.text() and time.monotonic() - began < 10 and cluster.asked == []
    place.program("auth", said())
    assert connect(path).version() == "v1.33.0"


def test_gke_without_its_program(place, cluster, monkeypatch, tmp_path):
    """google-auth gives the token; where the program is, it does."""
    monkeypatch.setattr(gcp, "_kept", {})
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    cluster.takes = {gcp_help.TOKEN, GOOD}
    with gcp_help.serve(tmp_path) as google:
        kube = Kube(place.config("gke-gcloud-auth-plugin"), settings=config.load(google.settings, None))
        assert kube.version() == kube.version() == "v1.33.0" and google.cloud.tokens == 1 and set(cluster.asked) == {gcp_help.TOKEN}
        place.program("gke-gcloud-auth-plugin", said())
        assert Kube(place.config("gke-gcloud-auth-plugin"), settings=config.load(google.settings, None)).version() == "v1.33.0" and cluster.asked[-1] == GOOD


def test_nks_without_its_program(place, cluster, monkeypatch):
    """The keys sign what it would have signed; its own test's figures are ours."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(ncp.time, "time", lambda: 1668407407.855)
    settings = config.load({"NCP_ACCESS_KEY": "access", "NCP_SECRET_KEY": "secret"}, None)
    found = signin.Plugin(yaml.safe_load(open(place.config("ncp-iam-authenticator", args=["token", "--clusterUuid=D11328F1-ECA9-4F1B-BA22-921F61D9C5FF", "--region", "KRS"])))["users"][0]["user"]["exec"], None, settings=settings).token()
    claim = json.loads(base64.b64decode(found.removeprefix("k8s-ncp-v1.")))
    assert claim == {"timestamp": "1668407407855", "accessKey": "access", "signature": "emeahfW4CmzsxIQ5ip0cd9yqERXJ+ZJsRfQpGNmKdXk=", "path": "/iam/krs-v1/user?clusterUuid=D11328F1-ECA9-4F1B-BA22-921F61D9C5FF"}
    cluster.takes = {found}
    kube = Kube(place.config("ncp-iam-authenticator", args=["token", "--clusterUuid", "D11328F1-ECA9-4F1B-BA22-921F61D9C5FF", "--region", "KRS"]), settings=settings)
    assert kube.version() == "v1.33.0"
    with pytest.raises(KlepaasError) as caught:
        Kube(place.config("ncp-iam-authenticator"), settings=config.load({}, None))
    assert "ncp-iam-authenticator is not installed" in caught.value.text()


def test_a_slow_program_keeps_no_other_cluster(place, cluster, tmp_path):
    """Others are connected to meanwhile."""
    place.program("slow", f"sleep 0.8; {said()}")
    place.program("auth", said())
    slow = place.config("slow")
    other = tmp_path / "other"
    other.write_text((tmp_path / "kubeconfig").read_text().replace("command: slow", "command: auth"))
    with contextlib.ExitStack() as stack:
        thread = threading.Thread(target=lambda: connect(slow).version())
        thread.start()
        stack.callback(thread.join)
        time.sleep(0.1)
        began = time.monotonic()
        assert connect(str(other)).version() == "v1.33.0" and time.monotonic() - began < 0.6
