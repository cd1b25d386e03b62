"""Texts about language models: code -> (English, Korean). What became of a question, and what a person is told of it."""

MESSAGES = {
    "model_key": ("refuses the key (HTTP {status})", "키를 거부했습니다 (HTTP {status})"),
    "model_missing": ("knows no such model or address (HTTP {status})", "해당 모델이나 주소가 없다고 합니다 (HTTP {status})"),
    "model_busy": ("is asked too often", "요청이 너무 많다고 합니다"),
    "model_failed": ("failed (HTTP {status})", "실패했습니다 (HTTP {status})"),
    "model_request": ("refuses the question (HTTP {status})", "질문을 거부했습니다 (HTTP {status})"),
    "model_late": ("did not answer in time", "제시간에 답하지 않았습니다"),
    "model_away": ("cannot be reached", "연결할 수 없습니다"),
    "model_answer": ("gave no usable answer", "쓸 수 없는 답을 했습니다"),
    "model_declined": ("declined to answer", "답하기를 거절했습니다"),
    "model_cut": ("was cut off in its answer", "답이 중간에 잘렸습니다"),
    "model_resting": ("failed before and is left alone for now", "앞서 실패하여 잠시 쉬게 두었습니다"),
    "model_no_sdk": ("has no SDK installed", "SDK가 설치되어 있지 않습니다"),
    "model_unusable": ("cannot be set up: its address or key is malformed", "설정할 수 없습니다. 주소나 키의 형식이 잘못되었습니다"),
    "models_out": ("No language model could be asked, so the rules alone read this ({problems}).", "언어 모델에 물을 수 없어 규칙으로만 읽었습니다 ({problems})."),
    "models_some": ("{name} answered, others did not ({problems}).", "{name} 이(가) 답했고 다른 모델은 답하지 못했습니다 ({problems})."),
    "models_secret": ("This may hold a secret, so no language model was shown it; the rules alone read it.", "비밀 값이 있을 수 있어 언어 모델에 보내지 않고 규칙으로만 읽었습니다."),
}
