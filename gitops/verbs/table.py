"""The verbs: one table. Must not hold logic: what a verb does is in gitops/plans, found there by its name."""

from dataclasses import replace

from gitops.verbs.shapes import COMMIT, ENV_NAME, HOST, IMAGE, KIND, LABEL, NAME, PATH, REVISION, TAG, TIME, Argument, Verb

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
    _read("history", ("who changed an app, when and in which words", "누가 언제 어떤 말로 바꿨는지"), _LIMIT, _FROM, _TO,
          Argument("author", ("part of a name or address", "이름이나 주소의 일부"), pattern=r"[^\x00-\x1f\x7f]*", max_length=100), Argument("verb", ("what was done", "수행한 동작"), pattern=r"[a-z_]{1,40}"), app="optional"),
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
            Argument("host", ("domain to answer at", "도메인"), pattern=HOST), _REPLICAS,
            Argument("repository", ("application repository it is built from", "만들어지는 애플리케이션 저장소"), pattern=PATH), scope="k8s:write"),
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
_GRANT = (
    Argument("subject", ("user:ADDRESS, domain:DOMAIN, team:ORGANIZATION/TEAM or subject:SUBJECT", "user:주소, domain:도메인, team:조직/팀 또는 subject:주체"), required=True, pattern=r"(user|domain|team|subject):[^\s\x00-\x1f\x7f]{1,255}"),
    Argument("role", ("viewer, developer, admin, or one of the file's", "viewer, developer, admin 또는 파일에 정의한 역할"), required=True, pattern=LABEL),
    Argument("environments", ("environments, separated by commas; without: all", "쉼표로 구분한 환경. 없으면 전체"), pattern=rf"{LABEL}(,{LABEL})*", max_length=640))
# In no door's catalogue: each is made by what knows its arguments (`klepaas adopt` of a cluster, the page of misreadings, the page of access).
OPERATOR = {"adopt": Verb("adopt", "change", "admin:write", "high", ("write the files of apps that run already", "이미 실행 중인 앱의 파일 쓰기"), (
    Argument("files", ("what was made of them, by app", "앱별로 만든 파일"), "manifest", required=True, max_length=16 << 20),), app="none"),
    "teach": Verb("teach", "change", "admin:write", "medium", ("teach a phrase of this installation", "이 설치의 표현 가르치기"), (
        Argument("say", ("the phrase", "표현"), required=True, max_length=80), Argument("means", ("the words it stands for", "그 표현이 뜻하는 말"), required=True, max_length=80)), app="none"),
    "open_preview": Verb("open_preview", "change", "deploy:execute", "medium", ("open or update the preview of a pull request", "풀 리퀘스트 프리뷰 열기 또는 갱신"), (
        Argument("repository", ("the application's repository", "애플리케이션 저장소"), required=True, pattern=r"[\w.-]{1,100}(/[\w.-]{1,100}){1,5}"),
        Argument("number", ("number of the pull request", "풀 리퀘스트 번호"), "integer", required=True, minimum=1, maximum=9999999999),
        Argument("commit", ("its newest commit", "최신 커밋"), required=True, pattern=r"[0-9a-f]{40}([0-9a-f]{24})?"),
        Argument("until", ("UTC seconds at which it is closed", "닫힐 시각(UTC 초)"), "integer", required=True, minimum=0, maximum=253402300799)), app="none"),
    "close_preview": Verb("close_preview", "change", "deploy:execute", "medium", ("close the preview of a pull request", "풀 리퀘스트 프리뷰 닫기"), (
        Argument("why", ("why", "이유"), required=True, max_length=200),), app="none"),
    "grant": Verb("grant", "change", "admin:write", "high", ("grant a role in klepaas-access.yaml", "klepaas-access.yaml에 역할 부여"), _GRANT, app="none"),
    "withdraw": Verb("withdraw", "change", "admin:write", "high", ("take a granted role back", "부여한 역할 회수"), _GRANT, app="none")}
