"""Whose an object is: said on the object itself, so that it is atomic with its creation. Pure.

Ours = it carries our environment's label, its owner annotation names itself (a copy on a child or from a backup does not), and
managedFields has an entry that `klepaas` applied.
"""

from dataclasses import dataclass

LABEL, OWNER = "klepaas.io/environment", "klepaas.io/owner"
PRUNE, KEEP, ADOPT = "klepaas.io/prune", "helm.sh/resource-policy", "klepaas.io/adopt"
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
    ours = _labelled(obj, repository, environment) and any(map(applied, obj["metadata"].get("managedFields") or ()))
    return _named(obj, repository, environment) if ours else None


def was_ours(obj, repository, environment):
    """Whether we applied it and somebody took its label or its annotation away since. Such a one is never pruned, but put right."""
    traces = _labelled(obj, repository, environment) or _named(obj, repository, environment)
    return bool(traces) and any(map(applied, obj["metadata"].get("managedFields") or ()))


def _labelled(obj, repository, environment):
    return (obj["metadata"].get("labels") or {}).get(LABEL) == label(repository, environment)


def _named(obj, repository, environment):
    """The app of the object's annotation, if that names this very object."""
    head, _, itself = (obj["metadata"].get("annotations") or {}).get(OWNER, "").partition(":")
    parts = head.split("/")
    return parts[-1] if parts[:-1] == [repository, environment] and itself == str(key(obj)) else None


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


# --- what was somebody else's -------------------------------------------------------------------------------------------


def to_adopt(obj):
    """A manifest that takes over the object which is there already."""
    metadata = obj["metadata"]
    return {**obj, "metadata": {**metadata, "annotations": {**(metadata.get("annotations") or {}), ADOPT: "enabled"}}}


def adopts(obj):
    """Whether a manifest says that it takes over what is there."""
    return (obj["metadata"].get("annotations") or {}).get(ADOPT) == "enabled"


def handed_over(obj):
    """managedFields without the entries of those who wrote what we apply; None where there are none.

    A field that its former tool still owns would stay when git no longer says it: server-side apply removes what nobody else owns.
    Without an owner the tool's other fields stay as they are.
    """
    managers = obj["metadata"].get("managedFields") or ()
    ours = next((each.get("fieldsV1") or {} for each in managers if applied(each)), None)
    kept = [each for each in managers if applied(each) or each.get("subresource") or not _overlap(each.get("fieldsV1") or {}, ours or {})]
    return kept if len(kept) < len(managers) else None


def _overlap(fields, ours):
    """Whether two fieldsV1 sets name a field in common."""
    return any(not inner or not ours[name] or _overlap(inner, ours[name]) for name, inner in fields.items() if name != "." and name in ours)
