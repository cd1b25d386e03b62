"""Texts of the controller's errors: code -> (English, Korean)."""

MESSAGES = {
    "no_cluster": ("no cluster is configured: set KUBECONFIG ({detail})", "클러스터가 설정되지 않았습니다. KUBECONFIG를 설정하세요 ({detail})"),
    "cluster_unavailable": ("the cluster cannot be reached: {detail}", "클러스터에 연결할 수 없습니다: {detail}"),
    "cluster_timeout": ("the cluster did not answer within {seconds} s", "클러스터가 {seconds}초 안에 응답하지 않았습니다"),
    "cluster_refused": ("the cluster refused ({status}): {detail}", "클러스터가 거부했습니다 ({status}): {detail}"),
    "unknown_kind": ("the cluster knows no kind {kind} in group {group}", "클러스터에 {group} 그룹의 {kind} 종류가 없습니다"),
    "lease_lost": ("another controller has the lease {name} now", "다른 컨트롤러가 {name} 리스를 가지고 있습니다"),
    "not_ours": ("{kind} {name} exists and is not ours; `adopt: true` in {environment} takes it over", "{kind} {name} 은 이미 있으며 우리가 만든 것이 아닙니다. {environment} 에서 `adopt: true` 로 넘겨받을 수 있습니다"),
    "claimed_twice": ("{kind} {name} is rendered by {app} too; one of the two has to leave it", "{kind} {name} 은 {app} 에서도 렌더링됩니다. 둘 중 한 앱에서 빼야 합니다"),
    "cluster_kind": ("{kind} {name} belongs to no namespace; list {kind} under cluster_kinds of {environment} to allow it", "{kind} {name} 은 클러스터 전체 종류입니다. {environment} 의 cluster_kinds에 {kind} 를 추가해야 합니다"),
    "foreign_namespace": ("{kind} {name} asks for namespace {namespace}, which is not {environment}'s", "{kind} {name} 의 네임스페이스 {namespace} 는 {environment} 의 것이 아닙니다"),
    "renders_nothing": ("{app} renders no objects, and has some; delete the app to remove them", "{app} 의 렌더링 결과가 비어 있지만 클러스터에는 오브젝트가 있습니다. 지우려면 앱을 삭제하세요"),
    "file_problem": ("{detail}", "{detail}"),
    "sync_broke": ("the sync broke: {detail}", "동기화 중 오류: {detail}"),
    "no_such_object_there": ("there is no {kind} {name} in {namespace}", "{namespace} 에 {kind} {name} 이 없습니다"),
    "no_pods": ("{app} has no pods in {environment}", "{environment} 에 {app} 의 파드가 없습니다"),
}
