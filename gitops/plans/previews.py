"""Plans that open, bring up to date, and close the preview of a pull request: a file that says whose it is, and the values files of its apps.

An app's values are those of the environment that the rule names, without what cannot be there twice. Brought up to date, only the
version changes: what somebody tried out in a preview stays.
"""

import re

from gitops import previews, values
from gitops.cicd import rules
from gitops.errors import Conflict, Invalid, NotFound
from gitops.plans.base import Edit, changed, opened
from gitops.types import Change

DROPPED = ("klepaas.suspend", "klepaas.adopt", "klepaas.depends_on", "service.nodePort", "serviceAccount.annotations")  # where a file has them


def open_preview(desired, command):
    args, name = command.args, command.environment
    rule, _ = previews.rule_of(desired.catalog.config, args["repository"]), previews.place(desired.catalog, command)
    _room(desired, rule, name)
    path = previews.path(name)
    mark = changed(path, desired.tree.read(path), previews.text(rule.repository, args["number"], args["commit"], args["until"]))
    files = {app: _values(desired, rule, app, command) for app in _apps(desired, rule)}
    every = (*mark, *(each for found in files.values() for each in found))
    return Edit(every, f"{rule.repository} #{args['number']} at {args['commit'][:rules.SHORT]}", apps={app: (*mark, *found) for app, found in files.items() if found})


def _room(desired, rule, name):
    """Conflict where as many previews are there as the rule allows."""
    theirs = [each for each in previews.listed(desired.tree) if each != name and previews.NAME.fullmatch(each)[1] == rule.name]
    if len(theirs) >= rule.limit:
        raise Conflict("preview_limit", repository=rule.repository, limit=rule.limit)


def _apps(desired, rule):
    """The apps meant; NotFound where there is none."""
    found = rule.apps or rules.built_from(desired.catalog, desired.tree, rule.environment, rule.repository)
    if not found:
        raise NotFound("preview_no_app", repository=rule.repository, environment=rule.environment)
    return found


def _values(desired, rule, app, command):
    """The change of one app's values file: given another version, or made from where the rule says."""
    fields = _fields(rule, app, command)
    version, path = _said(rule.version, fields), desired.catalog.values_path(app, command.environment, known=False)
    data = desired.tree.read(path)
    if data is None:
        return changed(path, None, _made(opened(desired, app, rule.environment), rule, version, fields, path))
    if command.environment not in desired.catalog.environments:
        raise Conflict("app_exists", app=app, environment=command.environment, path=path)
    return changed(path, data, values.edit(data, {desired.catalog.target(app, command.environment).keys["version"]: version}, path))


def _fields(rule, app, command):
    """What texts of the rule may name."""
    args, name = command.args, command.environment
    return {"app": app, "number": args["number"], "name": name, "sha": args["commit"], "sha7": args["commit"][:rules.SHORT], "host": previews.host(rule, app, args["number"])}


def _said(value, fields):
    return re.sub(r"\{(\w+)\}", lambda each: str(fields[each[1]] or ""), value) if isinstance(value, str) else value


def _made(source, rule, version, fields, path):
    """The values for a preview: this version, one pod, an address of its own, and no word to us that holds it back. Invalid where they hold secrets."""
    if b"ENC[" in source.data:
        raise Invalid("preview_sealed", path=source.path, app=source.target.app, environment=rule.environment)
    edits = {source.target.keys["version"]: version, source.target.keys["replicas"]: 1}
    edits |= {key: values.REMOVED for key in DROPPED if values.lookup(source.values, key) is not None}
    edits |= {"autoscaling.enabled": False} if values.lookup(source.values, "autoscaling.enabled") is True else {}
    edits |= {"service.type": "ClusterIP"} if values.lookup(source.values, "service.type") in ("NodePort", "LoadBalancer") else {}
    edits |= {"serviceAccount.name": values.REMOVED} if values.lookup(source.values, "serviceAccount.name") and not values.lookup(source.values, "serviceAccount.create") else {}
    edits |= _address(source, fields) | {key: _said(each, fields) for key, each in rule.values.items()}
    whole = {key: values.REMOVED for key in edits if isinstance(values.lookup(source.values, key), (dict, list))}
    return values.edit(values.edit(source.data, whole, path), edits, path)


def _address(source, fields):
    """The host that the rule names; never that of the environment the values are from."""
    if fields["host"] is None:
        return {"ingress.enabled": False} if values.lookup(source.values, "ingress.enabled") is True else {}
    hosts = [{"host": fields["host"], "paths": [{"path": "/", "pathType": "Prefix"}]}]
    sealed = {"ingress.tls": [{"secretName": f"{fields['app']}-tls", "hosts": [fields["host"]]}]} if values.lookup(source.values, "ingress.tls") else {}
    return {"ingress.enabled": True, "ingress.hosts": hosts} | sealed


def close_preview(desired, command):
    """All its files go, and with them the environment."""
    name = command.environment
    gone = (previews.path(name), *desired.catalog.files(name)) if desired.tree.id(previews.path(name)) else ()
    changes = tuple(Change(path, data, None) for path in gone if (data := desired.tree.read(path)) is not None)
    return Edit(changes, command.args["why"])
