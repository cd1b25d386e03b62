"""What a read found, said in one sentence of the language it was asked in. Must not read anything: it is told what was found."""

from datetime import UTC, datetime

# kind of read -> (English, Korean, what the data adds to app and environment)
SAID = {
    "status": ("{app} in {environment}: {ready} of {desired} ready", "{environment}의 {app}: {desired}개 중 {ready}개 준비됨", lambda data: data),
    "health": ("{app} in {environment} is {health}", "{environment}의 {app} 상태: {health}", lambda data: data),
    "logs": ("Last {count} lines of {app} in {environment}", "{environment}의 {app} 로그 {count}줄", lambda data: {"count": len(data["lines"])}),
    "events": ("{count} events of {app} in {environment}", "{environment}의 {app} 이벤트 {count}개", lambda data: {"count": len(data["items"])}),
    "endpoint": ("{count} addresses of {app} in {environment}", "{environment}의 {app} 주소 {count}개", lambda data: {"count": len(data["urls"])}),
    "history": ("{count} commits", "커밋 {count}개", lambda data: {"count": len(data["items"])}),
    "diff": ("{count} files differ", "파일 {count}개가 다릅니다", lambda data: {"count": len(data["changes"])}),
    "overview": ("{count} workloads: {critical} critical, {warning} with warnings", "워크로드 {count}개: 심각 {critical}개, 주의 {warning}개",
                 lambda data: {"count": sum(data["workloads"].values()), "critical": len(data["critical"]), "warning": len(data["warning"])}),
    "query": ("{count} series", "시계열 {count}개", lambda data: {"count": len(data["result"]) if data["resultType"] in ("vector", "matrix") else 1}),
    "help": ("What can be asked for", "할 수 있는 일", dict),
    "get_service": ("Service {name}", "서비스 {name}", lambda data: data),
    "get_deployment": ("Deployment {name}: {ready} of {desired} ready", "디플로이먼트 {name}: {desired}개 중 {ready}개 준비됨", lambda data: data),
}
COST = {  # analysis -> with prices, and without
    "usage": (("{month:,.0f} {currency} a month", "월 {month:,.0f} {currency}"), ("{vcpu:g} vCPU and {memory:g} GiB asked for; there is no price table", "vCPU {vcpu:g}개, 메모리 {memory:g} GiB 요청 중 (가격표 없음)")),
    "optimization": (("{count} things to look at, {saves:,.0f} {currency} a month", "살펴볼 것 {count}개, 월 {saves:,.0f} {currency}"), ("{count} things to look at; there is no price table", "살펴볼 것 {count}개 (가격표 없음)")),
    "forecast": (("{month:,.0f} {currency} a month if nothing more is changed", "더 바꾸지 않으면 월 {month:,.0f} {currency}"), ("{vcpu:g} vCPU if nothing more is changed; there is no price table", "더 바꾸지 않으면 vCPU {vcpu:g}개 (가격표 없음)")),
}
THINGS = {"list_pods": ("pods", "파드"), "list_deployments": ("Deployments", "디플로이먼트"), "list_services": ("Services", "서비스"), "list_ingresses": ("Ingresses", "인그레스"),
          "list_endpoints": ("addresses", "주소"), "list_apps": ("apps", "앱"), "list_namespaces": ("namespaces", "네임스페이스"), "get": ("objects", "오브젝트")}
HEALTH = {"healthy": "정상", "progressing": "진행 중", "degraded": "이상", "suspended": "중지됨", "missing": "없음", "unknown": "알 수 없음"}


SYNC = {"failed": ("the sync failed", "동기화 실패"), "held": ("the sync is held", "동기화 보류"), "progressing": ("a sync is under way", "동기화 진행 중"), "suspended": ("syncing is paused", "동기화 중지됨"), "unknown": ("it was not synced yet", "아직 동기화되지 않음")}
AGAIN, WHOLE = ("tried again at {:%H:%M:%S} UTC", "{:%H:%M:%S} UTC에 다시 시도"), ("the whole environment is held", "환경 전체 보류")

DRIFT = "what runs is not as git says", "실행 중인 것이 git과 다름"


def sentence(found, language, quoting=True):
    """One line for `{type, summary, data, metadata}`; what has no sentence of its own keeps its summary. `quoting`: with the words of clusters and of git."""
    kind, korean = found["type"], language == "ko"
    if kind in THINGS:
        return f"{THINGS[kind][1]} {len(found['data']['items'])}개" if korean else f"{len(found['data']['items'])} {THINGS[kind][0]}"
    if kind == "cost_analysis":
        return _cost(found["data"], korean)
    if kind not in SAID:
        return found["summary"]
    values = found["metadata"] | dict(SAID[kind][2](found["data"]))
    if korean and "health" in values:
        values["health"] = HEALTH.get(values["health"], values["health"])
    said = SAID[kind][korean].format(**values)
    return "; ".join([*_standing(found["data"]["sync"], korean, quoting), said]) if "sync" in found["data"] else said


def _standing(sync, korean, quoting):
    """How a sync stands, where it is not simply done."""
    held = [WHOLE[korean] + (f": {sync['held']}" if quoting else "")] if sync["held"] else []
    if sync["drift"]:
        named = ", ".join(f"{each['kind']} {each['name']}" for each in sync["drift"]["fields"])
        held += [DRIFT[korean] + (f": {named}" if quoting else "")]
    if sync["status"] not in SYNC:
        return held
    why = f": {sync['error']}" if quoting and sync["error"] else ""
    again = [AGAIN[korean].format(datetime.fromtimestamp(sync["retry_at"], UTC))] if sync["status"] == "failed" and sync["retry_at"] else []
    return [*held, SYNC[sync["status"]][korean] + why, *again]


def _cost(data, korean):
    priced, vcpu, memory = data["currency"] is not None, *(sum(each[name] for each in data["environments"]) for name in ("vcpu", "memory_gib"))
    return COST[data["analysis"]][not priced][korean].format(month=data["month"] or 0, currency=data["currency"], vcpu=vcpu, memory=memory, count=len(data.get("advice", ())), saves=data.get("saves") or 0)
