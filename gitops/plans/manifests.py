"""Plans that write or remove plain manifests, one object a file, in manifests/<environment>/<app>/."""

from gitops import values
from gitops.errors import Conflict, Invalid, NotFound
from gitops.plans.base import Edit, changed, files
from gitops.types import Change


def apply_manifest(desired, command):
    """The object's file, in place of the one that holds it now."""
    folder, given = _folder(desired, command, new=True), command.args["manifest"]
    objects = values.load_all(given.encode(), "manifest")
    if len(objects) != 1 or not _identity(objects[0]):
        raise Invalid("manifest_not_one_object", found=len(objects))
    kind, name = _identity(objects[0])
    path = _holding(desired.tree, folder, kind, name) or f"{folder}/{kind.lower()}-{name}.yaml"
    return Edit(changed(path, desired.tree.read(path), (given.rstrip("\n") + "\n").encode()), f"{kind} {name}")


def delete_manifest(desired, command):
    folder, args = _folder(desired, command), command.args
    path = _holding(desired.tree, folder, args["kind"], args["name"])
    if path is None:
        raise NotFound("no_such_manifest", kind=args["kind"], name=args["name"], path=folder)
    return Edit((Change(path, desired.tree.read(path), None),), f"{args['kind']} {args['name']}")


def _folder(desired, command, new=False):
    try:
        target = desired.catalog.target(command.app, command.environment)
    except NotFound:
        if not new:
            raise
        return f"manifests/{desired.catalog.environment(command.environment).name}/{command.app}"
    if target.manifests_path is None:
        raise Conflict("app_has_values", app=command.app, environment=command.environment, path=target.values_path)
    return target.manifests_path


def _holding(tree, folder, kind, name):
    """The file that holds the object; Invalid when it holds others too, which a file's rewrite would touch."""
    for path, data in files(tree, folder).items():
        if not path.endswith((".yaml", ".yml", ".json")):
            continue
        found = [_identity(each) for each in values.load_all(data, path)]
        if (kind.lower(), name) in [(each[0].lower(), each[1]) for each in found if each]:
            if len(found) > 1:
                raise Invalid("manifest_beside_others", kind=kind, name=name, path=path)
            return path
    return None


def _identity(thing):
    """(kind, name) of an object, or None when it is not one."""
    metadata = thing.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    wanted = (thing.get("apiVersion"), thing.get("kind"), name)
    return (thing["kind"], name) if all(isinstance(each, str) and each for each in wanted) and "/" not in name + thing["kind"] else None
