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
}
