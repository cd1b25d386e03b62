"""`klepaas mcp`: the same server over stdin and stdout, for a client that starts its servers itself.

Directly on CONFIG_REPO, as who runs it and as an agent: what it changes is proposed. Or, with KLEPAAS_URL and KLEPAAS_TOKEN, the server there: then this only carries messages.
"""

from dataclasses import replace

import anyio
from flask import Flask
from mcp import types
from mcp.client.streamable_http import streamable_http_client
from mcp.server.stdio import stdio_server
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.inbound import MCP_METHOD_HEADER, MCP_NAME_HEADER, MCP_PROTOCOL_VERSION_HEADER, NAME_BEARING_METHODS, encode_header_value
from mcp.shared.message import ClientMessageMetadata, SessionMessage

from controller.observe import Observer
from gitops import services
from gitops.errors import Unauthorized
from gitops.origin import HERE
from gitops.outside import http
from gitops.types import SCOPES
from web import Opened, live
from web.cli import operator
from web.mcp import door as mcp_server
from web.mcp.calling import Caller
from web.mcp.server import built
from web.people.tokens import held

PATIENCE = 30  # seconds for answers after stdin ended
VERSION = "io.modelcontextprotocol/protocolVersion"  # of a request's _meta, from 2026-07-28 on


def run(settings, scopes=None, language="en"):
    """Serve until stdin ends. `scopes`: no more than these."""
    if settings.klepaas_url:
        if not settings.klepaas_token:
            raise Unauthorized("not_configured", what="KLEPAAS_URL", setting="KLEPAAS_TOKEN")
        url = settings.klepaas_url.rstrip("/")
        http.call("GET", f"{url}/api/v1/me", settings.klepaas_token)  # says what is wrong with address or token better than the protocol can
        return anyio.run(_carried, url + mcp_server.PATH, settings.klepaas_token, language)
    held(SCOPES, scopes or ())
    opened = services.open(settings)
    try:
        return anyio.run(_served, opened, settings, scopes, language)
    finally:
        opened.close()


async def _served(opened, settings, scopes, language):
    mine = operator.actor()
    actor = replace(mine, channel="mcp", agent=True, scopes=frozenset({"mcp:execute", *scopes}) if scopes else mine.scopes)
    app, observer = Flask("web"), Observer(services.viewer(settings), settings)
    opened.renderer.cluster = observer.offers
    app.extensions["klepaas"] = Opened(opened, observer, live.Broadcaster(opened.ledger))
    server = built(app, Caller(lambda: actor, HERE, language))
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


# --- a server elsewhere -----------------------------------------------------------------------------------------------


async def _carried(url, token, language):
    """Both ways until stdin ends and what was asked is answered."""
    async with create_mcp_http_client(headers={"Authorization": f"Bearer {token}", "Accept-Language": language}) as client, \
            streamable_http_client(url, http_client=client) as (answers, asked), stdio_server() as (reading, writing), writing, anyio.create_task_group() as group:
        addresses = Addresses()
        group.start_soon(_pass_on, answers, writing, addresses.answered)
        await _pass_on(reading, asked, addresses.addressed)
        with anyio.move_on_after(PATIENCE):
            while addresses.waiting:
                await anyio.sleep(0.05)
        group.cancel_scope.cancel()


async def _pass_on(source, target, seen):
    async for each in source:
        if not isinstance(each, Exception):
            await target.send(seen(each))


class Addresses:
    """What the protocol wants in HTTP headers, from what the message says: its revision, method and name."""

    def __init__(self):
        self.began, self.version, self.waiting = None, None, set()

    def addressed(self, each):
        message = each.message
        params = getattr(message, "params", None) or {}
        if isinstance(message, types.JSONRPCRequest) and message.method != "subscriptions/listen":  # which is answered when it ends
            self.waiting.add(message.id)
        if isinstance(message, types.JSONRPCRequest) and message.method == "initialize":
            self.began = message.id
            return SessionMessage(message)
        modern = (params.get("_meta") or {}).get(VERSION)
        if modern is None:
            headers = {MCP_PROTOCOL_VERSION_HEADER: self.version} if self.version else {}
            return SessionMessage(message, ClientMessageMetadata(headers=headers))
        headers = {MCP_PROTOCOL_VERSION_HEADER: str(modern), MCP_METHOD_HEADER: message.method}
        name = params.get(NAME_BEARING_METHODS.get(message.method))
        return SessionMessage(message, ClientMessageMetadata(headers=headers | ({MCP_NAME_HEADER: encode_header_value(name)} if isinstance(name, str) else {})))

    def answered(self, each):
        """What `initialize` agreed on is the revision of all that comes after it."""
        self.waiting.discard(getattr(each.message, "id", None))
        if self.began is not None and isinstance(each.message, types.JSONRPCResponse) and each.message.id == self.began:
            self.began, self.version = None, each.message.result.get("protocolVersion")
        return SessionMessage(each.message)
