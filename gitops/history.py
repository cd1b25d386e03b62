"""History as people read it, straight from git; the ledger adds through which door a commit came, where it knows.

Trailers of a commit the ledger does not know are somebody's claim: its channel is `git`, a plain push. Only where there is no
ledger to ask (none of its rows) the claim is shown, as unverified.
"""

import re

from gitops import values
from gitops.errors import NotFound
from gitops.types import Target

WORDS = re.compile(r"(?m)^> ?(.*)$")


def of(services, app=None, environment=None, limit=20, before=None, author=None, verb=None, tip="main", skip=0, sees=lambda environment: True):
    """What changed, newest first: one dict a commit with revision, author, time (UTC seconds), subject, words, verb, channel.

    `author`: part of a name or an address; `verb`: as the commit says it. `tip` and `skip` go on with a list that was begun: a commit that was merged has several before it.
    `synced` is what a commit did to the clusters, in the environments that are seen: the last sync of each app at it, where the ledger knows any.
    """
    commits = services.repo.history(paths(services, app, environment), limit=limit, before=before, ref=tip, author=author, says=verb and f"Verb: {verb}", skip=skip)
    known = services.ledger.commands_of_commits([commit.sha for commit in commits])
    lost = not known and not services.ledger.commands_of(limit=1)
    if not commits and app is not None and before is None and not author and not verb and not skip:
        services.readable()[1].environments_of(app)  # says so when nobody knows the app, now or then
    done = services.ledger.synced([commit.sha for commit in commits])
    return [_entry(commit, known.get(commit.sha), lost) | {"synced": [each for each in done.get(commit.sha, ()) if sees(each["environment"])]} for commit in commits]


def _entry(commit, row, lost):
    claimed = commit.trailers
    believed = row is not None or lost
    return {"revision": commit.sha, "author": commit.author, "email": commit.email, "time": commit.time, "subject": commit.subject,
            "words": "\n".join(WORDS.findall(commit.body)) or None,
            "channel": row["channel"] if row else claimed.get("Channel", "git") if lost else "git", "verified": row is not None,
            **{name: claimed.get(trailer) if believed else None for name, trailer in _TRAILERS.items()}}


_TRAILERS = {"command": "Command-Id", "verb": "Verb", "app": "App", "environment": "Environment", "reviewed_by": "Reviewed-by",
             "broke_glass": "Break-Glass", "rollback_to": "Rollback-to", "promoted_from": "Promoted-from"}


def paths(services, app=None, environment=None):
    """The files that are the app's, or the environment's; () = all. Apps that are gone keep their history."""
    _, catalog = services.readable()
    if app is None and environment is None:
        return ()
    environments = [catalog.environment(environment)] if environment else catalog.environments.values()
    if app is None:
        return tuple(path for each in environments for path in _of_environment(catalog, each.name))
    return tuple(path for each in environments for path in _of_app(catalog, app, each.name))


def _of_environment(catalog, name):
    """Its own folder of values, where it has one, else the files it has now; and its manifests."""
    folders = {each: catalog.values_path("{app}", each).partition("{app}")[0].rpartition("/")[0] for each in catalog.environments}
    own = folders[name] and not any(f"{folder}/".startswith(f"{folders[name]}/") for each, folder in folders.items() if each != name)
    files = (folders[name],) if own else tuple(each.values_path for each in catalog.targets(name) if isinstance(each, Target) and each.values_path)
    return *files, f"manifests/{name}"


def _of_app(catalog, app, environment):
    try:
        target = catalog.target(app, environment)
    except NotFound:
        return catalog.values_path(app, environment), f"manifests/{environment}/{app}"
    return tuple(path for path in (target.values_path, target.manifests_path) if path)


def diff(services, app=None, environment=None, first=None, second=None):
    """What differs between two revisions: `{path, diff}` each. Without `second`: main; without `first`: the change before it."""
    concerned = paths(services, app, environment)
    second = services.repo.resolve(second) if second else services.repo.head()
    if first is None:
        commits = services.repo.history(concerned, limit=1, ref=second)
        second = commits[0].sha if commits else second
        first = services.repo.parent(second)
    else:
        first = services.repo.resolve(first)
    changes = services.repo.changed(first, second, concerned) if first else ()
    return {"from": first, "to": second, "changes": [{"path": change.path, "diff": values.diff(change)} for change in changes]}
