"""Texts of errors at the MCP door: code -> (English, Korean)."""

MESSAGES = {
    "foreign_host": ("this server is not called {host}: set KLEPAAS_URL to the address it is reached at", "이 서버의 이름은 {host} 이(가) 아닙니다. 접속 주소를 KLEPAAS_URL 에 설정하세요"),
    "length_needed": ("send the body with its Content-Length", "본문을 Content-Length 와 함께 보내세요"),
    "body_too_large": ("the body may have {most} bytes", "본문은 {most} 바이트까지 보낼 수 있습니다"),
    "too_many_streams": ("no more than {most} streams at a time: close one first", "동시에 {most}개까지만 열 수 있습니다. 먼저 하나를 닫으세요"),
    "unknown_namespace": ("no environment has the namespace {namespace}; there are: {known}", "네임스페이스 {namespace} 를 쓰는 환경이 없습니다. 가능한 값: {known}"),
    "only_of_new_apps": ("{app} is there already: {argument} is only for a new app", "{app} 은(는) 이미 있습니다. {argument} 은(는) 새 앱에만 쓸 수 있습니다"),
    "no_such_resource": ("there is no resource {uri}", "{uri} 리소스가 없습니다"),
    "no_such_prompt": ("there is no prompt {name}; known: {known}", "{name} 프롬프트가 없습니다. 가능한 값: {known}"),
    "no_such_deployment": ("there is no deployment {id}", "{id} 배포가 없습니다"),
    # MCP servers of others
    "external_unknown": ("there is no MCP server {provider} in MCP_SERVERS; there are: {choices}", "MCP_SERVERS에 {provider} 서버가 없습니다. 있는 것: {choices}"),
    "external_wrong": ("server {provider} of MCP_SERVERS: {key} must be {wanted}", "MCP_SERVERS의 {provider} 서버: {key} 은(는) {wanted} 이어야 합니다"),
    "external_not_allowed": ("tool {tool} of {provider} is not among those that the operator allows", "{provider} 의 {tool} 도구는 운영자가 허용하지 않았습니다"),
    "external_secret": ("the arguments hold a {kind} in clear, which does not leave for {provider}", "인자에 {kind} 이(가) 그대로 들어 있어 {provider} (으)로 보내지 않습니다"),
    "external_too_long": ("what {provider} answered is too long", "{provider} 의 답이 너무 깁니다"),
    "external_command": ("the command of {provider} cannot be run: {detail}", "{provider} 의 명령을 실행할 수 없습니다: {detail}"),
}
