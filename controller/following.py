"""Which revision an environment follows: the next one, unless it must not be followed by itself; then a person lets it go on."""

from controller import held, prune, reconcile, removal, trust
from gitops import needs
from gitops.errors import KlepaasError
from gitops.layout import CONFIG

VAIN = ("depends_on_unknown", "depends_on_circle")


def advance(world, tree, catalog, environment):
    """A new revision: which apps it changes is said by object ids; those are synced. Returns the apps queued."""
    world.proposed = tree.revision
    if why := _unknown(world, catalog):
        refuse(world, why, releasable=False)  # a commit that mends klepaas.yaml is the way on
        return []
    if why := _not_descending(world, tree.revision):
        refuse(world, why)
        return []
    if why := trust.doubt(world, tree, catalog):
        refuse(world, why)
        return []
    world.synced()  # at the revision before
    held.clear(world)
    held.say(world, lost=None)
    back, world.gone, world.blocked = world.gone, False, False
    before = world.head or world.lease.revision
    moved = None if back else _moved(world, catalog, environment, tree.revision)
    world.tree, world.catalog, world.environment, world.head = tree, catalog, environment, tree.revision
    targets = _targets(world, moved)
    world.targets, world.basis = targets, catalog.basis
    world.gone_apps -= targets.keys()
    _forget(world, targets)
    dirty = [app for app in (targets if moved is None else sorted(moved & targets.keys()))
             if back or world.inputs(targets[app]) != (world.states.get(app) or reconcile.AppState(app, environment.name)).inputs]
    world.made.update(_made(world, catalog, before, dirty))
    tree.ahead(targets[app].values_path for app in dirty if getattr(targets[app], "values_path", None))
    for app in dirty:
        world.enqueue(app)
    for app in [app for app, state in world.states.items() if state.error is not None and _mended(world, state)]:
        world.enqueue(app, "retry")
    for app in _in_vain(world, moved):
        world.enqueue(app)
    return dirty


def _mended(world, state):
    """Whether the files of others may have put right what an app failed for: one that asked for the same object, or what it depends on."""
    code = state.error.code
    return code == "claimed_twice" or code in VAIN and needs.unmet(world.catalog, world.targets.get(state.app)) is None


def _in_vain(world, moved):
    """The apps that depend on one that moved and wait in vain from here on."""
    concerned = [each for each in world.targets.values() if getattr(each, "depends_on", ()) and (moved is None or moved & set(each.depends_on))]
    return [each.app for each in concerned if needs.unmet(world.catalog, each)]


def _moved(world, catalog, environment, revision):
    """The apps whose files a revision changed; None where any app may have: klepaas.yaml, a chart, whatever is no app's. What a kustomization builds on may be anywhere."""
    if world.targets is None or (world.environment, world.basis) != (environment, catalog.basis):
        return None
    try:
        paths = world.repo.differs(world.head, revision)
    except KlepaasError:
        return None  # the one before is not there any more
    owners = {path: catalog.app_of(path, environment.name) for path in paths}
    if any(app is None and not any(catalog.app_of(path, each) for each in catalog.environments) for path, app in owners.items()):
        return None
    charts = tuple({f"{each.chart}/" for each in world.targets.values() if getattr(each, "chart", None)})
    if any(path.startswith(charts) for path in paths):
        return None
    return {app for app in owners.values() if app} | {app for app, each in world.targets.items() if getattr(each, "source", None) != "chart"}


def _made(world, catalog, before, apps):
    """app -> the newest of the commits since then that changed its files, its chart or klepaas.yaml, of those that any did."""
    try:
        came = world.repo.between(before, world.head) if before and apps else ()
    except KlepaasError:
        return {}  # the one before is not there any more
    newest, charts = {}, {each.chart for each in world.targets.values() if getattr(each, "chart", None)}
    for at, (sha, _, files) in enumerate(came):
        for path, *_ in files:
            for what in (("app", catalog.app_of(path, world.environment.name)), ("file", path), *(("chart", chart) for chart in charts if path.startswith(f"{chart}/"))):
                newest.setdefault(what, (at, sha))
    found = {app: [newest[what] for what in (("app", app), ("chart", getattr(world.targets[app], "chart", None)), ("file", CONFIG)) if what in newest] for app in apps}
    return {app: min(commits)[1] for app, commits in found.items() if commits}


def _targets(world, moved):
    """app -> its Target, or the Problem in its place."""
    if moved is None:
        return {each.app: each for each in world.catalog.targets(world.environment.name)}
    found = {app: world.target(app) for app in moved}
    return {app: each for app, each in (world.targets | found).items() if each is not None}


def _forget(world, targets):
    with world.guard:
        for app in [app for app in world.states if app not in targets]:
            world.leaving[app] = removal.of(world, world.states.pop(app))
            world.waiting.pop(app, None)
            world.claims.leave(app)
            world.pruned_at = None
            world.tell(world.ledger.forget, app, world.environment.name)


def _not_descending(world, revision):
    """Why a revision is not followed by itself: it drops commits that were synced here."""
    last = world.head or world.lease.revision
    if last is None or last == revision or revision in world.released:
        return None
    try:
        descends = world.repo.contains("refs/heads/main", last)
    except KlepaasError:
        descends = False
    return None if descends else f"{revision[:7]} does not descend from {last[:7]}, the revision synced last"


def _unknown(world, catalog):
    """Why it is unknown which apps there are: unknown is not none."""
    return next((f"{each.path}: {each.message}" for each in catalog.problems if each.environment in (None, world.environment.name)), None)


def refuse(world, why, *, releasable=True):
    """Stay at the revision we have, and delete nothing."""
    world.blocked = True
    held.hold(world, why, releasable=releasable)


def leave(world, head):
    """klepaas.yaml does not name this environment any more: no write, no deletion, until somebody says what is meant."""
    world.gone, world.proposed = True, head
    if world.environment.preview:
        return None  # see controller/previews
    held.say(world, lost={"namespace": world.environment.namespace, "cluster": world.environment.cluster, "cluster_kinds": list(world.environment.cluster_kinds)})
    if head in world.released:
        return prune.everything(world)
    refuse(world, f"{world.environment.name} is not in klepaas.yaml any more: what runs there is left as it is")
