"""Application repositories: where the GitHub App is installed, which repositories can be connected, and connecting one. Must not speak to a forge itself."""

from flask import Blueprint, g

from gitops.cicd import connecting, workflow
from gitops.forges import chosen, github_app
from gitops.verbs import Argument
from gitops.verbs.shapes import IMAGE, LABEL, PATH, REVISION
from web.context import services
from web.people import attempts
from web.rest import pages, shown
from web.rest.api import answer
from web.rest.described import says

blueprint = Blueprint("repositories", __name__, url_prefix="/api/v1/repositories")
AWAY = (404, 409, 502, 503, 504)
PLACE = shown.thing(name=shown.TEXT, branch=shown.MAYBE, url=shown.TEXT, private=shown.FLAG)
INSTALLATION = shown.thing(account=shown.TEXT, all=shown.FLAG, suspended=shown.FLAG)
APP = shown.thing(forge=shown.TEXT, needs=shown.many(shown.TEXT), name=shown.MAYBE, install=shown.MAYBE, installations=shown.many(INSTALLATION))
CONNECTED = shown.thing(id=shown.TEXT, status={"enum": ["preview", "connected"]}, repository=shown.TEXT, branch=shown.TEXT, path=shown.TEXT, content=shown.TEXT, pull=shown.MAYBE, items=shown.many({"anyOf": [shown.RECEIPT, shown.PREVIEWED]}))
WANTED = (Argument("repository", ("owner/repo there", "그곳의 owner/repo"), required=True, pattern=PATH, max_length=300), Argument("app", ("what the app is called here", "여기서 쓸 앱 이름"), required=True, pattern=LABEL),
          Argument("environments", ("where it is made", "만들 환경"), "strings", required=True), Argument("branch", ("whose pushes are built; the default one", "빌드할 브랜치, 없으면 기본 브랜치"), pattern=REVISION, max_length=200),
          Argument("build", ("by a Dockerfile, or by buildpacks without one", "Dockerfile 또는 빌드팩"), choices=tuple(workflow.BUILDS), default="dockerfile"),
          Argument("dockerfile", ("path of the Dockerfile", "Dockerfile 경로"), max_length=200, default=workflow.DOCKERFILE), Argument("port", ("port the container listens on", "컨테이너 포트"), "integer", minimum=1, maximum=65535),
          Argument("image", ("image that the pipeline pushes", "파이프라인이 올릴 이미지"), pattern=IMAGE, max_length=300), Argument("id", ("the same again goes on where it stopped", "같은 ID는 멈춘 곳에서 이어집니다"), pattern="[A-Za-z0-9_-]{1,64}"),
          Argument("preview", ("show what it would do, and do nothing", "미리 보기만 하고 아무것도 하지 않음"), "boolean"))


@blueprint.get("")
@says("FORGE의 인증 정보로 볼 수 있는 저장소를 이름순으로 봅니다.", Argument("search", ("part of the name", "이름의 일부"), max_length=100), *pages.by(100, 1000), answers=shown.page(PLACE), errors=AWAY)
def listed(search, limit, cursor):
    """The repositories that the credential of FORGE reaches, by name; none that is archived."""
    found = [each for each in chosen(services().settings)[1].repositories(services()) if (search or "").lower() in each.name.lower()]
    page = pages.part(found, limit, cursor, lambda each: (each.name.lower(),))
    return answer(page | {"items": [{"name": each.name, "branch": each.branch, "url": each.url, "private": each.private} for each in page["items"]]})


@blueprint.get("/app")
@says("GitHub App: 아직 필요한 설정, 설치 링크, 설치된 계정.", answers=APP, errors=AWAY)
def app():
    """The GitHub App: which settings it still needs, else where it can be installed, and the accounts that have it."""
    settings = services().settings
    needs = [*(["FORGE"] if settings.forge != "github" else []), *github_app.needs(settings)]
    if needs:
        return answer({"forge": settings.forge, "needs": needs, "name": None, "install": None, "installations": []})
    found, there = github_app.about(settings), github_app.installations(settings)
    return answer({"forge": settings.forge, "needs": [], "name": found["name"], "install": f"{found['html_url']}/installations/new",
                   "installations": [{"account": each["account"]["login"], "all": each["repository_selection"] == "all", "suspended": bool(each.get("suspended_at"))} for each in there]})


@blueprint.post("/connect")
@says("저장소를 앱으로 연결합니다: 그곳에 파이프라인 풀 리퀘스트 하나, 여기에 환경마다 create_app 하나. `preview` 는 미리 보기만 합니다.", body=WANTED, answers=CONNECTED, errors=AWAY)
def connect(asked):
    """Connect a repository as an app: one pull request there with its pipeline, one create_app an environment here. `preview` only shows it."""
    attempts.tell(**{name: asked[name] for name in ("repository", "app", "preview")})
    return answer(connecting.connected(services(), g.actor, asked))
