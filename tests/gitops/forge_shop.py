"""Another repository at a forge, acme/shop: as little of it as adding a file and building an image need."""

import base64
import time
from datetime import UTC, datetime


LISTED = {"acme/shop": "trunk", "Acme/API": "main", "acme/old": "main", "acme/empty": None}  # repositories that the token reaches


class Shop:
    """Answers about it: files, branches, and runs of its pipeline (`forge.runs`: sha, state, asked, created; `forge.tips`: branch -> sha)."""

    @staticmethod
    def about(forge, query, body):
        return 200, {"full_name": "acme/shop", "default_branch": "trunk"}

    @staticmethod
    def read(forge, path, query, body):
        found = forge.shop.get(query["ref"], {}).get(path)
        return (404, {"message": "Not Found"}) if found is None else (200, {"content": base64.encodebytes(found.encode()).decode()})

    @staticmethod
    def tip(forge, query, body):
        return 200, {"object": {"sha": "1" * 40}}

    @staticmethod
    def branch(forge, query, body):
        name = body["ref"].removeprefix("refs/heads/")
        if name in forge.shop:
            return 422, {"message": "Reference already exists"}
        forge.shop[name] = dict(forge.shop.get("trunk", {}))
        return 201, {}

    @staticmethod
    def write(forge, path, query, body):
        branch = body.get("new_branch") or body["branch"]
        if path in forge.shop.get(branch, {}):
            return 422, {"message": "Invalid request. \"sha\" wasn't supplied."}
        forge.shop.setdefault(branch, {})[path] = base64.b64decode(body["content"]).decode()
        return 201, {}

    @staticmethod
    def commit(forge, query, body):
        (action,) = body["actions"]
        if body["branch"] in forge.shop:
            return 400, {"message": f"A branch called '{body['branch']}' already exists."}
        forge.shop[body["branch"]] = {action["file_path"]: action["content"]}
        return 201, {}

    @staticmethod
    def commit_of(forge, branch, query, body):
        return (200, {"sha": forge.tips[branch]}) if branch in forge.tips else (422, {"message": f"No commit found for SHA: {branch}"})

    @staticmethod
    def branch_of(forge, branch, query, body):
        return (200, {"name": branch, "commit": {"id": forge.tips[branch]}}) if branch in forge.tips else (404, {"message": "Branch Not Found"})

    @staticmethod
    def started(forge, branch, version):
        forge.dispatched.append((branch, version))
        forge.runs.insert(0, {"sha": forge.tips[branch], "state": "running", "asked": True, "created": time.time()})

    @staticmethod
    def dispatched(forge, query, body):
        Shop.started(forge, body["ref"], body["inputs"]["version"])
        return 204, None

    @staticmethod
    def pipeline(forge, query, body):
        ((variable,), branch) = body["variables"], body["ref"]
        Shop.started(forge, branch, variable["value"])
        return 201, {}

    @staticmethod
    def runs(forge, query, body):
        found = [each for each in forge.runs if each["sha"] == query["head_sha"]]
        return 200, {"workflow_runs": [{"status": "in_progress" if each["state"] == "running" else "completed", "conclusion": None if each["state"] == "running" else each["state"],
                                        "event": "workflow_dispatch" if each["asked"] else "push", "path": ".github/workflows/klepaas.yml", "html_url": "http://forge/run/1", "created_at": _iso(each)}
                                       for each in found]}

    @staticmethod
    def pipelines(forge, query, body):
        return 200, [{"status": {"failure": "failed"}.get(each["state"], each["state"]), "source": "api" if each["asked"] else "push", "web_url": "http://forge/run/1", "created_at": _iso(each)}
                     for each in forge.runs if each["sha"] == query["sha"]]


    @staticmethod
    def permission(forge, login, query, body):
        return (200, {"permission": forge.people[login], "user": {"login": login}}) if login in forge.people else (404, {"message": f"{login} is not a user"})

    @staticmethod
    def pulled(forge, number, query, body):
        branch, state, whose = forge.heads[int(number)]
        return 200, {"number": int(number), "state": state, "head": {"ref": branch, "sha": forge.tips.get(branch, "e" * 40), "repo": whose and {"full_name": whose}}, "base": {"ref": "trunk"}}

    @staticmethod
    def listed(forge, query, body):
        return 200, [{"full_name": name, "default_branch": branch, "html_url": f"https://forge.example/{name}", "private": name == "acme/shop", "archived": name == "acme/old"} for name, branch in LISTED.items()]

    @staticmethod
    def projects(forge, query, body):
        assert (query["membership"], query["archived"]) == ("true", "false")
        return 200, [{"path_with_namespace": name, "default_branch": branch, "web_url": f"https://forge.example/{name}", "visibility": "private" if name == "acme/shop" else "public"}
                     for name, branch in LISTED.items() if name != "acme/old"]

    # --- deployments: GitHub's, then GitLab's

    @staticmethod
    def deployments(forge, query, body):
        return 200, [each for each in reversed(forge.deployments) if all(each[name] == query[name] for name in ("sha", "environment", "task"))]

    @staticmethod
    def deploy(forge, query, body):
        if body["required_contexts"] != [] or body["auto_merge"] is not False:
            return 409, {"message": "Conflict: Commit status checks failed for trunk."}
        forge.deployments.append({"id": len(forge.deployments) + 1, "sha": body["ref"], "said": [], **{name: body[name] for name in ("environment", "task", "transient_environment")}})
        return 201, forge.deployments[-1]

    @staticmethod
    def deployment_said(forge, id, query, body):
        if body["state"] not in ("in_progress", "success", "failure") or len(body["description"]) > 140:
            return 422, {"message": "Validation Failed"}
        forge.deployments[int(id) - 1]["said"].append((body["state"], body["description"], body.get("log_url"), body["auto_inactive"]))
        return 201, {}

    @staticmethod
    def refs(forge, sha, query, body):
        return 200, [{"type": "branch", "name": "trunk"}]

    @staticmethod
    def gitlab_deployments(forge, query, body):
        return 200, [each for each in reversed(forge.deployments) if each["environment"] == query["environment"]]

    @staticmethod
    def gitlab_deploy(forge, query, body):
        if not body["ref"] or body["tag"] is not False:
            return 400, {"message": {"ref": ["can't be blank"]}}
        forge.deployments.append({"id": len(forge.deployments) + 1, "sha": body["sha"], "environment": body["environment"], "status": body["status"], "said": [(body["status"],)]})
        return 201, forge.deployments[-1]

    @staticmethod
    def gitlab_deployed(forge, id, query, body):
        found = forge.deployments[int(id) - 1]
        if body["status"] == found["status"]:
            return 400, {"message": "Cannot transition status"}
        found["status"] = body["status"]
        found["said"].append((body["status"],))
        return 200, found


def _iso(run):
    return datetime.fromtimestamp(run["created"], UTC).isoformat()
