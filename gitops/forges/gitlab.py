"""Reviews as merge requests of GitLab. https://docs.gitlab.com/api/merge_requests/"""

from urllib.parse import quote

from gitops.errors import KlepaasError, NotFound
from gitops.forges import pulls
from gitops.forges.pulls import BASE, MARK, Place, Pull, Run
from gitops.outside import http

DRAFT = "Draft: "


def _place(services, at=None):
    url = services.settings.gitlab_url
    provider = http.Provider("gitlab", url.rstrip("/") + "/api/v4", {"PRIVATE-TOKEN": pulls.token(services.settings, "GITLAB_TOKEN")})
    return provider, f"projects/{quote(at or pulls.path(services.settings, url), safe='')}"


def _ask(services, method, path, operation, at=None, **more):
    provider, project = _place(services, at)
    return http.ask(provider, method, f"{project}/{path}".rstrip("/"), operation, **more).body


def find(services, branch, at=None, base=BASE):
    """Of this project alone: a fork may have a branch of the same name."""
    found = _ask(services, "GET", "merge_requests", "find", at, params={"source_branch": branch, "target_branch": base, "state": "all", "per_page": 100})
    mine = [each for each in found if each["source_project_id"] == each["target_project_id"]]
    return _pull(max(mine, key=lambda each: (each["state"] == "opened", each["iid"]))) if mine else None


def open(services, branch, title, body, draft=False):
    """The one merge request of the branch, found or made."""
    sent = {"title": f"{DRAFT if draft else ''}{title}", "description": body, "source_branch": branch, "target_branch": BASE}
    return pulls.once(lambda: find(services, branch), lambda: _pull(_ask(services, "POST", "merge_requests", "open", again=True, json=sent), fresh=True))


def update(services, review, title, body):
    _ask(services, "PUT", f"merge_requests/{review.number}", "update", json={"title": title, "description": body})


def comment(services, review, text):
    note(services, None, review.number, text)


def note(services, at, number, text, mark=MARK):
    provider, project = _place(services, at)
    there = http.pages(provider, f"{project}/merge_requests/{number}/notes", "comments", params={"per_page": 100})
    pulls.one_comment(((each["id"], each["body"] or "") for each in there),
                      lambda body: _ask(services, "POST", f"merge_requests/{number}/notes", "comment", at, json={"body": body}),
                      lambda id, body: _ask(services, "PUT", f"merge_requests/{number}/notes/{id}", "comment", at, json={"body": body}), text, mark)


def status(services, at, sha, state, why, context, url):
    """GitLab refuses to say the same again: then it is said."""
    sent = {"state": {"pending": "running", "failure": "failed"}.get(state, state), "description": why, "name": context, **({"target_url": url} if url else {})}
    try:
        _ask(services, "POST", f"statuses/{sha}", "status", at, again=True, json=sent)
    except KlepaasError as error:
        if "Cannot transition status" not in error.details.get("detail", ""):
            raise


def deployment(services, at, sha, told):
    """The one of the commit gets another status, in an environment that is the app's own there: GitLab shows it in the folder of ours."""
    name, state = f"{told.environment}/{told.app}", {"pending": "running", "failure": "failed"}.get(told.state, told.state)
    found = pulls.once(lambda: _deployment(services, at, sha, name), lambda: _deployed(services, at, sha, name, state))
    if found and found["status"] != state:
        _ask(services, "PUT", f"deployments/{int(found['id'])}", "deployment", at, json={"status": state})


def _deployment(services, at, sha, name):
    there = _ask(services, "GET", "deployments", "deployment", at, params={"environment": name, "order_by": "id", "sort": "desc", "per_page": 100})
    return next((each for each in there if each["sha"] == sha), None)


def _deployed(services, at, sha, name, state):
    """A new one; None for a commit that no branch or tag has any more, of which GitLab takes none."""
    refs = _ask(services, "GET", f"repository/commits/{sha}/refs", "refs", at, params={"per_page": 1})
    sent = {"environment": name, "sha": sha, "ref": refs[0]["name"], "tag": refs[0]["type"] == "tag", "status": state} if refs else None
    return sent and _ask(services, "POST", "deployments", "deployment", at, json=sent)


def repositories(services):
    """The Places that the token's user is a member of."""
    provider = http.Provider("gitlab", services.settings.gitlab_url.rstrip("/") + "/api/v4", {"PRIVATE-TOKEN": pulls.token(services.settings, "GITLAB_TOKEN")})
    found = http.pages(provider, "projects", "repositories", params={"membership": "true", "archived": "false", "per_page": 100})
    places = (Place(each["path_with_namespace"], each.get("default_branch"), each["web_url"], each.get("visibility") != "public") for each in found)
    return sorted(places, key=lambda each: each.name.lower())


def approve(services, review, text):
    _ask(services, "POST", f"merge_requests/{review.number}/approve", "approve", again=True, json={"sha": review.head})


def merge(services, review, draft, announce):
    sent = {"sha": review.head, "should_remove_source_branch": False}
    return pulls.merged(services, review, draft, lambda: state(services, review), lambda: _ask(services, "PUT", f"merge_requests/{review.number}/merge", "merge", json=sent))


def close(services, review):
    _ask(services, "PUT", f"merge_requests/{review.number}", "close", json={"state_event": "close"})


def state(services, review):
    return _pull(_ask(services, "GET", f"merge_requests/{review.number}", "state"))


def labels(services, review, names):
    _ask(services, "PUT", f"merge_requests/{review.number}", "labels", json={"labels": ",".join(names)})


def reviewers(services, review, names):
    """By their ids."""
    provider, _ = _place(services)
    found = [http.ask(provider, "GET", "users", "user", params={"username": name}).body for name in names]
    missing = [name for name, users in zip(names, found) if not users]
    if missing:
        raise NotFound("forge_no_user", user=missing[0])
    _ask(services, "PUT", f"merge_requests/{review.number}", "reviewers", json={"reviewer_ids": [users[0]["id"] for users in found]})


def draft(services, review, wanted):
    """The title says it, as GitLab reads it."""
    title = state(services, review).title.removeprefix(DRAFT)
    _ask(services, "PUT", f"merge_requests/{review.number}", "draft", json={"title": f"{DRAFT if wanted else ''}{title}"})


def commit(services, at, branch=None):
    """(branch, sha of its newest commit) of another repository; without a branch its default one."""
    branch = branch or _ask(services, "GET", "", "repository", at)["default_branch"]
    return branch, _ask(services, "GET", f"repository/branches/{quote(branch, safe='')}", "commit", at)["commit"]["id"]


def dispatch(services, at, branch, version):
    """Start the repository's pipeline."""
    _ask(services, "POST", "pipeline", "dispatch", at, json={"ref": branch, "variables": [{"key": "ASKED", "value": version}]})


def runs(services, at, sha):
    """Its runs for a commit, newest first."""
    found = _ask(services, "GET", "pipelines", "runs", at, params={"sha": sha, "per_page": 50})
    states = {"success": "success", "failed": "failure", "canceled": "failure", "skipped": "failure"}
    return [Run(states.get(each["status"], "running"), each["web_url"], each["source"] == "api", pulls.seconds(each["created_at"])) for each in found]


def approvals(services, sha):
    found = [each for each in _ask(services, "GET", f"repository/commits/{sha}/merge_requests", "commit") if each["state"] == "merged" and each["target_branch"] == BASE]
    return _approvals(services, found[0]) if found else None


def approved(services, review):
    return _approvals(services, _ask(services, "GET", f"merge_requests/{review.number}", "state"))


def _approvals(services, pull):
    """GitLab itself takes approvals back when another head comes, where the project says so."""
    said = _ask(services, "GET", f"merge_requests/{pull['iid']}/approvals", "approvals")["approved_by"]
    return pulls.approvals(pull.get("author"), ((each["user"], True) for each in said))


def propose(services, at, path, content, branch, title):
    """The URL of the merge request that adds a file to another project; None when it is there already."""
    base = _ask(services, "GET", "", "project", at)["default_branch"]
    if pulls.there(lambda: _ask(services, "GET", f"repository/files/{quote(path, safe='')}", "file", at, params={"ref": base})["content"], content, path):
        return None
    commit = {"branch": branch, "start_branch": base, "commit_message": title, "actions": [{"action": "create", "file_path": path, "content": content}]}
    pulls.made(_ask, services, "POST", "repository/commits", "file", at, json=commit)
    sent = {"title": title, "description": "", "source_branch": branch, "target_branch": base}
    return pulls.once(lambda: find(services, branch, at, base), lambda: _pull(_ask(services, "POST", "merge_requests", "open", at, again=True, json=sent))).url


def _pull(found, fresh=False):
    """One that leads elsewhere than to main is closed for us."""
    status = {"opened": "open", "locked": "open", "merged": "merged"}.get(found["state"], "closed") if found["target_branch"] == BASE else "closed"
    commit = found.get("merge_commit_sha") or found.get("squash_commit_sha") or found["sha"]  # fast-forward: the head itself
    return Pull(found["iid"], found["web_url"], status, found["sha"], commit if status == "merged" else None, found["title"],
                (found.get("merge_user") or found.get("merged_by") or {}).get("username"), fresh)
