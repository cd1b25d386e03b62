"""What charts render to: what the real helm renders, checked, in one order, from what the revision holds."""

import json
import subprocess
import threading

import pytest

from gitops.charts import Renderer
from gitops.render.files import BUNDLED
from gitops.tree import overlay
from gitops.types import Change
from tests import tools
from tests.gitops.charts_help import CONFIG_MAP, DATA, STAGING, by_helm, case, chart, files_of, kinds, named, target, tree_of

CASES = [(name, path.stem) for name in ("umbrella", "odd", "bundled") for path in sorted((DATA / name / "values").iterdir())]


@pytest.fixture(scope="module")
def renderer():
    with_helm = Renderer()
    yield with_helm
    with_helm.close()


@pytest.mark.parametrize(("name", "values"), CASES)
def test_objects_are_those_of_helm(renderer, tmp_path, name, values):
    """A chart renders to the objects that `helm template` prints."""
    folder = None if name == "bundled" else DATA / name / "chart"
    tree = tree_of(tmp_path, case(name))
    found = renderer.render(tree, target(values, folder and f"charts/{name}"), STAGING)
    assert named(found) == by_helm(folder, DATA / name / "values" / f"{values}.yaml", values)


def test_what_helm_creates_renders(renderer, tmp_path):
    """A chart fresh from `helm create` renders as helm does it, autoscaled and with an ingress."""
    subprocess.run([tools.helm(), "create", "web"], cwd=tmp_path, check=True, capture_output=True)
    values = tmp_path / "values.yaml"
    values.write_text("autoscaling: {enabled: true}\ningress: {enabled: true}\nimage: {tag: '1.10'}\n")
    tree = tree_of(tmp_path, {**files_of(tmp_path / "web", "charts/web"), "values/staging/web.yaml": values.read_bytes()})
    found = renderer.render(tree, target("web", "charts/web"), STAGING)
    assert named(found) == by_helm(tmp_path / "web", values, "web")


def test_neighbours_keep_their_dependencies(renderer, tmp_path):
    """An app that switches a subchart off takes it from nobody else."""
    tree = tree_of(tmp_path, case("umbrella"))
    before, _, after = (renderer.render(tree.fresh(), target(app, "charts/umbrella"), STAGING) for app in ("default", "none", "all"))
    assert ("Cache", "default-cache") in kinds(before)
    assert ("Cache", "all-cache") in kinds(after) and ("CronJob", "all-jobs") in kinds(after)


def test_bundled_objects_are_named_like_the_app(renderer, tmp_path):
    """Everything the bundled chart renders has the app's name, and nothing but a rollout depends on the version."""
    found = renderer.render(tree_of(tmp_path, case("bundled")), target("full"), STAGING)
    assert kinds(found) == [(kind, "full") for kind in ("ServiceAccount", "ConfigMap", "Service", "Deployment", "HorizontalPodAutoscaler",
                                                        "PodDisruptionBudget", "Ingress")]
    selector = next(each for each in found.objects if each["kind"] == "Deployment")["spec"]["selector"]["matchLabels"]
    assert selector == {"app.kubernetes.io/name": "store", "app.kubernetes.io/instance": "full"}


def test_bundled_chart_keeps_numbers(renderer, tmp_path):
    """Large numbers stay what they are where the bundled chart makes text of them, in a map and in a list."""
    tree = tree_of(tmp_path, case("bundled"))
    full, several = (named(renderer.render(tree, target(app), STAGING))["apps", "Deployment", "", app]["spec"]["template"] for app in ("full", "list"))
    container = full["spec"]["containers"][0]
    assert container["image"] == "acme/shop:20240101"
    assert {each["name"]: each.get("value") for each in container["env"]} == {"A": "text", "B": "10000000", "S": None, "T": "true"}
    assert full["metadata"]["annotations"]["number"] == "12345678"
    assert several["spec"]["containers"][0]["env"][0] == {"name": "LIMIT", "value": "10000000"}


def test_bundled_chart_is_clean():
    """`helm lint --strict` has nothing against the bundled chart with any of the values."""
    for values in (DATA / "bundled" / "values").iterdir():
        subprocess.run([tools.helm(), "lint", "--strict", BUNDLED, "--values", values], check=True, capture_output=True)


def test_the_section_of_ours_stays_outside(renderer, tmp_path):
    """`klepaas:` in a values file does not reach the chart, not even one with a closed schema."""
    files = chart({"a.yaml": CONFIG_MAP % "a" + "data: {all: {{ .Values | toJson | quote }}}\n"},
                  **{"values.schema.json": json.dumps({"properties": {"a": {}}, "additionalProperties": False})})
    tree = tree_of(tmp_path, {**files, "values/staging/web.yaml": "klepaas: {suspend: true}\na: 1\n"})
    found = renderer.render(tree, target("web", "charts/web"), STAGING)
    assert found.objects[0]["data"]["all"] == '{"a":1}'


def test_whole_numbers_are_exact(renderer, tmp_path):
    """A rendered number beyond the precision of a float stays the number it is."""
    files = chart({"a.yaml": CONFIG_MAP % "a" + "spec: {most: 9223372036854775807, odd: 9007199254740993}\n"})
    tree = tree_of(tmp_path, {**files, "values/staging/web.yaml": ""})
    found = renderer.render(tree, target("web", "charts/web"), STAGING)
    assert found.objects[0]["spec"] == {"most": 2 ** 63 - 1, "odd": 2 ** 53 + 1}


def test_same_input_renders_once(renderer, tmp_path):
    """What was rendered is kept, by content; nobody's edit of the objects reaches it."""
    tree = tree_of(tmp_path, case("bundled"))
    first = renderer.render(tree, target("plain"), STAGING)
    second = renderer.render(tree.fresh(), target("plain"), STAGING)
    second.objects[0]["metadata"]["name"] = "changed"
    third = renderer.render(tree, target("plain"), STAGING)
    assert (second.cached, third.cached) == (True, True)
    assert third.objects == first.objects and third.digest == first.digest


def test_every_input_counts(renderer, tmp_path):
    """Another value, another chart, another namespace or another name render anew."""
    tree = tree_of(tmp_path, {**case("bundled"), **chart({"a.yaml": CONFIG_MAP % "{{ .Release.Name }}"}), "values/staging/web.yaml": "a: 1\n"})
    of_web = target("web", "charts/web")
    renderer.render(tree, of_web, STAGING)
    for path in ("values/staging/web.yaml", "charts/web/templates/b.yaml"):
        changed = overlay(tree, [Change(path, tree.read(path), (CONFIG_MAP % "other").encode())])
        assert not renderer.render(changed, of_web, STAGING).cached
    assert not renderer.render(tree, target("other", "charts/web", of_web.values_path), STAGING).cached
    assert renderer.render(tree, of_web, STAGING).cached


def test_values_in_the_charts_folder_are_not_the_chart(renderer, tmp_path):
    """Where apps' values stand in a folder of the chart, one app's commit does not render its neighbours again."""
    folder = "charts/web/values"
    tree = tree_of(tmp_path, {**chart({"a.yaml": CONFIG_MAP % "{{ .Values.name }}"}), f"{folder}/a-values.yaml": "name: a\n", f"{folder}/b-values.yaml": "name: b\n"})
    of_a, of_b = (target(app, "charts/web", f"{folder}/{app}-values.yaml") for app in ("a", "b"))
    renderer.render(tree, of_b, STAGING)
    changed = overlay(tree, [Change(f"{folder}/a-values.yaml", b"name: a\n", b"name: c\n")])
    assert kinds(renderer.render(changed, of_a, STAGING)) == [("ConfigMap", "c")]
    assert renderer.render(changed, of_b, STAGING).cached


def test_order_does_not_depend_on_templates(renderer, tmp_path):
    """Objects come in the order they are applied in, whatever the templates are called."""
    def of(kind, name):
        return f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}}}\n"
    templates = {"a.yaml": of("Service", "s"), "b.yaml": of("ConfigMap", "z") + "---\n" + of("ConfigMap", "a"), "c.yaml": of("Custom", "x"), "d.yaml": of("Namespace", "top")}
    tree = tree_of(tmp_path, {**chart(templates), "values/staging/web.yaml": ""})
    found = renderer.render(tree, target("web", "charts/web"), STAGING)
    assert kinds(found) == [("Namespace", "top"), ("ConfigMap", "a"), ("ConfigMap", "z"), ("Service", "s"), ("Custom", "x")]


def test_a_chart_of_chance_is_told(renderer, tmp_path):
    """A chart that renders differently each time is unstable; others are not."""
    tree = tree_of(tmp_path, {**chart({"a.yaml": CONFIG_MAP % "a" + "data: {key: {{ randAlphaNum 20 | quote }}}\n"}), **case("bundled"), "values/staging/web.yaml": ""})
    assert renderer.unstable(tree, target("web", "charts/web"), STAGING)
    assert not renderer.unstable(tree, target("full"), STAGING)


def test_threads_share_one_renderer(renderer, tmp_path):
    """Eight threads at once each get their own app's objects."""
    files = {f"values/staging/app-{number}.yaml": f"replicaCount: {number}\n" for number in range(40)}
    tree, found = tree_of(tmp_path, files), {}

    def some(start):
        for number in range(start, 40, 8):
            rendered = renderer.render(tree.fresh(), target(f"app-{number}"), STAGING)
            found[number] = next(each for each in rendered.objects if each["kind"] == "Deployment")["spec"]["replicas"]
    threads = [threading.Thread(target=some, args=(start,)) for start in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == {number: number for number in range(40)}
