"""Texts of the errors about previews of pull requests: code -> (English, Korean)."""

MESSAGES = {
    "preview_broken": ("this is no preview: one says repository, number, commit and until", "프리뷰 파일이 아닙니다. repository, number, commit, until이 있어야 합니다"),
    "preview_no_rule": ("no rule of `previews` in klepaas.yaml gives {repository} a preview called {name}", "klepaas.yaml의 `previews` 에 {repository} 의 {name} 프리뷰를 허용하는 규칙이 없습니다"),
    "preview_no_name": ("{name} is no name of a preview", "{name} 은(는) 프리뷰의 이름이 아닙니다"),
    "preview_no_app": ("no app of {environment} is built from {repository}, so there is nothing to preview", "{environment} 에 {repository} 로 만들어지는 앱이 없어 프리뷰할 것이 없습니다"),
    "preview_limit": ("{repository} has {limit} previews already, as many as its rule allows: close one, then set the label again", "{repository} 의 프리뷰가 이미 규칙의 한도인 {limit}개입니다. 하나를 닫고 라벨을 다시 붙이세요"),
    "preview_sealed": ("the values of {app} in {environment} hold secrets encrypted with SOPS: they are not given to what a pull request brings", "{environment} 의 {app} 값에 SOPS로 암호화한 비밀이 있어 풀 리퀘스트의 코드에 줄 수 없습니다"),
    "preview_namespace": ("namespace {namespace} is there already and is no preview of ours: it is left alone", "네임스페이스 {namespace} 이(가) 이미 있고 우리 프리뷰가 아니므로 건드리지 않습니다"),
    "preview_closing": ("namespace {namespace} is still being deleted", "네임스페이스 {namespace} 이(가) 아직 삭제되는 중입니다"),
}
