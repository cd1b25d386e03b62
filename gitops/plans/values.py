"""Plans that edit one app's values file."""

from gitops import values
from gitops.errors import Invalid, NotFound
from gitops.plans.base import Edit, changed, files, former, opened
from gitops.types import Change


def scale(desired, command):
    """The replicas or, where the chart scales by itself, the bounds of its autoscaling."""
    file, wanted = opened(desired, command.app, command.environment), command.args["replicas"]
    if values.lookup(file.values, "autoscaling.enabled") is True:
        return _bounds(file, wanted)
    return file.edited({file.target.keys["replicas"]: wanted}, f"{_or_default(file.lookup('replicas'))} -> {wanted} replicas")


def _bounds(file, wanted):
    if wanted == 0:
        raise Invalid("autoscaled_to_zero", app=file.target.app, path=file.path)
    low, high = (values.lookup(file.values, f"autoscaling.{key}") for key in ("minReplicas", "maxReplicas"))
    edits = {"autoscaling.minReplicas": wanted} | ({} if isinstance(high, int) and high >= wanted else {"autoscaling.maxReplicas": wanted})
    return file.edited(edits, f"autoscaling {_or_default(low)}..{_or_default(high)} -> {wanted}..{max(wanted, high if isinstance(high, int) else 0)}",
                       warnings=("autoscaled",))


def restart(desired, command):
    """An annotation on the pods' template: other pods by the same image."""
    file = opened(desired, command.app, command.environment)
    return file.edited({file.target.keys["restart"]: command.args["at"]}, f"at {command.args['at']}")


def deploy(desired, command):
    file, args = opened(desired, command.app, command.environment), command.args
    edits = {file.target.keys["version"]: args["version"]} | ({file.target.keys["image"]: args["image"]} if "image" in args else {})
    first = args.get("build", False)
    return file.edited(edits, f"{_or_default(file.lookup('version'))} -> {args['version']}", warnings=("built_first",) if first else ())


def promote(desired, command):
    """The source environment's version, and the keys that `promotes` names; everything else is the target's own."""
    source, file = (opened(desired, command.app, name) for name in (command.args["from"], command.environment))
    version, images = source.lookup("version"), [each.lookup("image") for each in (source, file)]
    if version is None or not isinstance(version, (str, int, float)):
        raise Invalid("nothing_to_promote", app=command.app, environment=command.args["from"], path=source.path)
    others = {key: found for key in desired.catalog.environment(command.environment).promotes if (found := values.lookup(source.values, key)) is not None}
    return file.edited({file.target.keys["version"]: str(version)} | others, f"{_or_default(file.lookup('version'))} -> {version} from {command.args['from']}",
                       trailers={"Promoted-from": command.args["from"]}, warnings=() if images[0] == images[1] else ("other_image",))


def rollback(desired, command):
    """The app's own files as they were at a commit, also of one that was deleted since; all other files stay."""
    sha = command.args["commit"]
    target = former(desired.catalog, desired.at(sha), command.app, command.environment)
    folder = target.values_path is None
    before, after = ((files(tree, target.manifests_path) if folder else {target.values_path: tree.read(target.values_path)})
                     for tree in (desired.tree, desired.at(sha)))
    if not any(data is not None for data in after.values()):
        raise NotFound("not_there_then", app=command.app, environment=command.environment, commit=sha[:7])
    changes = tuple(Change(path, before.get(path), after.get(path)) for path in sorted(before | after) if before.get(path) != after.get(path))
    return Edit(changes, f"back to {sha[:7]}{_version_then(target, after)}", trailers={"Rollback-to": sha})


def _version_then(target, after):
    if target.values_path is None:
        return ""
    version = values.lookup(values.parse(after[target.values_path], target.values_path), target.keys["version"])
    return f" ({version})" if version is not None else ""


def set_env(desired, command):
    file, name = opened(desired, command.app, command.environment), command.args["name"]
    after = values.set_env(file.data, file.target.keys["env"], name, command.args["value"], file.path)
    return Edit(changed(file.path, file.data, after), f"set {name}")


def unset_env(desired, command):
    file, name = opened(desired, command.app, command.environment), command.args["name"]
    if name not in values.env(file.values, file.target.keys["env"]):
        return Edit((), f"unset {name}")
    return Edit(changed(file.path, file.data, values.unset_env(file.data, file.target.keys["env"], name, file.path)), f"unset {name}")


def suspend(desired, command):
    return _suspended(desired, command, True)


def resume(desired, command):
    return _suspended(desired, command, False)


def _suspended(desired, command, wanted):
    file = opened(desired, command.app, command.environment)
    if file.target.suspend == wanted:
        return Edit((), "already so")
    return file.edited({"klepaas.suspend": wanted}, "syncs stop" if wanted else "syncs go on")


def _or_default(value):
    return "default" if value is None else value
