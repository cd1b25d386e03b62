"""Where a client of MCP gets a token, as RFC 9728 says it: only where an issuer is configured. Must not know whether a token is one: that is web/people/identity."""

from flask import Blueprint, request

from gitops.errors import NotFound
from gitops.types import SCOPES
from web.context import services
from web.rest.api import answer

PATH = "/mcp/stream"
WELL_KNOWN = "/.well-known/oauth-protected-resource"
blueprint = Blueprint("protected", __name__)


@blueprint.get(WELL_KNOWN)
@blueprint.get(WELL_KNOWN + PATH)
def metadata():
    """The MCP endpoint as a protected resource: its address, its issuer, and that tokens come in the header."""
    issuer = services().settings.oidc_issuer
    if not issuer:
        raise NotFound("page_not_found")
    return answer({"resource": _base() + PATH, "resource_name": "K-Le-PaaS", "authorization_servers": [issuer], "scopes_supported": list(SCOPES), "bearer_methods_supported": ["header"]})


def challenge():
    """What WWW-Authenticate says of it; nothing without an issuer."""
    return f', resource_metadata="{_base()}{WELL_KNOWN}{PATH}"' if services().settings.oidc_issuer else ""


def _base():
    """The address that KLEPAAS_URL says, else the one it was asked at."""
    return (services().settings.klepaas_url or request.host_url).rstrip("/")
