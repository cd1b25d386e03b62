"""Texts of the ledger's errors: code -> (English, Korean)."""

MESSAGES = {
    "ledger_unavailable": ("the database does not answer, so what was asked may or may not have happened: try again", "데이터베이스가 응답하지 않아 요청이 처리되었는지 알 수 없습니다. 다시 시도하세요"),
    "ledger_unmigrated": ("the database has no tables yet: run the migrations first", "데이터베이스에 테이블이 없습니다. 먼저 마이그레이션을 실행하세요"),
    "ledger_newer": ("the database is of version {there}, newer than this program's {known}: upgrade the program", "데이터베이스 버전 {there} 이 프로그램의 {known} 보다 새것입니다. 프로그램을 올리세요"),
    "bad_command_id": ("an id is 1 to 64 letters, digits, - or _, not {id!r}", "ID는 영문자·숫자·-·_ 1~64자여야 합니다: {id!r}"),
    "command_id_taken": ("the id {id} belongs to another request of yours", "{id} 는 이미 다른 요청에 쓴 ID입니다"),
    "command_busy": ("the same command is still being carried out: ask again with the same id", "같은 명령이 아직 처리 중입니다. 같은 id로 다시 물어보세요"),
    "text_not_storable": ("the text holds a character that cannot be kept (NUL, or half of a pair)", "저장할 수 없는 문자(NUL 또는 짝이 없는 문자)가 들어 있습니다"),
    "no_such_command": ("there is no command {command}", "{command} 명령 기록이 없습니다"),
    "no_such_conversation": ("you have no conversation {session_id}", "{session_id} 대화가 없습니다"),
    "no_such_message": ("you have said no message {message}", "{message} 메시지가 없습니다"),
    "no_such_preview": ("there is no preview {id} of yours here: ask again", "{id} 미리보기가 없습니다. 다시 요청하세요"),
    "no_such_feedback": ("there is no open feedback {feedback}", "처리할 {feedback} 피드백이 없습니다"),
    "preview_expired": ("this preview is too old: ask again", "미리보기가 오래되었습니다. 다시 요청하세요"),
    "preview_confirmed": ("this preview was confirmed already", "이미 확인한 미리보기입니다"),
    "preview_cancelled": ("this preview was cancelled: ask again", "취소한 미리보기입니다. 다시 요청하세요"),
    "preview_replaced": ("this preview was edited: confirm the edited one", "수정된 미리보기입니다. 수정한 것을 확인하세요"),
    "preview_refused": ("this was refused when it was carried out: ask again", "실행 중에 거부된 요청입니다. 다시 요청하세요"),
    "preview_outdated": ("what this would do has changed since it was shown: look at it again", "미리보기 이후 내용이 바뀌었습니다. 다시 확인하세요"),
    "no_such_review": ("there is no review {review}", "{review} 리뷰가 없습니다"),
    "review_changed": ("the branch of review {review} changed: look at it again", "리뷰 {review} 의 브랜치가 바뀌었습니다. 다시 확인하세요"),
}
