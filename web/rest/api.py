"""REST, /api/v1: each view parses, makes one call and shows what came back."""

import orjson
from flask import Blueprint, Response, g, request

from gitops import history, messages, policy, reviewing, submit, verbs, views
from gitops.errors import Conflict, Invalid, NotFound, Unavailable
from gitops.messages import told
from gitops.verbs import Argument
from web import reads
from web.context import cluster, services
from web.errors import language
from web.rest import body, health, openapi, pages, shown
from web.rest.described import APP, ENVIRONMENT, says

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
STATUS = {"committed": 201, "proposed": 202, "unchanged": 200, "accepted": 200, "preview": 200, "building": 202}
HIDDEN = ("question", "access")  # kinds of events that are told to nobody
AFTER = Argument("after", ("an event's id: those after it", "이벤트 ID: 그 뒤의 이벤트"), "integer", minimum=0, maximum=2**63 - 1)
KEY = Argument("Idempotency-Key", ("the command's id: the same again is answered the same", "명령의 ID. 같은 요청을 다시 보내면 같은 답을 받습니다"), pattern='"?[A-Za-z0-9_-]{1,64}"?')


def answer(value, status=200):
    return Response(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=str), status, content_type="application/json")


@blueprint.post("/commands")
@says("명령을 제출하거나 미리 봅니다: 201 커밋, 202 제안, 200 변경 없음·접수·미리보기. ID는 `Idempotency-Key` 로 줄 수 있습니다.", body="Command", answers=shown.OUTCOMES, errors=(404, 409, 504), headers=(KEY,))
def commands():
    """Submit a command, or preview it: 201 committed, 202 proposed, 200 unchanged, accepted or preview. Its id may be said as `Idempotency-Key`."""
    asked = body.once(body.only(body.json_object(), *body.COMMAND_FIELDS))
    if asked.get("preview") not in (None, True, False):
        raise Invalid("bad_field", field="preview", wanted="true or false")
    if asked.get("preview"):
        return answer(preview(g.actor, body.command(asked)))
    return receipt(submit.submit(services(), g.actor, body.command(asked)))


def preview(actor, command):
    return views.previewed(command.id, submit.preview(services(), actor, command))


def receipt(found):
    return answer(views.receipt(found), STATUS[found.status])


@blueprint.get("/commands")
@says("명령과 그 결과를 최신순으로 봅니다.", APP, ENVIRONMENT, Argument("verb", ("what was asked for", "요청한 동작"), max_length=40), *pages.by(),
      Argument("status", ("what became of it", "결과"), choices=("begun", "committed", "proposed", "unchanged", "accepted", "building", "refused")), answers=shown.page(shown.COMMAND), errors=(404,))
def listed(app, environment, verb, status, limit, cursor):
    """Commands and what became of them, newest first."""
    see(environment)
    found = services().ledger.commands_of(app, environment, limit + 1, status, verb=verb, environments=policy.places(g.actor.scopes, "k8s:read"), place=pages.at(cursor))
    return answer(pages.page(found, limit, lambda each: (each["created"], each["uid"]), _command))


@blueprint.get("/commands/<uid>")
@says("명령이 어떻게 되었는지 원장 ID, 자신이 붙인 ID, 커밋으로 봅니다.", answers=shown.COMMAND)
def one_command(uid):
    """What became of a command, by its ledger id, the id that one gave it, or its commit."""
    found = services().ledger.command_called(uid, g.actor.email)
    see(found["environment"])
    return answer(_command(found))


def _command(found):
    names = ("uid", "id", "verb", "app", "environment", "channel", "status", "commit", "review", "receipt", "error", "created", "updated")
    return {name: found[name] for name in names} | {"by": found["actor"].name, "text": found["command"].text}


@blueprint.get("/read/<verb>")
@says("조회 동작. `app`, `environment` 와 인자는 쿼리 매개변수입니다.", answers=shown.OBJECT, open=True)
def read(verb):
    """A read verb; `app`, `environment` and its arguments are query parameters."""
    return answer(reads.read(services(), cluster(), g.actor, reads.from_query(verb, request.args)))


@blueprint.get("/apps")
@says("볼 수 있는 모든 환경의 앱과 현재 상태를 봅니다.", ENVIRONMENT, *pages.by(500, 1000), answers=shown.page(shown.CARD, problems=shown.many(shown.PROBLEM), revision=shown.TEXT), errors=(404,))
def apps(environment, limit, cursor):
    """Every app in every environment that the actor may see, with its live state."""
    found, order = reads.apps(services(), g.actor, environment), list(services().readable()[1].environments)
    return answer(found | pages.part(found["items"], limit, cursor, lambda each: (order.index(each["environment"]), each["app"])))


@blueprint.get("/apps/<app>/<environment>")
@says("환경 하나의 앱 하나: 원하는 상태, 실제 상태, 값 파일, 최근 동기화.", answers=shown.APP)
def app(app, environment):
    """One app in one environment: desired, live, its values file and its last syncs."""
    see(environment)
    return answer(reads.app(services(), app, environment))


@blueprint.get("/environments")
@says("볼 수 있는 환경을 순서대로 봅니다.", answers=shown.thing(items=shown.many(shown.PLACE), first=shown.MAYBE, mirror={**shown.MAYBE, "description": "why the mirror does not follow"}))
def environments():
    """The environments that the actor may see, in order."""
    return answer(reads.environments(services(), g.actor) | {"mirror": reads.mirror(services().ledger, language())})


@blueprint.get("/history")
@says("앱이나 환경의 커밋을 최신순으로 봅니다.", APP, ENVIRONMENT, Argument("author", ("part of a name or address", "이름이나 주소의 일부"), pattern=r"[^\x00-\x1f\x7f]*", max_length=100),
      Argument("verb", ("what was done", "수행한 동작"), max_length=40), *pages.by(20, 200), answers=shown.page(shown.COMMIT), errors=(404,))
def histories(app, environment, author, verb, limit, cursor):
    """Commits of an app or an environment, newest first; `author` is part of a name or address, `verb` what was done."""
    see(environment)
    tip, skip = pages.at(cursor) or (services().repo.head(), 0)
    found = history.of(services(), app, environment, limit + 1, author=author, verb=verbs.find(verb).name if verb else None, tip=tip, skip=skip,
                       sees=lambda name: policy.holds(g.actor.scopes, "k8s:read", name)) if tip else ()
    return answer(pages.page(found, limit, lambda each: (tip, skip + limit)))


@blueprint.get("/changes")
@says("리뷰를 최신순으로 봅니다.", Argument("status", ("of these alone", "이 상태만"), choices=("open", "merged", "rejected")), ENVIRONMENT, *pages.by(200), answers=shown.page(shown.REVIEW), errors=(404,))
def changes(status, environment, limit, cursor):
    """Reviews, newest first; `status` open, merged or rejected."""
    see(environment)
    found = services().ledger.reviews(status, environment, policy.places(g.actor.scopes, "k8s:read"), pages.at(cursor), limit + 1)
    return answer(pages.page(found, limit, lambda each: (each.created, each.id), views.review))


@blueprint.get("/changes/<review>")
@says("리뷰 하나와 검토자가 보는 계획.", answers=shown.thing(review=shown.REVIEW, plan=shown.OBJECT, text=shown.MAYBE, channel=shown.TEXT, problem={"type": ["object", "null"]}))
def change(review):
    """One review with the plan that its people see; `problem` is what keeps an open one from being merged as it is: rule, path, line, both sides of a conflict."""
    found = services().ledger.review(review)
    see(found.environment)
    wrong = reviewing.problem(services(), found) if found.status == "open" else None
    row = services().ledger.command_by_uid(found.branch.partition("/")[2])
    return answer({"review": views.review(found), "plan": row["receipt"]["plan"], "text": row["command"].text, "channel": row["channel"],
                   "problem": wrong and {"code": wrong.code, "message": wrong.text(language()), "path": wrong.path, "line": wrong.line, "conflict": wrong.details.get("conflict")}})


@blueprint.get("/changes/<review>/live")
@says("열린 리뷰를 지금 병합하면 클러스터에서 바뀔 것: 필드별 드라이런 결과와 다시 시작하는 파드.", answers=shown.LIVE, errors=(404, 409))
def change_live(review):
    """What merging an open review would change in the cluster now: a dry run of each write, field by field, and which pods that restarts. From the controller."""
    found = services().ledger.review(review)
    see(found.environment)
    if found.status != "open":
        raise Conflict("review_closed", review=found.id, status=found.status)
    unanswered = {"review": found.id, "status": "unknown", "message": Unavailable("not_watched", environment=found.environment).text(language())}
    return answer(services().ledger.ask(found.environment, found.app, reads.PATIENCE, review=found.id) or unanswered)


@blueprint.get("/deployments")
@says("컨트롤러의 동기화를 최신순으로: 리비전, 한 일, 결과와 상태.", APP, ENVIRONMENT, Argument("status", ("how it went", "결과"), choices=("synced", "progressing", "succeeded", "failed", "held", "suspended", "superseded")),
      *pages.by(), answers=shown.page(shown.SYNC), errors=(404,))
def deployments(app, environment, status, limit, cursor):
    """Syncs of the controller, newest first: which revision, what was done to the cluster, how it ended."""
    see(environment)
    found = services().ledger.syncs(app, environment, limit + 1, status, policy.places(g.actor.scopes, "k8s:read"), pages.at(cursor))
    return answer(pages.page(found, limit, lambda each: (each["started"], each["id"])))


@blueprint.get("/events")
@says("어떤 ID 뒤의 이벤트를 순서대로 봅니다.", AFTER, *pages.by(200), answers=shown.page(shown.EVENT, last={"type": ["integer", "null"]}, newest=shown.COUNT))
def events(after, limit, cursor):
    """Events after an id, in the order of their ids; `last` is what to go on after, `newest` the id of the newest of all."""
    newest = services().ledger.last_event()
    begin = (pages.at(cursor) or (after or 0,))[0]
    found = services().ledger.events(begin, limit + 1, but=HIDDEN, environments=policy.places(g.actor.scopes, "k8s:read"))
    page = pages.page(found, limit, lambda each: (each.id,), lambda each: each)
    seen = [reads.event(each) for each in page["items"] if reads.may_see(g.actor, each)]
    return answer(page | {"items": seen, "last": page["items"][-1].id if page["items"] else None, "newest": newest})


@blueprint.get("/me")
@says("누가 요청하는지, 무엇을 할 수 있는지.", answers=shown.thing(name=shown.TEXT, email=shown.TEXT, scopes=shown.many(shown.TEXT), session=shown.FLAG, agent=shown.FLAG))
def me():
    """Who is asking, and what they hold."""
    actor = g.actor
    return answer({"name": actor.name, "email": actor.email, "scopes": sorted(actor.scopes), "session": actor.session, "agent": actor.agent})


@blueprint.get("/verbs")
@says("동작과 인자의 스키마, 두 언어의 도움말.", answers=shown.thing(items=shown.many(shown.VERB)))
def catalogue():
    """The verbs, their arguments' schema and help in both languages."""
    return answer({"items": [openapi.verb(each) for each in verbs.VERBS.values()]})


@blueprint.get("/openapi.json")
@says("이 API의 OpenAPI 3.1 문서.", answers=shown.OBJECT)
def document():
    """This API as an OpenAPI 3.1 document, in the language of the answer."""
    return answer(openapi.document(language()))


@blueprint.get("/health")
@says("이 서버에 필요한 것이 답하는지: 데이터베이스, 저장소, 볼 수 있는 환경의 클러스터.", answers=health.SHOWN)
def healths():
    """Whether what this server needs answers: the database, the repository, the cluster of each environment that the actor may see."""
    return answer(health.of(services(), cluster(), g.actor))


@blueprint.get("/problems/<code>")
@says("오류 코드의 뜻: 오류 답의 `type` 이 가리키는 곳.", answers=shown.thing(code=shown.TEXT, en=shown.TEXT, ko=shown.TEXT))
def problem(code):
    """What the code of a problem means, in both languages: what the `type` of a refusal points to."""
    if code not in messages.MESSAGES:
        raise NotFound("unknown_problem", problem=code[:64])
    return answer({"code": code} | dict(zip(messages.LANGUAGES, messages.MESSAGES[code], strict=True)))


@blueprint.get("/texts")
@says("제품이 앱과 환경, 오류에 대해 쓰는 문장을 두 언어로. 빈자리는 중괄호로 표시합니다.", answers=shown.thing(items=shown.many(shown.thing(en=shown.TEXT, ko=shown.TEXT))))
def texts():
    """What the product writes of apps, environments and errors, each sentence in both languages, its placeholders in braces."""
    return answer({"items": [dict(zip(messages.LANGUAGES, each, strict=True)) for each in (*told.TOLD, *messages.MESSAGES.values())]})


@blueprint.get("/version")
@says("이 서버의 버전.", answers=shown.thing(version=shown.TEXT))
def version():
    """The version of this server."""
    return answer({"version": openapi.VERSION})


def see(environment):
    """Forbidden unless the actor may read there; NotFound for an environment that is not there."""
    policy.authorise(g.actor, verbs.VERBS["status"], environment)
    if environment is not None:
        services().readable()[1].environment(environment)
