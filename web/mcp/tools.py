"""A tool call: a read answers, what changes something answers a preview, and `confirm` carries that out, once. Refusals are answers too, so that a model can mend its call."""

from mcp import types
from mcp.shared.exceptions import MCPError

from gitops import submit, verbs, views
from gitops.errors import Invalid, KlepaasError
from gitops.types import Command
from web import reads
from web.chat import confirmations
from web.context import cluster, services
from web.mcp import catalogue, others, predecessor, telling
from web.mcp.plain import plain
from web.people import attempts

KNOWN = {each.name for each in catalogue.TOOLS}


def listed(actor, language, params):
    return types.ListToolsResult(tools=[*catalogue.seen(actor), *others.tools(actor)])


def called(actor, language, params):
    """The tool's result; an unknown tool is the protocol's error, whatever else is refused is a result that says so."""
    if params.name not in KNOWN and not others.named(params.name):
        raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name[:64]}")
    try:
        return (others.called if others.named(params.name) else _answer)(actor, language, params.name, params.arguments or {})
    except KlepaasError as error:
        if not error.audited:
            attempts.write(actor, others.VERB if others.named(params.name) else params.name, outcome="failed" if error.transient else "refused", code=error.code, door="mcp")
        return refusal(error, language)


def _answer(actor, language, name, arguments):
    if name == "confirm":
        found = _confirmed(actor, arguments)
    else:
        command = predecessor.command(name, arguments, services().readable()[1]) if name in predecessor.TOOLS else _command(name, arguments)
        if verbs.offered(command.verb).kind == "read":
            found = plain(reads.read(services(), cluster(), actor, command))
            return _result(found, telling.read(found, language))
        found = _previewed(actor, command)
    found = plain(found)
    return _result(found, telling.outcome(found, language))


def _command(name, arguments):
    return Command(name, arguments.get("app"), arguments.get("environment"), {key: value for key, value in arguments.items() if key not in ("app", "environment")})


def _previewed(actor, command):
    plan = views.plan(submit.preview(services(), actor, command))
    if not plan["changes"] and plan["delivery"] != "order":
        return {"status": "unchanged", "plan": plan}
    return {"status": "preview", "plan": plan, "confirm": {"id": confirmations.kept(actor, command, plan), "hash": plan["hash"]}}


def _confirmed(actor, arguments):
    for name in ("id", "hash"):
        if not isinstance(arguments.get(name), str):
            raise Invalid("missing_argument", verb="confirm", argument=name)
    return views.receipt(confirmations.confirmed(actor, arguments["id"], arguments["hash"]))


def refusal(error, language):
    found = plain({**error.details, "status": "refused", "code": error.code, "message": error.text(language), "transient": error.transient})
    return _result(found, (found["message"],), wrong=True)


def _result(found, texts, wrong=False):
    """Structured content, and the same for people; what is data is marked as such for clients too."""
    blocks = [types.TextContent(type="text", text=text, _meta={"klepaas.io/data": True} if number else None) for number, text in enumerate(texts)]
    return types.CallToolResult(content=blocks, structured_content=found, is_error=wrong)
