"""What is live, by address: pods and any object of the cluster but what is in Secrets. The same reads as the verbs', a page at a time."""

from flask import Blueprint, g

from gitops.types import Command
from gitops.verbs import Argument
from web import reads
from web.context import cluster, services
from web.rest import pages, shown
from web.rest.api import answer
from web.rest.described import ENVIRONMENT, says

blueprint = Blueprint("cluster", __name__, url_prefix="/api/v1")
NAME = Argument("name", ("of this name alone", "이 이름만"), max_length=253)
AWAY = (404, 504)  # what a cluster may answer


@blueprint.get("/pods")
@says("볼 수 있는 환경의 파드를 봅니다.", ENVIRONMENT, *pages.by(100, 1000), answers=shown.page(shown.thing(environment=shown.TEXT, **shown.POD["properties"])), errors=AWAY)
def pods(environment, limit, cursor):
    """The pods of an environment, or of all that the actor may see."""
    return answer(_page(_read("list_pods", None, environment), limit, cursor, lambda each: each["name"]))


@blueprint.get("/k8s/<kind>")
@says("한 종류의 오브젝트를 봅니다. Secret은 키 이름만.", ENVIRONMENT, NAME, *pages.by(100, 1000), answers=shown.page(shown.OBJECT), errors=AWAY)
def objects(kind, environment, name, limit, cursor):
    """Objects of a kind in an environment, or in all that the actor may see; of Secrets the names of their keys."""
    found = _read("get", None, environment, {"kind": kind} | ({"name": name} if name else {}))
    return answer(_page(found, limit, cursor, lambda each: each["name"] if "name" in each else each["metadata"]["name"]))


def _read(verb, app, environment, args=None):
    return reads.read(services(), cluster(), g.actor, Command(verb, app, environment, args or {}))["data"]["items"]


def _page(items, limit, cursor, name):
    """By environment in their order, then by name."""
    order = list(services().readable()[1].environments)
    return pages.part(items, limit, cursor, lambda each: (order.index(each["environment"]), name(each)))
