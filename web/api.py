"""REST, /api/v1: each view parses, makes one call and shows what came back."""

import orjson
from flask import Blueprint, Response, g, request

from gitops import history, policy, submit, verbs, views
from gitops.errors import Invalid
from web import body, openapi, reads
from web.context import cluster, services

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
STATUS = {"committed": 201, "proposed": 202, "unchanged": 200, "accepted": 200, "preview": 200, "building": 202}


def answer(value, status=200):
    return Response(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=str), status, content_type="application/json")


@blueprint.post("/commands")
def commands():
    """Submit a command, or preview it: 201 committed, 202 proposed, 200 unchanged, accepted or preview. Its id may be said as `Idempotency-Key`."""
    asked = body.once(body.only(body.json_object(), *body.COMMAND_FIELDS))
    if asked.get("preview") not in (None, True, False):
        raise Invalid("bad_field", field="preview", wanted="true or false")
    if asked.get("preview"):
        return answer(preview(g.actor, body.command(asked)))
    return receipt(submit.submit(services(), g.actor, body.command(asked)))


def preview(actor, command):
    plan = views.plan(submit.preview(services(), actor, command))
    status = "preview" if plan["changes"] or plan["delivery"] == "order" else "unchanged"
    return {"id": command.id, "status": status, "commit": None, "review": None, "plan": plan}


def receipt(found):
    return answer(views.receipt(found), STATUS[found.status])


@blueprint.get("/commands/<uid>")
def one_command(uid):
    """What became of a command, by its ledger id."""
    found = services().ledger.command_by_uid(uid)
    see(found["environment"])
    return answer({name: found[name] for name in ("uid", "id", "verb", "app", "environment", "channel", "status", "commit", "review", "receipt", "error", "created", "updated")}
                  | {"by": found["actor"].name, "text": found["command"].text})


@blueprint.get("/read/<verb>")
def read(verb):
    """A read verb; `app`, `environment` and its arguments are query parameters."""
    return answer(reads.read(services(), cluster(), g.actor, reads.from_query(verb, request.args)))


@blueprint.get("/apps")
def apps():
    """Every app in every environment that the actor may see, with its live state."""
    return answer(reads.apps(services(), g.actor, request.args.get("environment")))


@blueprint.get("/apps/<app>/<environment>")
def app(app, environment):
    """One app in one environment: desired, live, its values file and its last syncs."""
    see(environment)
    return answer(reads.app(services(), app, environment))


@blueprint.get("/environments")
def environments():
    """The environments that the actor may see, in order."""
    return answer(reads.environments(services(), g.actor))


@blueprint.get("/history")
def histories():
    """Commits of an app or an environment, newest first; `author` is part of a name or address, `verb` what was done."""
    app, environment, limit = request.args.get("app"), request.args.get("environment"), number("limit", 20, 1, 200)
    see(environment)
    author, verb = request.args.get("author"), request.args.get("verb")
    if author and not (author.isprintable() and len(author) <= 100):
        raise Invalid("bad_argument", argument="author", value=author[:20], wanted="<= 100")
    return answer({"items": history.of(services(), app, environment, limit, request.args.get("before"), author, verbs.find(verb).name if verb else None)})


@blueprint.get("/changes")
def changes():
    """Reviews, newest first; `status` open, merged or rejected."""
    found = services().ledger.reviews(request.args.get("status"), request.args.get("environment"))
    return answer({"items": [views.review(each) for each in found if policy.holds(g.actor.scopes, "k8s:read", each.environment)]})


@blueprint.get("/changes/<review>")
def change(review):
    """One review with the plan that its people see."""
    found = services().ledger.review(review)
    see(found.environment)
    row = services().ledger.command_by_uid(found.branch.partition("/")[2])
    return answer({"review": views.review(found), "plan": row["receipt"]["plan"], "text": row["command"].text, "channel": row["channel"]})


@blueprint.get("/events")
def events():
    """Events after an id, in the order of their ids."""
    found = services().ledger.events(number("after", 0, 0, 2**63 - 1), limit=number("limit", 200, 1, 500))
    return answer({"items": [reads.event(each) for each in found if reads.may_see(g.actor, each)], "last": found[-1].id if found else None})


@blueprint.get("/me")
def me():
    """Who is asking, and what they hold."""
    actor = g.actor
    return answer({"name": actor.name, "email": actor.email, "scopes": sorted(actor.scopes), "session": actor.session, "agent": actor.agent})


@blueprint.get("/verbs")
def catalogue():
    """The verbs, their arguments' schema and help in both languages."""
    return answer({"items": [openapi.verb(each) for each in verbs.VERBS.values()]})


@blueprint.get("/openapi.json")
def document():
    """This API as an OpenAPI 3.1 document."""
    return answer(openapi.document())


@blueprint.get("/version")
def version():
    """The version of this server."""
    return answer({"version": openapi.VERSION})


def number(name, default, least, most):
    """A whole-number query parameter within its bounds."""
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
        raise Invalid("bad_argument", argument=name, value=text[:64], wanted=f"{least}-{most}")
    return int(text)


def see(environment):
    """Forbidden unless the actor may read there; NotFound for an environment that is not there."""
    policy.authorise(g.actor, verbs.VERBS["status"], environment)
    if environment is not None:
        services().head()[1].environment(environment)


