"""Clients of the MCP door: the official one, over HTTP or a pipe, and raw requests as anybody may send them."""

import asyncio
import contextlib
import os
import sys
from pathlib import Path

import mcp
import requests
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

MODES = {"2026-07-28": "2026-07-28", "2025-11-25": "legacy"}  # revision -> how the client begins
NEW = "2026-07-28"


@contextlib.asynccontextmanager
async def client(url, token, mode="auto", **headers):
    """The official client over HTTP."""
    async with create_mcp_http_client(headers={"Authorization": f"Bearer {token}", **headers}) as http:
        async with mcp.Client(streamable_http_client(f"{url}/mcp/stream", http_client=http), mode=mode) as found:
            yield found


@contextlib.asynccontextmanager
async def piped(env, *words, mode="auto"):
    """The official client of `klepaas mcp`, a process of its own."""
    parameters = StdioServerParameters(command=str(Path(sys.executable).parent / "klepaas"), args=["mcp", *words], env={**os.environ, **env})
    with open(os.devnull, "w") as quiet:
        async with mcp.Client(stdio_client(parameters, errlog=quiet), mode=mode) as found:
            yield found


def asked(url, token, *calls, mode="auto", **headers):
    """The results of tool calls, one after another; a call may be made from the results before it."""
    async def ask():
        async with client(url, token, mode, **headers) as found:
            return await all_of(found, calls)
    return asyncio.run(ask())


async def all_of(found, calls):
    results = []
    for each in calls:
        results.append(await found.call_tool(*(each(results) if callable(each) else each)))
    return results


def called(url, token, name, arguments=None, **more):
    return asked(url, token, (name, arguments or {}), **more)[0]


def request(method, params=None, id=1):
    """A request of the newest revision as its body says it."""
    meta = {"io.modelcontextprotocol/protocolVersion": NEW, "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"}, "io.modelcontextprotocol/clientCapabilities": {}}
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": {"_meta": meta, **(params or {})}}


def headers(token, method, name=None):
    found = {"MCP-Protocol-Version": NEW, "Mcp-Method": method, "Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    return found | ({"Authorization": f"Bearer {token}"} if token else {}) | ({"Mcp-Name": name} if name else {})


def post(url, token, method="tools/list", params=None, name=None, **more):
    """The raw answer to one request of the newest revision."""
    given = headers(token, method, name) | more.pop("headers", {})
    return requests.post(f"{url}/mcp/stream", json=request(method, params), headers=given, timeout=30, **more)
