"""Apps without a chart: plain manifests and kustomizations; and what differs between two renderings."""

import os
import shutil
from pathlib import Path

import pytest

from gitops import charts
from gitops.charts import Renderer
from gitops.errors import Invalid
from gitops.repo import Repository
from gitops.tree import overlay
from gitops.types import Change
from tests import tools
from tests.gitops.charts_help import CONFIG_MAP, STAGING, case, kinds, plain, target, tree_of
from tests.gitops.repo_help import git, outsider

FOLDER = "manifests/staging/shop"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations: {%s: '{\"data\": \"cGxhaW4=\"}'}\ndata: {a: %s, b: dW5jaGFuZ2Vk}\n" % (
    charts.LAST_APPLIED, "%s")
BASE = {f"{FOLDER}/kustomization.yaml": "resources: [../../base/shop, extra.yaml]\nnamePrefix: my-\npatches: [{path: patch.yaml}]\n",
        f"{FOLDER}/extra.yaml": CONFIG_MAP % "extra", f"{FOLDER}/patch.yaml": CONFIG_MAP % "base" + "data: {a: patched}\n",
        "manifests/base/shop/kustomization.yaml": "resources: [base.yaml]\n", "manifests/base/shop/base.yaml": CONFIG_MAP % "base" + "data: {a: b}\n",
        "manifests/staging/other/a.yaml": CONFIG_MAP % "other"}


@pytest.fixture(scope="module")
def renderer():
    with_helm = Renderer()
    yield with_helm
    with_helm.close()


@pytest.fixture
def kubectl(monkeypatch):
    monkeypatch.setenv("PATH", f"{Path(tools.kubectl()).parent}:{os.environ['PATH']}")


def refused(renderer, tree):
    with pytest.raises(Invalid) as caught:
        renderer.render(tree, plain("shop"), STAGING)
    return caught.value


def test_a_folder_of_manifests_is_an_app(renderer, tmp_path):
    """Every YAML and JSON document below the folder counts, a List as its items; other files do not."""
    files = {f"{FOLDER}/a.yaml": CONFIG_MAP % "a" + "---\n" + CONFIG_MAP % "b", f"{FOLDER}/deep/c.json": '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "c"}}',
             f"{FOLDER}/list.yml": "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: p}}\n", f"{FOLDER}/README.md": "- no YAML: ["}
    found = renderer.render(tree_of(tmp_path, files), plain("shop"), STAGING)
    assert kinds(found) == [("ConfigMap", "a"), ("ConfigMap", "b"), ("Service", "c"), ("Pod", "p")]


def test_manifests_read_as_kubernetes_reads_them(renderer, tmp_path):
    """Keys become text and whole floats whole numbers, as they do when kubectl sends the same file."""
    text = CONFIG_MAP % "a" + "data: {2: two, true: yes, null: nothing}\nspec: {port: 8.0e+1, half: 0.5, most: 9223372036854775807}\n"
    found = renderer.render(tree_of(tmp_path, {f"{FOLDER}/a.yaml": text}), plain("shop"), STAGING)
    assert found.objects[0]["data"] == {"2": "two", "true": True, "null": "nothing"}
    assert str(found.objects[0]["spec"]) == "{'port': 80, 'half': 0.5, 'most': 9223372036854775807}"


@pytest.mark.parametrize(("text", "code", "line"), [("a: [\n", "values_bad_yaml", True), ("- 1\n", "values_not_a_mapping", True), ("kind: A\n", "rendered_no_object", False),
                                                    (CONFIG_MAP % "a" + "spec: {a: .inf}\n", "render_failed", False),
                                                    (CONFIG_MAP % "a" + f"spec: {{a: {10 ** 30}}}\n", "render_failed", False)])
def test_a_bad_manifest_is_named(renderer, tmp_path, text, code, line):
    """A manifest that cannot be read, or is no object, is told by its file."""
    error = refused(renderer, tree_of(tmp_path, {f"{FOLDER}/ok.yaml": CONFIG_MAP % "ok", f"{FOLDER}/sub/bad.yaml": text}))
    assert error.path.startswith(FOLDER) and (error.line is not None) == line
    if code != "values_bad_yaml":
        assert error.code == code


def test_a_kustomization_builds_on_the_repository(renderer, kubectl, tmp_path):
    """Bases elsewhere in the repository count, in what is rendered and in when it is rendered again."""
    tree = tree_of(tmp_path, BASE)
    found = renderer.render(tree, plain("shop"), STAGING)
    assert [(each["metadata"]["name"], each.get("data")) for each in found.objects] == [("my-base", {"a": "patched"}), ("my-extra", None)]
    elsewhere, below = (overlay(tree, [Change(path, tree.read(path), (CONFIG_MAP % name).encode())])
                        for path, name in (("manifests/staging/other/a.yaml", "another"), ("manifests/base/shop/base.yaml", "base")))
    assert renderer.render(elsewhere, plain("shop"), STAGING).cached
    assert not renderer.render(below, plain("shop"), STAGING).cached


@pytest.mark.parametrize(("entry", "code"), [
    ("resources: [https://example.org/all.yaml]", "kustomize_remote"), ("resources: ['git@example.org:a/b']", "kustomize_remote"),
    ("bases: ['github.com/a/b//c?ref=v1']", "kustomize_remote"), ("patches: [{path: http://127.0.0.1/x}]", "kustomize_remote"),
    ("configMapGenerator: [{name: a, files: ['k=http://127.0.0.1/x']}]", "kustomize_remote"), ("resources: [github.com/a/b]", "kustomize_no_entry"),
    ("resources: [../../../../../etc]", "kustomize_no_entry"), ("resources: [/etc]", "kustomize_no_entry"), ("resources: [none.yaml]", "kustomize_no_entry"),
    ("configMapGenerator: [{name: a, files: [/etc/passwd]}]", "render_failed"), ("nonsense: [", "values_")])
def test_a_kustomization_leads_nowhere_else(renderer, kubectl, tmp_path, entry, code):
    """What is not in the repository is refused by name: nothing is fetched, no file of this machine is read."""
    error = refused(renderer, tree_of(tmp_path, {f"{FOLDER}/kustomization.yaml": entry + "\n"}))
    assert error.code.startswith(code) and error.path.startswith(FOLDER)
    assert str(tmp_path) not in str(error) and "root:" not in str(error)


def test_kustomize_is_named_where_it_is_missing(renderer, monkeypatch, tmp_path):
    """Neither kustomize nor kubectl: the error says what to install."""
    tree = tree_of(tmp_path, {**BASE, f"{FOLDER}/extra.yaml": CONFIG_MAP % "not-seen-before"})
    git = tmp_path / "bin"
    git.mkdir()
    (git / "git").symlink_to(shutil.which("git"))
    monkeypatch.setenv("PATH", str(git))
    assert refused(renderer, tree).code == "kustomize_missing"


def test_a_link_among_manifests_is_refused(renderer, tmp_path):
    """A rendering of manifests reads plain files alone."""
    tree_of(tmp_path, {f"{FOLDER}/a.yaml": CONFIG_MAP % "a"})
    work = outsider(tmp_path, tmp_path / "config.git")
    (work / FOLDER / "b.yaml").symlink_to("/etc/hostname")
    git(work, "add", "--all")
    git(work, "commit", "-qm", "a link")
    git(work, "push", "-q", "origin", "HEAD:main")
    repo = Repository.open(str(tmp_path / "config.git"), tmp_path / "home")
    error = refused(renderer, repo.tree(repo.head()))
    assert (error.code, error.path) == ("not_a_file", f"{FOLDER}/b.yaml")


def test_differences_name_what_changes(renderer, tmp_path):
    """Between two renderings: what is created, deleted and changed, with the lines; the same is nothing."""
    tree = tree_of(tmp_path, case("bundled"))
    path = "values/staging/plain.yaml"
    changed = overlay(tree, [Change(path, tree.read(path), b"image: {repository: acme/shop, tag: '1.4.2'}\nreplicaCount: 2\nservice: {enabled: false}\nconfig: {A: b}\n")])
    before, after = (renderer.render(each, target("plain"), STAGING) for each in (tree, changed))
    found = {(each["action"], each["kind"], each["name"]): each["diff"] for each in charts.differences(before, after)}
    assert set(found) == {("create", "ConfigMap", "plain"), ("change", "Deployment", "plain"), ("delete", "Service", "plain")}
    assert "-  replicas: 1\n" in found["change", "Deployment", "plain"] and "+  replicas: 2\n" in found["change", "Deployment", "plain"]
    assert charts.differences(before, before) == ()
    assert {each["action"] for each in charts.differences(None, after)} == {"create"}
    assert {each["action"] for each in charts.differences(after, None)} == {"delete"}


def test_secrets_are_never_shown(renderer, tmp_path):
    """A Secret's values are masked wherever it appears, and a changed one is still told from the same."""
    path = f"{FOLDER}/s.yaml"
    tree = tree_of(tmp_path, {path: SECRET % "b25l"})
    changed = overlay(tree, [Change(path, tree.read(path), (SECRET % "dHdv").encode())])
    before, after = (renderer.render(each, plain("shop"), STAGING) for each in (tree, changed))
    shown = [charts.differences(*pair)[0]["diff"] for pair in ((before, after), (None, after), (before, None))]
    assert not any(value in diff for diff in shown for value in ("b25l", "dHdv", "dW5jaGFuZ2Vk", "cGxhaW4="))
    assert "a: '*** (changed)'" in shown[0] and "b: '*** (changed)'" not in shown[0]
