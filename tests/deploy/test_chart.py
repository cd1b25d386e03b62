"""The Helm chart of the product: it renders, it lints, and what it makes may do little."""

import re
import shlex

import pytest
import yaml

from gitops import config
from tests.deploy.chart import CHART, ROOT, VALUES, helm, of_kind, pods, rendered

BY_NAME = pytest.mark.parametrize("values", VALUES, ids=lambda path: path.stem)
OURS = {"HOST", "WEB_CONCURRENCY", "WEB_THREADS", "HOME"}  # gunicorn's (web/gunicorn_conf.py) and git's
SMALL = next(path for path in VALUES if path.stem == "small")
FULL = next(path for path in VALUES if path.stem == "full")
BARE = next(path for path in VALUES if path.stem == "bare")


def processes():
    """name -> words, as the Procfile starts them."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: shlex.split(command) for name, _, command in (line.partition(":") for line in lines)}


@BY_NAME
def test_it_lints(values):
    """helm lint --strict finds nothing."""
    done = helm("lint", "--strict", CHART, "-f", values)
    assert done.returncode == 0, done.stdout


@BY_NAME
def test_every_name_is_there_once(values):
    """No two objects of a kind share a namespace and a name; all are labelled as the product's."""
    objects = rendered(values)
    keys = [(each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]) for each in objects]
    assert len(keys) == len(set(keys))
    assert {each["metadata"]["labels"]["app.kubernetes.io/name"] for each in objects} == {"klepaas"}


@BY_NAME
def test_processes_are_the_procfiles(values):
    """web, controller and the migrations run what the Procfile says."""
    found = {name.split("-")[1]: spec["containers"][0]["command"] for name, spec in pods(rendered(values)).items()}
    assert found == {"web": processes()["web"], "controller": processes()["controller"], "migrations": processes()["release"]}


@BY_NAME
def test_settings_are_the_products(values):
    """Every name in the ConfigMap and the pods is a setting; secrets come from the Secret alone."""
    objects = rendered(values)
    plain = {name for each in of_kind(objects, "ConfigMap").values() for name in each["data"]}
    env = [each for spec in pods(objects).values() for container in spec["containers"] for each in container["env"]]
    plain |= {each["name"] for each in env if "value" in each} - OURS
    kept = {each["name"] for each in env if "valueFrom" in each}
    assert plain <= set(config.SETTINGS) and not any(config.SETTINGS[name].secret for name in plain)
    assert kept and all(config.SETTINGS[name].secret for name in kept)


def test_the_settings_that_the_values_offer_are_the_products():
    """values.yaml and its secret keys name settings, and name the secrets as such."""
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    named = {name for group in values["secretKeys"].values() for names in group.values() for name in names}
    assert set(values["settings"]) <= {name for name, each in config.SETTINGS.items() if not each.secret}
    assert named <= {name for name, each in config.SETTINGS.items() if each.secret}


@BY_NAME
def test_pods_may_do_nothing_of_their_own(values):
    """Not root, a read-only root file system, no capability, the runtime's seccomp profile, bounded memory; only folders of their own are writable."""
    for name, spec in pods(rendered(values)).items():
        container = spec["containers"][0]
        assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["runAsUser"] > 0 and spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}
        assert spec["enableServiceLinks"] is False  # a Service called klepaas would set KLEPAAS_PORT
        assert container["resources"]["limits"]["memory"] and container["resources"]["requests"]
        writable = {each["name"] for each in container["volumeMounts"] if not each.get("readOnly")}
        assert writable == {"home", "tmp"} == {each["name"] for each in spec["volumes"] if "emptyDir" in each}


@BY_NAME
def test_only_who_speaks_to_the_cluster_has_a_token(values):
    """The migrations have no service account's token; web and controller have one each of their own."""
    found = {name.split("-")[1]: spec for name, spec in pods(rendered(values)).items()}
    assert not found["migrations"]["automountServiceAccountToken"] and "serviceAccountName" not in found["migrations"]
    assert found["web"]["serviceAccountName"] != found["controller"]["serviceAccountName"]


def test_a_cloud_knows_each_process_by_an_account_of_its_own():
    """Workload identity is an annotation of web's service account, and not of the controller's."""
    found = {each["metadata"]["labels"]["app.kubernetes.io/component"]: each["metadata"].get("annotations") for each in of_kind(rendered(FULL), "ServiceAccount").values()}
    assert found == {"web": {"iam.gke.io/gcp-service-account": "web@proj.iam.gserviceaccount.com"}, "controller": None}


@BY_NAME
def test_probes_ask_what_answers(values):
    """Liveness asks /healthz and readiness /readyz, at a port that the container has."""
    for name, each in of_kind(rendered(values), "Deployment").items():
        container = each["spec"]["template"]["spec"]["containers"][0]
        ports = {port["name"] for port in container["ports"]}
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz" and container["readinessProbe"]["httpGet"]["path"] == "/readyz", name
        assert {container[probe]["httpGet"]["port"] for probe in ("livenessProbe", "readinessProbe", "startupProbe")} <= ports


@BY_NAME
def test_selectors_find_their_pods_alone(values):
    """Service, PodDisruptionBudget and NetworkPolicy select the pods of one part."""
    objects = rendered(values)
    labels = {each["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"]: each["spec"]["template"]["metadata"]["labels"] for each in objects if each["kind"] in ("Deployment", "Job")}
    selectors = [each["spec"]["selector"] for each in of_kind(objects, "Service").values()]
    selectors += [each["spec"]["selector"]["matchLabels"] for each in of_kind(objects, "PodDisruptionBudget").values()]
    selectors += [each["spec"]["podSelector"]["matchLabels"] for each in of_kind(objects, "NetworkPolicy").values()]
    assert all(sum(selector.items() <= each.items() for each in labels.values()) == 1 for selector in selectors)


def test_migrations_are_a_hook_or_a_job():
    """A hook runs before install and upgrade; a plain Job has a name that changes with what it runs, since Jobs are immutable."""
    hook, = of_kind(rendered(SMALL), "Job").values()
    plain, = of_kind(rendered(BARE), "Job").values()
    newer, = of_kind(rendered(BARE, "--set", "image.tag=2.0.0"), "Job").values()
    assert hook["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert "annotations" not in plain["metadata"] and plain["metadata"]["name"] != newer["metadata"]["name"]
    assert not [each for each in hook["spec"]["template"]["spec"]["containers"][0].get("envFrom", ())]  # the ConfigMap is not there yet


def test_two_controllers_share_by_leases():
    """As many as asked, of which each may have leases in every namespace that is managed."""
    objects = rendered(FULL)
    assert of_kind(rendered(SMALL), "Deployment")["shop-controller"]["spec"]["replicas"] == 2
    roles = [each for each in objects if each["kind"] == "Role" and each["metadata"]["name"].endswith("-controller")]
    assert {each["metadata"]["namespace"] for each in roles} == {"staging", "production"}
    assert all({"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "update"]} in each["rules"] for each in roles)


def test_nothing_is_cluster_wide_unless_said():
    """Without what needs it there is no ClusterRole; no rule has a star."""
    assert not of_kind(rendered(BARE), "ClusterRole")
    assert list(of_kind(rendered(SMALL), "ClusterRole")) == ["platform-shop-web"]
    rules = [rule for values in VALUES for each in rendered(values) if each["kind"] in ("Role", "ClusterRole") for rule in each["rules"]]
    assert not [rule for rule in rules if "*" in (*rule["apiGroups"], *rule["resources"], *rule["verbs"])]


def test_web_writes_nothing_and_reads_no_secret():
    """What web may do is get and list; Secrets not even that."""
    rules = [rule for values in VALUES for each in rendered(values) if each["kind"] in ("Role", "ClusterRole") and each["metadata"]["name"].endswith("-web") for rule in each["rules"]]
    assert {verb for rule in rules for verb in rule["verbs"]} <= {"get", "list"}
    assert not [rule for rule in rules if "secrets" in rule["resources"]]


@pytest.mark.parametrize("given, said", [
    (("--set", "existingSecret="), "existingSecret"), (("--set", "settings.CONFIG_REPO="), "CONFIG_REPO"), (("--set", "settings.DATABASE_URL=postgresql://x"), "DATABASE_URL"),
    (("--set", "web.replica=2"), "replica"), (("--set", "controller.metricsPort=0"), "metricsPort"), (("--set", "rbac.namespaces={Not_A_Name}"), "namespaces"),
    (("--set", "ingress.enabled=true"), "ingress.host"), (("--set", "settings.lower=x"), "lower")])
def test_what_is_wrong_is_named(given, said):
    """A missing, mistyped or secret value is refused by its name."""
    done = helm("template", "shop", CHART, "-f", SMALL, *given)
    assert done.returncode != 0 and said in done.stderr


def test_no_registry_is_named():
    """The image is the operator's choice."""
    assert not re.search(r"\b(docker|ghcr|quay|gcr|registry)\.(io|k8s)", "".join(path.read_text() for path in CHART.rglob("*") if path.is_file()))
