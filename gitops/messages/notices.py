"""Texts of the errors of notifications and of the Slack app: code -> (English, Korean)."""

MESSAGES = {
    "template_wrong": ("this template cannot be used: {detail}", "템플릿을 사용할 수 없습니다: {detail}"),
    "template_not_allowed": ("{what} is not allowed in a template of messages", "메시지 템플릿에는 {what} 을(를) 쓸 수 없습니다"),
    "no_such_notice": ("there is no notification {notice}", "알림 {notice} 이(가) 없습니다"),
    "channel_unknown": ("there is no channel {channel}: give it in NOTIFY_CHANNELS", "{channel} 채널이 없습니다. NOTIFY_CHANNELS에 지정하세요"),
    "channel_wrong": ("channel {channel} of NOTIFY_CHANNELS: {key} must be {wanted}", "NOTIFY_CHANNELS의 {channel} 채널: {key} 은(는) {wanted} 이어야 합니다"),
    "channel_no_acknowledgement": ("{provider} did not say that it took the message", "{provider} 이(가) 메시지를 받았다고 답하지 않았습니다"),
    "channel_refused": ("{provider} does not take the message: {detail}", "{provider} 이(가) 메시지를 받지 않습니다: {detail}"),
    "channel_insecure": ("{provider} offers no encryption, and a password is not sent in clear", "{provider} 이(가) 암호화를 지원하지 않아 비밀번호를 보내지 않습니다"),
    "notice_too_old": ("not delivered within a day: {detail}", "하루 안에 전달하지 못했습니다: {detail}"),
    "notice_too_often": ("tried {attempts} times: {detail}", "{attempts}번 시도했습니다: {detail}"),
    # the Slack app
    "slack_no_secret": ("requests of Slack are refused until SLACK_SIGNING_SECRET is set", "SLACK_SIGNING_SECRET을 설정하기 전에는 Slack 요청을 받지 않습니다"),
    "slack_replayed": ("this request came before", "이미 받은 요청입니다"),
    "slack_state": ("this installation did not begin in this browser, or took too long: begin again", "이 브라우저에서 시작한 설치가 아니거나 시간이 너무 지났습니다. 다시 시작하세요"),
    "slack_not_installed": ("the app is not installed in a Slack workspace: an administrator installs it in Settings", "Slack 워크스페이스에 앱이 설치되지 않았습니다. 관리자가 설정에서 설치할 수 있습니다"),
    "slack_elsewhere": ("the app is installed in workspace {name}: uninstall it there first", "앱이 {name} 워크스페이스에 설치되어 있습니다. 먼저 그곳에서 제거하세요"),
    "slack_whole_organisation": ("the app is installed in one workspace, not in a whole organisation", "앱은 조직 전체가 아니라 워크스페이스 하나에 설치합니다"),
    "slack_rotation": ("turn token rotation off in the settings of the Slack app", "Slack 앱 설정에서 토큰 교체(token rotation)를 끄세요"),
    "slack_stranger": ("only members of the workspace where the app is installed are heard", "앱이 설치된 워크스페이스의 구성원만 사용할 수 있습니다"),
    "slack_unverified": ("Slack does not say that your e-mail address is verified, so nobody knows who you are here", "Slack에서 확인된 이메일 주소가 없어 누구인지 알 수 없습니다"),
    "slack_unlinked": ("nobody here has the address {email} of your Slack account. Sign in once with it at {url} (or ask an administrator), then say it again", "Slack 계정의 주소 {email} 을(를) 쓰는 사용자가 없습니다. {url} 에서 그 주소로 한 번 로그인하거나 관리자에게 요청한 뒤 다시 말씀하세요"),
    "slack_busy": ("too much is being worked on: say it again in a moment", "처리 중인 요청이 많습니다. 잠시 후 다시 말씀하세요"),
    "slack_odd_url": ("answers go to Slack, not to {host}", "답은 {host} 이(가) 아니라 Slack으로만 보냅니다"),
}
