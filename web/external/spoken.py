"""A sentence of the chat that means a tool of an MCP server of others: answered by a form that its sender sends or leaves. Nothing is called by words."""

from gitops import policy
from gitops.errors import Forbidden, KlepaasError
from nlp import others
from nlp.reading import Reading
from web.context import services
from web.external import offered, servers

COMMAND, RIGHT = "external_tool", "mcp:execute"
TITLES = ("title", "subject", "name", "query", "q", "text", "message", "body", "content")  # the argument that a sentence's own text is for
WORDS = {"one": ("{server} has the tool {tool}. Fill it in, and it is called as you sent it.", "{server} 의 {tool} 도구입니다. 채워서 보내면 그대로 호출합니다."),
         "many": ("Which tool of {server}?", "{server} 의 어떤 도구인가요?")}


def reading(text, catalog, language, otherwise):
    """The Reading of such a sentence; else what `otherwise` gives. A tool has to be named whole, unless we would not know the words."""
    found = _asked(text, catalog)
    if found and len(found.tools) == 1:
        return _reading(found, language)
    known = otherwise()
    return _reading(found, language) if found and known.command == "unknown" else known


def _asked(text, catalog):
    try:
        every = {name: each.tools for name, each in servers.every(services().settings).items() if each.tools}
    except KlepaasError:
        return None
    return others.asked(text, every, {*catalog.app_names, *catalog.environments}) if every else None


def _reading(found, language):
    return Reading(COMMAND, args={"server": found.server, "tools": found.tools, "given": found.given}, confidence=1.0, language=language, because=(f"names {found.server}", *(f"its tool {each}" for each in found.tools[:1])))


def answer(actor, reading, language):
    """A form of the tool that was meant, filled with what the sentence gave; or the tools to choose from."""
    if not policy.everywhere(actor.scopes, RIGHT):
        raise Forbidden("missing_scope", scope=RIGHT, environment="*")
    server, tools = reading.args["server"], reading.args["tools"]
    if len(tools) > 1:
        return {"kind": "clarify", "question": _words("many", language, server=server), "choices": [f"{server} {each}" for each in tools[:12]], "missing": ["tool"]}
    schema = offered.schema(servers.of(services().settings, server), tools[0])
    return {"kind": "external", "question": _words("one", language, server=server, tool=tools[0]), "choices": [], "missing": [],
            "external": {"provider": server, "tool": tools[0], "input": schema, "arguments": _filled(schema, reading.args["given"])}}


def _words(key, language, **values):
    return WORDS[key][language == "ko"].format(**values)


def _filled(schema, given):
    """The text that a sentence gave, as the argument that it is for."""
    properties = schema.get("properties") if isinstance(schema.get("properties"), dict) else {}
    texts = [name for name, each in properties.items() if isinstance(each, dict) and each.get("type") == "string"]
    name = next((each for each in TITLES if each in texts), texts[0] if texts else None)
    return {name: given} if given and name else {}
