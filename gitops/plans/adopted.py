"""The plan that writes the files of apps that run already, as the operator's command line made them from the cluster."""

import re

import orjson

from gitops.errors import Conflict, Invalid, NotFound
from gitops.layout import LABEL, manifests_path
from gitops.plans.base import Edit
from gitops.types import Change

SHOWN = 5  # names of apps in the commit's subject
FILE = re.compile(r"[a-z0-9][a-z0-9.-]*\.yaml")


def adopt(desired, command):
    """Files of apps that the environment does not have yet: `{app: {"values": text}}` or `{app: {"manifests": {name: text}}}`."""
    environment, changes, files = command.environment, {}, _given(command.args["files"])
    for app, content in sorted(files.items()):
        found = [Change(path, None, text.encode()) for path, text in sorted(_paths(desired.catalog, app, environment, content).items())]
        new = [each for each in found if desired.tree.read(each.path) != each.after]
        if new and _is_there(desired.catalog, app, environment):
            raise Conflict("app_exists", app=app, environment=environment, path=new[0].path)
        changes |= {app: tuple(new)} if new else {}
    every = tuple(change for found in changes.values() for change in found)
    shown = ", ".join(sorted(files)[:SHOWN]) + (", …" if len(files) > SHOWN else "")
    return Edit(every, f"{len(files)} app{'s' * (len(files) != 1)} there already: {shown}", apps=changes)


def _given(text):
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not found or not all(LABEL.fullmatch(app) and _content(each) for app, each in found.items()):
        raise Invalid("bad_argument", argument="files", value=text[:64], wanted='{app: {"values": text} or {"manifests": {name: text}}}')
    return found


def _content(given):
    """Whether it is a values file, or manifests by their file's name."""
    if not isinstance(given, dict) or set(given) not in ({"values"}, {"manifests"}):
        return False
    manifests = given.get("manifests", {"a.yaml": given.get("values")})
    return isinstance(manifests, dict) and bool(manifests) and all(FILE.fullmatch(name) and isinstance(text, str) for name, text in manifests.items())


def _paths(catalog, app, environment, content):
    if "values" in content:
        return {catalog.values_path(app, environment): content["values"]}
    return {f"{manifests_path(environment, app)}/{name}": text for name, text in content["manifests"].items()}


def _is_there(catalog, app, environment):
    try:
        catalog.target(app, environment)
    except NotFound:
        return False
    except Invalid:
        return True
    return True
