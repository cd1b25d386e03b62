"""Charts that ask for more than their values: the cluster's version, chance, and values that are encrypted."""

import base64
import os
import sys

import pytest

from gitops import charts, values
from gitops.charts import Renderer
from gitops.errors import Invalid
from tests import tools
from tests.gitops.charts_help import STAGING, chart, kinds, target, tree_of
from tests.gitops.path_help import FILES, command, database, renderer, world  # noqa: F401 (fixtures)
from tests.gitops.test_submit import push

ASKS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  version: {{ .Capabilities.KubeVersion.Version }}\n  has: {{ .Capabilities.APIVersions.Has \"example.org/v1/Fleet\" | quote }}\n"
CHANCE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {key: {{ randAlphaNum 12 }}, n: '{{ .Values.replicaCount }}'}\n"
# A stand-in for the sops binary: it speaks its command line, and "decrypts" ENC[base64] by the key that it is given in the environment.
SOPS = """#!{python}
import base64, os, re, sys
assert sys.argv[1:] == ["--decrypt", "--input-type", "yaml", "--output-type", "yaml", "/dev/stdin"], sys.argv
text = open(sys.argv[-1]).read()
if os.environ.get("SOPS_AGE_KEY") != "the-key":
    sys.exit("Failed to get the data key required to decrypt the SOPS file.")
sys.stdout.write(re.sub(r"ENC\\[([^]]*)\\]", lambda found: base64.b64decode(found[1]).decode(), text.partition("sops:")[0]))
"""
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData: {password: {{ .Values.password | quote }}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {url: \"db://me:{{ .Values.password }}@db\", plain: {{ .Values.plain }}}\n"


def sealed(password, plain="seen"):
    return f"plain: {plain}\npassword: \"ENC[{base64.b64encode(password.encode()).decode()}]\"\nsops: {{mac: abc, version: 3.9.0}}\n"


@pytest.fixture
def sops(tmp_path, monkeypatch):
    """A sops on PATH, and its key."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "sops"
    program.write_text(SOPS.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("SOPS_AGE_KEY", "the-key")


@pytest.fixture
def with_helm(monkeypatch):
    """A renderer in whose process a helm binary is found."""
    monkeypatch.setenv("PATH", f"{tools.helm().parent}:{os.environ['PATH']}")
    made = Renderer()
    yield made
    made.close()


def test_a_chart_that_asks_is_rendered_for_the_cluster(with_helm, tmp_path):
    """Its version and what it offers; another version is another rendering. Other charts never ask."""
    tree = tree_of(tmp_path, {**chart({"a.yaml": ASKS}), "values/staging/web.yaml": "klepaas: {suspend: false}\n"})
    for version in ("v1.31.2", "v1.36.0"):
        with_helm.cluster = lambda environment, version=version: (version, ("v1", "example.org/v1", "example.org/v1/Fleet"))
        found = with_helm.render(tree, target("web", "charts/web"), STAGING)
        assert found.objects[0]["data"] == {"version": version, "has": "true"} and found.warnings == ()


def test_what_is_not_known_is_said(renderer, tmp_path):  # noqa: F811
    """Without the cluster's version the chart renders for Helm's own, with a warning."""
    found = renderer.render(tree_of(tmp_path, chart({"a.yaml": ASKS}) | {"values/staging/web.yaml": ""}), target("web", "charts/web"), STAGING)
    assert found.warnings == ("unversioned",) and found.objects[0]["data"]["has"] == "false"


def test_chance_is_reported_at_the_commit(world):  # noqa: F811
    """A chart that renders differently twice: the preview and the receipt warn, and others do not."""
    push(world.path, chart({"a.yaml": CHANCE}, "dice") | {"values/staging/dice.yaml": "klepaas: {chart: charts/dice}\nreplicaCount: 1\n"})
    assert world.preview("scale", "dice", replicas=2).warnings == ("unstable",)
    assert world.say("scale", "dice", replicas=2).plan["warnings"] == ["unstable"]
    assert world.say("scale", replicas=7).plan["warnings"] == []


def test_sealed_values_are_opened_at_render(sops, renderer, tmp_path):  # noqa: F811
    """They reach the chart, and no diff shows them: not in a Secret, not in the midst of another text, not as base64."""
    first = tree_of(tmp_path, chart({"a.yaml": SECRET}) | {"values/staging/web.yaml": sealed("planted-one")})
    (tmp_path / "b").mkdir()
    second = tree_of(tmp_path / "b", chart({"a.yaml": SECRET}) | {"values/staging/web.yaml": sealed("planted'two", "other")})
    before, after = (renderer.render(tree, target("web", "charts/web"), STAGING) for tree in (first, second))
    assert {each["kind"]: each for each in after.objects}["Secret"]["stringData"] == {"password": "planted'two"}
    text = str(charts.differences(before, after)) + str(charts.differences(None, after))
    assert "db://me:***" in text and "(changed)" in text and "other" in text
    assert not [each for each in ("planted-one", "planted'two", base64.b64encode(b"planted-one").decode(), base64.b64encode(b"planted'two").decode()) if each in text]


def test_sealed_values_without_what_opens_them(renderer, tmp_path, sops, monkeypatch):  # noqa: F811
    """No binary, or no key: an error that says which, naming the file."""
    tree = tree_of(tmp_path, chart({"a.yaml": SECRET}) | {"values/staging/web.yaml": sealed("planted-three")})
    monkeypatch.setenv("SOPS_AGE_KEY", "another")
    with pytest.raises(Invalid, match="data key") as caught:
        renderer.render(tree, target("web", "charts/web"), STAGING)
    assert (caught.value.code, caught.value.path) == ("sops_failed", "values/staging/web.yaml")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Invalid, match="sops binary"):
        renderer.render(tree, target("web", "charts/web"), STAGING)


def test_an_error_does_not_tell(renderer, tmp_path, sops):  # noqa: F811
    """What Helm says of a template that breaks is shown without the secrets in it."""
    tree = tree_of(tmp_path, chart({"a.yaml": "{{ fail (printf \"bad %s\" .Values.password) }}"}) | {"values/staging/web.yaml": sealed("planted-one")})
    with pytest.raises(Invalid) as caught:
        renderer.render(tree, target("web", "charts/web"), STAGING)
    assert "bad ***" in caught.value.text() and "planted-one" not in caught.value.text()


def test_sealed_files_are_not_edited():
    """An edit would break the seal: refused, with what to do."""
    with pytest.raises(Invalid, match="`sops`.*values/x.yaml"):
        values.edit(sealed("a").encode(), {"plain": "b"}, "values/x.yaml")
