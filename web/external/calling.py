"""One question to an MCP server of others: its tools, or a call of one. Its refusals are errors of our tree, its failures are tried again where that does no harm.

Each question is a connection of its own, which ends with it. Must not know who asks.
"""

import asyncio
import contextlib

import mcp
import orjson
from mcp.client.auth import OAuthFlowError
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.exceptions import MCPError

from gitops import errors
from gitops.outside import http
from gitops.outside.refusals import about, fault, masked, refusal
from web.external import authorized

SECONDS = 30
MOST, LARGEST = 500, 1 << 20  # tools that are listed; bytes of an answer
FAMILY = "mcp"                # how the names of its metrics begin
REFUSED = (-32602, -32601, -32600)  # JSON-RPC: invalid parameters, no such method, no valid request


def tools(server, again=True):
    """What it offers: {name, title, description, input, hints, allowed} each. `again`: asked several times, where that helps."""
    found = _asked(server, "list_tools", lambda client: client.list_tools(), again)
    return [_tool(server, each) for each in found.get("tools", [])[:MOST]]


def _tool(server, given):
    return {"name": given["name"], "title": given.get("title"), "description": given.get("description"), "input": given.get("inputSchema") or {}, "hints": given.get("annotations") or {},
            "allowed": given["name"] in server.tools}


def call(server, tool, arguments, again=False):
    """{content, structured, is_error}: as the server says it. `again`: asked several times, where that helps; a call that may change something is sent once."""
    found = _asked(server, "call_tool", lambda client: client.call_tool(tool, arguments), again)
    if len(orjson.dumps(found)) > LARGEST:
        raise errors.Invalid("external_too_long", provider=server.name)
    return {"content": found.get("content", []), "structured": found.get("structuredContent"), "is_error": bool(found.get("isError"))}


def _asked(server, operation, do, again):
    provider = http.Provider(server.name, server.url or f"stdio://{server.name}", authorized.headers(server), authorized.secrets(server), family=FAMILY, timeout=SECONDS)
    return http.repeated(provider, operation, lambda: _once(provider, server, operation, do), again)


def _once(provider, server, operation, do):
    refused = []
    try:
        return asyncio.run(asyncio.wait_for(_talked(server, refused, do), SECONDS))
    except Exception as error:
        raise _meant(provider, operation, _inner(error), refused) from None


async def _talked(server, refused, do):
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(mcp.Client(await _transport(stack, server, refused)))
        found = await do(client)
        return found.model_dump(mode="json", by_alias=True, exclude_none=True)


async def _transport(stack, server, refused):
    if server.command:
        return stdio_client(StdioServerParameters(command=server.command[0], args=list(server.command[1:]), env=dict(server.env) or None))

    async def note(response):
        if response.request.method == "POST" and response.status_code >= 400:
            refused.append((response.status_code, {name.lower(): value for name, value in response.headers.items()}, await response.aread()))
    client = await stack.enter_async_context(create_mcp_http_client(headers=authorized.headers(server), auth=authorized.flow(server)))
    client.follow_redirects = False  # what authenticates at one server is no other's business
    client.event_hooks["response"].append(note)
    return streamable_http_client(server.url, http_client=client)


def _inner(error):
    """The first of a group, which says what it was."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _meant(provider, operation, error, refused):
    """What went wrong as an error of ours, by what the server answered last, if it did."""
    if isinstance(error, OAuthFlowError):
        return refusal(provider, operation, 401, {}, orjson.dumps({"message": str(error)}))
    if refused:
        return refusal(provider, operation, *refused[-1])
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return fault(errors.Timeout("provider_timeout", **about(provider, operation, "timeout")))
    if isinstance(error, MCPError):
        return _of_protocol(provider, operation, error.error)
    if isinstance(error, (FileNotFoundError, PermissionError)):
        return fault(errors.Invalid("external_command", provider=provider.name, detail=str(error)[:200], **{name: each for name, each in about(provider, operation, "bad_request").items() if name != "provider"}))
    return fault(errors.Unavailable("provider_unreachable", **about(provider, operation, "unavailable")), unsent=type(error).__name__ == "ConnectError")


def _of_protocol(provider, operation, said):
    if said.message.startswith("Unexpected content type"):
        return fault(errors.Unavailable("provider_no_json", **about(provider, operation, "internal")))
    kind, error = ("bad_request", errors.Invalid) if said.code in REFUSED else ("internal", errors.Unavailable)
    return fault(error(f"provider_{kind}", **about(provider, operation, kind), upstream=said.code, detail=masked(provider, " ".join(said.message.split()))[:300]))
