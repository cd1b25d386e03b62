"""Rendering: an app's chart and values, or its manifests, into Kubernetes objects; and what differs between two renderings."""

import difflib
import hashlib
import math
import re
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

import orjson

from gitops import effects, values
from gitops.errors import Invalid, Timeout
from gitops.render import client, files, kustomize, sops
from gitops.telemetry import tracing

CACHE = 48 << 20          # bytes of rendered JSON kept
AGAIN = 300               # seconds before what broke a bound is tried again: the loop's longest pause
DETAIL = 800              # characters of Helm's message that are shown
FIRST = ("Namespace", "CustomResourceDefinition", "ServiceAccount", "Secret", "ConfigMap", "PersistentVolumeClaim", "ClusterRole", "ClusterRoleBinding",
         "Role", "RoleBinding", "Service", "DaemonSet", "Deployment", "StatefulSet", "Job", "CronJob", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Ingress")
TEMPLATE = re.compile(r"(?:^|at \(|template: |error on |what )[^/\s:()]+/([\w./-]+\.\w+)(?::(\d+))?")  # as Helm names a template, the chart's name first
VALUE = re.compile(r"at '((?:/[^'/]+)+)': ")
MASK = "***"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, slots=True)
class Rendered:
    """Objects in a fixed order (nobody changes them); `digest` is the same for the same objects."""

    objects: tuple
    digest: str
    cached: bool = False
    warnings: tuple = ()   # codes: "unversioned", rendered for another version of Kubernetes than the cluster's
    secrets: tuple = ()    # texts that were encrypted: never to be shown


class Renderer:
    """Renders with real Helm in a process of its own. Thread-safe; results are kept by what they were made from."""

    def __init__(self, deadline=20, memory=1 << 30):
        self.client = client.Client(deadline, memory)
        self.lock, self.kept, self.size, self.failed = threading.Lock(), OrderedDict(), 0, {}
        self.cluster = lambda environment: None  # (version, kinds it offers as GROUP/VERSION/KIND) of an environment's cluster, where this process may ask

    def render(self, tree, target, environment):
        """The Rendered objects of a Target. Invalid names the file that does not render; Timeout is one that breaks a bound."""
        key = self._key(tree, target, environment)
        kept = self._recall(key)
        if kept is not None:
            return Rendered(tuple(orjson.loads(kept[0])), kept[1], True, *kept[2])
        with tracing.step("render"):
            rendered, data = self._made(tree, target, environment, key)
        self._keep(key, data, rendered)
        return rendered

    def _key(self, tree, target, environment):
        """What it is made from; with the cluster's version where the chart asks for that."""
        asks = target.source == "chart" and "cluster" in files.asks(tree, target)
        return *made_from(tree, target, environment), self.cluster(environment) if asks else None

    def unstable(self, tree, target, environment):
        """Whether the same input renders differently again (chance, the time of day): such an app is never the same as what runs."""
        if target.source != "chart" or "chance" not in files.asks(tree, target):
            return False
        return self.render(tree, target, environment).digest != self._made(tree, target, environment, self._key(tree, target, environment))[0].digest

    def _made(self, tree, target, environment, key):
        found, *more = (self._manifests(tree, target),) if target.source == "manifests" else self._chart(tree, target, environment, key)
        objects = _ordered(found, target, environment)
        data = _encoded(objects, target)
        return Rendered(tuple(objects), hashlib.sha256(data).hexdigest(), False, *more), data

    @cached_property
    def engine(self):
        return client.engine()

    def close(self):
        self.client.close()

    def _recall(self, key):
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
            return self.kept.get(key)

    def _keep(self, key, data, rendered):
        with self.lock:
            self.size += len(data) - len(self.kept.pop(key, (b"",))[0])
            self.kept[key] = data, rendered.digest, (rendered.warnings, rendered.secrets)
            while self.size > CACHE:
                self.size -= len(self.kept.popitem(last=False)[1][0])

    def _chart(self, tree, target, environment, key):
        """(what it renders to, warnings, secrets)."""
        path = target.values_path
        data = tree.read(path)
        parsed = values.parse(data, path)  # what we would refuse to edit we refuse to render, with its line
        text, cluster, secrets = (data or b"").decode("utf-8"), key[-1], ()
        if values.sops_sealed(parsed):
            parsed, secrets = sops.opened(data, parsed, path, self.client.deadline)
        if secrets or "klepaas" in parsed and (self.engine == "binary" or cluster):
            text = values.dump({name: each for name, each in parsed.items() if name != "klepaas"})
        request = {"chart": key[0], "values": text, "name": target.app, "namespace": environment.namespace, "cluster": cluster}
        answer = self._asked(request, lambda: files.archive(tree, target), key, path)
        if "error" in answer:
            raise _failed(tree, target, sops.hidden(answer["error"], secrets), target.chart if "load" in answer and target.chart else path)
        found = [(source, each) for source, found in answer["objects"] for each in _mappings(source, found) if not _is_test(each)]
        asks = "cluster" in files.asks(tree, target) and "for_cluster" not in answer
        return found, ("unversioned",) if asks else (), secrets

    def _asked(self, request, archive, key, path):
        with self.client.lock:
            self._refuse_failed(key, path)
            try:
                return self.client.render(request, archive)
            except Timeout as error:
                self.failed[key] = error, time.monotonic() + AGAIN
            self._refuse_failed(key, path)

    def _refuse_failed(self, key, path):
        """What broke a bound is not tried again at once: its neighbours would wait for it each time."""
        now = time.monotonic()
        self.failed = {each: (error, until) for each, (error, until) in self.failed.items() if until > now}
        if key in self.failed:
            error, _ = self.failed[key]
            refused = Timeout(error.code, path=path, **error.details)
            refused.transient = False
            raise refused

    def _manifests(self, tree, target):
        folder = target.manifests_path
        if kustomize.is_one(tree, folder):
            return [(folder, each) for each in _read(kustomize.render(tree, folder, self.client.deadline, self.client.memory), folder)]
        return [(path, each) for path, _ in tree.walk(folder) if path.endswith((".yaml", ".yml", ".json")) for each in _read(tree.read(path), path)]


def made_from(tree, target, environment):
    """What a rendering is made from: the same key, the same objects. Invalid where the chart is not there."""
    if target.source == "manifests":
        folder = target.manifests_path
        built_on = kustomize.folders(tree, folder) if kustomize.is_one(tree, folder) else {folder: tree.id(folder)}
        return tuple(built_on.items()), target.app, environment.namespace
    return files.chart_id(tree, target), tree.id(target.values_path), target.app, environment.namespace


def _mappings(source, found):
    """The object, or the objects in a text that was left to us to read."""
    return _read(found.encode(), source) if isinstance(found, str) else [found]


def _read(data, path):
    """The objects in a YAML text as JSON has them."""
    return [_json(each, path) for each in values.load_all(data, path)]


def _json(node, path):
    """Keys as text and whole numbers as such, which is how Kubernetes' own reader of YAML does it."""
    if isinstance(node, dict):
        return {key if isinstance(key, str) else orjson.dumps(key).decode(): _json(each, path) for key, each in node.items()}
    if isinstance(node, list):
        return [_json(each, path) for each in node]
    if isinstance(node, float) and not math.isfinite(node):
        raise Invalid("render_failed", path=path, detail=f"{node} is no number of JSON")
    return int(node) if isinstance(node, float) and node.is_integer() else node


def _encoded(objects, target):
    try:
        return orjson.dumps(objects, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise Invalid("render_failed", path=target.values_path or target.manifests_path, detail=str(error)) from None


def _failed(tree, target, message, path):
    """Helm's message with the place in the repository it speaks of: a template of the chart, a value, else `path`."""
    template, value = TEMPLATE.search(message), VALUE.search(message)
    detail = message.strip() if len(message) <= DETAIL else f"{message[:DETAIL // 2]} … {message.strip()[-DETAIL // 2:]}"
    if value and not template:
        line = values.line_of(tree.read(target.values_path), value[1][1:].split("/"), target.values_path)
        return Invalid("render_failed", path=target.values_path, line=line, detail=detail)
    inside = f"{target.chart}/{template[1]}" if target.chart and template else None
    if inside and ".." not in inside and tree.id(inside):
        return Invalid("render_failed", path=inside, line=int(template[2]) if template[2] else None, detail=detail)
    return Invalid("render_failed", path=path, detail=detail)


def _is_test(each):
    """Helm's `test` hooks are run by hand, never synced."""
    metadata = each.get("metadata") if isinstance(each, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    hooks = annotations.get("helm.sh/hook") if isinstance(annotations, dict) else None
    return isinstance(hooks, str) and any(hook.strip().startswith("test") for hook in hooks.split(","))


def _ordered(found, target, environment):
    objects = [each for source, found_object in found for each in _items(found_object) if _is_object(each, source, target)]
    seen = {}
    for each in objects:
        group, kind, namespace, name = identity(each)
        other = seen.setdefault((group, kind, namespace or environment.namespace, name), each)
        if other is not each and not (kind == "CustomResourceDefinition" and other == each):  # two subcharts may bring the same definition
            raise Invalid("object_twice", path=target.values_path or target.manifests_path, kind=kind, name=name)
    return sorted(seen.values(), key=lambda each: (FIRST.index(each["kind"]) if each["kind"] in FIRST else len(FIRST), *identity(each)))


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
    """What differs between two Rendered (None: nothing there): `{kind, name, namespace, action, diff, effect?}` each, Secrets masked."""
    old, new = ({identity(each): each for each in rendered.objects} if rendered else {} for rendered in (before, after))
    known, secrets = (rendered.secrets if rendered else () for rendered in (before, after))
    added = set(secrets) - set(known)
    every = tuple(sorted({*known, *secrets}, key=len, reverse=True))
    return tuple(_difference(key, old.get(key), new.get(key), every, added) for key in sorted(old | new) if old.get(key) != new.get(key))


def _difference(key, old, new, secrets, added):
    action = "create" if old is None else "delete" if new is None else "change"
    shown = [sops.hidden(each, secrets, fresh) for each, fresh in zip(masked(old, new), ((), added if old else ()))]
    texts = [values.dump(each).splitlines(keepends=True) if each else [] for each in shown]
    diff = "".join(difflib.unified_diff(*texts, "before", "after", n=3))
    effect = effects.of(old, new)
    return {"kind": key[1], "name": key[3], "namespace": key[2] or None, "action": action, "diff": diff, **({"effect": effect} if effect else {})}


def masked(old, new):
    """Both objects with a Secret's values hidden, changed ones still told from the same."""
    if (new or old)["kind"] != "Secret":
        return old, new
    return _masked(old, None), _masked(new, old)


def _masked(each, other):
    if each is None:
        return None
    hidden = {field: {name: _mask(value, _texts(other, field).get(name), other) for name, value in _texts(each, field).items()}
              for field in ("data", "stringData") if field in each}
    return {**each, **hidden, "metadata": {name: value for name, value in each["metadata"].items() if name != "annotations"} | _annotations(each)}


def _mask(value, before, other):
    return MASK if other is None or before == value else f"{MASK} (changed)"


def _texts(each, field):
    found = (each or {}).get(field)
    return found if isinstance(found, dict) else {}


def _annotations(each):
    """Those of a Secret, without the copy of it that kubectl leaves in one."""
    found = _texts(each["metadata"], "annotations")
    return {"annotations": {**found, **({LAST_APPLIED: MASK} if LAST_APPLIED in found else {})}} if found else {}
