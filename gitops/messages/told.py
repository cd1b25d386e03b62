"""What the controller writes of apps and environments that is no error: (English, Korean). It is kept in English; the page says it in its reader's language.

Of the placeholders `detail`, `waits` and `why` are sentences themselves.
"""

ENDS = ("exit code {code}", "종료 코드 {code}"), ("exit code {code} (signal {signal})", "종료 코드 {code} (시그널 {signal})")
RESTARTS = ("1 restart", "재시작 1회"), ("{count} restarts", "재시작 {count}회")
TOLD = (
    ("being deleted", "삭제되는 중"), ("being deleted: waits for the finalizers {names}", "삭제되는 중: finalizer {names} 대기"), ("being deleted: {names}", "삭제되는 중: {names}"),
    ("waiting for the rollout to start: no controller has taken it up yet", "롤아웃 시작 대기: 아직 맡은 컨트롤러가 없습니다"), ("waiting for the rollout to start", "롤아웃 시작 대기"),
    ("paused", "일시 중지됨"), ("suspended", "중지됨"), ("the rollout exceeded its deadline: {detail}", "롤아웃이 기한을 넘겼습니다: {detail}"), ("pods cannot be created", "파드를 만들 수 없습니다"),
    ("{up} of {wanted} pods are updated", "파드 {wanted}개 중 {up}개 교체됨"), ("{up} of {wanted} pods are available", "파드 {wanted}개 중 {up}개 사용 가능"), ("{up} of {wanted} pods are ready", "파드 {wanted}개 중 {up}개 준비됨"),
    ("{up} of {wanted} pods are placed", "파드 {wanted}개 중 {up}개 배치됨"), ("{up} of {wanted} pods are {what}", "파드 {wanted}개 중 {up}개: {what}"),
    ("1 old pod stays until the new ones are up", "새 파드가 준비될 때까지 이전 파드 1개 유지"), ("{count} old pods stay until the new ones are up", "새 파드가 준비될 때까지 이전 파드 {count}개 유지"),
    ("1 pod is going", "파드 1개 종료 중"), ("{count} pods are going", "파드 {count}개 종료 중"),
    ("the job failed", "Job이 실패했습니다"), ("the job runs: {up} of {wanted} pods succeeded", "Job 실행 중: 파드 {wanted}개 중 {up}개 성공"),
    ("the job runs: {up} of {wanted} pods succeeded, {failed} failed", "Job 실행 중: 파드 {wanted}개 중 {up}개 성공, {failed}개 실패"),
    ("suspended: it starts no jobs", "중지됨: Job을 시작하지 않습니다"), ("its last job did not succeed", "마지막 Job이 성공하지 못했습니다"),
    ("waiting for an address: no load balancer has given it one yet", "주소 대기: 아직 로드 밸런서가 주소를 주지 않았습니다"), ("no ingress controller has given it an address", "인그레스 컨트롤러가 주소를 주지 않았습니다"),
    ("its volume {name} is lost", "볼륨 {name} 을(를) 잃었습니다"), ("waiting for a volume", "볼륨 대기"), ("waiting for a volume of class {name}", "{name} 클래스의 볼륨 대기"),
    ("no controller has looked at it yet", "아직 살펴본 컨트롤러가 없습니다"), ("not observed yet", "아직 관측되지 않음"), ("not established yet", "아직 등록되지 않음"), ("not available yet", "아직 사용할 수 없음"),
    ("reconciling", "조정 중"), ("stalled", "멈춤"), ("not ready", "준비되지 않음"),
    # pods
    ("Pending: no scheduler has placed it on a node yet", "Pending: 아직 노드에 배치되지 않았습니다"), ("Pending: node {node} has not started it yet", "Pending: 노드 {node} 에서 아직 시작하지 않았습니다"),
    ("init container {name} runs", "초기화 컨테이너 {name} 실행 중"), ("container {name} is being made on node {node}", "노드 {node} 에서 컨테이너 {name} 생성 중"),
    ("not ready: {why}", "준비되지 않음: {why}"), ("its containers run", "컨테이너는 실행 중입니다"), ("the pod failed", "파드가 실패했습니다"),
    *((f"{reason}{code}, {times}", f"{reason}{ko}, {often}") for reason in ("", "{reason}, ") for code, ko in ENDS for times, often in RESTARTS), *((f"{{reason}}, {times}", f"{{reason}}, {often}") for times, often in RESTARTS), *RESTARTS, *ENDS,
    # syncs
    ("{kind} {name} is not there", "{kind} {name} 이(가) 없습니다"), ("not up after {minutes} minutes: {why}", "{minutes}분이 지나도 준비되지 않음: {why}"),
    ("syncing is suspended", "동기화가 중지되어 있습니다"), ("cancelled; to go on: {command}", "취소됨. 계속하려면: {command}"), ("outside the sync windows; the next one opens {when}", "동기화 시간대가 아닙니다. 다음 시간대: {when}"),
    ("writing is turned off (ENABLE_K8S_DEPLOY): {count} objects differ", "쓰기가 꺼져 있습니다 (ENABLE_K8S_DEPLOY): 오브젝트 {count}개가 다릅니다"), ("waits for {waits}", "대기 중: {waits}"),
    ("{event} hook {kind} {name} runs", "{event} 훅 {kind} {name} 실행 중"), ("{event} hook {kind} {name} runs: {why}", "{event} 훅 {kind} {name} 실행 중: {why}"), ("{event} hook {kind} {name} makes room for itself", "{event} 훅 {kind} {name}: 이전 것을 치우는 중"), ("not done after {seconds} s", "{seconds}초가 지나도 끝나지 않음"),
    # environments as a whole
    ("{why}. To go on: {command}", "{why}. 계속하려면: {command}"), ("{gone} of {count} objects would be pruned at {revision}, of {apps}", "{revision} 에서 오브젝트 {count}개 중 {gone}개가 삭제됩니다. 앱: {apps}"),
    ("{count} objects ({names}): they wait until {apps} can be rendered, since what that desires is unknown", "오브젝트 {count}개 ({names}): {apps} 을(를) 렌더링할 수 있을 때까지 기다립니다. 무엇을 원하는지 알 수 없기 때문입니다"),
    ("{revision} does not descend from {last}, the revision synced last", "{revision} 은(는) 마지막으로 동기화한 {last} 의 후손이 아닙니다"),
    ("{environment} is not in klepaas.yaml any more: what runs there is left as it is", "klepaas.yaml에 {environment} 이(가) 더 이상 없습니다. 실행 중인 것은 그대로 둡니다"),
    ("{revision} reached {environment} without a review", "{revision} 이(가) 리뷰 없이 {environment} 에 들어왔습니다"),
    ("{revision} reached {environment} without a review, and it changes {path}, which is protected", "{revision} 이(가) 리뷰 없이 {environment} 에 들어왔고, 보호된 {path} 을(를) 바꿉니다"),
    ("{revision} reached {environment} without a review, and it changes {path}, which is protected: {who} has to agree", "{revision} 이(가) 리뷰 없이 {environment} 에 들어왔고, 보호된 {path} 을(를) 바꿉니다. {who} 의 동의가 필요합니다"),
    ("is not signed", "서명되지 않았습니다"), ("has a bad signature", "서명이 올바르지 않습니다"), ("is signed by nobody known", "알려진 사람의 서명이 아닙니다"), ("has a signature that is over", "서명이 만료되었습니다"),
    ("is signed with a key that is over", "만료된 키로 서명되었습니다"), ("is signed with a revoked key", "폐기된 키로 서명되었습니다"),
    ("{revision} {why}, and {environment} follows signed commits only", "{revision}: {why}. {environment} 은(는) 서명된 커밋만 따릅니다"), ("{revision} cannot be verified now: {why}", "{revision} 을(를) 지금 확인할 수 없습니다: {why}"),
    ("{kind} {name} (finalizers {names})", "{kind} {name} (finalizer {names} 대기)"), ("not synced yet", "아직 동기화되지 않음"), ("no sync of it was healthy before", "정상이었던 동기화가 없습니다"), ("{app} has no workload in {environment}", "{environment} 에 {app} 의 워크로드가 없습니다"),
    ("{first} goes first", "{first} 이(가) 먼저 삭제됩니다"),
)
