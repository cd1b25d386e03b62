"""Which MCP servers of others there are, as MCP_SERVERS says: over HTTP, or a command that the operator lets run here. Must not speak to one."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import orjson

from gitops.errors import Invalid, NotFound
from gitops.shapes import Wrong, list_of, mapping, matching

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
TEXT, URL = matching(re.compile(r"[^\0]{1,2000}"), "text"), matching(re.compile(r"https?://[^\s/@]+(/[^\s]*)?"), "an http or https URL")
WANTED = "JSON such as {\"github\": {\"url\": \"https://…/mcp\", \"token\": \"…\", \"tools\": [\"create_issue\"]}}, or the path of a file with it"


def _environment(value, at):
    if not isinstance(value, dict) or not all(isinstance(each, str) for pair in value.items() for each in pair):
        raise Wrong(at, "a mapping of names to texts")
    return MappingProxyType(value)


ISSUED = {"issuer": URL, "client_id": TEXT, "client_secret": TEXT, "scope": TEXT}


def _oauth(value, at):
    found = mapping(value, at, ISSUED)
    if not {"issuer", "client_id", "client_secret"} <= found.keys():
        raise Wrong(at, "given issuer, client_id and client_secret (and scope)")
    return MappingProxyType(found)


KEYS = {"url": URL, "token": matching(re.compile(r"[^\x00-\x20\x7f]{4,2000}"), "text without spaces"),
        "oauth": _oauth, "command": list_of(TEXT), "env": _environment, "tools": list_of(matching(re.compile(r"[\w./-]{1,128}"), "the name of a tool"))}


@dataclass(frozen=True, slots=True)
class Server:
    """`tools` are those that may be called; either `url` or `command` says where it is, `token` or `oauth` who we are there."""

    name: str
    url: str | None = None
    token: str | None = field(default=None, repr=False)
    oauth: MappingProxyType = field(default_factory=lambda: MappingProxyType({}), repr=False)
    command: tuple = ()
    env: MappingProxyType = field(default_factory=lambda: MappingProxyType({}), repr=False)
    tools: tuple = ()


def every(settings):
    """name -> Server; Invalid where the setting is malformed."""
    return {name: _server(name, given) for name, given in _document(settings.mcp_servers).items()}


def of(settings, name):
    found = every(settings)
    if name not in found:
        raise NotFound("external_unknown", provider=name[:40], choices=sorted(found) or ["-"])
    return found[name]


def _document(text):
    try:
        found = orjson.loads(text if text.lstrip().startswith("{") else Path(text).read_bytes()) if text else {}
    except (OSError, ValueError):
        raise Invalid("bad_setting", name="MCP_SERVERS", wanted=WANTED) from None
    if not isinstance(found, dict):
        raise Invalid("bad_setting", name="MCP_SERVERS", wanted=WANTED)
    return found


def _server(name, given):
    try:
        if not NAME.fullmatch(name):
            raise Wrong((), "named by a DNS label")
        found = mapping(given, (), KEYS)
        if ("url" in found) == bool(found.get("command")) or len(found.keys() & {"token", "oauth"}) > ("url" in found):
            raise Wrong((), "given either url (and token or oauth) or command (and env)")
    except Wrong as wrong:
        place, wanted = wrong.args[:2]
        raise Invalid("external_wrong", provider=name[:40], key=".".join(map(str, place)) or "it", wanted=", ".join(wanted) if isinstance(wanted, list) else wanted) from None
    return Server(name, **found)
