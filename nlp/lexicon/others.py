"""What people say for the words that names of other servers' tools are made of, and for the servers themselves."""

SERVERS = {"github": ("깃허브", "깃헙"), "gitlab": ("깃랩",), "slack": ("슬랙",), "jira": ("지라",), "notion": ("노션",), "linear": ("리니어",), "sentry": ("센트리",), "figma": ("피그마",)}
WORDS = (  # a row: words of names that mean the same, then what is said for them
    (("create", "open", "add", "new", "make", "write"), ("create", "open", "add", "new", "make", "file", "write", "만들", "생성", "열어", "열자", "등록", "추가", "작성", "써줘")),
    (("list", "all"), ("list", "show", "목록", "보여", "조회", "뭐 있", "전부")), (("get", "read", "show", "fetch", "view"), ("get", "read", "show", "fetch", "view", "보여", "조회", "알려", "읽어", "내용")),
    (("search", "find", "query", "lookup"), ("search", "find", "look for", "look up", "찾", "검색")), (("update", "edit", "change", "set"), ("update", "edit", "change", "수정", "고쳐", "바꿔", "변경")),
    (("delete", "remove"), ("delete", "remove", "삭제", "지워")), (("close",), ("close", "닫")), (("merge",), ("merge", "병합", "머지")), (("send", "post", "publish"), ("send", "post", "publish", "보내", "올려", "전송", "게시")),
    (("comment", "reply"), ("comment", "reply", "댓글", "코멘트", "답글")), (("assign",), ("assign", "할당", "배정")), (("issue", "ticket"), ("issue", "ticket", "이슈", "티켓")),
    (("pull", "pr"), ("pull", "pr", "풀 리퀘", "풀리퀘")), (("message", "chat"), ("message", "메시지", "메세지")), (("repository", "repo"), ("repository", "repo", "저장소", "레포")), (("file", "contents"), ("file", "contents", "파일")),
    (("channel",), ("channel", "채널")), (("branch",), ("branch", "브랜치")), (("commit",), ("commit", "커밋")), (("user", "member"), ("user", "member", "사용자", "멤버")), (("page", "document", "doc"), ("page", "document", "doc", "페이지", "문서")),
    (("release",), ("release", "릴리스", "릴리즈")), (("label", "tag"), ("label", "tag", "라벨", "태그")), (("event",), ("event", "이벤트")), (("project",), ("project", "프로젝트")), (("error",), ("error", "에러", "오류")), (("thread",), ("thread", "스레드", "쓰레드")))
SILENT = ("a", "an", "the", "of", "to", "in", "for", "on", "by", "request", "requests")  # words of a name that nobody says
