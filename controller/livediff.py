"""What of an app is live, beside what it should be, field by field: by a dry run of each write, as the server would make it. Secrets are masked.

Must not write. A door asks through the ledger, and gets what `of` returns.
"""

import orjson

from controller import ownership, prune, reconcile
from gitops import charts, effects
from gitops.errors import KlepaasError
from gitops.render import sops

OBJECTS, FIELDS, LONG = 200, 100, 400  # objects of an answer, fields of an object, characters of a value
SERVERS = ("managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink")
OURS = (ownership.OWNER, ownership.LABEL)


def of(world, app):
    """{app, revision, status, message, items, same, more} of one app; Secrets' values are hidden, changed ones told from the same."""
    state = world.states.get(app)
    if state is None or state.inputs is None:
        return {"app": app, "status": "unknown", "message": "not synced yet", "items": [], "same": 0}
    differing = reconcile.pending(state, world)
    leaving = [key for key in prune.candidates(world.cache, world.states, {hook.key for hook in state.hooks})[0] if world.cache.app_of(key) == app]
    items = [item(world, state.adopt, *each[:2]) for each in differing[:OBJECTS]] + [gone(key) for key in leaving[:OBJECTS]]
    items = [sops.hidden(each, state.secrets) for each in items if each]
    status, message = state.stopped or (("failed", state.error.text()) if state.error else ("differs" if items else "synced", ""))
    return {"app": app, "revision": world.head, "status": status, "message": message, "items": items, "same": len(state.desired) - len(differing),
            "more": max(len(differing) - OBJECTS, 0) + max(len(leaving) - OBJECTS, 0)}


def item(world, adopt, desired, live):
    """What the server would make of one write, or why it would not; None where that is nothing."""
    key = ownership.key(desired)
    shown = {"kind": key.kind, "name": key.name, "namespace": key.namespace or None}
    try:
        kind = world.kube.kind(key.group, key.kind)
        there = live or (world.kube.get(kind, key.namespace, key.name) if world.cache.stranger(key) else None)
        after, _ = world.hands.apply(kind, desired, True, dry=True)
    except KlepaasError as error:
        return shown | {"action": "refused", "message": error.text(), "fields": []}
    if there is None:
        return shown | {"action": "create", "fields": fields(None, after)} | _effect(None, after)
    found = fields(there, after)
    if live is None:
        adopt = world.environment.sync.adopt or adopt
        return shown | {"action": "adopt" if adopt else "not ours", "fields": found}
    return shown | {"action": "change", "fields": found, "others": live.get("$others", [])} | _effect(there, after) if found else None


def _effect(live, after):
    found = effects.of(live, after)
    return {"effect": found} if found else {}


def gone(key):
    return {"kind": key.kind, "name": key.name, "namespace": key.namespace or None, "action": "prune", "fields": []}


def fields(live, after):
    """What an apply would change: `{path, live, desired}` each, as JSON pointers; absent is None."""
    before, behind = charts.masked(_said(live) if live else None, _said(after))
    found = []
    _walk(before or {}, behind, "", found)
    return found[:FIELDS]


def _said(obj):
    """What is said of an object, but for what only a server says and how we know it for ours."""
    metadata = {name: value for name, value in obj["metadata"].items() if name not in SERVERS}
    for name in ("labels", "annotations"):
        if name in metadata:
            metadata[name] = {each: value for each, value in metadata.pop(name).items() if each not in OURS} or None
    metadata = {name: value for name, value in metadata.items() if value is not None}
    return {name: value for name, value in obj.items() if name not in ("status", "apiVersion", "kind", "$owned", "$others")} | {"kind": obj["kind"], "metadata": metadata}


def _walk(live, wanted, path, found):
    if live == wanted:
        return
    if isinstance(live, dict) and isinstance(wanted, dict):
        for name in [*live, *(each for each in wanted if each not in live)]:
            _walk(live.get(name), wanted.get(name), f"{path}/{name.replace('~', '~0').replace('/', '~1')}", found)
    elif isinstance(live, list) and isinstance(wanted, list) and len(live) == len(wanted):
        for index, pair in enumerate(zip(live, wanted)):
            _walk(*pair, f"{path}/{index}", found)
    elif (live or wanted) or live != wanted:
        found.append({"path": path, "live": _short(live), "desired": _short(wanted)})


def _short(value):
    """A value as it can be shown: a large one as the beginning of its text."""
    text = orjson.dumps(value).decode()
    return value if len(text) <= LONG else f"{text[:LONG]} …"
