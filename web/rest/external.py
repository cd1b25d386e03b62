"""MCP servers of others over REST: which there are, whether they answer, their tools, and a call of one that the operator allows. Must not act on what they say."""

from flask import Blueprint

from gitops.errors import KlepaasError
from gitops.verbs import Argument
from web.context import services
from web.errors import language
from web.external import calling, offered, servers
from web.people import attempts
from web.rest import shown
from web.rest.api import answer
from web.rest.described import says

blueprint = Blueprint("external", __name__, url_prefix="/api/v1/mcp/external")
PROVIDER = shown.thing(name=shown.TEXT, transport=shown.TEXT, tools=shown.many(shown.TEXT))
TOOL = shown.thing(name=shown.TEXT, title=shown.MAYBE, description=shown.MAYBE, input=shown.OBJECT, hints=shown.OBJECT, allowed=shown.FLAG)
CALL = (Argument("tool", ("name of an allowed tool", "허용된 도구의 이름"), required=True, max_length=128), Argument("arguments", ("its arguments", "도구의 인자"), "object"))


@blueprint.get("/providers")
@says("운영자가 지정한 외부 MCP 서버와 호출할 수 있는 도구.", answers=shown.thing(items=shown.many(PROVIDER)))
def providers():
    """MCP servers of others that the operator named, with the tools that may be called."""
    return answer({"items": [_provider(each) for each in servers.every(services().settings).values()]})


@blueprint.get("/health")
@says("외부 MCP 서버가 지금 답하는지.", answers=shown.thing(items=shown.many(shown.thing(name=shown.TEXT, status=shown.TEXT, kind=shown.MAYBE, message=shown.MAYBE))))
def health():
    """Whether each of them answers now: `ok`, or `failed` with the kind of it and why."""
    return answer({"items": [_health(each) for each in servers.every(services().settings).values()]})


@blueprint.get("/<provider>/tools")
@says("외부 MCP 서버 하나의 도구. 설명은 그 서버가 쓴 것입니다.", answers=shown.thing(items=shown.many(TOOL)), errors=(404, 502, 503, 504))
def tools(provider):
    """The tools of one, each with whether it may be called; what describes them is the server's own words."""
    return answer({"items": calling.tools(servers.of(services().settings, provider))})


@blueprint.post("/<provider>/call")
@says("허용된 도구 하나를 호출합니다: `{tool, arguments}`. 답은 그 서버의 것이며 믿지 않습니다.", body=CALL, answers=shown.thing(provider=shown.TEXT, tool=shown.TEXT, untrusted={"const": True}, content=shown.many(shown.OBJECT), structured={}, is_error=shown.FLAG), errors=(404, 502, 503, 504))
def called(provider, asked):
    """Call an allowed tool of one: `{tool, arguments}`. What it answers is the server's word, and marked as not to be trusted."""
    server, tool, arguments = servers.of(services().settings, provider), asked["tool"], asked["arguments"] or {}
    attempts.tell(provider=provider, tool=tool)
    return answer(offered.call(server, tool, arguments))


def _provider(server):
    return {"name": server.name, "transport": "stdio" if server.command else "http", "tools": list(server.tools)}


def _health(server):
    try:
        calling.tools(server, again=False)
    except KlepaasError as error:
        return {"name": server.name, "status": "failed", "kind": error.details.get("kind"), "message": error.text(language())}
    return {"name": server.name, "status": "ok", "kind": None, "message": None}
