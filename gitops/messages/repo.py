"""Texts of the config repository's errors: code -> (English, Korean)."""

MESSAGES = {
    "mirror_diverged": ("the mirror's main is at {there}, which is no commit of this repository's main: nothing is pushed there until somebody settles it", "미러의 main({there})이 이 저장소의 main에 없는 커밋입니다. 누군가 해결할 때까지 푸시하지 않습니다"),
    "mirror_moved": ("the mirror was pushed to by somebody else meanwhile", "그사이 다른 누군가가 미러에 푸시했습니다"),
    "signing_failed": ("the commit could not be signed, so none was made: {detail}", "커밋에 서명할 수 없어 커밋하지 않았습니다: {detail}"),
    # paths and objects
    "bad_path": ("this is no plain path inside the repository", "저장소 안의 올바른 경로가 아닙니다"),
    "not_a_file": ("this is a {kind}, not a file", "파일이 아니라 {kind} 입니다"),
    "path_clash": ("a file stands where a folder is needed, or the other way round", "파일과 폴더의 이름이 겹칩니다"),
    "no_such_object": ("the repository has no object {object}", "저장소에 {object} 오브젝트가 없습니다"),
    "broken_object": ("object {object} of the repository cannot be read: run `git fsck` in it", "저장소의 {object} 오브젝트를 읽을 수 없습니다. 저장소에서 `git fsck`를 실행하세요"),
    "object_too_large": ("object {object} has {size} bytes; more than {limit} are not read: keep large files elsewhere", "{object} 오브젝트의 크기가 {size}바이트입니다. {limit}바이트까지만 읽습니다. 큰 파일은 다른 곳에 두세요"),
    # revisions and branches
    "no_such_revision": ("the repository has no revision {revision}", "저장소에 {revision} 리비전이 없습니다"),
    "bad_branch": ("{branch!r} cannot be the name of a branch", "{branch!r} 는 브랜치 이름으로 쓸 수 없습니다"),
    # commits
    "base_moved": ("this file changed meanwhile", "그 사이 이 파일이 바뀌었습니다"),
    "nothing_to_propose": ("branch {branch} would change nothing", "{branch} 브랜치에 바뀌는 내용이 없습니다"),
    "repo_contended": ("the repository was changed by others {tries} times while this was committed: try again", "커밋하는 동안 저장소가 {tries}번 바뀌었습니다. 다시 시도하세요"),
    "repo_busy": ("others hold the config repository for too long: try again, and look for a klepaas process that hangs", "다른 프로세스가 설정 저장소를 너무 오래 잡고 있습니다. 다시 시도하고, 멈춘 klepaas 프로세스가 있는지 확인하세요"),
    "commit_interrupted": ("the commit was interrupted, and it is not known whether it landed: send the same command again", "커밋이 중단되어 반영 여부를 알 수 없습니다. 같은 명령을 다시 보내세요"),
    # the repository
    "repo_missing": ("there is no repository at this path", "이 경로에 저장소가 없습니다"),
    "repo_not_bare": ("this is no bare git repository: make one with `git init --bare` or `git clone --bare`", "bare git 저장소가 아닙니다. `git init --bare` 또는 `git clone --bare`로 만드세요"),
    "repo_format": ("this repository uses another object or ref format than sha1 objects and ref files", "sha1 오브젝트와 파일 ref 형식의 저장소만 쓸 수 있습니다"),
    "repo_unwritable": ("the repository cannot be written: {detail}", "저장소에 쓸 수 없습니다: {detail}"),
    "git_missing": ("the program git is not installed or not in PATH", "git 프로그램이 설치되어 있지 않거나 PATH에 없습니다"),
    "git_failed": ("git {command} failed: {detail}", "git {command} 실행에 실패했습니다: {detail}"),
    "git_timeout": ("git did not answer within {seconds} s", "git이 {seconds}초 안에 응답하지 않았습니다"),
    # the remote
    "repo_url_bad": ("CONFIG_REPO is no URL or path that git could use", "CONFIG_REPO 값이 git에서 쓸 수 있는 URL이나 경로가 아닙니다"),
    "repo_url_unsupported": ("CONFIG_REPO cannot be reached by {scheme!r}; it can by a path or: {known}", "CONFIG_REPO에는 {scheme!r} 를 쓸 수 없습니다. 경로 또는 다음을 쓰세요: {known}"),
    "bad_config_token": ("CONFIG_TOKEN holds a space or a character that no token has", "CONFIG_TOKEN에 공백이나 토큰에 쓸 수 없는 문자가 있습니다"),
    "remote_unavailable": ("the config repository's remote does not answer: {detail}", "설정 저장소의 원격이 응답하지 않습니다: {detail}"),
    "remote_denied": ("the config repository's remote does not let us in: check CONFIG_TOKEN or the ssh key ({detail})", "설정 저장소의 원격이 접근을 거부했습니다. CONFIG_TOKEN 또는 ssh 키를 확인하세요 ({detail})"),
    "remote_refused": ("the config repository's remote refuses this commit: {detail}", "설정 저장소의 원격이 이 커밋을 거부했습니다: {detail}"),
}
