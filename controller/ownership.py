"""Whose an object is: said on the object itself, so that it is atomic with its creation. Pure.

Ours = it carries our environment's label, its owner annotation names itself (a copy on a child or from a backup does not), and
managedFields has an entry that `klepaas` applied.
"""

from dataclasses import dataclass

LABEL, OWNER = "klepaas.io/environment", "klepaas.io/owner"
PRUNE, KEEP = "klepaas.io/prune", "helm.sh/resource-policy"
PROTECTED = ("PersistentVolumeClaim", "CustomResourceDefinition", "Namespace")


@dataclass(frozen=True, slots=True)
class Key:
    """An object's identity in a cluster."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self):
        return f"{self.group}/{self.kind}:{self.namespace}/{self.name}"


def key(obj):
    group, slash, _ = obj["apiVersion"].partition("/")
    return Key(group if slash else "", obj["kind"], obj["metadata"].get("namespace") or "", obj["metadata"]["name"])


def label(repository, environment):
    """The value of the environment's label: at most 63 characters, as labels are."""
    return f"{repository}-{environment}"[:63].rstrip("-")


def owner(repository, environment, app, obj):
    return f"{repository}/{environment}/{app}:{key(obj)}"


def claimed(obj, repository, environment, app):
    """The object with our label and annotation."""
    metadata = obj["metadata"]
    return {**obj, "metadata": {**metadata, "labels": {**(metadata.get("labels") or {}), LABEL: label(repository, environment)},
                                "annotations": {**(metadata.get("annotations") or {}), OWNER: owner(repository, environment, app, obj)}}}


def app_of(obj, repository, environment):
    """The app that owns an object of ours, or None when it is not ours."""
    metadata = obj["metadata"]
    if (metadata.get("labels") or {}).get(LABEL) != label(repository, environment):
        return None
    head, _, itself = (metadata.get("annotations") or {}).get(OWNER, "").partition(":")
    parts = head.split("/")
    if parts[:-1] != [repository, environment] or itself != str(key(obj)):
        return None
    return parts[-1] if any(map(applied, metadata.get("managedFields") or ())) else None


def applied(entry):
    """Whether an entry of managedFields says what we applied."""
    return entry.get("manager") == "klepaas" and entry.get("operation") == "Apply" and not entry.get("subresource")


def protected(obj):
    """Why an object of ours is never pruned, or None."""
    annotations = obj["metadata"].get("annotations") or {}
    if obj["kind"] in PROTECTED:
        return obj["kind"]
    if annotations.get(KEEP) == "keep":
        return f"{KEEP}: keep"
    return f"{PRUNE}: disabled" if annotations.get(PRUNE) == "disabled" else None
