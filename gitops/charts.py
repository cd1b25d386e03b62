"""Rendering: an app's chart and values, or its manifests, into Kubernetes objects; and what differs between two renderings."""

import difflib
import hashlib
import io
import shutil
import subprocess
import tarfile
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson

from gitops import values
from gitops.errors import Invalid, Timeout
from gitops.render.client import Client

BUNDLED = Path(__file__).parent / "chart"
CACHE = 48 << 20          # bytes of rendered JSON kept
CHART_LIMIT = 16 << 20    # bytes of a chart
FIRST = ("Namespace", "CustomResourceDefinition", "ServiceAccount", "Secret", "ConfigMap", "PersistentVolumeClaim", "ClusterRole", "ClusterRoleBinding",
         "Role", "RoleBinding", "Service", "DaemonSet", "Deployment", "StatefulSet", "Job", "CronJob", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Ingress")
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
MASK = "***"


@dataclass(frozen=True, slots=True)
class Rendered:
    """Objects in a fixed order (nobody changes them); `digest` is the same for the same objects."""

    objects: tuple
    digest: str
    cached: bool = False


class Renderer:
    """Renders with real Helm in a process of its own. Thread-safe; results are kept by what they were made from."""

    def __init__(self, deadline=20, memory=1 << 30):
        self.client = Client(deadline, memory)
        self.lock, self.kept, self.size = threading.Lock(), OrderedDict(), 0

    def render(self, tree, target, environment):
        """The Rendered objects of a Target. Invalid names the file that does not render; Timeout is one that never ends."""
        key = _key(tree, target, environment)
        kept = self._recall(key)
        if kept is not None:
            return Rendered(tuple(orjson.loads(kept[0])), kept[1], True)
        found = self._manifests(tree, target) if target.source == "manifests" else self._chart(tree, target, environment)
        objects = _ordered(found, target)
        data = orjson.dumps(objects, option=orjson.OPT_SORT_KEYS)
        rendered = Rendered(tuple(objects), hashlib.sha256(data).hexdigest())
        self._keep(key, data, rendered.digest)
        return rendered

    def close(self):
        self.client.close()

    def _recall(self, key):
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
            return self.kept.get(key)

    def _keep(self, key, data, digest):
        with self.lock:
            self.size += len(data) - len(self.kept.pop(key, (b"",))[0])
            self.kept[key] = data, digest
            while self.size > CACHE:
                self.size -= len(self.kept.popitem(last=False)[1][0])

    def _chart(self, tree, target, environment):
        chart, path = _chart_id(tree, target), target.values_path
        text = (tree.read(path) or b"").decode("utf-8", "replace")
        values.parse(text.encode(), path)  # what we would refuse to edit we refuse to render, with its line
        request = {"op": "render", "chart": chart, "values": text, "name": target.app, "namespace": environment.namespace}
        answer = self._asked(request, path)
        if "unknown_chart" in answer:
            loaded = self._asked({"op": "load", "chart": chart}, target.chart or path, _archive(tree, target.chart))
            _no_error(loaded, target.chart or path)
            answer = self._asked(request, path)
        _no_error(answer, path)
        return [(source, each) for source, each in answer["objects"] if not _is_test(each)]

    def _asked(self, request, path, *frames):
        try:
            return self.client.ask(request, *frames)
        except Timeout as error:
            error.path = path
            error.transient = False  # the same input would do the same again
            raise

    def _manifests(self, tree, target):
        folder = target.manifests_path
        if any(tree.id(f"{folder}/{name}") for name in KUSTOMIZATIONS):
            return [(folder, each) for each in _kustomized(tree, folder)]
        return [(path, each) for path, _ in tree.walk(folder) if path.endswith((".yaml", ".yml", ".json")) for each in values.load_all(tree.read(path), path)]


def _key(tree, target, environment):
    if target.source == "manifests":
        return tree.id(target.manifests_path), target.app, environment.namespace
    return _chart_id(tree, target), tree.id(target.values_path), target.app, environment.namespace


def _chart_id(tree, target):
    if target.chart is None:
        return _bundled_id()
    found = tree.id(target.chart)
    if found is None:
        raise Invalid("chart_missing", path=target.chart, app=target.app)
    return found


@cache
def _bundled_files():
    return tuple((str(path.relative_to(BUNDLED)), path.read_bytes()) for path in sorted(BUNDLED.rglob("*")) if path.is_file())


@cache
def _bundled_id():
    return "bundled-" + hashlib.sha256(repr(_bundled_files()).encode()).hexdigest()


def _archive(tree, chart):
    """The chart as a .tgz in memory; Invalid for a symlink, a submodule or too much of it."""
    files = list(_bundled_files()) if chart is None else _files(tree, chart)
    if sum(len(data) for _, data in files) > CHART_LIMIT:
        raise Invalid("chart_too_large", path=chart, limit=CHART_LIMIT)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
        for name, data in files:
            info = tarfile.TarInfo(f"chart/{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _files(tree, folder):
    """(path below the folder, bytes) of its files; `read` refuses what is no plain file."""
    return [(path.removeprefix(f"{folder}/"), tree.read(path)) for path, _ in tree.walk(folder)]


def _kustomized(tree, folder):
    """By kubectl or kustomize, from a copy of the repository's manifests, so that no path leads out of them."""
    command = next(([shutil.which(name), *rest] for name, *rest in (("kustomize", "build"), ("kubectl", "kustomize")) if shutil.which(name)), None)
    if command is None:
        raise Invalid("kustomize_missing", path=folder)
    with tempfile.TemporaryDirectory() as top:
        for path, _ in tree.walk("manifests"):
            file = Path(top, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(tree.read(path))
        try:
            done = subprocess.run([*command, str(Path(top, folder))], capture_output=True, timeout=30, env={"PATH": "/usr/bin:/bin", "HOME": top})
        except subprocess.TimeoutExpired:
            raise Invalid("render_failed", path=folder, detail="kustomize took longer than 30 s") from None
    if done.returncode:
        raise Invalid("render_failed", path=folder, detail=done.stderr.decode("utf-8", "replace").replace(top, "")[:800])
    return values.load_all(done.stdout, folder)


def _no_error(answer, path):
    if "error" in answer:
        raise Invalid("render_failed", path=path, detail=answer["error"][:800])


def _is_test(each):
    """Helm's `test` hooks are run by hand, never synced."""
    annotations = ((each.get("metadata") or {}).get("annotations") or {}) if isinstance(each, dict) else {}
    return str(annotations.get("helm.sh/hook", "")).startswith("test")


def _ordered(found, target):
    objects = [each for source, found_object in found for each in _items(found_object) if _is_object(each, source, target)]
    keys = [identity(each) for each in objects]
    twice = next((key for key in keys if keys.count(key) > 1), None) if len(set(keys)) < len(keys) else None
    if twice:
        raise Invalid("object_twice", path=target.values_path or target.manifests_path, kind=twice[1], name=twice[3])
    return sorted(objects, key=lambda each: (FIRST.index(each["kind"]) if each["kind"] in FIRST else len(FIRST), *identity(each)))


def _items(each):
    """A List stands for its items."""
    return each["items"] if isinstance(each, dict) and each.get("kind") == "List" and isinstance(each.get("items"), list) else [each]


def _is_object(each, source, target):
    metadata = each.get("metadata") if isinstance(each, dict) else None
    named = isinstance(metadata, dict) and all(isinstance(part, str) and part for part in (each.get("apiVersion"), each.get("kind"), metadata.get("name")))
    if not named or not isinstance(metadata.get("namespace", ""), str | None):
        raise Invalid("rendered_no_object", path=source if target.source == "manifests" else target.values_path, source=source)
    return True


def identity(each):
    """(group, kind, namespace or "", name) of an object."""
    group, slash, _ = each["apiVersion"].partition("/")
    return group if slash else "", each["kind"], each["metadata"].get("namespace") or "", each["metadata"]["name"]


def differences(before, after):
    """What differs between two Rendered (None: nothing there): `{kind, name, namespace, action, diff}` each, Secrets masked."""
    old, new = ({identity(each): each for each in rendered.objects} if rendered else {} for rendered in (before, after))
    return tuple(_difference(key, old.get(key), new.get(key)) for key in sorted(old | new) if old.get(key) != new.get(key))


def _difference(key, old, new):
    action = "create" if old is None else "delete" if new is None else "change"
    texts = [values.dump(each).splitlines(keepends=True) if each else [] for each in masked(old, new)]
    diff = "".join(difflib.unified_diff(*texts, "before", "after", n=3))
    return {"kind": key[1], "name": key[3], "namespace": key[2] or None, "action": action, "diff": diff}


def masked(old, new):
    """Both objects with a Secret's values hidden, changed ones still told from the same."""
    if (new or old)["kind"] != "Secret":
        return old, new
    return tuple(each and {**each, **{field: {name: _mask(name, field, each, other) for name in each[field]}
                                      for field in ("data", "stringData") if isinstance(each.get(field), dict)}}
                 for each, other in ((old, None), (new, old)))


def _mask(name, field, each, other):
    before = ((other or {}).get(field) or {}).get(name)
    return MASK if other is None or before == each[field][name] else f"{MASK} (changed)"
