"""Reviews as pull requests of Gitea or Forgejo. https://docs.gitea.com/api"""

from urllib.parse import quote

from gitops.errors import NotFound
from gitops.forges import pulls
from gitops.forges.pulls import BASE, MARK, Head, Pull
from gitops.outside import http

METHODS = ("rebase", "merge", "squash")
WORKFLOW = "klepaas.yml"
DRAFT = "WIP: "
COLOUR = "#1f6feb"  # of labels that are made here


def _place(services, at=None):
    url = pulls.needed(services.settings, "GITEA_URL")
    provider = http.Provider("gitea", url.rstrip("/") + "/api/v1", {"Authorization": f"token {pulls.token(services.settings, 'GITEA_TOKEN')}"})
    return provider, f"repos/{at or pulls.path(services.settings, url)}"


def _ask(services, method, path, operation, at=None, **more):
    provider, repo = _place(services, at)
    return http.ask(provider, method, f"{repo}/{path}".rstrip("/"), operation, **more).body


def find(services, branch, at=None, base=BASE):
    try:
        return _pull(_ask(services, "GET", f"pulls/{quote(base)}/{quote(branch)}", "find", at))
    except NotFound:
        return None


def open(services, branch, title, body, draft=False):
    """The one pull request of the branch, found or made."""
    sent = {"title": f"{DRAFT if draft else ''}{title}", "body": body, "head": branch, "base": BASE}
    return pulls.once(lambda: find(services, branch), lambda: _pull(_ask(services, "POST", "pulls", "open", again=True, json=sent), fresh=True))


def update(services, review, title, body):
    _ask(services, "PATCH", f"pulls/{review.number}", "update", again=True, json={"title": title, "body": body})


def comment(services, review, text):
    note(services, None, review.number, text)


def note(services, at, number, text, mark=MARK):
    there = _ask(services, "GET", f"issues/{number}/comments", "comments", at)
    pulls.one_comment(((each["id"], each["body"] or "") for each in there),
                      lambda body: _ask(services, "POST", f"issues/{number}/comments", "comment", at, json={"body": body}),
                      lambda id, body: _ask(services, "PATCH", f"issues/comments/{id}", "comment", at, again=True, json={"body": body}), text, mark)


def status(services, at, sha, state, why, context, url):
    sent = {"state": state, "description": why, "context": context, **({"target_url": url} if url else {})}
    _ask(services, "POST", f"statuses/{sha}", "status", at, again=True, json=sent)


def deployment(services, at, sha, told):
    """Gitea has no deployments: the status of the commit says it all."""


def permission(services, at, login):
    """What somebody may do in a repository: owner, admin, write, read or none. Only an administrator of it is told that of others."""
    return _ask(services, "GET", f"collaborators/{quote(login, safe='')}/permission", "permission", at)["permission"]


def head(services, at, number):
    """The Head of a pull of another repository."""
    found = _ask(services, "GET", f"pulls/{number}", "state", at)
    return Head(found["head"]["ref"], found["head"]["sha"], found["state"] == "open", ((found["head"].get("repo") or {}).get("full_name") or "").lower() != at.lower())


def repositories(services):
    """The Places that the token reaches."""
    settings = services.settings
    provider = http.Provider("gitea", pulls.needed(settings, "GITEA_URL").rstrip("/") + "/api/v1", {"Authorization": f"token {pulls.token(settings, 'GITEA_TOKEN')}"})
    return pulls.places(http.pages(provider, "user/repos", "repositories", params={"limit": 50}))


def approve(services, review, text):
    """Refused to who opened the pull request: then the comment alone says it."""
    _ask(services, "POST", f"pulls/{review.number}/reviews", "approve", json={"event": "APPROVED", "commit_id": review.head, "body": text})


def merge(services, review, draft, announce):
    return pulls.merged(services, review, draft, lambda: state(services, review), lambda: _merge(services, review))


def _merge(services, review):
    """By the first way that the repository allows: it says which."""
    provider, repo = _place(services)
    allowed = http.ask(provider, "GET", repo, "repository").body
    flags = {"rebase": "allow_rebase", "merge": "allow_merge_commits", "squash": "allow_squash_merge"}
    way = next((each for each in METHODS if allowed.get(flags[each], True)), METHODS[0])
    _ask(services, "POST", f"pulls/{review.number}/merge", "merge", json={"Do": way, "head_commit_id": review.head})


def close(services, review):
    _ask(services, "PATCH", f"pulls/{review.number}", "close", again=True, json={"state": "closed"})


def state(services, review):
    return _pull(_ask(services, "GET", f"pulls/{review.number}", "state"))


def labels(services, review, names):
    """By their ids; those that are not there are made."""
    provider, repo = _place(services)
    there = {each["name"]: each["id"] for each in http.pages(provider, f"{repo}/labels", "labels", params={"limit": 50})}
    ids = [there[name] if name in there else _ask(services, "POST", "labels", "label", json={"name": name, "color": COLOUR})["id"] for name in names]
    _ask(services, "PUT", f"issues/{review.number}/labels", "labels", json={"labels": ids})


def reviewers(services, review, names):
    _ask(services, "POST", f"pulls/{review.number}/requested_reviewers", "reviewers", again=True, json={"reviewers": list(names)})


def draft(services, review, wanted):
    """Gitea has no such field: the title says it."""
    title = state(services, review).title.removeprefix(DRAFT)
    _ask(services, "PATCH", f"pulls/{review.number}", "draft", again=True, json={"title": f"{DRAFT if wanted else ''}{title}"})


def commit(services, at, branch=None):
    """(branch, sha of its newest commit) of another repository; without a branch its default one."""
    branch = branch or _ask(services, "GET", "", "repository", at)["default_branch"]
    return branch, _ask(services, "GET", f"branches/{quote(branch)}", "commit", at)["commit"]["id"]


def dispatch(services, at, branch, version):
    """Start the repository's pipeline."""
    _ask(services, "POST", f"actions/workflows/{WORKFLOW}/dispatches", "dispatch", at, json={"ref": branch, "inputs": {"version": version}})


def runs(services, at, sha):
    """Its runs for a commit, newest first."""
    found = _ask(services, "GET", "actions/runs", "runs", at, params={"head_sha": sha, "limit": 50})["workflow_runs"]
    return [pulls.run(each) for each in found if each["path"].partition("@")[0].endswith(WORKFLOW)]


def approvals(services, sha):
    try:
        pull = _ask(services, "GET", f"commits/{sha}/pull", "commit")
    except NotFound:
        return None
    return _approvals(services, pull) if pull.get("merged") and pull["base"]["ref"] == BASE else None


def approved(services, review):
    return _approvals(services, _ask(services, "GET", f"pulls/{review.number}", "state"))


def _approvals(services, pull):
    """What was said of a head before the newest does not count."""
    provider, repo = _place(services)
    said = http.pages(provider, f"{repo}/pulls/{pull['number']}/reviews", "reviews", params={"limit": 50})
    told = [each for each in said if each.get("user") and each["state"] in ("APPROVED", "REQUEST_CHANGES")]
    return pulls.approvals(pull.get("user"), ((each["user"], each["state"] == "APPROVED" and not each.get("dismissed") and each.get("commit_id") == pull["head"]["sha"]) for each in told))


def propose(services, at, path, content, branch, title):
    """The URL of the pull request that adds a file to another repository; None when it is there already."""
    base = _ask(services, "GET", "", "repository", at)["default_branch"]
    if pulls.there(lambda: _ask(services, "GET", f"contents/{path}", "file", at, params={"ref": base})["content"], content, path):
        return None
    pulls.made(_ask, services, "POST", f"contents/{path}", "file", at, json={"message": title, "content": pulls.encoded(content), "branch": base, "new_branch": branch})
    sent = {"title": title, "body": "", "head": branch, "base": base}
    return pulls.once(lambda: find(services, branch, at, base), lambda: _pull(_ask(services, "POST", "pulls", "open", at, again=True, json=sent))).url


def _pull(found, fresh=False):
    """One that leads elsewhere than to main is closed for us."""
    ours = found["base"]["ref"] == BASE
    status = "merged" if ours and found.get("merged") else "open" if ours and found["state"] == "open" else "closed"
    return Pull(found["number"], found["html_url"], status, found["head"]["sha"], found.get("merge_commit_sha") if status == "merged" else None, found["title"],
                (found.get("merged_by") or {}).get("login"), fresh)
