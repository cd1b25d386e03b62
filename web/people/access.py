"""Who holds what, and why; and changes of it, which are commits of klepaas-access.yaml like any other. Must not decide or edit by itself."""

from flask import Blueprint, g

from gitops import access as files
from gitops import submit
from gitops.errors import NotFound
from gitops.types import SCOPES, Command
from gitops.verbs import Argument
from web.context import services
from web.people import attempts
from web.rest import api, pages, shown
from web.rest.api import answer
from web.rest.described import says

blueprint = Blueprint("access", __name__, url_prefix="/api/v1")
FIELDS = (
    Argument("subject", ("`user:`, `domain:`, `team:` or `subject:` and its name", "`user:`, `domain:`, `team:`, `subject:` 와 이름"), required=True), Argument("role", ("the role", "역할"), required=True),
    Argument("environments", ("where; without: everywhere", "환경. 없으면 전체"), "strings"), Argument("id", ("the command's id", "명령의 ID")), Argument("text", ("one's own words", "요청한 말")),
    Argument("reason", ("why", "이유")), Argument("preview", ("show only what would be done", "미리보기만"), "boolean"))
CHANGED = {"body": FIELDS, "answers": shown.OUTCOMES, "errors": (404, 409, 504)}


@blueprint.get("/access")
@says("main의 klepaas-access.yaml에 있는 역할과 권한, 문제점, KLEPAAS_ADMINS.", answers=shown.ACCESS)
def listed():
    """Roles and grants of klepaas-access.yaml at main's tip, what is wrong with it, and KLEPAAS_ADMINS."""
    return answer(file(services()))


@blueprint.post("/access/grant")
@says("역할을 부여합니다. 답은 명령과 같습니다.", **CHANGED)
def grant(asked):
    """Grant a role: `{subject, role, environments?, id?, text?, reason?, preview?}`; the subject as `user:`, `domain:`, `team:` or `subject:` and its name. Answered as commands are."""
    return _asked("grant", asked)


@blueprint.post("/access/withdraw")
@says("부여한 역할을 부여한 그대로 거둡니다.", **CHANGED)
def withdraw(asked):
    """Take a granted role back: as it was granted."""
    return _asked("withdraw", asked)


@blueprint.get("/users")
@says("로그인했거나 토큰을 받은 모든 사람: 지금의 권한과 그 까닭, 유효한 로그인과 토큰의 수.", *pages.by(), answers=shown.page(shown.USER))
def users(limit, cursor):
    """Everybody who ever signed in or was given a token: what they hold now and why, and how many sign-ins and tokens of theirs are valid."""
    rules, found = files.load(services().head()[0]), services().ledger.users(pages.at(cursor), limit + 1)
    return answer(pages.page(found, limit, lambda each: (each["email"],), lambda each: _person(services(), rules, each)))


@blueprint.delete("/users/<email>/sign-ins")
@says("한 사람의 모든 로그인을 끝내고 모든 토큰을 폐기합니다.", answers=shown.thing(sessions=shown.COUNT, tokens=shown.COUNT))
def signed_out(email):
    """End all sign-ins and revoke all tokens of a person."""
    attempts.tell(user=email)
    if services().ledger.user(email) is None:
        raise NotFound("unknown_user", user=email[:100])
    return answer({"sessions": services().ledger.sessions_end(email), "tokens": services().ledger.tokens_revoke(email)})


def _asked(verb, asked):
    command = Command(verb, None, None, args(asked["subject"], asked["role"], asked["environments"]), **{name: asked[name] for name in ("id", "text", "reason")})
    if asked["preview"]:
        return answer(api.preview(g.actor, command))
    return api.receipt(submit.submit(services(), g.actor, command))


def args(subject, role, environments=None):
    """The verb's arguments; environments as a list, None or [] for all."""
    return {"subject": subject, "role": role} | ({"environments": ",".join(environments)} if environments else {})


def file(services):
    """What klepaas-access.yaml says, as JSON shows it."""
    tree, catalog = services.readable()
    found = files.load(tree)
    problems = (*found.problems, *files.unknown(tree, catalog))
    return {"path": files.PATH, "revision": tree.revision, "admins": sorted(services.settings.admins),
            "roles": [{"name": name, "scopes": sorted(scopes), "builtin": name in files.policy.ROLES} for name, scopes in found.roles],
            "grants": [_grant(each) | {"scopes": sorted(each.scopes)} for each in found.grants],
            "problems": [{"path": each.path, "line": each.line, "code": each.code, "message": each.message} for each in problems]}


def _grant(each):
    return {"subject": f"{each.kind}:{each.subject}", "role": each.role, "environments": list(each.environments)}


def people(services):
    """Everybody at once, for whom has the database."""
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
