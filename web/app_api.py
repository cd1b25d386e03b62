"""What the page of an app asks for beside its state: its resource tree, and who wrote which line of its values."""

from flask import Blueprint

from controller import resources
from gitops.errors import Invalid
from web.api import answer, see
from web.context import cluster, services

blueprint = Blueprint("app", __name__, url_prefix="/api/v1/apps/<app>/<environment>")


@blueprint.get("/tree")
def tree(app, environment):
    """What an app has in the cluster: its objects, and what came of them (ReplicaSets, pods, Jobs), each with its health."""
    see(environment)
    desired, catalog = services().head()
    target, place = catalog.target(app, environment), catalog.environment(environment)
    rendered = services().renderer.render(desired, target, place)
    kinds = [(each["apiVersion"].rpartition("/")[0], each["kind"]) for each in rendered.objects]
    found = resources.tree(cluster(), place, app, kinds)
    there = {(each["kind"], each["name"]) for each in found}
    missing = [{"kind": each["kind"], "name": each["metadata"]["name"]} for each in rendered.objects if (each["kind"], each["metadata"]["name"]) not in there and not _hook(each)]
    return answer({"app": app, "environment": environment, "items": found, "missing": missing})


def _hook(obj):
    return "helm.sh/hook" in (obj["metadata"].get("annotations") or {})


@blueprint.get("/blame")
def blame(app, environment):
    """Who wrote which line of an app's values, when and in which change."""
    see(environment)
    target = services().head()[1].target(app, environment)
    if target.values_path is None:
        raise Invalid("no_values_file", app=app, environment=environment, path=target.manifests_path)
    lines, commits = services().repo.blame("main", target.values_path)
    known = services().ledger.commands_of_commits(list(commits))
    told = {sha: each | {"channel": known[sha]["channel"] if sha in known else "git", "words": known[sha]["command"].text if sha in known else None} for sha, each in commits.items()}
    return answer({"app": app, "environment": environment, "path": target.values_path, "lines": [{"text": text, "revision": sha} for text, sha in lines], "commits": told})
