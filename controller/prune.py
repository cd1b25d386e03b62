"""What an environment holds of ours that nothing desires any more: deleted, in reverse order. Held when it would be too much."""

import logging

from controller import order, ownership
from gitops.errors import KlepaasError

log = logging.getLogger(__name__)


def candidates(cache, states):
    """(keys to delete, in reverse order; {key: reason} of what is kept).

    While an app fails to render it is unknown what it desires: only removed apps' objects go, and not even those while the app
    that fails has nothing here, for it may be another's new name. What an app that is not synced now has is left.
    """
    desired = set().union(*(state.desired for state in states.values())) if states else set()
    broken = {app for app, state in states.items() if not state.rendered}
    stopped = {app for app, state in states.items() if state.stopped}
    if any(not cache.keys_of(app) for app in broken):
        return [], {}
    gone, kept = [], {}
    for key, app in cache.keys().items():
        if key in desired or app in stopped or broken and app in states:
            continue
        obj = cache.get(key)
        if obj is None or obj["metadata"].get("deletionTimestamp"):
            continue
        why = ownership.protected(obj)
        if why:
            kept[key] = why
        else:
            gone.append(obj)
    return [ownership.key(each) for each in sorted(gone, key=order.place, reverse=True)], kept


def too_much(gone, cache, excused):
    """Whether more than half of an environment would go, other than with apps that delete verbs took away."""
    counted = [key for key in gone if cache.app_of(key) not in excused]
    return len(counted) > 1 and len(counted) * 2 > len(cache.keys())


def delete(world, gone):
    """Delete each; a refused one stays ours and is tried again. Returns (actions by app, errors)."""
    actions, errors = {}, []
    for key in gone:
        obj, app = world.cache.get(key), world.cache.app_of(key)
        if obj is None:
            continue
        try:
            world.lease.check()
            world.kube.delete(world.kube.kind(key.group, key.kind), obj)
            world.cache.deleted(key)
            actions.setdefault(app, []).append({"action": "pruned", "kind": key.kind, "namespace": key.namespace, "name": key.name})
        except KlepaasError as error:
            log.warning("prune %s: %s", key, error)
            errors.append(error)
    return actions, errors
