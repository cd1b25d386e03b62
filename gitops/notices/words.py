"""News in words, Korean and English: (one, several) titles, and the names of facts. Must not know a channel's format."""

TITLES = {  # kind -> ((English one, several), (Korean one, several))
    "deployment.started": (("{what} is being deployed to {environment}", "{count} apps are being deployed to {environment}"), ("{environment} 배포 시작: {what}", "{environment} 배포 시작: 앱 {count}개")),
    "deployment.succeeded": (("{what} is deployed to {environment}", "{count} apps are deployed to {environment}"), ("{environment} 배포 성공: {what}", "{environment} 배포 성공: 앱 {count}개")),
    "deployment.failed": (("{what} failed in {environment}", "{count} apps failed in {environment}"), ("{environment} 배포 실패: {what}", "{environment} 배포 실패: 앱 {count}개")),
    "drift.repaired": (("Drift of {what} in {environment} was repaired", "Drift of {count} apps in {environment} was repaired"), ("{environment} 드리프트 복구: {what}", "{environment} 드리프트 복구: 앱 {count}개")),
    "drift.found": (("{what} in {environment} is not what git says", "{count} apps in {environment} are not what git says"), ("{environment} 드리프트 발견: {what}", "{environment} 드리프트 발견: 앱 {count}개")),
    "sync.held": (("The sync of {what} in {environment} is held", "{count} syncs in {environment} are held"), ("{environment} 동기화 보류: {what}", "{environment} 동기화 보류: {count}건")),
    "environment.unreached": (("{environment} cannot be worked on", "{environment} cannot be worked on"), ("{environment} 환경에 접근할 수 없음", "{environment} 환경에 접근할 수 없음")),
    "review.asked": (("A change of {what} in {environment} waits for review", "{count} changes in {environment} wait for review"), ("{environment} 리뷰 요청: {what}", "{environment} 리뷰 요청: {count}건")),
    "review.approved": (("A change of {what} in {environment} was approved", "{count} changes in {environment} were approved"), ("{environment} 리뷰 승인: {what}", "{environment} 리뷰 승인: {count}건")),
    "review.merged": (("A change of {what} in {environment} was merged", "{count} changes in {environment} were merged"), ("{environment} 리뷰 병합: {what}", "{environment} 리뷰 병합: {count}건")),
    "review.rejected": (("A change of {what} in {environment} was rejected", "{count} changes in {environment} were rejected"), ("{environment} 리뷰 반려: {what}", "{environment} 리뷰 반려: {count}건")),
    "break_glass": (("The glass was broken for {what} in {environment}", "The glass was broken {count} times in {environment}"), ("{environment} 비상 병합: {what}", "{environment} 비상 병합: {count}건")),
    "alert.fired": (("Alert: {title} {what}", "{count} alerts fire"), ("경보 발생: {title} {what}", "경보 {count}건 발생")),
    "alert.resolved": (("Resolved: {title} {what}", "{count} alerts are resolved"), ("경보 해제: {title} {what}", "경보 {count}건 해제")),
    "token.expiring": (("Token {title} expires in {days} days", "{count} tokens expire soon"), ("토큰 {title} 이(가) {days}일 뒤 만료됩니다", "토큰 {count}개가 곧 만료됩니다")),
    "config.broken": (("klepaas.yaml cannot be used", "klepaas.yaml cannot be used"), ("klepaas.yaml을 사용할 수 없습니다", "klepaas.yaml을 사용할 수 없습니다")),
    "mirror.stuck": (("The mirror does not follow", "The mirror does not follow"), ("미러가 따라오지 못합니다", "미러가 따라오지 못합니다")),
    "test": (("A test message", "{count} test messages"), ("시험 메시지", "시험 메시지 {count}개")),
}
FACTS = {"title": ("Change", "변경"), "version": ("Version", "버전"), "commit": ("Commit", "커밋"), "subject": ("What", "내용"), "author": ("Author", "작성자"), "duration": ("Took", "소요 시간"), "error": ("Reason", "사유"), "fields": ("Fields", "필드"),
         "by": ("By", "작성"), "reason": ("Because", "이유"), "review": ("Review", "리뷰")}
MORE = ("… and {count} more", "… 외 {count}건")
SECONDS = ("{seconds} s", "{seconds}초")
WHOLE = ("the environment", "환경 전체")
BROKEN = ("(the template {path} could not be used: {detail})", "(템플릿 {path} 을(를) 사용할 수 없습니다: {detail})")
OPEN = ("Open", "열기")


def said(pair, language, **values):
    return pair[language == "ko"].format(**values)


def title(kind, language, news, count):
    """The first line of a message about so many pieces of news of a kind."""
    one, several = TITLES[kind][language == "ko"]
    first = news[0]
    values = {"environment": first["environment"] or "-", "count": count, "title": first["facts"].get("title", ""), "days": first["facts"].get("days", "?")}
    return " ".join((one if count == 1 else several).format(what=_what(first, language), **values).split())


def _what(news, language):
    """nginx 1.27, or what else it is about."""
    if news["app"] is None:
        return said(WHOLE, language) if news["environment"] else news["facts"].get("subject", "")
    return " ".join(filter(None, [news["app"], news["facts"].get("version")]))


def facts(news, language):
    """((name, value), …) of one piece of news, as people read it."""
    found = news["facts"] | ({"duration": said(SECONDS, language, seconds=news["facts"]["duration"])} if "duration" in news["facts"] else {})
    return tuple((said(pair, language), found[name]) for name, pair in FACTS.items() if found.get(name) not in (None, ""))


def line(news, language):
    """One of several, on one line: nginx 1.27: why."""
    what = _what(news, language) or news["facts"].get("title", "")
    why = next((news["facts"][name] for name in ("error", "fields", "title", "author") if news["facts"].get(name) and news["facts"][name] != what), "")
    return " ".join(f"{what}: {why}".strip(": ").split())[:300]
