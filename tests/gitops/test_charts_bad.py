"""Charts that do not render, loop, explode or lead elsewhere: a clear error for theirs, and their neighbours go on."""

import importlib.machinery
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gitops.charts import Renderer
from gitops.errors import Invalid, Timeout, Unavailable
from gitops.repo import Repository
from tests import tools
from tests.gitops.charts_help import CONFIG_MAP, DATA, STAGING, by_helm, case, chart, kinds, named, target, tree_of
from tests.gitops.repo_help import children, git, outsider

FILE = "values/staging/web.yaml"
WORKER = "gitops.render.worker"
ENDLESS = "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}"
HUGE = '{{ repeat 2000000000 "a" }}'


@pytest.fixture(scope="module")
def renderer():
    with_helm = Renderer()
    yield with_helm
    with_helm.close()


@pytest.fixture
def strict():
    """A renderer of little patience and memory."""
    with_helm = Renderer(deadline=5, memory=300 << 20)
    yield with_helm
    with_helm.close()


def refused(renderer, tree, of=None, kind=Invalid):
    with pytest.raises(kind) as caught:
        renderer.render(tree, of or target("web", "charts/web"), STAGING)
    return caught.value


BROKEN = {
    "unknown value": ({"a.yaml": "a: 1\nb: {{ .Values.x.y.z }}\n"}, "charts/web/templates/a.yaml", 2, "nil pointer"),
    "syntax": ({"a.yaml": "a: 1\n\nb: {{ if }}\n"}, "charts/web/templates/a.yaml", 3, "missing value for if"),
    "fail": ({"sub/a.yaml": '{{ fail "not on a Friday" }}'}, "charts/web/templates/sub/a.yaml", 1, "not on a Friday"),
    "required": ({"a.yaml": 'a: {{ required "name the host" .Values.host }}'}, "charts/web/templates/a.yaml", 1, "name the host"),
    "helper": ({"a.yaml": '{{ include "missing" . }}'}, "charts/web/templates/a.yaml", 1, "missing"),
    "recursion": ({"a.yaml": '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}'}, "charts/web/templates/a.yaml", 1, "nested reference"),
    "no YAML": ({"a.yaml": CONFIG_MAP % "a" + "data: [\n"}, "charts/web/templates/a.yaml", None, "line"),
    "a list": ({"a.yaml": "- 1\n- 2\n"}, "charts/web/templates/a.yaml", None, "no YAML mapping"),
    "NUL": ({"a.yaml": 'a: {{ printf "%c" 0 }}'}, "charts/web/templates/a.yaml", None, "NUL"),
    "deep": ({"a.yaml": 'a: {{ repeat 2000 "[" }}{{ repeat 2000 "]" }}'}, FILE, None, ""),
    "large": ({"a.yaml": 'a: {{ repeat 20000000 "x" }}'}, FILE, None, "more than 16 MiB"),
    "aliases": ({"a.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi"))},
                "charts/web/templates/a.yaml", None, "aliasing"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_chart_that_does_not_render_names_the_template(renderer, tmp_path, name):
    """Helm's words come with the file of the repository, and the line where Helm knows it; the next app renders."""
    templates, path, line, words = BROKEN[name]
    tree = tree_of(tmp_path, {**chart(templates), FILE: "a: 1\n", "values/staging/next.yaml": ""})
    error = refused(renderer, tree)
    assert (error.code, error.path, error.transient) == ("render_failed", path, False)
    assert error.line == line
    assert words in error.details["detail"] and len(str(error)) < 1200
    assert kinds(renderer.render(tree, target("next"), STAGING))


def test_a_value_the_schema_refuses_is_named(renderer, tmp_path):
    """A value that values.schema.json refuses is told by the line of the values file it stands in."""
    schema = '{"properties": {"image": {"properties": {"tag": {"type": "string"}}}}}'
    tree = tree_of(tmp_path, {**chart({}), "charts/web/values.schema.json": schema, FILE: "replicaCount: 1\nimage:\n  repository: a\n  tag: 1.10\n"})
    error = refused(renderer, tree)
    assert (error.path, error.line) == (FILE, 4)
    assert "got number, want string" in str(error)


@pytest.mark.parametrize(("text", "line"), [("replicaCount: -1\n", 1), ("image:\n  repository: 5\n", 2), ("env: text\n", 1), ("service:\n  type: Nope\n", 2),
                                            ("autoscaling:\n  enabled: true\n  maxReplicas: many\n", 3), ("config: {A: {b: c}}\n", 1)])
def test_the_bundled_chart_knows_its_values(renderer, tmp_path, text, line):
    """A value of a kind that the bundled chart cannot use is told by its line, before anything is committed."""
    error = refused(renderer, tree_of(tmp_path, {FILE: text}), target())
    assert (error.code, error.path, error.line) == ("render_failed", FILE, line)


@pytest.mark.parametrize(("text", "code"), [(b"a: 1\na: 2\n", "values_duplicate_key"), (b"a: \xff\n", "values_not_utf8"), (b"- 1\n", "values_not_a_mapping")])
def test_values_are_read_strictly(renderer, tmp_path, text, code):
    """What would be refused as an edit is refused as a rendering, with its line."""
    error = refused(renderer, tree_of(tmp_path, {FILE: text}), target())
    assert (error.code, error.path) == (code, FILE) and error.line


def test_a_chart_of_other_bytes(renderer, tmp_path):
    """A chart that is not UTF-8, where even Helm's message is not, is an error and no crash."""
    values = b"---{{ . }}siz\xffe: 1\n"
    error = refused(renderer, tree_of(tmp_path, {**chart({}), "charts/web/values.yaml": values, FILE: ""}))
    assert (error.code, error.path) == ("render_failed", "charts/web") and "UTF-8" in str(error)


def test_a_name_no_disk_takes(renderer, tmp_path):
    """A file name that git holds and a file system does not is an error and no crash."""
    error = refused(renderer, tree_of(tmp_path, {**chart({"a" * 300: ""}), FILE: ""}))
    assert (error.code, error.path) == ("render_failed", "charts/web") and "too long" in str(error)


def test_missing_dependencies_are_named(renderer, tmp_path):
    """A dependency that is declared and not committed is an error that says how to fetch it, not an app without it."""
    files = chart({"a.yaml": CONFIG_MAP % "a"}) | {"charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies: [{name: redis, version: 1.0.0}]\n"}
    error = refused(renderer, tree_of(tmp_path, {**files, FILE: ""}))
    assert "redis" in str(error) and "helm dependency build" in str(error)


def test_a_library_is_no_app(renderer, tmp_path):
    """A library chart renders nothing, which is not the same as wanting nothing."""
    files = chart({"_a.tpl": ""}) | {"charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\ntype: library\n"}
    assert "library" in str(refused(renderer, tree_of(tmp_path, {**files, FILE: ""})))


def test_no_chart(renderer, tmp_path):
    """A chart that is not there, is a file or has no Chart.yaml is named."""
    tree = tree_of(tmp_path, {FILE: "", "charts/file": "x", "charts/empty/README.md": "x"})
    for name, code in (("charts/none", "chart_missing"), ("charts/file", "chart_missing"), ("charts/empty", "render_failed")):
        error = refused(renderer, tree, target("web", name))
        assert error.code == code and name.rpartition("/")[0] in (error.path + str(error))


def test_nothing_leads_out_of_the_repository(renderer, tmp_path):
    """`..`, an absolute path, and a symlink in a chart, wherever it leads, are refused by name."""
    tree = tree_of(tmp_path, {**chart({"a.yaml": CONFIG_MAP % "a"}), FILE: ""})
    for path in ("charts/../../etc", "/etc", "charts//web", "charts/web/"):
        assert refused(renderer, tree, target("web", path)).code == "bad_path"
    work = outsider(tmp_path, tmp_path / "config.git")
    (work / "charts/web/templates/out.yaml").symlink_to("/etc/passwd")
    git(work, "add", "--all")
    git(work, "commit", "-qm", "a link")
    git(work, "push", "-q", "origin", "HEAD:main")
    repo = Repository.open(str(tmp_path / "config.git"), tmp_path / "home")
    error = refused(renderer, repo.tree(repo.head()))
    assert (error.code, error.path) == ("not_a_file", "charts/web/templates/out.yaml")


def test_a_chart_that_is_too_large(renderer, tmp_path):
    """A chart beyond the limit is refused before it is sent anywhere."""
    tree = tree_of(tmp_path, {**chart({}), **{f"charts/web/files/{number}": bytes(4 << 20) for number in range(5)}, FILE: ""})
    assert refused(renderer, tree).code == "chart_too_large"


def test_every_object_is_one(renderer, tmp_path):
    """Nameless objects, and one object twice, also by its default namespace, are refused."""
    once = CONFIG_MAP % "a"
    for templates, code in (({"a.yaml": "kind: ConfigMap\n"}, "rendered_no_object"), ({"a.yaml": CONFIG_MAP % "5"}, "rendered_no_object"),
                            ({"a.yaml": once, "b.yaml": once}, "object_twice"),
                            ({"a.yaml": once, "b.yaml": once.replace("a}", "a, namespace: shop-staging}")}, "object_twice")):
        folder = tmp_path / f"{code}-{len(templates['a.yaml'])}-{len(templates)}-{len(templates.get('b.yaml', ''))}"
        folder.mkdir()
        assert refused(renderer, tree_of(folder, {**chart(templates), FILE: ""})).code == code


@pytest.mark.parametrize(("template", "code"), [(ENDLESS, "render_timeout"), (HUGE, "render_memory")])
def test_a_chart_that_breaks_a_bound_stops_alone(strict, tmp_path, template, code):
    """A chart that never ends, or wants all memory, ends with its process; its neighbour renders, and it is not tried again at once."""
    tree = tree_of(tmp_path, {**chart({"a.yaml": template}), FILE: "", "values/staging/next.yaml": ""})
    error = refused(strict, tree, kind=Timeout)
    assert (error.code, error.path, error.transient) == (code, FILE, False)
    assert kinds(strict.render(tree, target("next"), STAGING))
    process = children(WORKER)
    assert refused(strict, tree, kind=Timeout).code == code
    assert children(WORKER) == process


def test_a_killed_process_is_replaced(renderer, tmp_path):
    """Somebody kills the render process: the next rendering starts another and is none the wiser."""
    tree = tree_of(tmp_path, {**case("umbrella"), **case("bundled")})
    renderer.render(tree, target("plain"), STAGING)
    os.kill(renderer.client.process.pid, signal.SIGKILL)
    assert kinds(renderer.render(tree, target("all", "charts/umbrella"), STAGING))
    os.kill(renderer.client.process.pid, signal.SIGSTOP)
    os.kill(renderer.client.process.pid, signal.SIGKILL)
    assert kinds(renderer.render(tree, target("full"), STAGING))


ALONE = """
import sys, threading
from gitops.charts import Renderer
from gitops.repo import Repository
from tests.gitops.charts_help import STAGING, target
repo = Repository.open(sys.argv[1], sys.argv[2])
tree, renderer = repo.tree(repo.head()), Renderer(deadline=60)
started = threading.Thread(target=renderer.render, args=(tree, target("next"), STAGING))
started.start()
started.join()
renderer.render(tree, target("next", values="values/staging/other.yaml"), STAGING)
print(renderer.client.process.pid, renderer.client.folder, flush=True)
threading.Thread(target=renderer.render, args=(tree, target("web", "charts/web"), STAGING)).start()
threading.Event().wait()
"""


def test_the_process_ends_with_its_parent(tmp_path):
    """It outlives the thread that started it, not the process: even busy, killed with nothing left on disk. It sees no secrets."""
    tree_of(tmp_path, {**chart({"a.yaml": ENDLESS}), FILE: "", "values/staging/next.yaml": "", "values/staging/other.yaml": "replicaCount: 2\n"})
    parent = subprocess.Popen([sys.executable, "-c", ALONE, tmp_path / "config.git", tmp_path / "home"], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "GEMINI_API_KEY": "very-secret"})
    with parent:
        pid, folder = parent.stdout.readline().split()
        assert "very-secret" not in Path("/proc", pid, "environ").read_text()
        parent.kill()
    _until(lambda: not Path("/proc", pid).exists() and not Path(folder).exists())


FORKED = """
import os, sys
from gitops.charts import Renderer
from gitops.repo import Repository
from tests.gitops.charts_help import STAGING, target
repo = Repository.open(sys.argv[1], sys.argv[2])
tree, renderer = repo.tree(repo.head()), Renderer(deadline=60)
def render(app):
    renderer.render(tree, target(app), STAGING)
    return renderer.client.process.pid
mine = render("web")
child = os.fork()
if not child:
    other = render("next")
    renderer.close()
    os._exit(other == mine)
assert os.waitpid(child, 0)[1] == 0
assert render("other") == mine
renderer.close()
"""


def test_a_forked_child_has_a_process_of_its_own(tmp_path):
    """A server that forks after its first rendering: parent and child do not read each other's answers."""
    tree_of(tmp_path, {FILE: "", "values/staging/next.yaml": "replicaCount: 2\n", "values/staging/other.yaml": "replicaCount: 3\n"})
    subprocess.run([sys.executable, "-c", FORKED, tmp_path / "config.git", tmp_path / "home"], check=True)


def _until(true, seconds=30):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    assert true()


class Uninstalled(importlib.machinery.PathFinder):
    """Python as it is without helm-python-sdk."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == "helm_python":
            raise ModuleNotFoundError(name)


@pytest.fixture
def uninstalled(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [Uninstalled, *sys.meta_path])
    monkeypatch.delitem(sys.modules, "helm_python", raising=False)


def test_without_helm_the_error_says_what_to_install(uninstalled, monkeypatch, tmp_path):
    """Neither the library nor a binary: a transient error that names both."""
    monkeypatch.setenv("PATH", str(tmp_path))
    renderer = Renderer()
    monkeypatch.undo()
    tree = tree_of(tmp_path, {FILE: ""})
    monkeypatch.setattr(sys, "meta_path", [Uninstalled, *sys.meta_path])
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    error = refused(renderer, tree, target(), Unavailable)
    assert error.transient and "pip install helm-python-sdk" in str(error) and "helm binary" in str(error)


@pytest.mark.parametrize(("name", "values"), [("umbrella", "all"), ("odd", "odd"), ("bundled", "full")])
def test_a_helm_on_the_path_is_enough(uninstalled, monkeypatch, tmp_path, name, values):
    """Without the library, the binary renders the same objects, and says the same of a broken chart."""
    monkeypatch.setenv("PATH", f"{Path(tools.helm()).parent}:{os.environ['PATH']}")
    tree = tree_of(tmp_path, {**case(name), **chart({"a.yaml": "\n{{ fail `no` }}"}), FILE: "klepaas: {suspend: true}\na: 1\n"})
    folder = None if name == "bundled" else DATA / name / "chart"
    renderer = Renderer()
    try:
        found = renderer.render(tree, target(values, folder and f"charts/{name}"), STAGING)
        error = refused(renderer, tree)
    finally:
        renderer.close()
    assert named(found) == by_helm(folder, DATA / name / "values" / f"{values}.yaml", values)
    assert (error.path, error.line) == ("charts/web/templates/a.yaml", 2)
