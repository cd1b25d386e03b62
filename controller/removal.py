"""Apps that git has no more: who depends on one goes first, its delete hooks run around, and what does not go says why.

Which they are is said by the revision synced last and by what the cluster holds, so a controller that dies goes on.
"""

import logging
from dataclasses import dataclass, field

from controller import held, hooks, order
from gitops.errors import KlepaasError

log = logging.getLogger(__name__)


@dataclass
class Leaving:
    """One app on its way out; `digest`, `again`, `done`, `pods` and `secrets` are as of a sync that runs hooks."""

    app: str
    depends_on: tuple = ()
    hooks: tuple = ()
    digest: str = ""
    again: bool = False
    done: list = field(default_factory=list)
    pods: dict = field(default_factory=dict)
    secrets: tuple = ()
    waits: str | None = None   # for what, as last told


def begin(world):
    """Everybody who is leaving joins `world.leaving`."""
    wanted = world.targets.keys()
    before, world.recalled = set() if world.recalled else _apps_before(world), True  # later ones are told by controller/following
    for app in sorted((before | set(world.cache.keys().values())) - wanted - world.leaving.keys() - world.gone_apps):
        world.leaving[app] = _leaving(world, app)
    for app in wanted & world.leaving.keys():
        del world.leaving[app]  # it came back
    world.gone_apps -= wanted


def of(world, state):
    """The one whose state this process has."""
    return Leaving(state.app, state.depends_on, state.hooks, state.digest, secrets=state.secrets) if state.digest and state.rendered else _leaving(world, state.app)


def _apps_before(world):
    try:
        _, catalog = world.past()
        return {each.app for each in catalog.targets(world.environment.name) if getattr(each, "depends_on", None) is not None}
    except KlepaasError:
        return set()


def _leaving(world, app):
    """What it was at the revision synced last; without hooks where that cannot be said any more."""
    try:
        tree, catalog = world.past()
        target = catalog.target(app, world.environment.name)
        rendered = world.renderer.render(tree, target, world.environment)
    except KlepaasError:
        return Leaving(app)
    return Leaving(app, target.depends_on, hooks.read([each for each in rendered.objects if order.is_hook(each)], lambda obj: world.claimed(app, obj)), rendered.digest, secrets=rendered.secrets)


def may_go(world, gone):
    """Of the objects to prune those whose time has come."""
    apps = {key: world.cache.app_of(key) for key in gone}
    ready = {app for app in set(apps.values()) if app not in world.leaving or _ready(world, world.leaving[app])}
    return [key for key in gone if apps[key] in ready]


def _ready(world, leaving):
    first = [each.app for each in world.leaving.values() if leaving.app in each.depends_on and _rest(world, each)]
    return _waits(world, leaving, f"{', '.join(first)} goes first" if first else _hooks(world, leaving, "pre-delete"))


def end(world):
    """Whose objects are gone runs its last hooks and is forgotten."""
    for leaving in list(world.leaving.values()):
        rest = _rest(world, leaving)
        if rest:
            _waits(world, leaving, leaving.waits or _held_up(world, rest))
        elif _waits(world, leaving, _hooks(world, leaving, "post-delete")):
            del world.leaving[leaving.app]
            world.gone_apps.add(leaving.app)
            world.tell(world.ledger.forget, leaving.app, world.environment.name)
            world.ran.update(hook.key for hook in leaving.hooks)
            world.pruned_at = None  # its hooks' own objects go once it is written that they ran
    held.say(world, leaving={each.app: each.waits for each in world.leaving.values() if each.waits} or None)


def _rest(world, leaving):
    """What is there of it but its hooks and what is never pruned."""
    ran = {hook.key for hook in leaving.hooks}
    return [key for key in world.cache.keys_of(leaving.app) if key not in ran and key not in world.kept]


def _held_up(world, rest):
    """What deleted objects wait for."""
    found = [(key, world.cache.get(key)) for key in rest]
    stuck = [f"{key.kind} {key.name} (finalizers {', '.join(obj['metadata'].get('finalizers') or ['-'])})" for key, obj in found if obj and obj["metadata"].get("deletionTimestamp")]
    return f"being deleted: {', '.join(stuck[:5])}" if stuck else None


def _hooks(world, leaving, name):
    """What a delete hook is waited for, or why it failed: then the rest stays until it succeeds, or `release`."""
    try:
        return hooks.run(world, leaving, leaving.hooks, name)
    except KlepaasError as error:
        return None if world.head in world.released else error.text()


def _waits(world, leaving, why):
    """Whether it need not wait; told where the reason is new."""
    if why and why != leaving.waits:
        world.tell(world.ledger.event, "notice", leaving.app, world.environment.name, waits=why)
    leaving.waits = why
    return why is None
