"""The real kubectl works against the embedded cluster as people use it."""

import itertools
import json
import os
import subprocess

import pytest

from tests import tools

NAMES = (f"kubectl-{number}" for number in itertools.count())
MANIFEST = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "nginx:1.27", ports: [{containerPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {COLOR: red}
"""


@pytest.fixture
def kubectl(live, tmp_path):
    """Runs kubectl in a namespace of its own; its standard output."""
    name = next(NAMES)
    live.namespace(name)

    def run(*words, stdin=None, status=0, user="kubeconfig"):
        environment = {**os.environ, "KUBECONFIG": str(live.state / user), "HOME": str(tmp_path)}
        done = subprocess.run([tools.kubectl(), "-n", name, *words], input=stdin, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == status, (done.stdout, done.stderr)
        return done.stdout if not status else done.stdout + done.stderr

    return run


@pytest.fixture
def web(kubectl):
    """A rolled out Deployment with its Service and ConfigMap."""
    kubectl("apply", "-f", "-", stdin=MANIFEST)
    kubectl("rollout", "status", "deployment/web", "--timeout=30s")
    return kubectl


def test_apply_creates_changes_and_leaves_alone(kubectl):
    """kubectl apply says created, then unchanged, then configured."""
    assert kubectl("apply", "-f", "-", stdin=MANIFEST).splitlines() == ["deployment.apps/web created", "service/web created", "configmap/settings created"]
    assert kubectl("apply", "-f", "-", stdin=MANIFEST).count("unchanged") == 3
    assert "configmap/settings configured" in kubectl("apply", "-f", "-", stdin=MANIFEST.replace("red", "blue"))


def test_server_side_apply(kubectl):
    """kubectl apply --server-side conflicts with another manager, and takes over when told to."""
    kubectl("apply", "--server-side", "-f", "-", stdin=MANIFEST)
    changed = MANIFEST.replace("red", "blue")
    assert "conflict" in kubectl("apply", "--server-side", "--field-manager=other", "-f", "-", stdin=changed, status=1)
    kubectl("apply", "--server-side", "--field-manager=other", "--force-conflicts", "-f", "-", stdin=changed)
    assert kubectl("get", "configmap", "settings", "-o", "jsonpath={.data.COLOR}") == "blue"


def test_get_shows_tables(web):
    """kubectl get shows the columns people know, of all, wide, as YAML and by labels."""
    deployment = web("get", "deployments").splitlines()
    assert deployment[0].split() == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"] and deployment[1].split()[:2] == ["web", "2/2"]
    assert len(web("get", "pods", "-l", "app=web", "--no-headers").splitlines()) == 2
    assert "10.244." in web("get", "pods", "-o", "wide")
    assert {"deployment.apps/web", "service/web"} <= set(web("get", "all", "-o", "name").split())
    assert json.loads(web("get", "svc", "web", "-o", "json"))["spec"]["ports"][0]["targetPort"] == 8080
    assert 'deployments.apps "absent" not found' in web("get", "deployment", "absent", status=1)


def test_describe_names_what_happened(web):
    """kubectl describe shows a Deployment's sets and events, and a pod's."""
    told = web("describe", "deployment", "web")
    assert "NewReplicaSet:" in told and "ScalingReplicaSet" in told
    pod = web("get", "pods", "-o", "name").split()[0]
    assert "Successfully assigned" in web("describe", pod) and "Started" in web("describe", pod)


def test_logs(web):
    """kubectl logs shows what a pod said, of a Deployment too."""
    assert "starting nginx:1.27" in web("logs", "deployment/web")
    assert len(web("logs", web("get", "pods", "-o", "name").split()[0], "--tail=1").splitlines()) == 1


def test_restart_scale_and_undo(web):
    """kubectl rollout restart, scale, set image and rollout undo do what they say."""
    before = set(web("get", "pods", "-o", "name").split())
    web("rollout", "restart", "deployment/web")
    web("rollout", "status", "deployment/web", "--timeout=30s")
    web("scale", "deployment/web", "--replicas=1")
    web("set", "image", "deployment/web", "web=nginx:1.28")
    web("rollout", "status", "deployment/web", "--timeout=30s")
    web("rollout", "undo", "deployment/web")
    web("rollout", "status", "deployment/web", "--timeout=30s")
    assert web("get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[0].image} {.spec.replicas}") == "nginx:1.27 1"
    assert not before & set(web("get", "pods", "-o", "name").split())


def test_wait_edit_and_delete(web):
    """kubectl wait, label, annotate, patch, diff and delete."""
    web("wait", "--for=condition=Available", "deployment/web", "--timeout=10s")
    web("label", "configmap", "settings", "team=a")
    web("annotate", "configmap", "settings", "note=x")
    web("patch", "configmap", "settings", "-p", '{"data":{"SIZE":"2"}}')
    assert web("get", "configmap", "settings", "-o", "jsonpath={.data.SIZE}{.metadata.labels.team}{.metadata.annotations.note}") == "2ax"
    assert "+  COLOR: blue" in web("diff", "-f", "-", stdin=MANIFEST.replace("red", "blue"), status=1)
    web("delete", "-f", "-", "--timeout=30s", stdin=MANIFEST)
    web("wait", "--for=delete", "pod", "-l", "app=web", "--timeout=30s")


def test_explain_and_versions(kubectl):
    """kubectl explain, api-resources and version read what the server says of itself."""
    assert "rollingUpdate" in kubectl("explain", "deployment.spec.strategy")
    assert "deployments" in kubectl("api-resources", "--api-group=apps", "-o", "name")
    assert "v1.36" in kubectl("version")


def test_bad_manifests_are_refused(kubectl):
    """A misspelt field and an impossible object are refused with their place."""
    assert 'unknown field "spec.replica"' in kubectl("apply", "-f", "-", stdin=MANIFEST.replace("replicas:", "replica:"), status=1)
    assert "selector" in kubectl("apply", "-f", "-", stdin=MANIFEST.replace("labels: {app: web}}\n    spec", "labels: {app: other}}\n    spec"), status=1)


def test_a_viewer_reads_all_but_secrets(web):
    """The second kubeconfig reads objects and logs; it reads no Secret and writes nothing."""
    assert "web" in web("get", "deployments", user="viewer.kubeconfig")
    assert "starting" in web("logs", "deployment/web", user="viewer.kubeconfig")
    assert "forbidden" in web("get", "secrets", user="viewer.kubeconfig", status=1)
    assert "forbidden" in web("delete", "deployment", "web", user="viewer.kubeconfig", status=1)
