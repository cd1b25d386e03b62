"""How delivery goes: deployment frequency, lead time, change failure rate, time to restore (the four of DORA), from git; the ledger adds how rollouts ended.

A deployment is a commit on main that changes an app's version or image. What cannot be known is None, and `known` says of how many it is known.
"""

import time
from collections import defaultdict
from dataclasses import dataclass, replace
from statistics import median

from gitops import contract, history, values
from gitops.errors import KlepaasError
from gitops.kept import Kept

DAY = 86400
FAILED = ("failed", "degraded")
_FOUND = Kept(50000)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One app's other version in one environment; `time` in UTC seconds. `failed` says why it counts as failed, `ended` when the next one came."""

    app: str
    environment: str
    revision: str
    time: int
    before: tuple
    after: tuple
    failed: str | None = None
    ended: int | None = None


def of(services, environments, days=30, now=None):
    """environment -> {deployments, per_day, lead_seconds, failure_rate, failed, restore_seconds, rollout_seconds}; seconds are {median, known}."""
    since = (now or time.time()) - days * DAY
    found = {name: _deployments(services, name, since) for name in environments}
    arrived = _arrivals(found)
    order = [name for name in services.readable()[1].environments if name in found]
    return {name: _figures(services, name, found[name], days, {each: arrived[each] for each in order[:order.index(name)]}) for name in order}


def _figures(services, environment, deployments, days, earlier):
    failed = [each for each in deployments if each.failed]
    leads = [lead for each in deployments if (lead := _lead(each, earlier)) is not None]
    restored = [each.ended - each.time for each in failed if each.ended is not None]
    rollouts = _rollouts(services, environment, {each.revision for each in deployments})
    return {"deployments": len(deployments), "per_day": round(len(deployments) / days, 3), "failed": len(failed),
            "failure_rate": round(len(failed) / len(deployments), 3) if deployments else None,
            "lead_seconds": _middle(leads), "restore_seconds": _middle(restored), "rollout_seconds": _middle(rollouts)}


def _middle(found):
    return {"median": round(median(found), 1) if found else None, "known": len(found)}


def _lead(deployment, earlier):
    """From the first arrival of the same version in an environment before this one."""
    came = [at for name in earlier for at in [earlier[name].get((deployment.app, deployment.after))] if at is not None and at <= deployment.time]
    return deployment.time - min(came) if came else None


def _arrivals(found):
    """environment -> {(app, version): when it came there first}."""
    arrived = {name: {} for name in found}
    for name, deployments in found.items():
        for each in deployments:
            arrived[name].setdefault((each.app, each.after), each.time)
    return arrived


def _rollouts(services, environment, revisions):
    syncs = services.ledger.syncs(environment=environment, limit=1000)
    return [each["finished"] - each["started"] for each in syncs if _about(each) in revisions and each["status"] == "succeeded" and each["finished"]]


def _about(sync):
    """The commit that a sync is about."""
    return sync.get("commit") or sync["revision"]


# --- deployments -----------------------------------------------------------------------------------------------------


def _deployments(services, environment, since):
    """Oldest first, each with what became of it. Where files and values are is as klepaas.yaml says today."""
    catalog, every = services.readable()[1], []
    for sha, at, changed in services.repo.files_since(since, history.paths(services, None, environment)):
        for path, *ids in changed:
            app = catalog.app_of(path, environment)
            if app and path == catalog.values_path(app, environment):
                before, after = (_version(services.repo, catalog.keys, path, id) for id in ids)
                if before != after and before[1] is not None and after[1] is not None:
                    every.append(Deployment(app, environment, sha, at, before, after))
    ended = _ended(services, environment, {each.revision for each in every})
    by_app = defaultdict(list)
    for each in every:
        by_app[each.app].append(each)
    judged = [_judged(each, following, ended) for mine in by_app.values() for each, following in zip(mine, [*mine[1:], None])]
    return sorted(judged, key=lambda each: each.time)


def _version(repo, keys, path, id):
    """(image, version) that a file says; (None, None) where there is none, or it cannot be read."""
    return (None, None) if id is None else _FOUND.get((id, keys["image"], keys["version"]), lambda: _read(repo.blob(id), path, keys))


def _read(data, path, keys):
    try:
        parsed = values.parse(data, path)
        keys = {**keys, **(contract.section(parsed.get("klepaas"), path, data).get("keys") or {})}
    except KlepaasError:
        return None, None
    found = (values.lookup(parsed, keys[name]) for name in ("image", "version"))
    return tuple(None if each is None else str(each) for each in found)


def _judged(deployment, following, ended):
    undone = following is not None and following.after == deployment.before
    why = "undone" if undone else ended.get((deployment.app, deployment.revision))
    return replace(deployment, failed=why, ended=following.time if following else None)


def _ended(services, environment, revisions):
    """(app, revision) -> how its rollout failed, as the controller saw it."""
    syncs = services.ledger.syncs(environment=environment, limit=1000)
    return {(each["app"], _about(each)): "rollout" for each in syncs if _about(each) in revisions and (each["status"] in FAILED or each["health"]["status"] in FAILED)}
