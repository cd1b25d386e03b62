"""Who holds what, and why; and changes of it, which are commits of klepaas-access.yaml like any other. Must not decide or edit by itself."""

from flask import Blueprint, g

from gitops import access as files
from gitops import submit
from gitops.errors import Invalid, NotFound
from gitops.types import SCOPES, Command
from web import api, attempts, body
from web.api import answer
from web.context import services

blueprint = Blueprint("access", __name__, url_prefix="/api/v1")
FIELDS = ("subject", "role", "environments", "id", "text", "reason", "preview")


@blueprint.get("/access")
def listed():
    """Roles and grants of klepaas-access.yaml at main's tip, what is wrong with it, and KLEPAAS_ADMINS."""
    return answer(file(services()))


@blueprint.post("/access/grant")
def grant():
    """Grant a role: `{subject, role, environments?, id?, text?, reason?, preview?}`; the subject as `user:`, `domain:`, `team:` or `subject:` and its name. Answered as commands are."""
    return _asked("grant")


@blueprint.post("/access/withdraw")
def withdraw():
    """Take a granted role back: as it was granted."""
    return _asked("withdraw")


@blueprint.get("/users")
def users():
    """Everybody who ever signed in or was given a token: what they hold now and why, and how many sign-ins and tokens of theirs are valid."""
    return answer({"items": people(services())})


@blueprint.delete("/users/<email>/sign-ins")
def signed_out(email):
    """End all sign-ins and revoke all tokens of a person."""
    attempts.tell(user=email)
    if services().ledger.user(email) is None:
        raise NotFound("unknown_user", user=email[:100])
    return answer({"sessions": services().ledger.sessions_end(email), "tokens": services().ledger.tokens_revoke(email)})


def _asked(verb):
    asked = body.only(body.json_object(), *FIELDS)
    command = Command(verb, None, None, args(body.text(asked, "subject", required=True), body.text(asked, "role", required=True), asked.get("environments")),
                      **{name: body.text(asked, name) for name in ("id", "text", "reason")})
    if asked.get("preview") not in (None, True, False):
        raise Invalid("bad_field", field="preview", wanted="true or false")
    if asked.get("preview"):
        return answer(api.preview(g.actor, command))
    return api.receipt(submit.submit(services(), g.actor, command))


def args(subject, role, environments=None):
    """The verb's arguments; environments as a list, None or [] for all."""
    if environments is not None and not (isinstance(environments, list) and all(isinstance(each, str) for each in environments)):
        raise Invalid("bad_field", field="environments", wanted="a list of names")
    return {"subject": subject, "role": role} | ({"environments": ",".join(environments)} if environments else {})


def file(services):
    """What klepaas-access.yaml says, as JSON shows it."""
    tree, catalog = services.head()
    found = files.load(tree)
    problems = (*found.problems, *files.unknown(tree, catalog))
    return {"path": files.PATH, "revision": tree.revision, "admins": sorted(services.settings.admins),
            "roles": [{"name": name, "scopes": sorted(scopes), "builtin": name in files.policy.ROLES} for name, scopes in found.roles],
            "grants": [_grant(each) | {"scopes": sorted(each.scopes)} for each in found.grants],
            "problems": [{"path": each.path, "line": each.line, "code": each.code, "message": each.message} for each in problems]}


def _grant(each):
    return {"subject": f"{each.kind}:{each.subject}", "role": each.role, "environments": list(each.environments)}


def people(services):
    rules = files.load(services.head()[0])
    return [_person(services, rules, each) for each in services.ledger.users()]


def _person(services, rules, user):
    why = _why(services.settings.admins, rules, user)
    tokens = [each for each in services.ledger.tokens(user["email"]) if not each["revoked"]]
    return {"email": user["email"], "name": user["name"], "teams": user["teams"], "scopes": sorted({scope for each in why for scope in each["scopes"]}), "why": why,
            "sessions": len(services.ledger.sessions(user["email"])), "tokens": len(tokens)}


def _why(admins, rules, user):
    """Each source of what somebody holds, with the scopes it gives."""
    setting = [{"by": "KLEPAAS_ADMINS", "scopes": sorted(SCOPES)}] if user["email"] in admins else []
    given = [{"by": "ledger", "scopes": user["scopes"]}] if user["scopes"] else []
    return setting + given + [{"by": files.PATH, **_grant(each), "scopes": sorted(each.scopes)} for each in rules.grants_of(user["email"], user["teams"])]
