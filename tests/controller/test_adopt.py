"""`klepaas adopt`: what runs in a namespace already goes on from git, and no pod notices."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from gitops import config, services, submit
from gitops.types import SCOPES, Actor, Command
from tests import tools
from tests.controller.house import MERGE
from tests.devcluster.cluster import PATCH

BIN = Path(sys.executable).parent
LABELS = {"app": "web"}
PATHS = {"Deployment": "/apis/apps/v1/namespaces/{}/deployments", "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets", "Service": "/api/v1/namespaces/{}/services",
         "ConfigMap": "/api/v1/namespaces/{}/configmaps", "Secret": "/api/v1/namespaces/{}/secrets", "Ingress": "/apis/networking.k8s.io/v1/namespaces/{}/ingresses",
         "HorizontalPodAutoscaler": "/apis/autoscaling/v2/namespaces/{}/horizontalpodautoscalers", "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
         "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets", "CronJob": "/apis/batch/v1/namespaces/{}/cronjobs",
         "PodDisruptionBudget": "/apis/policy/v1/namespaces/{}/poddisruptionbudgets", "Pod": "/api/v1/namespaces/{}/pods"}


class Running:
    """A namespace in which things run, of which git knows nothing."""

    def __init__(self, made):
        self.made, self.namespace = made, made.namespace()
        made.cluster.create("/api/v1/namespaces", {"metadata": {"name": self.namespace}})

    def path(self, kind, name=None):
        return PATHS[kind].format(self.namespace) + (f"/{name}" if name else "")

    def create(self, *objects, manager="helm"):
        for each in objects:
            self.made.cluster.create(f"{self.path(each['kind'])}?fieldManager={manager}", each)

    def get(self, kind, name):
        return self.made.cluster.get(self.path(kind, name))

    def up(self, *deployments):
        """Once all are up: the uids of all pods."""
        for each in deployments:
            self.made.cluster.until(self.path("Deployment", each), lambda found: (found.get("status") or {}).get("availableReplicas") == found["spec"]["replicas"])
        return self.pods()

    def pods(self):
        return {each["metadata"]["uid"] for each in self.made.cluster.get(self.path("Pod"))["items"] if not each["metadata"].get("deletionTimestamp")}

    def adopt(self, *words, ok=True):
        """The finished command; its JSON where it succeeded."""
        done = subprocess.run([BIN / "klepaas", "adopt", self.namespace, "--json", *words], env=self.made.env, capture_output=True, text=True, timeout=60)
        assert (done.returncode == 0) == ok, done.stdout + done.stderr
        return json.loads(done.stdout) if ok else done.stderr

    def file(self, path):
        return yaml.safe_load(self.made.git("show", f"main:{path}"))


@pytest.fixture
def running(house):
    return Running(house())


def deployment(name="web", labels=LABELS, spec=None, **container):
    found = {"name": name, "image": "nginx:1.27", **container}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": labels},
            "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": {"containers": [found], **(spec or {})}}}}


def service(named="web", labels=LABELS, **port):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": named}, "spec": {"selector": labels, "ports": [{"port": 80, **port}]}}


def adopted(running, *apps):
    """After the controller's first sync: no pod is another one, and every object of the apps is ours."""
    before, preview = running.pods(), running.adopt("--preview")
    assert all(field.startswith("/metadata/") for each in preview["objects"] for field in each["fields"])
    found = running.adopt()
    assert found["objects"] == preview["objects"] and found["receipt"]["status"] == "committed"
    running.made.start()
    for app in apps:
        running.made.synced(app)
    assert running.pods() == before
    for each in found["objects"]:
        live = running.get(each["kind"], each["name"])
        assert live["metadata"]["annotations"]["klepaas.io/owner"].startswith(f"{running.made.name}/staging/{each['app']}:")
        assert [entry["manager"] for entry in live["metadata"]["managedFields"] if entry["manager"] == "helm"] == [], live["metadata"]["managedFields"]
    return found


@pytest.mark.pods
def test_a_plain_deployment_becomes_values(running):
    """Its values say what differs from the chart's, and the verbs work on it from then on."""
    running.create(deployment(ports=[{"containerPort": 8080}], env=[{"name": "MODE", "value": "1"}, {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
                              readinessProbe={"httpGet": {"path": "/", "port": 8080}}, resources={"requests": {"cpu": "100m"}}), service(targetPort=8080))
    running.up("web")
    found = adopted(running, "web")
    assert [(each["source"], each["kind"]) for each in found["objects"]] == [("values", "Deployment"), ("values", "Service")]
    assert running.file("values/staging/web.yaml") == {
        "klepaas": {"adopt": True}, "replicaCount": 2, "image": {"repository": "nginx", "tag": "1.27"}, "env": [
            {"name": "MODE", "value": "1"}, {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
        "resources": {"requests": {"cpu": "100m"}}, "readinessProbe": {"httpGet": {"path": "/", "port": 8080}}, "serviceAccount": {"name": None}, "selectorLabels": {"app": "web"},
        "service": {"port": 80, "targetPort": 8080, "portName": ""}}
    subprocess.run([BIN / "klepaas", "submit", "unset_env", "web", "-e", "staging", "name=MODE"], env=running.made.env, check=True, capture_output=True)
    running.made.wait(lambda: [each["name"] for each in running.get("Deployment", "web")["spec"]["template"]["spec"]["containers"][0]["env"]] == ["POD"])


@pytest.mark.pods
def test_a_helm_release_is_taken_over(running, tmp_path):
    """What the real helm makes of its own starter chart: every pod stays, Helm owns nothing of it any more, and the release is named."""
    subprocess.run([tools.helm(), "create", tmp_path / "shop"], check=True, capture_output=True)
    words = ["--set", "autoscaling.enabled=true,ingress.enabled=true,ingress.className=nginx", "--namespace", running.namespace]
    rendered = subprocess.run([tools.helm(), "template", "prod", tmp_path / "shop", *words], check=True, capture_output=True, text=True).stdout
    release = {"meta.helm.sh/release-name": "prod", "meta.helm.sh/release-namespace": running.namespace}
    for each in filter(None, yaml.safe_load_all(rendered)):
        if each["kind"] != "Pod":  # the release's test
            each["metadata"]["annotations"] = {**(each["metadata"].get("annotations") or {}), **release}
            running.create(each)
    running.up("prod-shop")
    found = adopted(running, "prod-shop", "prod-shop-extras")
    assert {each["kind"]: each["source"] for each in found["objects"]} == {
        "Deployment": "values", "Service": "values", "HorizontalPodAutoscaler": "values", "Ingress": "values", "ServiceAccount": "manifests"}
    assert found["releases"] == ["prod"]
    live = running.get("Deployment", "prod-shop")["metadata"]
    assert live["labels"]["app.kubernetes.io/managed-by"] == "klepaas" and live["labels"]["app.kubernetes.io/instance"] == "prod-shop"


@pytest.mark.pods
def test_what_kubectl_applied_is_taken_over(running, tmp_path):
    """A stateful set, its claim's template, a headless service, a disruption budget: as manifests without the noise, nothing differs."""
    manifest = f"""
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db, namespace: {running.namespace}}}
spec:
  serviceName: db
  selector: {{matchLabels: {{app: db}}}}
  template:
    metadata: {{labels: {{app: db}}}}
    spec: {{containers: [{{name: db, image: "postgres:16", volumeMounts: [{{name: data, mountPath: /data}}], envFrom: [{{configMapRef: {{name: db}}}}, {{secretRef: {{name: db}}}}]}}]}}
  volumeClaimTemplates: [{{metadata: {{name: data}}, spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}}}]
---
{{apiVersion: v1, kind: Service, metadata: {{name: db, namespace: {running.namespace}}}, spec: {{clusterIP: None, selector: {{app: db}}, ports: [{{port: 5432, name: pg}}]}}}}
---
{{apiVersion: v1, kind: ConfigMap, metadata: {{name: db, namespace: {running.namespace}}}, data: {{MODE: one}}}}
---
{{apiVersion: v1, kind: ConfigMap, metadata: {{name: lost, namespace: {running.namespace}}}, data: {{a: b}}}}
---
{{apiVersion: v1, kind: Secret, metadata: {{name: db, namespace: {running.namespace}}}, stringData: {{PASSWORD: hunter22hunter22}}}}
---
{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: db, namespace: {running.namespace}}}, spec: {{minAvailable: 1, selector: {{matchLabels: {{app: db}}}}}}}}
"""
    (tmp_path / "all.yaml").write_text(manifest)
    subprocess.run([tools.kubectl(), "--kubeconfig", running.made.env["KUBECONFIG"], "apply", "-f", tmp_path / "all.yaml"], check=True, capture_output=True)
    running.made.cluster.until(running.path("StatefulSet", "db"), lambda found: (found.get("status") or {}).get("readyReplicas") == 1)
    generation = running.get("StatefulSet", "db")["metadata"]["generation"]
    found = adopted(running, "db")
    assert running.get("StatefulSet", "db")["metadata"]["generation"] == generation
    assert {each["kind"] for each in found["objects"]} == {"StatefulSet", "Service", "ConfigMap", "PodDisruptionBudget"}
    assert running.file("manifests/staging/db/service-db.yaml") == {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "db", "annotations": {"klepaas.io/adopt": "enabled"}},
        "spec": {"clusterIP": "None", "selector": {"app": "db"}, "ports": [{"name": "pg", "port": 5432}]}}
    assert set(running.file("manifests/staging/db/statefulset-db.yaml")["spec"]) == {"replicas", "serviceName", "selector", "template", "volumeClaimTemplates"}
    left = {(kind, name): why for kind, name, why in found["left"]}
    assert "stays in the cluster" in left["Secret", "db"] and left["ConfigMap", "lost"] == "belongs to no workload"
    assert "hunter22" not in running.made.git("log", "-p", "main")


@pytest.mark.pods
def test_an_unusual_deployment_is_said_in_full(running):
    """Init containers, sidecars, a second port, pod fields that the chart has no name for, a Service of another name: all in values and extras."""
    running.create(
        deployment(spec={"initContainers": [{"name": "init", "image": "busybox:1"}], "dnsPolicy": "Default", "hostAliases": [{"ip": "127.0.0.1", "hostnames": ["a.example.com"]}],
                         "containers": [{"name": "main", "image": "registry.example.com:5000/a/web@sha256:" + "a" * 64, "ports": [{"name": "http", "containerPort": 80}, {"name": "metrics", "containerPort": 9}],
                                         "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}}, "imagePullPolicy": "Always"}, {"name": "helper", "image": "busybox:1"}]}),
        service("front", name="http", targetPort="http"),
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "both"}, "spec": {"selector": LABELS, "ports": [{"name": "a", "port": 80}, {"name": "b", "port": 9}]}})
    running.up("web")
    found = adopted(running, "web", "web-extras")
    assert {(each["app"], each["name"]): each["source"] for each in found["objects"]} == {("web", "web"): "values", ("web", "front"): "values", ("web-extras", "both"): "manifests"}
    written = running.file("values/staging/web.yaml")
    assert written["image"] == {"repository": "registry.example.com:5000/a/web", "tag": "sha256:" + "a" * 64, "pullPolicy": "Always"}
    assert written["service"] == {"name": "front", "port": 80} and written["containerName"] == "main"


@pytest.mark.pods
def test_what_several_use_is_the_shared_apps(running):
    """A ConfigMap that two Deployments read, and an Ingress to both, belong to neither."""
    other = {"app": "api"}
    running.create(deployment(envFrom=[{"configMapRef": {"name": "common"}}]), service(), deployment("api", other, envFrom=[{"configMapRef": {"name": "common"}}]), service("api", other),
                   {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "common"}, "data": {"a": "b"}},
                   {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "all"}, "spec": {"rules": [{"host": "a.example.com", "http": {"paths": [
                       {"path": f"/{name}", "pathType": "Prefix", "backend": {"service": {"name": name, "port": {"number": 80}}}} for name in ("web", "api")]}}]}})
    running.up("web", "api")
    found = adopted(running, "web", "api", "shared")
    assert {(each["app"], each["kind"]) for each in found["objects"]} == {("web", "Deployment"), ("web", "Service"), ("api", "Deployment"), ("api", "Service"), ("shared", "ConfigMap"), ("shared", "Ingress")}


def test_secrets_in_clear_stay_outside_git(running):
    """A Deployment with a password among its variables is left and named, a ConfigMap with one too; their neighbours are adopted."""
    running.create(deployment("open", {"app": "open"}, env=[{"name": "DB_PASSWORD", "value": "hunter22hunter22"}]), deployment(envFrom=[{"configMapRef": {"name": "web"}}]),
                   {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"API_TOKEN": "hunter22hunter22"}})
    found = running.adopt()
    assert [each["name"] for each in found["objects"]] == ["web"]
    left = {(kind, name): why for kind, name, why in found["left"]}
    assert "DB_PASSWORD looks like a secret" in left["Deployment", "open"] and "API_TOKEN" in left["ConfigMap", "web"]
    assert "hunter22" not in running.made.git("log", "-p", "main")


@pytest.mark.pods
def test_a_preview_writes_nothing_and_a_second_time_finds_nothing(running):
    """The preview is what would be committed; adopted apps are not adopted again, synced or not."""
    running.create(deployment())
    head = running.made.repo.head()
    preview = running.adopt("--preview")
    assert preview["receipt"]["status"] == "preview" and running.made.repo.head() == head
    assert running.adopt()["receipt"]["status"] == "committed"
    again = running.adopt()
    assert again["receipt"] is None and "is in staging already" in again["left"][0][2]
    running.made.start()
    running.made.synced("web")
    assert running.adopt() == {"files": {}, "objects": [], "left": [], "releases": [], "receipt": None}


@pytest.mark.pods
def test_where_the_environment_asks_for_review_it_is_proposed(house):
    """One review for all of it; approved and merged, it is one commit of the same files."""
    running = Running(house(of=", review: required"))
    running.create(deployment(), deployment("api", {"app": "api"}))
    found = running.adopt()["receipt"]
    assert found["status"] == "proposed" and found["plan"]["summary"] == "2 apps there already: api, web"
    assert running.made.git("show", "--format=", "--name-only", found["review"]["branch"]).split() == ["values/staging/api.yaml", "values/staging/web.yaml"]
    opened, reviewer = services.open(config.load(running.made.env, None)), Actor("Lee", "lee@example.com", frozenset(SCOPES), "rest", session=True)
    for verb in ("approve", "merge"):
        submit.submit(opened, reviewer, Command(verb, None, None, {"review": found["review"]["id"]}))
    opened.close()
    assert running.file("values/staging/web.yaml")["klepaas"] == {"adopt": True}
    assert running.made.git("log", "-1", "--format=%s", "main") == "adopt(staging): 2 apps there already: api, web"


def test_a_namespace_of_no_environment_is_refused(running):
    """Which environment it would be is for klepaas.yaml to say."""
    done = subprocess.run([BIN / "klepaas", "adopt", "elsewhere"], env=running.made.env, capture_output=True, text=True)
    assert done.returncode == 1 and "no environment of klepaas.yaml has the namespace elsewhere" in done.stderr


def test_what_people_read_names_every_object(running):
    """The command's words: object by object what it does, and what stays outside."""
    running.create(deployment(), service("other", {"app": "nobody"}))
    done = subprocess.run([BIN / "klepaas", "adopt", running.namespace, "--preview"], env=running.made.env, capture_output=True, text=True, check=True)
    assert "values     Deployment web: " in done.stdout and "Service other: belongs to no workload" in done.stdout and "preview: adopt" in done.stdout


@pytest.mark.pods
def test_other_tools_fields_are_left_to_them(running):
    """Only who wrote what git says loses it: an autoscaler's and a controller's entries stay."""
    running.create(deployment(), {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "cpu"}, "spec": {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": 5, "behavior": {"scaleDown": {"stabilizationWindowSeconds": 60}}}})
    running.up("web")
    running.made.cluster.ask("PATCH", running.path("Deployment", "web") + "?fieldManager=watcher", {"metadata": {"annotations": {"example.com/seen": "yes"}}}, **{"Content-Type": MERGE})
    adopted(running, "web", "web-extras")
    live = running.get("Deployment", "web")
    assert "watcher" in [each["manager"] for each in live["metadata"]["managedFields"]] and live["metadata"]["annotations"]["example.com/seen"] == "yes"
    running.made.cluster.ask("PATCH", running.path("Deployment", "web") + "/scale", {"spec": {"replicas": 3}}, **{"Content-Type": PATCH})
    assert running.file("values/staging/web.yaml")["replicaCount"] is None
    running.made.wait(lambda: (running.get("Deployment", "web").get("status") or {}).get("availableReplicas") == 3)


def test_what_the_chart_cannot_say_becomes_manifests(running):
    """A paused Deployment and one selected by expressions, beside roles whose names differ by little: each as it is, and the paused one stays paused."""
    paused, chosen = deployment("paused", {"app": "paused"}, {"serviceAccountName": "reader"}), deployment("chosen", {"app": "chosen"})
    paused["spec"]["paused"] = True
    chosen["spec"]["selector"] = {"matchExpressions": [{"key": "app", "operator": "In", "values": ["chosen"]}]}
    running.create(paused, chosen, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "reader", "annotations": {"helm.sh/hook": "pre-install"}}})
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{running.namespace}"
    for name in ("app.reader", "app-reader"):
        running.made.cluster.create(f"{rbac}/roles", {"metadata": {"name": name}, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]})
        running.made.cluster.create(f"{rbac}/rolebindings", {"metadata": {"name": name}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
                                                             "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": running.namespace}]})
    found = running.adopt()
    assert {each["app"]: each["source"] for each in found["objects"]} == {"paused": "manifests", "chosen": "manifests"}
    assert len(found["files"]["paused"]["manifests"]) == 6
    running.made.start()
    running.made.synced("paused")
    assert running.get("Deployment", "paused")["spec"]["paused"] is True
    roles = running.made.cluster.get(f"{rbac}/roles")["items"]
    assert {each["metadata"]["name"] for each in roles if "klepaas.io/owner" in (each["metadata"].get("annotations") or {})} == {"app.reader", "app-reader"}


@pytest.mark.pods
def test_what_kubectl_made_becomes_values(running):
    """`kubectl create deployment` and `kubectl expose`, a DaemonSet and a CronJob: all of it goes on from git."""
    kubectl = [tools.kubectl(), "--kubeconfig", running.made.env["KUBECONFIG"], "--namespace", running.namespace]
    for words in (["create", "deployment", "web", "--image=nginx", "--port=80"], ["expose", "deployment", "web"], ["create", "cronjob", "nightly", "--image=busybox:1", "--schedule=0 3 * * *"]):
        made = subprocess.run([*kubectl, *words, "--dry-run=client", "-o", "json"], check=True, capture_output=True).stdout  # sent as JSON: the embedded cluster reads no protobuf
        subprocess.run([*kubectl, "create", "-f", "-"], input=made, check=True, capture_output=True)
    daemon = {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent"}, "spec": {key: value for key, value in deployment("agent", {"app": "agent"})["spec"].items() if key != "replicas"}}
    subprocess.run([*kubectl, "apply", "-f", "-"], input=json.dumps(daemon), text=True, check=True, capture_output=True)
    running.up("web")
    found = adopted(running, "web", "nightly", "agent")
    assert {(each["kind"], each["source"]) for each in found["objects"]} == {("Deployment", "values"), ("Service", "values"), ("CronJob", "manifests"), ("DaemonSet", "manifests")}
    assert running.file("values/staging/web.yaml")["image"] == {"repository": "nginx", "pullPolicy": "Always"}
