"""Reads what runs in an environment's namespace and says which files would keep it as it is. Only reads: git is written by gitops.submit.

A Deployment becomes values of the bundled chart where that renders the very same objects; all else becomes manifests. Secrets are
never read: they are named, and stay in the cluster.
"""

import re
from dataclasses import dataclass

from controller import diff, ownership
from controller.adopting import chartvalues, cleaning, grouping
from controller.cluster import kube as kubes
from gitops import catalog as catalogs
from gitops import checks, values
from gitops.errors import KlepaasError, NotFound
from gitops.tree import overlay
from gitops.types import Change

KINDS = (("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("batch", "CronJob"), ("", "Service"), ("networking.k8s.io", "Ingress"),
         ("autoscaling", "HorizontalPodAutoscaler"), ("policy", "PodDisruptionBudget"), ("", "ConfigMap"), ("", "PersistentVolumeClaim"), ("", "ServiceAccount"),
         ("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "RoleBinding"), ("networking.k8s.io", "NetworkPolicy"))
RELEASE = "meta.helm.sh/release-name"
EXTRAS = "extras"


@dataclass(frozen=True, slots=True)
class Adopted:
    """One object that git would say from now on. `fields`: JSON pointers of what would be written anew, of its metadata alone."""

    app: str
    source: str
    kind: str
    name: str
    fields: tuple = ()


@dataclass(frozen=True, slots=True)
class Adoption:
    """`files` by app, as the verb `adopt` takes them; `left`: (kind, name, why) of what stays outside; `releases`: of Helm, which believe they own it."""

    files: dict
    objects: tuple = ()
    left: tuple = ()
    releases: tuple = ()


def environment_of(catalog, namespace, name=None):
    """The environment in that namespace; NotFound says which there are."""
    found = [each for each in catalog.environments.values() if each.namespace == namespace and name in (None, each.name)]
    if not found:
        raise NotFound("no_environment_there", namespace=namespace, choices=[f"{each.name} ({each.namespace})" for each in catalog.environments.values()] or ["-"])
    return found[0]


def read(services, environment):
    """The Adoption of an environment's namespace at main's tip."""
    kube = kubes.connect(services.settings.kubeconfig, environment.cluster, settings=services.settings)
    objects = [each for kind in KINDS if kind in kube.discover() for each in kube.list(kube.kind(*kind), environment.namespace)[0]]
    tree, catalog = services.head()
    there = {each.app for each in catalog.targets(environment.name) if each.app}
    return _Reader(services, tree, environment, there).adoption(objects)


class _Reader:
    """One reading: what it decides is collected in it."""

    def __init__(self, services, tree, environment, there):
        self.services, self.tree, self.environment, self.there = services, tree, environment, there
        self.files, self.objects, self.left = {}, [], []

    def adoption(self, objects):
        found, alone = grouping.groups(objects)
        for group in found:
            self._group(group)
        self.left += [(each["kind"], each["metadata"]["name"], "belongs to no workload") for each in alone]
        mine = [each["metadata"] for each in grouping.free(objects)]
        return Adoption(self.files, tuple(self.objects), tuple(sorted(set(self.left))), tuple(sorted({each["annotations"][RELEASE] for each in mine if RELEASE in (each.get("annotations") or {})})))

    def _group(self, group):
        workload = group.workload
        if group.app in self.there:
            return self._leave([each for each in (workload, *group.others) if each], f"the app {group.app} is in {self.environment.name} already")
        if workload and (why := _secret(workload)):
            return self._leave([workload, *group.others], f"{why}: put it into a Secret, refer to it by valueFrom, and adopt again")
        self.left += [("Secret", name, f"{group.app} reads it: it stays in the cluster, and outside git") for name in group.secrets]
        clean = [each for each in group.others if not self._secret(each)]
        inside = self._as_values(group.app, workload, clean) if workload and workload["kind"] == "Deployment" else None
        if inside is None:
            return self._as_manifests(group.app, [*([workload] if workload else []), *clean])
        self._as_manifests(f"{group.app}-{EXTRAS}"[:63], [each for each in clean if each not in inside])

    def _leave(self, objects, why):
        self.left += [(each["kind"], each["metadata"]["name"], why) for each in objects]

    def _secret(self, obj):
        why = _secret(obj)
        if why:
            self._leave([obj], f"{why}: it stays in the cluster, and outside git")
        return why

    # --- manifests -------------------------------------------------------------------------------------------------------

    def _as_manifests(self, app, objects):
        if objects and app in self.there:
            return self._leave(objects, f"the app {app} is in {self.environment.name} already")
        if objects:
            self.files[app] = {"manifests": dict(zip(_files(objects), (values.dump(ownership.to_adopt(cleaning.cleaned(each))) for each in objects)))}
            self.objects += [Adopted(app, "manifests", each["kind"], each["metadata"]["name"]) for each in objects]
        return None

    # --- values ----------------------------------------------------------------------------------------------------------

    def _as_values(self, app, deployment, others):
        """The objects that the chart makes as they are, written as values; None where the Deployment is none of them."""
        inside = _candidates(deployment, others)
        for _ in range(len(inside) + 1):
            scaled = any(each["kind"] == "HorizontalPodAutoscaler" and each not in inside for each in others)
            text = values.dump(chartvalues.values(app, deployment, inside, scaled))
            found = _compared(self._rendered(app, text), [deployment, *inside])
            if found is None or found[0] is None and not inside:
                return None
            right = [each for each, fields in zip(inside, found[1:]) if fields is not None and found[0] is not None]
            if len(right) == len(inside):
                self.files[app] = {"values": text}
                self.objects += [Adopted(app, "values", each["kind"], each["metadata"]["name"], fields) for each, fields in zip([deployment, *inside], found)]
                return [deployment, *inside]
            inside = right
        return None

    def _rendered(self, app, text):
        """What the chart makes of the values; nothing where it refuses them."""
        base = catalogs.load(self.tree)
        tree = overlay(self.tree, [Change(base.values_path(app, self.environment.name), None, text.encode())])
        try:
            return self.services.renderer.render(tree, catalogs.load(tree).target(app, self.environment.name), self.environment).objects
        except KlepaasError as error:
            if error.transient:
                raise
            return ()


def _candidates(deployment, others):
    """At most one object of each kind that the chart knows: the one named like the Deployment, else the first."""
    name, found = deployment["metadata"]["name"], {}
    for each in sorted(others, key=lambda each: (each["metadata"]["name"] != name, each["metadata"]["name"])):
        fits = each["kind"] != "Service" or len(each["spec"].get("ports") or ()) == 1
        if each["kind"] in chartvalues.KINDS and fits:
            found.setdefault(each["kind"], each)
    return list(found.values())


def _compared(rendered, live):
    """For each live object the pointers of its metadata that would be written, None where anything else differs; None where other objects are rendered."""
    made = {(each["kind"], each["metadata"]["name"]): each for each in rendered}
    if set(made) != {(each["kind"], each["metadata"]["name"]) for each in live}:
        return [None] * len(live) if made else None
    return [_differing(made[each["kind"], each["metadata"]["name"]], each) for each in live]


def _differing(made, live):
    """Both ways: what the chart says and is not so, and what is so and the chart does not say, but for replicas that it leaves to an autoscaler.

    Labels and annotations of the object itself start nothing anew.
    """
    there, here = diff.differences(made, live), diff.differences(cleaning.cleaned(live), made, () if "replicas" in made.get("spec", {}) else ("/spec/replicas",))
    return None if any(not each.startswith("/metadata/") for each in (*there, *here)) else tuple(there)


def _secret(obj):
    """What of an object is a secret in clear, in words; None where nothing is."""
    if kind := checks.secret_in(values.dump(cleaning.cleaned(obj))):
        return f"it holds a {kind} in clear"
    pairs = (obj.get("data") or {}).items() if obj["kind"] == "ConfigMap" else _variables(obj)
    name = next((name for name, value in pairs if checks.looks_secret(name, value)), None)
    return f"{name} looks like a secret in clear" if name else None


def _variables(obj):
    if obj["kind"] not in grouping.WORKLOADS:
        return []
    spec = grouping.pod_spec(obj)
    return [(each["name"], each["value"]) for container in (*spec["containers"], *(spec.get("initContainers") or ())) for each in container.get("env") or () if each.get("value")]


def _files(objects):
    """A file's name for each object; kinds of RBAC may have names that no file should."""
    found = []
    for each in objects:
        name = re.sub(r"[^a-z0-9.-]+", "-", f"{each['kind']}-{each['metadata']['name']}".lower())
        found.append(f"{name}.yaml" if f"{name}.yaml" not in found else f"{name}-{len(found)}.yaml")
    return found
