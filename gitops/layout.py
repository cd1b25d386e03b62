"""Where the apps of one environment are in a tree: by a pattern of paths for values, and in folders of manifests.

What a folder holds is remembered by the folders' object ids. Must not read a file.
"""

import re
from dataclasses import dataclass

from gitops.errors import Invalid
from gitops.kept import Kept

CONFIG = "klepaas.yaml"
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
PATTERN = "values/{environment}/{app}.yaml"
SUFFIX = "-values.yaml"
FLAT = (("charts/common-chart/values", "charts/common-chart"), ("values", None))  # layouts without klepaas.yaml: <app>-values.yaml
LAST = ("prod", "production", "live")  # without klepaas.yaml nobody has said an order: an unnamed environment should not mean these
_LISTED = Kept(256)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one app is in one environment: its values file, or its folder of manifests."""

    values: str | None
    manifests: str | None


def discovered(tree):
    """(pattern, default chart, names of environments) of a repository without klepaas.yaml; no names: there is one, the default."""
    for folder, chart in FLAT:
        if any(entry.kind != "folder" and entry.name.endswith(SUFFIX) for entry in tree.names(folder)):
            return f"{folder}/{{app}}{SUFFIX}", chart, ()
    names = {entry.name for top in ("values", "manifests") for entry in tree.names(top) if entry.kind == "folder" and LABEL.fullmatch(entry.name)}
    return PATTERN, None, tuple(sorted(names, key=lambda name: (name in LAST, name)))


def values_path(pattern, environment, app):
    return pattern.replace("{environment}", environment).replace("{app}", app)


def manifests_path(environment, app):
    return f"manifests/{environment}/{app}"


def place(tree, pattern, environment, app):
    """The Place of one app, without looking at the others; None when it is not there."""
    if not LABEL.fullmatch(app):
        return None
    path = values_path(pattern, environment, app)
    if path != CONFIG and tree.id(path) is not None:
        return Place(path, None)
    folder = manifests_path(environment, app)
    return Place(None, folder) if tree.names(folder) else None


def identity(tree, pattern, environment):
    """What the apps of an environment depend on. Invalid when a link or a file stands where a folder should be: unknown is not none."""
    return pattern, environment, _folder_id(tree, _parts(pattern, environment)[0]), _folder_id(tree, f"manifests/{environment}")


def apps(tree, pattern, environment):
    """app -> Place in one environment. Invalid as `identity` says."""
    return _LISTED.get(identity(tree, pattern, environment),
                       lambda: _manifests(tree, f"manifests/{environment}") | _values(tree, *_parts(pattern, environment)))


def _parts(pattern, environment):
    """(folder, what stands before the app's name, what after it, the path below it)."""
    head, _, tail = pattern.replace("{environment}", environment).partition("{app}")
    folder, _, prefix = head.rpartition("/")
    suffix, slash, rest = tail.partition("/")
    return folder, prefix, suffix, slash + rest


def app_of(path, pattern, environment):
    """The app of the environment whose file this is, or None."""
    folder, prefix, suffix, rest = _parts(pattern, environment)
    head, tail, own = f"{folder}/{prefix}".removeprefix("/"), suffix + rest, f"manifests/{environment}/"
    app = path[len(own):].partition("/")[0] if path.startswith(own) else path[len(head):len(path) - len(tail)] if path.startswith(head) and path.endswith(tail) else ""
    return app if LABEL.fullmatch(app) else None


def _folder_id(tree, path):
    parent, _, name = path.rpartition("/")
    id = tree.id(path) if path else tree.root
    if id is not None and path:
        kind = next(entry.kind for entry in tree.names(parent) if entry.name == name)
        if kind != "folder":
            raise Invalid("not_a_folder", path=path, kind=kind)
    return id


def _values(tree, folder, prefix, suffix, rest):
    found = {}
    for entry in tree.names(folder):
        app = entry.name[len(prefix):len(entry.name) - len(suffix)]
        path = f"{folder}/{entry.name}{rest}".removeprefix("/")
        if entry.name.startswith(prefix) and entry.name.endswith(suffix) and LABEL.fullmatch(app) and path != CONFIG and _is_there(tree, entry, path, rest):
            found[app] = Place(path, None)
    return found


def _is_there(tree, entry, path, rest):
    return entry.kind == "folder" and tree.id(path) is not None if rest else entry.kind != "folder"


def _manifests(tree, folder):
    return {entry.name: Place(None, f"{folder}/{entry.name}") for entry in tree.names(folder) if entry.kind == "folder" and LABEL.fullmatch(entry.name)}
