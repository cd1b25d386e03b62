"""What the plan functions share: what they are given, what they give, and reading one app's files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gitops import layout, values
from gitops.errors import Invalid, NotFound
from gitops.types import Change, Target


@dataclass(frozen=True, slots=True)
class Desired:
    """Desired state at one revision; `at(sha)` is the tree of another. `pull_secret` is what new apps get."""

    catalog: object
    tree: object
    at: Callable
    pull_secret: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """The files a verb changes, one line of summary for the commit's subject, trailers of its own, and warnings. `apps`: which of them are whose, where the command names no app."""

    changes: tuple
    summary: str
    trailers: Mapping = field(default_factory=dict)
    warnings: tuple = ()
    apps: Mapping = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """One app's values file, read: its target, bytes and parsed content."""

    target: object
    data: bytes
    values: dict

    @property
    def path(self):
        return self.target.values_path

    def lookup(self, name):
        """The value at the key path that klepaas.yaml gives `name` (version, replicas, …)."""
        return values.lookup(self.values, self.target.keys[name])

    def edited(self, edits, summary, **more):
        return Edit(changed(self.path, self.data, values.edit(self.data, edits, self.path)), summary, **more)


def opened(desired, app, environment):
    """The values file of an app; Invalid when it has none (it is made of manifests)."""
    target = desired.catalog.target(app, environment)
    if target.values_path is None:
        raise Invalid("no_values_file", app=app, environment=environment, path=target.manifests_path)
    data = desired.tree.read(target.values_path)
    return Opened(target, data, values.parse(data, target.values_path))


def located(catalog, app, environment):
    """The Target, also of an app whose values file cannot be read: restoring or deleting it must be possible."""
    try:
        return catalog.target(app, environment)
    except Invalid as error:
        path = catalog.values_path(app, environment)
        if error.path != path:
            raise
        return Target(app, environment, "chart", path, keys=catalog.keys)


def former(catalog, tree, app, environment):
    """The Target, also of an app that is gone: of what `tree`, in which it was, has of it where its files belong today."""
    try:
        return located(catalog, app, environment)
    except NotFound:
        path, folder = catalog.values_path(app, environment), layout.manifests_path(environment, app)
        if tree.id(path) is None and tree.names(folder):
            return Target(app, environment, "manifests", None, folder, keys=catalog.keys)
        return Target(app, environment, "chart", path, keys=catalog.keys)


def changed(path, before, after):
    """The change as a tuple: empty when there is none."""
    return () if before == after else (Change(path, before, after),)


def files(tree, folder):
    """The files below a folder: path -> bytes."""
    return {path: tree.read(path) for path, entry in tree.walk(folder)}
