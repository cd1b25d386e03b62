"""A call of the protocol: as whom, from where, in a thread, and how it is refused. Must not know what is called, nor which transport it came by."""

import asyncio
import logging
from dataclasses import dataclass

from mcp import types
from mcp.shared.exceptions import MCPError

from gitops import policy
from gitops.errors import Forbidden, KlepaasError
from gitops.origin import Origin, within
from gitops.telemetry import tracing
from web.mcp.plain import plain
from web.people import attempts

log = logging.getLogger(__name__)
WHO = "klepaas.mcp"  # where the HTTP door leaves the Caller, in the WSGI environment


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: `actor()` is asked at every call, so that a right that ended is over."""

    actor: object
    origin: Origin
    language: str = "en"


def caller(context, local):
    """`local` is the Caller of a process that only one person speaks to."""
    return local or context.request.scope["wsgi_environ"][WHO]


async def in_thread(app, who, name, work):
    """What `work(actor)` returns; what it raises, as the protocol's error."""
    return await asyncio.to_thread(_worked, app, who, name, work)


def _worked(app, who, name, work):
    with app.app_context(), within(who.origin):
        actor = None
        try:
            actor = admitted(who.actor())
            with tracing.door(f"mcp {name}", request_id=who.origin.request):
                return work(actor)
        except MCPError:
            raise
        except KlepaasError as error:
            if not error.audited and error.status in attempts.DENIED:
                attempts.write(actor, name, outcome="refused", code=error.code, door="mcp")
            raise _told(error, who.language) from error
        except Exception:
            log.exception("unhandled error over MCP, request %s", who.origin.request)
            raise MCPError(types.INTERNAL_ERROR, "Something went wrong here; the request id finds it in the log.", {"request_id": who.origin.request}) from None


def admitted(actor):
    """Forbidden to whom this door is closed everywhere."""
    if not policy.holds(actor.scopes, "mcp:execute"):
        raise Forbidden("missing_scope", scope="mcp:execute", environment="*")
    return actor


def _told(error, language):
    """Its code and details are data."""
    return MCPError(types.INTERNAL_ERROR if error.transient else types.INVALID_PARAMS, error.text(language), plain({**error.details, "code": error.code}))
