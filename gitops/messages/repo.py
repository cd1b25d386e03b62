"""Texts of the config repository's errors: code -> (English, Korean)."""

MESSAGES = {
    "bad_path": ("this is no plain path inside the repository", "저장소 안의 올바른 경로가 아닙니다"),
    "not_a_file": ("this is a {kind}, not a file", "파일이 아니라 {kind} 입니다"),
    "path_clash": ("a file stands where a folder is needed, or the other way round", "파일과 폴더의 이름이 겹칩니다"),
    "no_such_object": ("the repository has no object {object}", "저장소에 {object} 오브젝트가 없습니다"),
    "no_such_revision": ("the repository has no revision {revision}", "저장소에 {revision} 리비전이 없습니다"),
    "base_moved": ("this file changed meanwhile", "그 사이 이 파일이 바뀌었습니다"),
    "repo_contended": ("the repository was changed by others {tries} times while this was committed", "커밋하는 동안 저장소가 {tries}번 바뀌었습니다"),
    "repo_missing": ("there is no repository at this path", "이 경로에 저장소가 없습니다"),
    "repo_not_bare": ("this is no bare git repository", "bare git 저장소가 아닙니다"),
    "remote_unavailable": ("the config repository's remote does not answer: {detail}", "설정 저장소의 원격이 응답하지 않습니다: {detail}"),
}
