"""The tools of others that somebody here may call, and a call of one: allowed by the operator, asked for by who may, without secrets, written down by the door.

What a server says of its tools is asked for once in a while; one that does not answer has none until then.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait

import orjson

from gitops import checks
from gitops.errors import Forbidden, Invalid, KlepaasError
from web.external import calling, servers

FRESH, AGAIN, PATIENCE, AT_ONCE = 300, 10, 5, 8  # seconds a list counts; until one that failed is asked for again; one is waited for; servers asked at the same time

HARMLESS = ("readOnlyHint", "idempotentHint")  # what may be asked twice

_known, _lock, _asking = {}, threading.Lock(), ThreadPoolExecutor(AT_ONCE, "external-tools")


def tools(settings):
    """[(Server, tool as `calling.tools` has it)] of all that is allowed, as far as their servers answer in time."""
    try:
        every = [each for each in servers.every(settings).values() if each.tools]
    except KlepaasError:
        return []  # wrong in a way that /api/v1/mcp/external/providers and `klepaas doctor` say
    asked = [(server, _asked(server)) for server in every]
    wait([future for _, future in asked], PATIENCE)
    return [(server, tool) for server, future in asked if future.done() and not future.exception() for tool in future.result() if tool["allowed"]]


def _asked(server):
    """The list of a server, known or under way."""
    key = server.name, server.url, server.command, server.tools
    with _lock:
        at, future = _known.get(key, (0, None))
        if future is None or future.done() and time.monotonic() - at > (AGAIN if future.exception() else FRESH):
            future = _asking.submit(calling.tools, server, again=False)
            _known[key] = time.monotonic(), future
        return future


def schema(server, tool):
    """What a tool takes, as its server says it; {} where it has no such tool. Raises what keeps the server from answering."""
    return next((each["input"] for each in _asked(server).result() if each["name"] == tool), {})


def call(server, tool, arguments):
    """What the server answers, marked as a stranger's word: {provider, tool, untrusted, content, structured, is_error}."""
    if tool not in server.tools:
        raise Forbidden("external_not_allowed", provider=server.name, tool=tool[:128])
    if kind := checks.secret_in(orjson.dumps(arguments).decode()):
        raise Invalid("external_secret", provider=server.name, kind=kind)
    known = next((each["hints"] for each in _asked(server).result() if each["name"] == tool), {})
    return {"provider": server.name, "tool": tool, "untrusted": True, **calling.call(server, tool, arguments, any(known.get(hint) for hint in HARMLESS))}
