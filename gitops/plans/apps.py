"""Plans that create or delete an app in one environment."""

from gitops import values
from gitops.errors import Conflict, Invalid, NotFound
from gitops.plans.base import Edit, changed, files, located
from gitops.types import Change

HELM_NAME_LIMIT = 53  # a Helm release's name may be no longer


def create_app(desired, command):
    """A values file with what was said and nothing else: the chart's defaults do the rest."""
    app, environment, args = command.app, command.environment, command.args
    if len(app) > HELM_NAME_LIMIT:
        raise Invalid("app_name_too_long", app=app, limit=HELM_NAME_LIMIT)
    path = desired.catalog.values_path(app, environment)
    if desired.tree.id(path) is not None or _is_there(desired.catalog, app, environment):
        raise Conflict("app_exists", app=app, environment=environment, path=path)
    keys = desired.catalog.keys
    edits = {keys["replicas"]: args.get("replicas", 1), keys["image"]: args["image"], keys["version"]: args["version"]}
    edits |= {"klepaas.repository": args["repository"]} if "repository" in args else {}
    edits |= {"service.port": args["port"]} if "port" in args else {}
    edits |= {"ingress.enabled": True, "ingress.hosts": [{"host": args["host"], "paths": [{"path": "/", "pathType": "Prefix"}]}]} if "host" in args else {}
    edits |= {"imagePullSecrets": [{"name": desired.pull_secret}]} if desired.pull_secret else {}
    return Edit(changed(path, None, values.edit(None, edits, path)), f"{args['image']}:{args['version']}")


def _is_there(catalog, app, environment):
    try:
        catalog.target(app, environment)
    except NotFound:
        return False
    return True


def delete_app(desired, command):
    """The app's values file, or its folder of manifests; other environments keep theirs."""
    target = located(desired.catalog, command.app, command.environment)
    gone = {target.values_path: desired.tree.read(target.values_path)} if target.values_path else files(desired.tree, target.manifests_path)
    return Edit(tuple(Change(path, data, None) for path, data in sorted(gone.items())), f"from {command.environment}")
