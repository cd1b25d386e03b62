"""The catalogue of verbs: the one table that REST, the command line, chat, MCP and Slack are made from.

`check` is the one gate for arguments, whatever door they came through. Must not plan or read anything: plans are in
gitops/plans, found there by the verb's name.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import orjson

from gitops.errors import Invalid, NotFound
from gitops.types import NOTHING

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
IMAGE = r"[a-zA-Z0-9][a-zA-Z0-9._-]*(:[0-9]+)?(/[a-zA-Z0-9][a-zA-Z0-9._-]*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
COMMIT = r"[0-9a-fA-F]{4,64}"
KIND = r"[A-Za-z][A-Za-z0-9.-]{0,252}"
NAME = r"[a-zA-Z0-9]([a-zA-Z0-9.:_-]{0,251}[a-zA-Z0-9])?"
HOST = r"(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+"
ENV_NAME = r"[A-Za-z_][A-Za-z0-9_.-]{0,252}"
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
REVISION = r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: `type` is string, integer, boolean or manifest (YAML text or an object). Help is (English, Korean)."""

    name: str
    help: tuple
    type: str = "string"
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    choices: tuple = ()
    default: object = None
    max_length: int = 4096


@dataclass(frozen=True, slots=True)
class Verb:
    """`app` and `environment` are "required", "optional" or "none"; `kind` is read, change or order."""

    name: str
    kind: str
    scope: str
    risk: str
    help: tuple
    arguments: tuple = ()
    app: str = "required"
    environment: str = "optional"

    def argument(self, name):
        return next((argument for argument in self.arguments if argument.name == name), None)


def _read(name, help, *arguments, scope="k8s:read", app="required", environment="optional"):
    return Verb(name, "read", scope, "low", help, arguments, app, environment)


def _change(name, help, *arguments, scope="deploy:execute", risk="medium"):
    return Verb(name, "change", scope, risk, help, arguments)


def _order(name, help, *arguments, scope="deploy:execute", risk="medium", app="optional"):
    return Verb(name, "order", scope, risk, help, arguments, app)


def _listing(what, en, ko):
    return _read(f"list_{what}", (f"{en} of an environment, or of all", f"환경 하나 또는 전체의 {ko} 목록"), app="none")


_NAME = Argument("name", ("name of the object, if it is not the app's", "앱 이름과 다를 때 오브젝트 이름"), pattern=NAME)
_KIND = Argument("kind", ("kind, plural or short name", "종류(kind), 복수형 또는 약칭"), required=True, pattern=KIND)
_LIMIT = Argument("limit", ("how many at most", "최대 개수"), "integer", minimum=1, maximum=1000, default=20)
_FROM = Argument("from", ("a commit, branch or tag", "커밋, 브랜치 또는 태그"), pattern=REVISION)
_TO = Argument("to", ("a commit, branch or tag", "커밋, 브랜치 또는 태그"), pattern=REVISION)
_REVIEW = Argument("review", ("id of the review", "리뷰 ID"), required=True, pattern=r"[A-Za-z0-9_-]{1,64}")
_VERSION = Argument("version", ("image tag", "이미지 태그"), pattern=TAG)
_REPLICAS = Argument("replicas", ("how many pods", "파드 개수"), "integer", minimum=0, maximum=100)

_TABLE = (
    _read("status", ("state of an app: replicas, pods, what is wrong", "앱 상태: 레플리카, 파드, 문제점")),
    _read("endpoint", ("addresses an app answers at", "앱의 접속 주소")),
    _read("events", ("what the cluster reported about an app", "앱에 대한 클러스터 이벤트")),
    _read("health", ("health of an app and why", "앱의 건강 상태와 이유")),
    _read("get_service", ("a Service in detail", "서비스 상세"), _NAME, app="optional"),
    _read("get_deployment", ("a Deployment in detail", "디플로이먼트 상세"), _NAME, app="optional"),
    _read("logs", ("log lines of an app", "앱 로그"),
          Argument("lines", ("how many lines", "줄 수"), "integer", minimum=1, maximum=1000, default=30),
          Argument("previous", ("of the container before the last restart", "재시작 전 컨테이너의 로그"), "boolean"),
          Argument("container", ("container of the pod", "파드의 컨테이너"), pattern=LABEL),
          Argument("pod", ("one pod of the app", "앱의 파드 하나"), pattern=NAME)),
    _read("history", ("who changed an app, when and in which words", "누가 언제 어떤 말로 바꿨는지"), _LIMIT, _FROM, _TO, app="optional"),
    _read("diff", ("what differs between two revisions", "두 리비전의 차이"), _LIMIT, _FROM, _TO, app="optional"),
    _listing("pods", "pods", "파드"),
    _listing("deployments", "Deployments", "디플로이먼트"),
    _listing("services", "Services", "서비스"),
    _listing("ingresses", "Ingresses and their domains", "인그레스와 도메인"),
    _listing("endpoints", "addresses", "접속 주소"),
    _listing("apps", "apps", "앱"),
    _read("overview", ("everything at a glance", "전체 상황"), app="none"),
    _read("list_namespaces", ("namespaces", "네임스페이스 목록"), app="none", environment="none"),
    _read("help", ("what can be asked for", "할 수 있는 일"), app="none", environment="none"),
    _read("get", ("any object of the cluster; of Secrets only the key names", "클러스터의 모든 오브젝트, 시크릿은 키 이름만"), _KIND, _NAME, app="none"),
    _read("query", ("a PromQL query", "PromQL 질의"),
          Argument("promql", ("the query", "질의"), required=True),
          Argument("range", ("how far back, as 1h", "조회 범위, 예: 1h"), pattern=r"[0-9]+[smhdw]"),
          Argument("step", ("resolution, as 30s", "간격, 예: 30s"), pattern=r"[0-9]+[smhdw]"),
          scope="admin:read", app="none", environment="none"),
    _read("cost_analysis", ("what the desired resources cost", "요청 자원의 비용"),
          Argument("analysis", ("which question", "분석 종류"), choices=("usage", "optimization", "forecast"), default="usage"), app="none"),
    _change("deploy", ("deploy a version", "버전 배포"), _VERSION,
            Argument("branch", ("the newest commit of this branch", "이 브랜치의 최신 커밋"), pattern=REVISION),
            Argument("image", ("image repository", "이미지 저장소"), pattern=IMAGE),
            Argument("build", ("have the repository's pipeline build it first, where it is not known yet", "아직 없으면 저장소의 파이프라인으로 먼저 빌드"), "boolean")),
    _change("restart", ("start the pods anew", "파드 재시작"),
            Argument("at", ("time that marks the restart; now if absent", "재시작 시각, 없으면 지금"), pattern=TIME)),
    _change("scale", ("change the number of pods", "파드 개수 변경"), replace(_REPLICAS, required=True)),
    _change("rollback", ("restore what ran before", "이전 상태로 되돌리기"),
            Argument("commit", ("the commit to restore", "되돌릴 커밋"), pattern=COMMIT), _VERSION,
            Argument("steps_back", ("how many changes back", "몇 번 전으로"), "integer", minimum=1, maximum=10), risk="high"),
    _change("promote", ("bring another environment's version here", "다른 환경의 버전을 이 환경으로 승격"),
            Argument("from", ("environment to take it from", "가져올 환경"), pattern=LABEL), risk="high"),
    _change("set_env", ("set an environment variable", "환경 변수 설정"),
            Argument("name", ("name of the variable", "변수 이름"), required=True, pattern=ENV_NAME),
            Argument("value", ("its value", "변수 값"), required=True, max_length=32768)),
    _change("unset_env", ("remove an environment variable", "환경 변수 제거"),
            Argument("name", ("name of the variable", "변수 이름"), required=True, pattern=ENV_NAME)),
    _change("suspend", ("stop syncing an app", "앱 동기화 중지")),
    _change("resume", ("sync an app again", "앱 동기화 재개")),
    _change("create_app", ("create an app", "앱 만들기"),
            Argument("image", ("image repository", "이미지 저장소"), required=True, pattern=IMAGE), _VERSION,
            Argument("port", ("port the container listens on", "컨테이너 포트"), "integer", minimum=1, maximum=65535),
            Argument("host", ("domain to answer at", "도메인"), pattern=HOST), _REPLICAS, scope="k8s:write"),
    _change("delete_app", ("delete an app from an environment", "환경에서 앱 삭제"), scope="k8s:write", risk="high"),
    _change("apply_manifest", ("write a Kubernetes manifest of an app", "앱의 쿠버네티스 매니페스트 쓰기"),
            Argument("manifest", ("one object, as YAML or JSON", "오브젝트 하나(YAML 또는 JSON)"), "manifest", required=True, max_length=262144), scope="k8s:write", risk="high"),
    _change("delete_manifest", ("remove a manifest of an app", "앱의 매니페스트 삭제"), _KIND,
            Argument("name", ("name of the object", "오브젝트 이름"), required=True, pattern=NAME), scope="k8s:write", risk="high"),
    _order("sync", ("sync now", "지금 동기화")),
    _order("retry", ("try a failed sync again now", "실패한 동기화 다시 시도")),
    _order("cancel", ("stop the sync that runs", "진행 중인 동기화 중단")),
    _order("release", ("let a held sync go on", "보류된 동기화 진행"),
           Argument("revision", ("the held revision", "보류된 리비전"), required=True, pattern=COMMIT), scope="admin:write", risk="high"),
    _order("approve", ("approve a review", "리뷰 승인"), _REVIEW, risk="high"),
    _order("merge", ("merge a review", "리뷰 병합"), _REVIEW,
           Argument("break_glass", ("in an emergency: why it is merged without approvals", "비상시: 승인 없이 병합하는 이유"), pattern=r"[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*", max_length=500), risk="high"),
    _order("reject", ("close a review without merging", "리뷰 반려"), _REVIEW, risk="high"),
)
VERBS = {verb.name: verb for verb in _TABLE}
REVIEW_VERBS = ("approve", "merge", "reject")
# In no door's catalogue: `klepaas adopt` makes the one of what it read in a cluster, the page of misreadings the other after it was tried.
_GRANT = (
    Argument("subject", ("user:ADDRESS, domain:DOMAIN, team:ORGANIZATION/TEAM or subject:SUBJECT", "user:주소, domain:도메인, team:조직/팀 또는 subject:주체"), required=True, pattern=r"(user|domain|team|subject):[^\s\x00-\x1f\x7f]{1,255}"),
    Argument("role", ("viewer, developer, admin, or one of the file's", "viewer, developer, admin 또는 파일에 정의한 역할"), required=True, pattern=LABEL),
    Argument("environments", ("environments, separated by commas; without: all", "쉼표로 구분한 환경. 없으면 전체"), pattern=rf"{LABEL}(,{LABEL})*", max_length=640))
OPERATOR = {"adopt": Verb("adopt", "change", "admin:write", "high", ("write the files of apps that run already", "이미 실행 중인 앱의 파일 쓰기"), (
    Argument("files", ("what was made of them, by app", "앱별로 만든 파일"), "manifest", required=True, max_length=16 << 20),), app="none"),
    "teach": Verb("teach", "change", "admin:write", "medium", ("teach a phrase of this installation", "이 설치의 표현 가르치기"), (
        Argument("say", ("the phrase", "표현"), required=True, max_length=80), Argument("means", ("the words it stands for", "그 표현이 뜻하는 말"), required=True, max_length=80)), app="none"),
    "grant": Verb("grant", "change", "admin:write", "high", ("grant a role in klepaas-access.yaml", "klepaas-access.yaml에 역할 부여"), _GRANT, app="none"),
    "withdraw": Verb("withdraw", "change", "admin:write", "high", ("take a granted role back", "부여한 역할 회수"), _GRANT, app="none")}


def find(name):
    """The verb of that name; NotFound with the closest names."""
    return OPERATOR[name] if isinstance(name, str) and name in OPERATOR else offered(name)


def offered(name):
    """The same of those that doors offer."""
    if isinstance(name, str) and name in VERBS:
        return VERBS[name]
    raise NotFound("unknown_verb", verb=_shown(name), choices=difflib.get_close_matches(_shown(name), VERBS, 3) or ["help"])


def check(command):
    """The verb of the command and its arguments, typed and within their bounds; Invalid names the argument."""
    verb = find(command.verb)
    for name in ("app", "environment"):
        _check_name(verb, name, getattr(command, name))
    for name in ("text", "reason"):
        _check_words(name, getattr(command, name))
    if not isinstance(command.args, Mapping):
        raise Invalid("bad_argument", argument="args", value=_shown(command.args), wanted="{argument: value}")
    unknown = sorted(map(_shown, set(command.args) - {argument.name for argument in verb.arguments}))
    if unknown:
        raise Invalid("unknown_argument", verb=verb.name, argument=unknown[0], known=[argument.name for argument in verb.arguments] or ["-"])
    args = {argument.name: _value(verb, argument, command.args.get(argument.name)) for argument in verb.arguments}
    return verb, {name: value for name, value in args.items() if value is not None}


def typed(verb, args):
    """Those of the verb's arguments that are given, typed and within their bounds; `check` says what is missing."""
    return {argument.name: _value(verb, argument, args[argument.name]) for argument in verb.arguments if args.get(argument.name) is not None}


def _check_name(verb, name, value):
    wanted = getattr(verb, name)
    if value is None and wanted == "required":
        raise Invalid("missing_argument", verb=verb.name, argument=name)
    if value is not None and wanted == "none":
        raise Invalid("unknown_argument", verb=verb.name, argument=name, known=[argument.name for argument in verb.arguments] or ["-"])
    if value is not None and not (isinstance(value, str) and re.fullmatch(LABEL, value)):
        raise Invalid("bad_name", argument=name, value=_shown(value))


def _check_words(name, value):
    if value is not None and not isinstance(value, str):
        raise Invalid("bad_argument", argument=name, value=_shown(value), wanted="text")
    if not _storable(value or ""):
        raise Invalid("text_not_storable", argument=name)


def _storable(text):
    """Neither NUL nor half of a surrogate pair: git and Postgres keep neither."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def _value(verb, argument, value):
    if value is None:
        if argument.required:
            raise Invalid("missing_argument", verb=verb.name, argument=argument.name)
        return None
    return _TYPES[argument.type](argument, value)


def _integer(argument, value):
    """An integer, a float without fraction (some models send 3.0) or its decimal digits (the command line has only text)."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid("bad_argument", argument=argument.name, value=_shown(value), wanted=_wanted(argument))
    if not argument.minimum <= value <= argument.maximum:
        raise Invalid("bad_argument", argument=argument.name, value=_shown(value), wanted=_wanted(argument))
    return value


def _boolean(argument, value):
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.lower())
    if not isinstance(value, bool):
        raise Invalid("bad_argument", argument=argument.name, value=_shown(value), wanted="true / false")
    return value


def _string(argument, value):
    if isinstance(value, str) and not _storable(value):
        raise Invalid("text_not_storable", argument=argument.name)
    wrong = not isinstance(value, str) or len(value) > argument.max_length
    if wrong or argument.pattern and not re.fullmatch(argument.pattern, value) or argument.choices and value not in argument.choices:
        raise Invalid("bad_argument", argument=argument.name, value=_shown(value), wanted=_wanted(argument))
    return value


def _manifest(argument, value):
    """Kept as text: an object becomes its JSON, which is YAML too."""
    try:
        text = orjson.dumps(value).decode() if isinstance(value, dict) else value
    except orjson.JSONEncodeError as error:  # an integer beyond 64 bits, half of a surrogate pair, nested too deep
        raise Invalid("bad_argument", argument=argument.name, value=_shown(value), wanted=f"JSON ({error})") from None
    return _string(argument, text)


_TYPES = {"integer": _integer, "boolean": _boolean, "string": _string, "manifest": _manifest}


def _shown(value):
    try:
        text = str(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, a list thousands of levels deep
        text = type(value).__name__
    return text.encode("utf-8", "backslashreplace").decode()[:64]


def _wanted(argument):
    if argument.type == "integer":
        return f"{argument.minimum}-{argument.maximum}"
    return ", ".join(argument.choices) or argument.pattern or f"<= {argument.max_length}"


def schema(verb, language="en"):
    """JSON schema of the verb's arguments, app and environment included."""
    index = ("en", "ko").index(language)
    names = {name: {"type": "string", "pattern": f"^{LABEL}$"} for name in ("app", "environment") if getattr(verb, name) != "none"}
    required = [name for name in names if getattr(verb, name) == "required"]
    return {"type": "object", "additionalProperties": False,
            "properties": names | {argument.name: _schema(argument, index) for argument in verb.arguments},
            "required": required + [argument.name for argument in verb.arguments if argument.required]}


def _schema(argument, index):
    described = {"description": argument.help[index]}
    if argument.type == "integer":
        described |= {"type": "integer", "minimum": argument.minimum, "maximum": argument.maximum}
    elif argument.type == "manifest":
        described |= {"type": ["string", "object"]}
    else:
        described |= {"type": argument.type}
    if argument.type == "string":
        described |= {"maxLength": argument.max_length}
    if argument.pattern:
        described |= {"pattern": f"^({argument.pattern})$"}
    return described | ({"enum": list(argument.choices)} if argument.choices else {}) | ({"default": argument.default} if argument.default is not None else {})


def defaults(verb, args):
    """The arguments with the verb's defaults filled in."""
    return {argument.name: argument.default for argument in verb.arguments if argument.default is not None} | dict(args or NOTHING)
