"""Reviews as pull requests of GitHub, or of a GitHub Enterprise Server. https://docs.github.com/en/rest/pulls"""

from urllib.parse import quote

from gitops.errors import KlepaasError, Unauthorized
from gitops.forges import github_app, pulls
from gitops.forges.pulls import BASE, MARK, Head, Pull
from gitops.outside import http

METHODS = ("rebase", "merge", "squash")  # the first that the repository allows; a rebase keeps who wrote the commit
WORKFLOW = "klepaas.yml"
VERSION = {"X-GitHub-Api-Version": "2022-11-28"}


def _place(services, repo=None):
    """(provider, path of the repository: the config repository, or another)."""
    settings, repo = services.settings, repo or pulls.path(services.settings)
    url = settings.github_api_url
    token = github_app.token(settings, repo) if settings.github_app_id else pulls.token(settings, "GITHUB_TOKEN")
    return http.Provider("github", url, {"Authorization": f"Bearer {token}", **VERSION}), f"repos/{repo}"


def _ask(services, method, path, operation, at=None, **more):
    return _with(services, at, lambda provider, repo: http.ask(provider, method, f"{repo}/{path}".rstrip("/"), operation, **more).body)


def _pages(services, path, operation, at=None, **more):
    return _with(services, at, lambda provider, repo: list(http.pages(provider, f"{repo}/{path}", operation, **more)))


def _with(services, at, use):
    """What `use(provider, path of the repository)` makes; once more with a new token where the App's was taken back before its time."""
    try:
        return use(*_place(services, at))
    except Unauthorized:
        if not services.settings.github_app_id:
            raise
        github_app.forget((at or pulls.path(services.settings)).partition("/")[0])
        return use(*_place(services, at))


def find(services, branch, at=None, base=BASE):
    owner = (at or pulls.path(services.settings)).partition("/")[0]
    found = _ask(services, "GET", "pulls", "find", at, params={"head": f"{owner}:{branch}", "base": base, "state": "all", "per_page": 100})
    return _pull(max(found, key=lambda each: (each["state"] == "open", each["number"]))) if found else None


def open(services, branch, title, body, draft=False):
    """The one pull request of the branch, found or made."""
    sent = {"title": title, "body": body, "head": branch, "base": BASE, "draft": draft, "maintainer_can_modify": False}
    return pulls.once(lambda: find(services, branch), lambda: _pull(_ask(services, "POST", "pulls", "open", again=True, json=sent), fresh=True))


def update(services, review, title, body):
    _ask(services, "PATCH", f"pulls/{review.number}", "update", again=True, json={"title": title, "body": body})


def comment(services, review, text):
    note(services, None, review.number, text)


def note(services, at, number, text, mark=MARK):
    there = _pages(services, f"issues/{number}/comments", "comments", at, params={"per_page": 100})
    pulls.one_comment(((each["id"], each["body"] or "") for each in there),
                      lambda body: _ask(services, "POST", f"issues/{number}/comments", "comment", at, json={"body": body}),
                      lambda id, body: _ask(services, "PATCH", f"issues/comments/{id}", "comment", at, again=True, json={"body": body}), text, mark)


def status(services, at, sha, state, why, context, url):
    sent = {"state": state, "description": why, "context": context, **({"target_url": url} if url else {})}
    _ask(services, "POST", f"statuses/{sha}", "status", at, again=True, json=sent)


def deployment(services, at, sha, told):
    """The one of the commit, app and environment gets another status. GitHub itself ends the earlier ones of its environment: not where several apps share it."""
    named = {"environment": told.environment, "task": f"deploy:{told.app}"}
    sent = {"ref": sha, **named, "auto_merge": False, "required_contexts": [], "transient_environment": told.preview, "production_environment": False, "description": "K-Le-PaaS"}
    found = pulls.once(lambda: next(iter(_ask(services, "GET", "deployments", "deployment", at, params={"sha": sha, **named, "per_page": 1})), None),
                       lambda: _ask(services, "POST", "deployments", "deployment", at, json=sent))
    state = {"state": {"pending": "in_progress"}.get(told.state, told.state), "description": told.why, "auto_inactive": told.alone, **({"log_url": told.url} if told.url else {})}
    _ask(services, "POST", f"deployments/{int(found['id'])}/statuses", "deployment", at, again=True, json=state)


def permission(services, at, login):
    """What somebody may do in a repository: admin, write, read or none."""
    return _ask(services, "GET", f"collaborators/{quote(login, safe='')}/permission", "permission", at)["permission"]


def head(services, at, number):
    """The Head of a pull of another repository."""
    found = _ask(services, "GET", f"pulls/{number}", "state", at)
    return Head(found["head"]["ref"], found["head"]["sha"], found["state"] == "open", ((found["head"].get("repo") or {}).get("full_name") or "").lower() != at.lower())


def repositories(services):
    """The Places that the App is installed on, or that the token reaches."""
    settings = services.settings
    if settings.github_app_id:
        return pulls.places(github_app.repositories(settings))
    provider = http.Provider("github", settings.github_api_url, {"Authorization": f"Bearer {pulls.token(settings, 'GITHUB_TOKEN')}", **VERSION})
    return pulls.places(http.pages(provider, "user/repos", "repositories", params={"per_page": 100}))


def approve(services, review, text):
    """GitHub refuses this to who opened the pull request: then the comment alone says it."""
    _ask(services, "POST", f"pulls/{review.number}/reviews", "approve", json={"event": "APPROVE", "commit_id": review.head, "body": text})


def merge(services, review, draft, announce):
    return pulls.merged(services, review, draft, lambda: state(services, review), lambda: _merge(services, review))


def _merge(services, review):
    for method in METHODS:
        try:
            return _ask(services, "PUT", f"pulls/{review.number}/merge", "merge", json={"merge_method": method, "sha": review.head})
        except KlepaasError as error:
            if method == METHODS[-1] or error.details.get("upstream") != 405 or "not allowed" not in error.details["detail"]:
                raise


def close(services, review):
    _ask(services, "PATCH", f"pulls/{review.number}", "close", again=True, json={"state": "closed"})


def state(services, review):
    return _pull(_ask(services, "GET", f"pulls/{review.number}", "state"))


def labels(services, review, names):
    _ask(services, "PUT", f"issues/{review.number}/labels", "labels", json={"labels": list(names)})


def reviewers(services, review, names):
    _ask(services, "POST", f"pulls/{review.number}/requested_reviewers", "reviewers", again=True, json={"reviewers": list(names)})


def draft(services, review, wanted):
    """GitHub offers this by GraphQL alone."""
    node = _ask(services, "GET", f"pulls/{review.number}", "state")["node_id"]
    name = "convertPullRequestToDraft" if wanted else "markPullRequestReadyForReview"
    query = f"mutation($id: ID!) {{ {name}(input: {{pullRequestId: $id}}) {{ clientMutationId }} }}"
    sent = {"query": query, "variables": {"id": node}}
    _with(services, None, lambda provider, _: http.ask(provider, "POST", provider.url.rstrip("/").removesuffix("/v3") + "/graphql", "draft", again=True, json=sent))


def commit(services, at, branch=None):
    """(branch, sha of its newest commit) of another repository; without a branch its default one."""
    branch = branch or _ask(services, "GET", "", "repository", at)["default_branch"]
    return branch, _ask(services, "GET", f"commits/{quote(branch, safe='')}", "commit", at)["sha"]


def dispatch(services, at, branch, version):
    """Start the repository's pipeline."""
    _ask(services, "POST", f"actions/workflows/{WORKFLOW}/dispatches", "dispatch", at, json={"ref": branch, "inputs": {"version": version}})


def runs(services, at, sha):
    """Its runs for a commit, newest first."""
    found = _ask(services, "GET", f"actions/workflows/{WORKFLOW}/runs", "runs", at, params={"head_sha": sha, "per_page": 50})["workflow_runs"]
    return [pulls.run(each) for each in found]


def approvals(services, sha):
    merged = [each for each in _ask(services, "GET", f"commits/{sha}/pulls", "commit") if each.get("merged_at") and each["base"]["ref"] == BASE]
    return _approvals(services, merged[0]) if merged else None


def approved(services, review):
    return _approvals(services, _ask(services, "GET", f"pulls/{review.number}", "state"))


def _approvals(services, pull):
    """What was said of a head before the newest does not count."""
    said = _pages(services, f"pulls/{pull['number']}/reviews", "reviews", params={"per_page": 100})
    told = [each for each in said if each.get("user") and each["state"] in ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")]
    return pulls.approvals(pull.get("user"), ((each["user"], each["state"] == "APPROVED" and each.get("commit_id") == pull["head"]["sha"]) for each in told))


def propose(services, at, path, content, branch, title):
    """The URL of the pull request that adds a file to another repository; None when it is there already."""
    base = _ask(services, "GET", "", "repository", at)["default_branch"]
    if pulls.there(lambda: _ask(services, "GET", f"contents/{path}", "file", at, params={"ref": base})["content"], content, path):
        return None
    tip = _ask(services, "GET", f"git/ref/heads/{quote(base)}", "tip", at)["object"]["sha"]
    pulls.made(_ask, services, "POST", "git/refs", "branch", at, again=True, json={"ref": f"refs/heads/{branch}", "sha": tip})
    pulls.made(_ask, services, "PUT", f"contents/{path}", "file", at, json={"message": title, "content": pulls.encoded(content), "branch": branch})
    sent = {"title": title, "body": "", "head": branch, "base": base}
    return pulls.once(lambda: find(services, branch, at, base), lambda: _pull(_ask(services, "POST", "pulls", "open", at, again=True, json=sent))).url


def _pull(found, fresh=False):
    """One that leads elsewhere than to main is closed for us."""
    ours = found["base"]["ref"] == BASE
    status = "merged" if ours and found.get("merged_at") else "open" if ours and found["state"] == "open" else "closed"
    return Pull(found["number"], found["html_url"], status, found["head"]["sha"], found["merge_commit_sha"] if status == "merged" else None, found["title"],
                (found.get("merged_by") or {}).get("login"), fresh, str((found.get("merged_by") or {}).get("id") or "") or None)
