"""Texts of the ledger's errors: code -> (English, Korean)."""

MESSAGES = {
    "ledger_unavailable": ("the database does not answer: {detail}", "데이터베이스가 응답하지 않습니다: {detail}"),
    "ledger_newer": ("the database is of version {there}, newer than this program's {known}: upgrade the program", "데이터베이스 버전 {there} 이 프로그램의 {known} 보다 새것입니다. 프로그램을 올리세요"),
    "bad_command_id": ("an id is 1 to 64 letters, digits, - or _, not {id!r}", "ID는 영문자·숫자·-·_ 1~64자여야 합니다: {id!r}"),
    "command_id_taken": ("the id {id} belongs to another request of yours", "{id} 는 이미 다른 요청에 쓴 ID입니다"),
    "no_such_command": ("there is no command {command}", "{command} 명령 기록이 없습니다"),
    "no_such_review": ("there is no review {review}", "{review} 리뷰가 없습니다"),
    "review_changed": ("the branch of review {review} changed: look at it again", "리뷰 {review} 의 브랜치가 바뀌었습니다. 다시 확인하세요"),
}
