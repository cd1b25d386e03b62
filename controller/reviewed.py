"""What merging a review would do in the cluster now: its command planned again on main's tip, each write tried by a dry run. Must not write."""

import orjson

from controller import diff, livediff, order, ownership, reconcile
from gitops import catalog as catalogs
from gitops import planning, reviewing, verbs
from gitops.errors import KlepaasError, NotFound
from gitops.render import sops
from gitops.tree import overlay


def of(world, services, id):
    """{review, revision, status, message, items, same, more}; status refused, with the rule and its place, where it cannot be merged as it is."""
    tree = services.head()[0].fresh()
    said = {"review": id, "revision": tree.revision, "items": [], "same": 0, "more": 0}
    try:
        review = services.ledger.review(id)
        command = services.ledger.command_by_uid(review.branch.removeprefix(reviewing.PREFIX))["command"]
        changes = planning.planned(services, verbs.find(command.verb), command, tree).changes
        there = overlay(tree, changes)
        parts = [_app(world, services, there, app) for app in _apps(there, review, changes)]
    except KlepaasError as error:
        return said | {"status": "refused", "code": error.code, "message": str(error), "path": error.path, "line": error.line}
    items = [each for found, _ in parts for each in found]
    return said | {"status": "differs" if items else "synced", "message": "", "items": items[:livediff.OBJECTS], "same": sum(same for _, same in parts), "more": max(len(items) - livediff.OBJECTS, 0)}


def _apps(tree, review, changes):
    """The apps of the environment whose files change."""
    catalog = catalogs.load(tree)
    return sorted({app for each in changes if (app := catalog.app_of(each.path, review.environment))})


def _app(world, services, tree, app):
    """(items, how many objects stay the same) of one app as it would be."""
    state, secrets = _state(world, services, tree, app)
    found = [(key, reconcile.differing(state, key, world.cache.get(key))) for key in state.desired]
    items = [livediff.item(world, state.adopt, *each[:2]) for _, each in found if each]
    now = world.states.get(app)
    leaving = [livediff.gone(key) for key in (now.desired if now else ()) if key not in state.desired and not ownership.protected(world.cache.get(key) or _nothing(key))]
    return [sops.hidden(each, secrets) for each in [*filter(None, items), *leaving]], len(state.desired) - len([each for each in items if each])


def _state(world, services, tree, app):
    """(the app's state as it would be, texts that were encrypted); one that is gone desires nothing."""
    try:
        target = catalogs.load(tree).target(app, world.environment.name)
    except NotFound:
        return reconcile.AppState(app, world.environment.name), ()
    rendered = services.renderer.render(tree, target, world.environment)
    objects = [world.claimed(app, each) for each in diff.without_scaled([each for each in rendered.objects if not order.is_hook(each)])]
    desired = {ownership.key(each): orjson.dumps(each) for each in order.ordered(objects)}
    return reconcile.AppState(app, world.environment.name, desired=desired, adopt=target.adopt), rendered.secrets


def _nothing(key):
    return {"kind": key.kind, "metadata": {}}
