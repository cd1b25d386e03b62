"""Payloads of webhooks: GitHub's own samples, and events made from them."""

import copy
import functools
import json
from pathlib import Path

DATA = Path(__file__).parent.parent / "data" / "webhooks"
REPOSITORY = "acme/shop"
SHAS = {name: name * 40 for name in "abcdef"}


@functools.cache
def _read(name):
    return json.loads((DATA / f"{name}.json").read_text())


def raw(name):
    """A sample as it is."""
    return copy.deepcopy(_read(name))


def sample(name, **more):
    """A sample, its repository ours unless `repository` is given; `more` replaces values by path: head_commit__timestamp."""
    found = raw(name)
    found["repository"]["full_name"] = more.pop("repository", REPOSITORY)
    if "workflow_run" in found:
        found["workflow_run"]["head_repository"]["full_name"] = found["repository"]["full_name"]
    for path, value in more.items():
        *steps, last = path.split("__")
        place = found
        for step in steps:
            place = place[step]
        place[last] = value
    return found


def push(sha, before="0", at="2026-11-23T10:00:00Z", **more):
    """A push of one letter's commit to master; `at` is its commit's time."""
    return sample("push", **{"after": sha * 40, "before": before * 40, "head_commit__id": sha * 40, "head_commit__timestamp": at} | more)


def built(sha, at="2026-11-23T10:00:00Z", **more):
    """A workflow that succeeded for a commit of master."""
    return sample("workflow_run", **{"workflow_run__head_sha": sha * 40, "workflow_run__head_commit__timestamp": at, "workflow_run__event": "push", "workflow_run__name": "build"} | more)


def released(tag, at="2026-11-23T10:00:00Z", **more):
    return sample("release", **{"release__tag_name": tag, "release__published_at": at} | more)


def commented(line, login="dana", number=2, **more):
    """A comment of somebody on a pull request; GitHub marks those of pulls so."""
    found = sample("issue_comment", **{"issue__number": number, "comment__body": line, "comment__user__login": login, "sender__login": login} | more)
    found["issue"].setdefault("pull_request", {"url": "https://api.example/pulls/2"})
    return found


def pulled(sha, number=2, at="2026-11-23T10:00:00Z", action="labeled", state="open", labels=("preview",), head=REPOSITORY, label="preview", merged=False, **more):
    """A pull request at one letter's commit, of a branch of the repository or of a fork (None: of one that is gone)."""
    found = sample("pull_request", **{"action": action, "number": number, "pull_request__number": number, "pull_request__state": state, "pull_request__updated_at": at,
                                      "pull_request__head__sha": sha * 40, "pull_request__labels": [{"name": each} for each in labels], "pull_request__merged": merged,
                                      "pull_request__head__repo": {"full_name": head} if head else None} | more)
    return found | ({"label": {"name": label}} if action in ("labeled", "unlabeled") else {})
