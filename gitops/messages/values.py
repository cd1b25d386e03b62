"""Texts of the errors of values files and klepaas.yaml: code -> (English, Korean)."""

MESSAGES = {
    "values_too_large": ("the file is larger than {limit} bytes", "파일이 {limit} 바이트보다 큽니다"),
    "values_not_utf8": ("the file is not UTF-8", "파일이 UTF-8이 아닙니다"),
    "values_two_documents": ("the file holds more than one document", "파일에 문서가 둘 이상 있습니다"),
    "values_bad_yaml": ("this is not YAML: {detail}", "YAML이 아닙니다: {detail}"),
    "values_too_deep": ("the values are nested deeper than {limit} levels, or contain themselves", "값이 {limit} 단계보다 깊거나 자기 자신을 포함합니다"),
    "values_bomb": ("with its aliases expanded the file has more than {limit} values", "별칭을 펼치면 값이 {limit}개를 넘습니다"),
    "values_duplicate_key": ("the key {key} is there twice", "{key} 키가 두 번 있습니다"),
    "values_not_a_mapping": ("the file must be a mapping of keys to values", "파일은 키와 값의 매핑이어야 합니다"),
    "values_wrong_shape": ("{key} cannot be set here: what stands there is no mapping", "{key} 를 여기에 설정할 수 없습니다. 매핑이 아닙니다"),
    "values_not_scalar": ("a whole mapping or list stands here: edit the file in git", "여기에는 매핑이나 목록이 있습니다. git에서 파일을 수정하세요"),
    "values_alias": ("{key} is an alias: editing it would change other places too", "{key} 는 별칭이라 바꾸면 다른 곳도 함께 바뀝니다"),
    "values_tag": ("the value carries a YAML tag: edit the file in git", "YAML 태그가 붙은 값입니다. git에서 파일을 수정하세요"),
    "values_not_editable": ("this value cannot be edited without changing others: edit the file in git", "다른 값을 바꾸지 않고는 수정할 수 없습니다. git에서 파일을 수정하세요"),
    "env_from_elsewhere": ("{name} takes its value from elsewhere (valueFrom): unset it first", "{name} 은 valueFrom으로 값을 받습니다. 먼저 제거하세요"),
    "unknown_app": ("there is no app {app}; there are: {choices}", "{app} 앱이 없습니다. 있는 앱: {choices}"),
    "unknown_environment": ("there is no environment {environment}; there are: {choices}", "{environment} 환경이 없습니다. 있는 환경: {choices}"),
    "app_not_in_environment": ("{app} is not in {environment}; it is in: {choices}", "{environment} 에 {app} 이 없습니다. 있는 환경: {choices}"),
    "config_unknown_key": ("klepaas.yaml knows no key {key}; known: {known}", "{key} 키는 없습니다. 가능한 키: {known}"),
    "config_bad_value": ("{key} must be {wanted}", "{key} 은(는) {wanted} 이어야 합니다"),
}
