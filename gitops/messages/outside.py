"""Texts of the errors of the world outside: providers, forges, what they send: code -> (English, Korean)."""

MESSAGES = {
    "provider_bad_request": ("{provider} does not take this request ({upstream}): {detail}", "{provider} 이(가) 이 요청을 받지 않습니다 ({upstream}): {detail}"),
    "provider_unauthorized": ("{provider} does not accept our credential: check its token ({detail})", "{provider} 이(가) 우리 인증 정보를 받지 않습니다. 토큰을 확인하세요 ({detail})"),
    "provider_forbidden": ("{provider} forbids this to our credential: {detail}", "우리 인증 정보로는 {provider} 에서 할 수 없는 일입니다: {detail}"),
    "provider_not_found": ("{provider} does not have this, or does not show it to our credential: {detail}", "{provider} 에 없거나 우리 인증 정보로는 볼 수 없습니다: {detail}"),
    "provider_conflict": ("{provider} says that something else is in the way: {detail}", "{provider} 에서 충돌이 났습니다: {detail}"),
    "provider_rate_limited": ("{provider} asks us to come back later: {detail}", "{provider} 의 요청 한도에 걸렸습니다. 나중에 다시 시도합니다: {detail}"),
    "provider_timeout": ("{provider} did not answer in time", "{provider} 이(가) 제시간에 답하지 않았습니다"),
    "provider_unavailable": ("{provider} is away for the moment ({upstream}): {detail}", "{provider} 을(를) 잠시 쓸 수 없습니다 ({upstream}): {detail}"),
    "provider_internal": ("{provider} failed ({upstream}): {detail}", "{provider} 에서 오류가 났습니다 ({upstream}): {detail}"),
    "provider_unreachable": ("{provider} cannot be reached, or the connection broke", "{provider} 에 연결할 수 없거나 연결이 끊어졌습니다"),
    "provider_no_json": ("what {provider} answered is no JSON", "{provider} 의 답이 JSON이 아닙니다"),
    "provider_redirects": ("{provider} redirects too often", "{provider} 이(가) 너무 여러 번 다른 주소로 보냅니다"),
    "provider_redirects_elsewhere": ("{provider} sends us to another server ({host}), where its credential must not go", "{provider} 이(가) 다른 서버({host})로 보냅니다. 인증 정보를 그곳에 줄 수 없습니다"),
    "circuit_open": ("{provider} failed several times in a row and is left alone for a minute", "{provider} 이(가) 거듭 실패하여 1분 동안 요청하지 않습니다"),
    "forge_needs_remote": ("reviews at {forge} need a CONFIG_REPO that is a repository there (https:// or ssh)", "{forge} 에서 리뷰하려면 CONFIG_REPO가 그곳의 저장소여야 합니다 (https:// 또는 ssh)"),
    "forge_no_user": ("the forge has no user {user}", "{user} 사용자가 없습니다"),
    "forge_merge_refused": ("the forge does not merge this now: {detail}", "지금은 병합할 수 없습니다: {detail}"),
    # reviews
    "owner_missing": ("review {review} needs one of its owners to agree: {owners}", "리뷰 {review} 에는 담당자 한 명의 승인이 필요합니다: {owners}"),
    "break_glass_needs_session": ("only a signed-in person breaks the glass, no token and no command line", "비상 병합은 로그인한 사람만 할 수 있습니다 (토큰과 명령줄은 불가)"),
    # what forges and pipelines send
    "webhook_no_secret": ("webhooks are refused until {name} is set", "{name} 을(를) 설정하기 전에는 웹훅을 받지 않습니다"),
    "webhook_signature": ("the signature is missing, or not made with our secret", "서명이 없거나 우리 비밀 값으로 만든 것이 아닙니다"),
    "webhook_stale": ("the timestamp is missing, or more than {minutes} minutes from now", "타임스탬프가 없거나 현재와 {minutes}분 넘게 차이 납니다"),
    "webhook_network": ("webhooks are not taken from this address", "이 주소에서 오는 웹훅은 받지 않습니다"),
    "webhook_no_delivery": ("the header with the delivery's id is missing", "전달 ID 헤더가 없습니다"),
    "webhook_malformed": ("{field} is missing in the payload, or is not what it must be", "페이로드의 {field} 이(가) 없거나 형식이 다릅니다"),
    "webhook_no_version": ("the pattern {pattern} makes no image tag of this {event}", "{event} 에서 {pattern} 로 이미지 태그를 만들 수 없습니다"),
    "address_private": ("{host} is no address of the public internet, and only such may be named here", "{host} 은(는) 공개 인터넷 주소가 아니어서 사용할 수 없습니다"),
}
