"""Puts into a command what time, chance or history would bring, once, at its first receipt: afterwards its plan is pure."""

from dataclasses import replace
from datetime import UTC, datetime

from gitops import access, layout, values
from gitops.errors import Invalid, NotFound
from gitops.plans.base import former, located

SEARCHED = 500  # commits of one app that are looked through for a version


def fill(repo, catalog, verb, command, args):
    """The command with its arguments complete; its environment is known. Reads git alone."""
    return replace(command, args=_FILLS.get(verb.name, _as_said)(repo, catalog, command.app, command.environment, args))


def environment(catalog, verb, command):
    """The environment named, else the only one the app has, else the first of klepaas.yaml. A change of access is decided where it counts most."""
    if verb.name in ("grant", "withdraw"):
        return access.strictest(catalog, str(command.args.get("environments") or "").split(","))
    if command.environment is not None or command.app is None:
        return catalog.environment(command.environment).name
    if verb.name in ("create_app", "apply_manifest"):
        return catalog.first.name
    has = catalog.environments_of(command.app)
    return has[0] if len(has) == 1 else catalog.first.name


def _as_said(repo, catalog, app, environment, args):
    return args


def _restart(repo, catalog, app, environment, args):
    return args if "at" in args else {"at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")}


def _image(args):
    """`image: nginx:1.27` says the version too."""
    name, colon, tag = args.get("image", "").rpartition(":")
    if not colon or "/" in tag:
        return args
    if args.get("version", tag) != tag:
        raise Invalid("two_versions", first=tag, second=args["version"])
    return args | {"image": name, "version": tag}


def _deploy(repo, catalog, app, environment, args):
    args = _image(args)
    if "branch" in args and not args.get("build"):
        raise Invalid("branch_unknown", app=app, branch=args["branch"])
    if "version" not in args:
        raise Invalid("version_needed", app=app)
    return args


def _create_app(repo, catalog, app, environment, args):
    args = _image(args)
    if "version" not in args:
        raise Invalid("version_needed", app=app)
    return args


def _promote(repo, catalog, app, environment, args):
    source = args.get("from") or catalog.environment(environment).promotes_from
    if source is None:
        raise Invalid("promote_from_where", environment=environment)
    if source == environment:
        raise Invalid("promote_to_itself", environment=environment)
    return {"from": catalog.environment(source).name}


def _rollback(repo, catalog, app, environment, args):
    target = _lately(repo, catalog, app, environment)
    path = target.values_path or target.manifests_path
    if "commit" in args:
        return {"commit": _deployed(repo, args["commit"])}
    if "version" in args:
        return {"commit": _with_version(repo, target, path, args["version"])}
    steps = args.get("steps_back", 1)
    commits = repo.history((path,), limit=steps + 1)
    if len(commits) <= steps:
        raise NotFound("no_earlier_state", app=app, environment=environment, steps=steps, there=len(commits) - 1)
    return {"commit": commits[steps].sha}


def _lately(repo, catalog, app, environment):
    """The Target of an app, as it was last where it is gone; NotFound for one that never was."""
    try:
        return located(catalog, app, environment)
    except NotFound:
        gone = repo.history((catalog.values_path(app, environment), layout.manifests_path(environment, app)), limit=1)
        if not gone:
            raise
        return former(catalog, repo.at(repo.parent(gone[0].sha)), app, environment)


def _deployed(repo, revision):
    """A commit that was desired state once: one that main contains."""
    sha = repo.resolve(revision)
    if not repo.holds(sha):
        raise NotFound("commit_not_deployed", commit=revision)
    return sha


def _with_version(repo, target, path, version):
    """The newest commit of the app at which its version was this one."""
    if target.values_path is None:
        raise Invalid("no_values_file", app=target.app, environment=target.environment, path=path)
    for commit in repo.history((path,), limit=SEARCHED):
        if _version_at(repo.tree(commit.sha), path, target.keys["version"]) == version:
            return commit.sha
    raise NotFound("version_never_deployed", app=target.app, environment=target.environment, version=version)


def _version_at(tree, path, key):
    """The version in a values file, or None: absent, none in it, or a file that was broken then."""
    try:
        found = values.lookup(values.parse(tree.read(path), path), key)
    except Invalid:
        return None
    return None if found is None else str(found)


_FILLS = {"restart": _restart, "deploy": _deploy, "create_app": _create_app, "promote": _promote, "rollback": _rollback}
