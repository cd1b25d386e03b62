"""Texts of errors about rights, sign-in and audit: code -> (English, Korean)."""

MESSAGES = {
    "access_bad_value": ("{key} in klepaas-access.yaml must be {wanted}", "klepaas-access.yaml의 {key} 값은 {wanted} 이어야 합니다"),
    "access_unknown_environment": ("klepaas.yaml has no environment {environment}: this grant has no effect there", "klepaas.yaml에 {environment} 환경이 없어 이 권한은 효력이 없습니다"),
    "access_broken": ("klepaas-access.yaml cannot be used, so it grants nothing: {detail}", "klepaas-access.yaml을 사용할 수 없어 아무 권한도 주지 않습니다: {detail}"),
    "no_such_grant": ("{subject} has no such grant of {role}", "{subject} 에게 그런 {role} 권한이 없습니다"),
    "no_grants": ("{email} is signed in at {provider}, but was granted nothing here: ask an administrator", "{email} 은(는) {provider} 에 로그인했지만 여기에서 받은 권한이 없습니다. 관리자에게 문의하세요"),
    "provider_unknown": ("nobody signs in by {provider} here", "여기에서는 {provider} 로그인을 사용하지 않습니다"),
    "sign_in_denied": ("{provider} did not sign you in: {detail}", "{provider} 로그인이 되지 않았습니다: {detail}"),
    "sign_in_state": ("this sign-in did not begin in this browser, or took too long: begin again", "이 브라우저에서 시작하지 않았거나 너무 오래 걸린 로그인입니다. 다시 시작하세요"),
    "email_unverified": ("{provider} has no verified e-mail address of yours", "{provider} 에 확인된 이메일 주소가 없습니다"),
    "other_workspace": ("people of this workspace do not sign in here", "이 워크스페이스의 구성원은 여기에 로그인할 수 없습니다"),
    "bad_jwt": ("this token is not accepted: {detail}", "받을 수 없는 토큰입니다: {detail}"),
    "locked_out": ("too much was wrong from your address: try again in {seconds} s", "잘못된 시도가 너무 많아 이 주소를 잠갔습니다. {seconds}초 뒤에 다시 시도하세요"),
    "too_many_requests": ("more than {rate} requests a minute", "분당 {rate}회를 넘는 요청입니다"),
    "no_such_session": ("you have no sign-in {session} that could be ended", "끝낼 수 있는 {session} 로그인이 없습니다"),
}
