"""What GitHub, Gitea and GitLab answer, as their documents say."""

from tests.gitops.forge_help import TOKEN
from tests.gitops.forge_shop import Shop


def _said(forge, number, author="klepaas-bot"):
    return [{"id": id, "body": body, "user": {"login": author}} for id, (pull, body) in forge.comments.items() if pull == int(number)]


def _comment(forge, number, body):
    id = len(forge.comments) + 1
    forge.comments[id] = (int(number), body)
    return {"id": id, "body": body}


class GitHub:
    """https://docs.github.com/en/rest, version 2022-11-28."""

    PAGED = "comments"

    @staticmethod
    def settings(url):
        return {"FORGE": "github", "GITHUB_API_URL": url, "GITHUB_TOKEN": TOKEN}

    @staticmethod
    def header(token):
        return "Authorization", f"Bearer {token}"

    @staticmethod
    def show(forge, number):
        found = forge.pull(number)
        merged = found["state"] == "merged"
        return {"number": number, "html_url": f"http://forge/acme/config/pull/{number}", "node_id": f"PR_{number}", "state": "open" if found["state"] == "open" else "closed",
                "title": found["title"], "head": {"ref": found["branch"], "sha": found["head"]}, "base": {"ref": found["base"]}, "merged": merged,
                "merged_at": "2026-11-23T00:00:00Z" if merged else None, "merge_commit_sha": found["merged"] or "0" * 40, "merged_by": {"login": found["by"], "id": 7} if merged else None, "user": _user(found["author"])}

    @staticmethod
    def listed(forge, query, body):
        owner, _, branch = query["head"].partition(":")
        return 200, [GitHub.show(forge, number) for number, each in forge.pulls.items() if (owner, branch, query["base"]) == ("acme", each["branch"], each["base"])]

    @staticmethod
    def opened(forge, query, body):
        if not forge.has(body["head"]):
            return 422, {"message": "Validation Failed", "errors": [{"resource": "PullRequest", "field": "head", "code": "invalid"}]}
        found = forge.open(body["head"], body["title"], body["body"], body["base"])
        if found is None:
            return 422, {"message": "Validation Failed", "errors": [{"resource": "PullRequest", "code": "custom", "message": f"A pull request already exists for acme:{body['head']}."}]}
        return 201, GitHub.show(forge, found["number"])

    @staticmethod
    def edited(forge, number, query, body):
        found = forge.pull(int(number))
        found.update({key: body[key] for key in ("title", "body") if key in body} | ({"state": body["state"]} if "state" in body else {}))
        return 200, GitHub.show(forge, int(number))

    @staticmethod
    def merge(forge, number, query, body):
        found = forge.pull(int(number))
        if found["state"] != "open":
            return 405, {"message": "Pull Request is not mergeable"}
        if body["sha"] != found["head"]:
            return 409, {"message": "Head branch was modified. Review and try the merge again."}
        if body["merge_method"] not in forge.merge_ways:
            return 405, {"message": f"{body['merge_method'].title()} merges are not allowed on this repository."}
        sha = forge.merge(int(number), body["merge_method"])
        return (200, {"sha": sha, "merged": True}) if sha else (405, {"message": "Pull Request is not mergeable"})

    @staticmethod
    def review(forge, number, query, body):
        return 422, {"message": "Unprocessable Entity", "errors": ["Can not approve your own pull request"]}

    @staticmethod
    def label(forge, number, query, body):
        forge.pull(int(number))["labels"] = body["labels"]
        return 200, [{"name": each} for each in body["labels"]]

    @staticmethod
    def ask(forge, number, query, body):
        forge.pull(int(number))["reviewers"] += body["reviewers"]
        return 201, GitHub.show(forge, int(number))

    @staticmethod
    def graphql(forge, query, body):
        found = forge.pull(int(body["variables"]["id"].removeprefix("PR_")))
        found["draft"] = "convertPullRequestToDraft" in body["query"]
        return 200, {"data": {}}

    @staticmethod
    def patched(forge, id, query, body):
        forge.comments[int(id)] = (forge.comments[int(id)][0], body["body"])
        return 200, {"id": int(id)}


P = "/repos/acme/config"
GitHub.ROUTES = [
    ("GET", f"{P}/pulls", GitHub.listed), ("POST", f"{P}/pulls", GitHub.opened), ("PATCH", rf"{P}/pulls/(\d+)", GitHub.edited),
    ("GET", rf"{P}/pulls/(\d+)", lambda forge, number, query, body: (200, GitHub.show(forge, int(number)))), ("PUT", rf"{P}/pulls/(\d+)/merge", GitHub.merge),
    ("POST", rf"{P}/pulls/(\d+)/reviews", GitHub.review), ("PUT", rf"{P}/issues/(\d+)/labels", GitHub.label),
    ("POST", rf"{P}/pulls/(\d+)/requested_reviewers", GitHub.ask), ("POST", "/graphql", GitHub.graphql),
    ("GET", rf"{P}/issues/(\d+)/comments", lambda forge, number, query, body: (200, _said(forge, number))),
    ("POST", rf"{P}/issues/(\d+)/comments", lambda forge, number, query, body: (201, _comment(forge, number, body["body"]))),
    ("PATCH", rf"{P}/issues/comments/(\d+)", GitHub.patched), ("GET", f"{P}/installation", lambda forge, query, body: (200, {"id": 7})),
    ("POST", "/app/installations/7/access_tokens", lambda forge, query, body: (201, {"token": TOKEN, "expires_at": "2099-01-01T00:00:00Z"}))]
S = "/repos/acme/shop"
GitHub.ROUTES += [("GET", S, Shop.about), ("GET", f"{S}/contents/(.+)", Shop.read), ("PUT", f"{S}/contents/(.+)", Shop.write), ("GET", f"{S}/git/ref/heads/trunk", Shop.tip),
                  ("POST", f"{S}/git/refs", Shop.branch), ("GET", f"{S}/pulls", GitHub.listed), ("POST", f"{S}/pulls", GitHub.opened),
                  ("GET", f"{S}/commits/(.+)", Shop.commit_of), ("POST", f"{S}/actions/workflows/klepaas.yml/dispatches", Shop.dispatched), ("GET", f"{S}/actions/workflows/klepaas.yml/runs", Shop.runs)]


class Gitea:
    """https://docs.gitea.com/api, version 1.24."""

    PAGED = "labels"

    @staticmethod
    def settings(url):
        return {"FORGE": "gitea", "GITEA_URL": url, "GITEA_TOKEN": TOKEN}

    @staticmethod
    def header(token):
        return "Authorization", f"token {token}"

    @staticmethod
    def show(forge, number):
        found = GitHub.show(forge, number)
        return found | {"merge_commit_sha": forge.pulls[number]["merged"]}

    @staticmethod
    def by_branch(forge, base, branch, query, body):
        found = [number for number, each in forge.pulls.items() if (each["base"], each["branch"]) == (base, branch)]
        return (200, Gitea.show(forge, found[-1])) if found else (404, {"message": "The target couldn't be found."})

    @staticmethod
    def opened(forge, query, body):
        if not forge.has(body["head"]):
            return 404, {"message": "The target couldn't be found."}
        found = forge.open(body["head"], body["title"], body["body"], body["base"])
        if found is None:
            return 409, {"message": "pull request already exists for these targets"}
        return 201, Gitea.show(forge, found["number"])

    @staticmethod
    def merge(forge, number, query, body):
        found = forge.pull(int(number))
        if found["state"] != "open":
            return 405, {"message": "The PR is already merged"}
        if body["head_commit_id"] != found["head"]:
            return 409, {"message": "head out of date"}
        if body["Do"] not in forge.merge_ways:
            return 405, {"message": "Merge style is not allowed"}
        return (200, None) if forge.merge(int(number), body["Do"]) else (405, {"message": "Please try again later"})

    @staticmethod
    def repository(forge, query, body):
        return 200, {"full_name": "acme/config", "allow_rebase": "rebase" in forge.merge_ways, "allow_merge_commits": "merge" in forge.merge_ways, "allow_squash_merge": "squash" in forge.merge_ways}

    @staticmethod
    def label(forge, query, body):
        forge.tags[body["name"]] = len(forge.tags) + 1
        return 201, {"id": forge.tags[body["name"]], "name": body["name"]}

    @staticmethod
    def labelled(forge, number, query, body):
        names = {id: name for name, id in forge.tags.items()}
        forge.pull(int(number))["labels"] = [names[id] for id in body["labels"]]
        return 200, []


P = "/api/v1/repos/acme/config"
Gitea.ROUTES = [
    ("GET", P, Gitea.repository), ("POST", f"{P}/pulls", Gitea.opened), ("GET", rf"{P}/pulls/(\d+)", lambda forge, number, query, body: (200, Gitea.show(forge, int(number)))),
    ("GET", rf"{P}/pulls/(\w+)/(.+)", Gitea.by_branch), ("PATCH", rf"{P}/pulls/(\d+)", GitHub.edited), ("POST", rf"{P}/pulls/(\d+)/merge", Gitea.merge),
    ("POST", rf"{P}/pulls/(\d+)/reviews", GitHub.review), ("GET", f"{P}/labels", lambda forge, query, body: (200, [{"id": id, "name": name} for name, id in forge.tags.items()])),
    ("POST", f"{P}/labels", Gitea.label), ("PUT", rf"{P}/issues/(\d+)/labels", Gitea.labelled), ("POST", rf"{P}/pulls/(\d+)/requested_reviewers", GitHub.ask),
    ("GET", rf"{P}/issues/(\d+)/comments", lambda forge, number, query, body: (200, _said(forge, number))),
    ("POST", rf"{P}/issues/(\d+)/comments", lambda forge, number, query, body: (201, _comment(forge, number, body["body"]))),
    ("PATCH", rf"{P}/issues/comments/(\d+)", GitHub.patched)]
S = "/api/v1/repos/acme/shop"
Gitea.ROUTES += [("GET", S, Shop.about), ("GET", f"{S}/contents/(.+)", Shop.read), ("POST", f"{S}/contents/(.+)", Shop.write), ("POST", f"{S}/pulls", Gitea.opened),
                 ("GET", rf"{S}/pulls/(\w+)/(.+)", Gitea.by_branch), ("GET", f"{S}/branches/(.+)", Shop.branch_of), ("POST", f"{S}/actions/workflows/klepaas.yml/dispatches", Shop.dispatched),
                 ("GET", f"{S}/actions/runs", Shop.runs)]


class GitLab:
    """https://docs.gitlab.com/api/, version 4."""

    PAGED = "notes"

    @staticmethod
    def settings(url):
        return {"FORGE": "gitlab", "GITLAB_URL": url, "GITLAB_TOKEN": TOKEN}

    @staticmethod
    def header(token):
        return "PRIVATE-TOKEN", token

    @staticmethod
    def show(forge, number):
        found = forge.pull(number)
        return {"iid": number, "web_url": f"http://forge/acme/config/-/merge_requests/{number}", "state": {"open": "opened"}.get(found["state"], found["state"]),
                "title": found["title"], "sha": found["head"], "source_branch": found["branch"], "target_branch": found["base"], "source_project_id": 7, "target_project_id": 7,
                "merge_commit_sha": found["merged"], "squash_commit_sha": None, "merge_user": {"username": found["by"]} if found["by"] else None,
                "author": _user(found["author"])}

    @staticmethod
    def listed(forge, query, body):
        found = [GitLab.show(forge, number) for number, each in forge.pulls.items() if (each["branch"], each["base"]) == (query["source_branch"], query["target_branch"])]
        return 200, [*found, {"iid": 99, "source_project_id": 8, "target_project_id": 7, "state": "opened"}]

    @staticmethod
    def opened(forge, query, body):
        if not forge.has(body["source_branch"]):
            return 400, {"message": "source_branch does not exist"}
        found = forge.open(body["source_branch"], body["title"], body["description"], body["target_branch"])
        if found is None:
            return 409, {"message": ["Another open merge request already exists for this source branch: !1"]}
        return 201, GitLab.show(forge, found["number"])

    @staticmethod
    def edited(forge, number, query, body):
        found = forge.pull(int(number))
        found.update({"title": body.get("title", found["title"]), "body": body.get("description", found["body"])})
        found["labels"] = body["labels"].split(",") if "labels" in body else found["labels"]
        found["reviewers"] += [{5: "dana"}[id] for id in body.get("reviewer_ids", ())]
        if body.get("state_event") == "close":
            found["state"] = "closed"
        return 200, GitLab.show(forge, int(number))

    @staticmethod
    def merge(forge, number, query, body):
        found = forge.pull(int(number))
        if found["state"] != "open":
            return 405, {"message": "405 Method Not Allowed"}
        if body["sha"] != found["head"]:
            return 409, {"message": "SHA does not match HEAD of source branch"}
        return (200, GitLab.show(forge, int(number))) if forge.merge(int(number)) else (422, {"message": "Branch cannot be merged"})

    @staticmethod
    def approved(forge, number, query, body):
        forge.pull(int(number))["approved"].append(body["sha"])
        return 201, {}

    @staticmethod
    def changed(forge, number, id, query, body):
        return GitHub.patched(forge, id, query, body)


P = "/api/v4/projects/acme/config"
GitLab.ROUTES = [
    ("GET", f"{P}/merge_requests", GitLab.listed), ("POST", f"{P}/merge_requests", GitLab.opened), ("PUT", rf"{P}/merge_requests/(\d+)", GitLab.edited),
    ("GET", rf"{P}/merge_requests/(\d+)", lambda forge, number, query, body: (200, GitLab.show(forge, int(number)))), ("PUT", rf"{P}/merge_requests/(\d+)/merge", GitLab.merge),
    ("POST", rf"{P}/merge_requests/(\d+)/approve", GitLab.approved), ("GET", "/api/v4/users", lambda forge, query, body: (200, [{"id": 5}] if query["username"] == "dana" else [])),
    ("GET", rf"{P}/merge_requests/(\d+)/notes", lambda forge, number, query, body: (200, _said(forge, number))),
    ("POST", rf"{P}/merge_requests/(\d+)/notes", lambda forge, number, query, body: (201, _comment(forge, number, body["body"]))),
    ("PUT", rf"{P}/merge_requests/(\d+)/notes/(\d+)", GitLab.changed)]
S = "/api/v4/projects/acme/shop"
GitLab.ROUTES += [("GET", S, Shop.about), ("GET", f"{S}/repository/files/(.+)", Shop.read), ("POST", f"{S}/repository/commits", Shop.commit), ("GET", f"{S}/merge_requests", GitLab.listed),
                  ("POST", f"{S}/merge_requests", GitLab.opened), ("GET", f"{S}/repository/branches/(.+)", Shop.branch_of), ("POST", f"{S}/pipeline", Shop.pipeline),
                  ("GET", f"{S}/pipelines", Shop.pipelines)]


def _of(forge, sha):
    return [number for number, each in forge.pulls.items() if each["merged"] == sha]


def _user(who):
    return {"login": who, "username": who, "id": {"dana": 7, "klepaas-bot": 1}.get(who, 100)}


def _reviews(forge, number, query, body):
    """`said` of a pull is [(who, state) or (who, state, of which head), …]."""
    found = forge.pulls[int(number)]
    return 200, [{"user": _user(who), "state": state, "dismissed": False, "commit_id": (*head, found["head"])[0]} for who, state, *head in found.get("said", ())]


def _approvals(forge, number, query, body):
    return 200, {"approved_by": [{"user": _user(who)} for who, state, *_ in forge.pulls[int(number)].get("said", ()) if state == "APPROVED"]}


GitHub.ROUTES += [("GET", r"/repos/acme/config/commits/(\w+)/pulls", lambda forge, sha, query, body: (200, [GitHub.show(forge, each) for each in _of(forge, sha)])),
                  ("GET", r"/repos/acme/config/pulls/(\d+)/reviews", _reviews)]
Gitea.ROUTES.insert(0, ("GET", r"/api/v1/repos/acme/config/pulls/(\d+)/reviews", _reviews))
Gitea.ROUTES += [("GET", r"/api/v1/repos/acme/config/commits/(\w+)/pull",
                  lambda forge, sha, query, body: (200, Gitea.show(forge, _of(forge, sha)[0])) if _of(forge, sha) else (404, {"message": "The target couldn't be found."}))]
GitLab.ROUTES += [("GET", "/api/v4/projects/acme/config/repository/commits/(\\w+)/merge_requests", lambda forge, sha, query, body: (200, [GitLab.show(forge, each) for each in _of(forge, sha)])),
                  ("GET", "/api/v4/projects/acme/config/merge_requests/(\\d+)/approvals", _approvals)]
for _dialect, _shop in ((GitHub, "/repos/acme/shop"), (Gitea, "/api/v1/repos/acme/shop")):
    _dialect.ROUTES += [("GET", rf"{_shop}/issues/(\d+)/comments", lambda forge, number, query, body: (200, _said(forge, number))),
                        ("POST", rf"{_shop}/issues/(\d+)/comments", lambda forge, number, query, body: (201, _comment(forge, number, body["body"]))),
                        ("PATCH", rf"{_shop}/issues/comments/(\d+)", GitHub.patched)]
GitLab.ROUTES += [("GET", "/api/v4/projects/acme/shop/merge_requests/(\\d+)/notes", lambda forge, number, query, body: (200, _said(forge, number))),
                  ("POST", "/api/v4/projects/acme/shop/merge_requests/(\\d+)/notes", lambda forge, number, query, body: (201, _comment(forge, number, body["body"]))),
                  ("PUT", "/api/v4/projects/acme/shop/merge_requests/(\\d+)/notes/(\\d+)", GitLab.changed)]
def _status(states, name):
    """Keeps what is said of a commit as (repository, sha, context) -> (state, description); GitLab refuses the same state again."""
    def said(forge, at, sha, query, body):
        key = at, sha, body[name]
        if body["state"] not in states or len(body["description"]) > 140:
            return 422, {"message": "Validation Failed"}
        if name == "name" and forge.statuses.get(key, ("",))[0] == body["state"]:
            return 400, {"message": f"Cannot transition status via :run from :{body['state']}"}
        forge.statuses[key] = body["state"], body["description"]
        return 201, {}
    return said


GitHub.ROUTES += [("POST", r"/repos/acme/(\w+)/statuses/(\w+)", _status(("error", "failure", "pending", "success"), "context"))]
Gitea.ROUTES += [("POST", r"/api/v1/repos/acme/(\w+)/statuses/(\w+)", _status(("error", "failure", "pending", "success", "warning"), "context"))]
GitLab.ROUTES += [("POST", r"/api/v4/projects/acme/(\w+)/statuses/(\w+)", _status(("pending", "running", "success", "failed", "canceled"), "name"))]
for _dialect, _shop in ((GitHub, S := "/repos/acme/shop"), (Gitea, f"/api/v1{S}")):
    _dialect.ROUTES += [("GET", rf"{_shop}/collaborators/([^/]+)/permission", Shop.permission), ("GET", rf"{_shop}/pulls/(\d+)", Shop.pulled)]
GitHub.ROUTES += [("GET", f"{S}/deployments", Shop.deployments), ("POST", f"{S}/deployments", Shop.deploy), ("POST", rf"{S}/deployments/(\d+)/statuses", Shop.deployment_said)]
S = "/api/v4/projects/acme/shop"
GitLab.ROUTES += [("GET", f"{S}/deployments", Shop.gitlab_deployments), ("POST", f"{S}/deployments", Shop.gitlab_deploy), ("PUT", rf"{S}/deployments/(\d+)", Shop.gitlab_deployed),
                  ("GET", rf"{S}/repository/commits/(\w+)/refs", Shop.refs)]
GitHub.ROUTES += [("GET", "/user/repos", Shop.listed)]
Gitea.ROUTES += [("GET", "/api/v1/user/repos", Shop.listed)]
GitLab.ROUTES += [("GET", "/api/v4/projects", Shop.projects)]
DIALECTS = {"github": GitHub, "gitea": Gitea, "gitlab": GitLab}
