"""What the page of an app asks for beside its state: its pods, its resource tree, its logs, and who wrote which line of its values."""

from flask import Blueprint, g

from controller.cluster import resources
from gitops import verbs
from gitops.errors import Invalid
from gitops.types import Command
from web import reads
from web.context import cluster, services
from web.rest import shown
from web.rest.api import answer, see
from web.rest.described import says

blueprint = Blueprint("app", __name__, url_prefix="/api/v1/apps/<app>/<environment>")
LOGS = verbs.VERBS["logs"].arguments


@blueprint.get("/pods")
@says("클러스터에 있는 앱의 파드.", answers=shown.thing(items=shown.many(shown.POD)), errors=(504,))
def pods(app, environment):
    """The app's pods as the cluster has them."""
    return answer({"items": _read("status", app, environment)["pods"]})


@blueprint.get("/logs")
@says("앱의 마지막 로그 줄. `pod` 가 없으면 문제가 있는 파드가 먼저입니다.", *LOGS, answers=shown.LOGS, errors=(504,))
def logs(app, environment, **args):
    """The last log lines of an app; without `pod` of the one that needs to be looked at."""
    return answer(_read("logs", app, environment, {name: value for name, value in args.items() if value is not None}))


def _read(verb, app, environment, args=None):
    return reads.read(services(), cluster(), g.actor, Command(verb, app, environment, args or {}))["data"]


@blueprint.get("/tree")
@says("앱이 클러스터에 가진 것: 오브젝트와 그로부터 생긴 것(ReplicaSet, 파드, Job), 각각의 상태.", errors=(504,),
      answers=shown.thing(app=shown.TEXT, environment=shown.TEXT, items=shown.many(shown.NODE), missing=shown.many(shown.thing(kind=shown.TEXT, name=shown.TEXT))))
def tree(app, environment):
    """What an app has in the cluster: its objects, and what came of them (ReplicaSets, pods, Jobs), each with its health."""
    see(environment)
    desired, catalog = services().readable()
    target, place = catalog.target(app, environment), catalog.environment(environment)
    rendered, kept = services().renderer.render(desired, target, place), _kept(app, environment)
    kinds = [(each["apiVersion"].rpartition("/")[0], each["kind"]) for each in rendered.objects]
    found, hidden = resources.tree(cluster(), place, app, [*kinds, *((each["group"], each["kind"]) for each in kept.values())])
    found = [each | ({"kept": kept[each["kind"], each["name"]]["why"]} if (each["kind"], each["name"]) in kept else {}) for each in found]
    there = {(each["kind"], each["name"]) for each in found}
    rest = [(each["kind"], each["metadata"]["name"]) for each in rendered.objects if (each["kind"], each["metadata"]["name"]) not in there and not _hook(each)]
    unseen = [{"kind": kind, "name": name, "health": "unknown", "message": hidden[kind], "age": None, "going": False, "replicas": None, "children": []} for kind, name in rest if kind in hidden]
    return answer({"app": app, "environment": environment, "items": found + unseen, "missing": [{"kind": kind, "name": name} for kind, name in rest if kind not in hidden]})


def _kept(app, environment):
    """(kind, name) of what git has no more of the app and the controller keeps."""
    found = (services().ledger.marks().get(environment) or {}).get("kept") or {"items": ()}
    return {(each["kind"], each["name"]): each for each in found["items"] if each["app"] == app}


def _hook(obj):
    return "helm.sh/hook" in (obj["metadata"].get("annotations") or {})


@blueprint.get("/blame")
@says("앱의 값 파일에서 어느 줄을 누가, 언제, 어떤 변경으로 썼는지.", answers=shown.BLAME)
def blame(app, environment):
    """Who wrote which line of an app's values, when and in which change."""
    see(environment)
    target = services().readable()[1].target(app, environment)
    if target.values_path is None:
        raise Invalid("no_values_file", app=app, environment=environment, path=target.manifests_path)
    lines, commits = services().repo.blame("main", target.values_path)
    known = services().ledger.commands_of_commits(list(commits))
    told = {sha: each | {"channel": known[sha]["channel"] if sha in known else "git", "words": known[sha]["command"].text if sha in known else None} for sha, each in commits.items()}
    return answer({"app": app, "environment": environment, "path": target.values_path, "lines": [{"text": text, "revision": sha} for text, sha in lines], "commits": told})
