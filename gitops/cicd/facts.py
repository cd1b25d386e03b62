"""A webhook's payload as facts: what happened where, in which order. What is malformed is refused, what changes nothing is None."""

import re
import time
from dataclasses import dataclass
from datetime import datetime

from gitops.errors import Malformed

REPOSITORY = re.compile(r"[\w.-]{1,100}(/[\w.-]{1,100}){1,5}", re.ASCII)
SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
NAME = re.compile(r"[^\x00-\x20\x7f\ud800-\udfff]{1,255}")  # of a branch or a tag
LOGIN = re.compile(r"\w[\w.\[\]-]{0,99}", re.ASCII)
MOST = 20  # repositories that are named of those that came to an App, or went
FOREIGN = ("pull_request", "pull_request_target", "pull_request_review", "issue_comment", "fork", "watch")  # what outsiders can start a workflow by
LABELLED = ("labeled", "label_updated")  # GitHub's word, Gitea's
WORDS = re.compile(r"\s*/(?:klepaas +)?deploy(?: +([\w.-]{1,63}))?\s*")  # the first line of a comment that asks for something
UNSAID = "-"  # the repository of a callback that names its app alone
GITHUB_ADDRESS, ADDRESS = "users.noreply.github.com", "noreply.localhost"


@dataclass(frozen=True, slots=True)
class Facts:
    """`event` is push, release, workflow_run, pull_request, package, issue_comment, installation(_repositories) or callback; `branch` and `tag` are where it happened, `sha` what it is about.

    `at` orders what happened (UTC seconds), `before` is the sha that a push replaced; `merged`: of a pull request, and `pull` is
    {number, sha, labels, open, fork, labelled, label, at}: the state it is in, whether a fork's, and whether a label was set just now, and which.
    `comment` is {id, number, environment}: what `/deploy` was said by, on which pull, and where to; `app_at` {account, action, added, removed} of a GitHub App.
    """

    event: str
    repository: str
    at: float
    sender: str
    email: str
    sha: str | None = None
    before: str | None = None
    branch: str | None = None
    tag: str | None = None
    default_branch: str | None = None
    workflow: str | None = None
    run: int | None = None
    prerelease: bool = False
    merged: bool = False
    app: str | None = None
    version: str | None = None
    pull: dict | None = None
    comment: dict | None = None
    app_at: dict | None = None


def read(event, payload, now=None):
    """The Facts of an event of GitHub or Gitea; None for one that changes nothing; Malformed names what is missing."""
    if event not in _READERS:
        return None
    if not isinstance(payload, dict):
        raise Malformed("not_an_object")
    found = _READERS[event](payload)
    common = _sender if event in OF_APP else _common
    return None if found is None else Facts(event, **{"at": now or time.time(), **common(payload), **found})


def callback(payload, now=None):
    """The Facts of a pipeline's own callback: `{app or repository, version, commit?, status?}`; None unless its status is success."""
    if not isinstance(payload, dict):
        raise Malformed("not_an_object")
    if payload.get("status", "success") != "success":
        return None
    if payload.get("app") is None and payload.get("repository") is None:
        raise Malformed("webhook_malformed", field="app")
    return Facts("callback", _text(payload, "repository", REPOSITORY, default=UNSAID), now or time.time(), "pipeline", f"pipeline@{ADDRESS}",
                 _text(payload, "commit", SHA, default=None), app=_text(payload, "app", NAME, default=None), version=_text(payload, "version", NAME))


def _common(payload):
    return _sender(payload) | {"repository": _text(payload, "repository", "full_name", REPOSITORY), "default_branch": _text(payload, "repository", "default_branch", NAME, default=None)}


def _sender(payload):
    sender = _login(payload)
    number = _at(payload, "sender", "id")
    github = "github.com" in str(_at(payload, "sender", "html_url") or "")
    email = f"{number}+{sender}@{GITHUB_ADDRESS}" if github and isinstance(number, int) else f"{sender}@{ADDRESS}"
    return {"sender": sender, "email": email.replace("[", "").replace("]", "")}


def _login(payload):
    login = _at(payload, "sender", "login")
    return login if isinstance(login, str) and LOGIN.fullmatch(login) else "forge"


def _push(payload):
    ref, sha = _text(payload, "ref", NAME), _text(payload, "after", SHA)
    if not sha.strip("0"):
        return None  # a branch or tag that was deleted
    kind = "tag" if ref.startswith("refs/tags/") else "branch" if ref.startswith("refs/heads/") else None
    if kind is None:
        return None
    pushed = _at(payload, "repository", "pushed_at")
    at = _time(payload, "head_commit", "timestamp") or (float(pushed) if isinstance(pushed, int) else None)
    return {"sha": sha, "before": _text(payload, "before", SHA, default=None), kind: ref.split("/", 2)[2]} | ({"at": at} if at else {})


def _release(payload):
    if payload.get("action") != "published" or _at(payload, "release", "draft") is True:
        return None
    at = _time(payload, "release", "published_at")
    return {"tag": _text(payload, "release", "tag_name", NAME), "prerelease": _at(payload, "release", "prerelease") is True} | ({"at": at} if at else {})


def _workflow_run(payload):
    """A run that succeeded on a branch of the repository itself: one that a fork started says nothing about our branches."""
    run = payload.get("workflow_run")
    if not isinstance(run, dict):
        raise Malformed("webhook_malformed", field="workflow_run")
    ours = _at(run, "head_repository", "full_name") == _at(payload, "repository", "full_name")
    if payload.get("action") != "completed" or run.get("conclusion") != "success" or not ours or run.get("event") in FOREIGN:
        return None
    at, number = _time(run, "head_commit", "timestamp"), run.get("run_number")
    return {"sha": _text(run, "head_sha", SHA), "branch": _text(run, "head_branch", NAME), "workflow": str(run.get("name") or "")[:200],
            "run": number if isinstance(number, int) else None} | ({"at": at} if at else {})


def _pull_request(payload):
    pull = payload.get("pull_request")
    if not isinstance(pull, dict):
        raise Malformed("webhook_malformed", field="pull_request")
    merged, at = payload.get("action") == "closed" and pull.get("merged") is True, _time(pull, "merged_at")
    state = {"pull": _state(payload, pull)}
    if not merged:
        return state | {"branch": _text(pull, "head", "ref", NAME)}
    return state | {"sha": _text(pull, "merge_commit_sha", SHA), "branch": _text(pull, "base", "ref", NAME), "merged": True} | ({"at": at} if at else {})


def _state(payload, pull):
    """What a preview of it is decided by; None where the payload says too little. A head whose repository is not told is a fork's that is gone."""
    number, sha, labels = pull.get("number"), _at(pull, "head", "sha"), pull.get("labels")
    if type(number) is not int or not 0 < number < 10**10 or not isinstance(sha, str) or not SHA.fullmatch(sha):
        return None
    names = [name for each in labels if isinstance(name := _at(each, "name"), str)] if isinstance(labels, list) else []
    return {"number": number, "sha": sha, "labels": names, "open": pull.get("state") == "open", "fork": _at(pull, "head", "repo", "full_name") != _at(payload, "repository", "full_name"),
            "labelled": payload.get("action") in LABELLED, "label": _at(payload, "label", "name"), "at": _time(pull, "updated_at") or 0.0}


def _package(payload):
    """An image with a tag; GitHub says more of its container registry than Gitea. Other packages are nothing to deploy."""
    package = payload.get("package")
    if payload.get("action") not in ("published", "updated", "created") or not isinstance(package, dict):
        return None
    kinds = {str(package.get("package_type")).lower(), str(package.get("type")).lower()}
    if not kinds & {"container", "docker"} and not _at(package, "package_version", "container_metadata"):
        return None
    tags = (_at(package, "package_version", "container_metadata", "tag", "name"), _at(package, "package_version", "version"), package.get("version"))
    tag = next((each for each in tags if isinstance(each, str) and NAME.fullmatch(each) and ":" not in each), None)
    at = _time(package, "package_version", "created_at") or _time(package, "created_at")
    return {"tag": tag} | ({"at": at} if at else {}) if tag else None


def _issue_comment(payload):
    """A comment whose first line asks to deploy, new and on an open pull; who wrote it is who sent it."""
    body, writer, issue = _at(payload, "comment", "body"), _at(payload, "comment", "user", "login"), payload.get("issue")
    asked = WORDS.fullmatch(body.partition("\n")[0]) if isinstance(body, str) else None
    if payload.get("action") != "created" or not asked or not isinstance(issue, dict) or not issue.get("pull_request") or issue.get("state") != "open":
        return None
    if not isinstance(writer, str) or not LOGIN.fullmatch(writer) or writer != _at(payload, "sender", "login"):
        raise Malformed("webhook_malformed", field="comment.user.login")
    return {"comment": {"id": _whole(payload, "comment", "id"), "number": _whole(payload, "issue", "number"), "environment": asked[1]}}


def _app_at(payload):
    """Where a GitHub App was installed, changed or taken away: an account, and which repositories came and went. There is no repository in it."""
    account = _text(payload, "installation", "account", "login", LOGIN)
    names = {kind: [name for each in found if isinstance(name := _at(each, "full_name"), str) and REPOSITORY.fullmatch(name)] if isinstance(found := payload.get(given), list) else []
             for kind, given in (("added", "repositories_added"), ("removed", "repositories_removed"))}
    return {"repository": account, "app_at": {"account": account, "action": _text(payload, "action", NAME)} | {kind: found[:MOST] for kind, found in names.items()}}


OF_APP = ("installation", "installation_repositories")
_READERS = {"push": _push, "release": _release, "workflow_run": _workflow_run, "pull_request": _pull_request, "package": _package, "issue_comment": _issue_comment,
            **dict.fromkeys(OF_APP, _app_at)}


def _at(value, *path):
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


_NEEDED = object()


def _text(value, *path, default=_NEEDED):
    """The text at a path, of the pattern that ends the arguments."""
    *path, pattern = path
    found = _at(value, *path)
    if found is None and default is not _NEEDED:
        return default
    if not isinstance(found, str) or not pattern.fullmatch(found):
        raise Malformed("webhook_malformed", field=".".join(path))
    return found


def _whole(value, *path):
    found = _at(value, *path)
    if type(found) is not int or not 0 < found < 10**15:
        raise Malformed("webhook_malformed", field=".".join(path))
    return found


def _time(value, *path):
    """UTC seconds of a time as ISO 8601, None where there is none that could be read."""
    found = _at(value, *path)
    try:
        return datetime.fromisoformat(found).timestamp() if isinstance(found, str) else None
    except (ValueError, OverflowError):
        return None
