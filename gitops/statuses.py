"""Commit statuses at the forge: how a change went in the cluster, said on its commit here and on the application's commit that it deployed;
there as a deployment too, where the forge has such.

Looked at as it is now, not event by event: what was said of a commit last is in the ledger, so nothing is said twice, nor left
unsaid by a crash. Must not decide how a sync went.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from gitops import checks
from gitops.cicd import builds, rules
from gitops.errors import KlepaasError, NotFound
from gitops.forges import chosen
from gitops.forges.pulls import Deployed
from gitops.kept import Kept
from gitops.types import Target

log = logging.getLogger(__name__)
LONGEST = 140   # characters of a description; GitHub takes no more
RECENT = 86400  # seconds: of older commits nothing is said for the first time
MOST = 50       # commits that one look speaks of
_CHANGED = Kept(10_000)
ENDED = {"succeeded": "success", "failed": "failure", "held": "pending", "suspended": "pending", "progressing": "pending"}


def look(services):
    """Say what is new; how many statuses were. What cannot be said now is said at the next look."""
    name, forge = chosen(services.settings)
    if name == "local":
        return 0
    tree, catalog = services.head()
    states = services.ledger.states()
    found = [_Said(each, state, status, sha) for each in catalog.targets() if isinstance(each, Target)
             and (state := states.get((each.app, each.environment))) and (status := of(state)) and (sha := _changed(services.repo, each, state.get("revision")))]
    known = services.ledger.notices.told([each.key for each in found])
    new = [each for each in found if known.get(each.key) != each.text and (each.key in known or _recent(services.repo, each.sha))]
    return sum(_say(services, forge, tree, catalog, each) for each in new[:MOST])


@dataclass(frozen=True, slots=True)
class _Said:
    """What is to be said of an app on the commit `sha`."""

    target: Target
    state: Mapping
    status: tuple
    sha: str

    @property
    def context(self):
        return f"klepaas/{self.target.environment}/{self.target.app}"

    @property
    def key(self):
        return f"status {self.context} {self.sha}"

    @property
    def text(self):
        return orjson.dumps(self.status).decode()


def _changed(repo, target, revision):
    """The newest commit at a revision that changed what the app is made from, or None."""
    paths = tuple(path for path in (target.values_path, target.manifests_path, target.chart) if path)
    return _CHANGED.get((revision, paths), lambda: _newest(repo, paths, revision)) if revision else None


def _newest(repo, paths, revision):
    try:
        found = repo.history(paths, limit=1, ref=revision)
    except NotFound:  # main was written anew, without it
        return None
    return found[0].sha if found else None


def of(state):
    """(pending, success or failure; why) of an app's state, or None while nothing is known. Healthy is what counts, applied is not enough."""
    kind = ENDED.get(state.get("sync"))
    if kind is None:
        return None
    if kind == "success":
        return kind, "healthy"
    return kind, _short(state.get("error") or state.get("message") or state["sync"])


def _short(text):
    """One line for people who may not be ours: what a container logged, and what looks like a secret, stays here."""
    line = (text.splitlines() or [""])[0]
    line = "see K-Le-PaaS for the reason" if checks.secret_in(line) else line
    return line if len(line) <= LONGEST else f"{line[:LONGEST - 1]}…"


def _recent(repo, sha):
    return repo.history(limit=1, ref=sha)[0].time > time.time() - RECENT


def _say(services, forge, tree, catalog, said):
    """On the commit here and, for a deploy, on the application's; whether it is settled: a forge that is away is asked again, one that refuses is not."""
    target, url = said.target, services.settings.klepaas_url
    page = url and f"{url.rstrip('/')}/#/apps/{target.app}/{target.environment}"
    for at, sha in ((None, said.sha), *_application(services, tree, catalog, target, said.state)):
        told = at and _deployed(tree, catalog, said, at, page)
        for step in (lambda: forge.status(services, at, sha, *said.status, said.context, page), lambda: told and forge.deployment(services, at, sha, told)):
            try:
                step()
            except KlepaasError as error:
                log.warning("status of %s at %s: %s", said.context, at or "the config repository", error)
                if error.transient:
                    return False
    services.ledger.notices.tell({said.key: said.text})
    return True


def _deployed(tree, catalog, said, at, page):
    target = said.target
    alone = len(rules.built_from(catalog, tree, target.environment, at)) < 2
    return Deployed(target.app, target.environment, *said.status, page, catalog.environments[target.environment].preview is not None, alone)


def _application(services, tree, catalog, target, state):
    """[(repository, sha)] of what is deployed, where that is known."""
    preview = catalog.environments[target.environment].preview
    if preview is not None:
        return [(preview.repository, preview.commit)]
    found = builds.commit_of(services.ledger, catalog, tree, target, state.get("version"))
    return [found] if found else []
