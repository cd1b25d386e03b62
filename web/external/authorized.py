"""What authenticates us at an MCP server of others: a token the operator gave, or one that its issuer gives us for our own credentials (OAuth, client_credentials).

Credentials go to the issuer that the operator named and nowhere else, whatever the server says of itself. Tokens are kept by this process alone.
"""

from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider

_tokens = {}  # (issuer, client, server) -> OAuthToken


class _Kept:
    """The package's storage: what a client was given, as long as this process lives."""

    def __init__(self, key):
        self.key = key

    async def get_tokens(self):
        return _tokens.get(self.key)

    async def set_tokens(self, tokens):
        _tokens[self.key] = tokens

    async def get_client_info(self):
        return None

    async def set_client_info(self, info):
        """The operator's: nothing is registered."""


def headers(server):
    return {"Authorization": f"Bearer {server.token}"} if server.token else {}


def flow(server):
    """What the HTTP client asks for a token by; None where there is one."""
    given = server.oauth
    if not given:
        return None
    return ClientCredentialsOAuthProvider(server.url, _Kept((given["issuer"], given["client_id"], server.url)), given["client_id"], given["client_secret"], scope=given.get("scope"), issuer=given["issuer"])


def secrets(server):
    """Texts that no error may hold."""
    return tuple(filter(None, (server.token, server.oauth.get("client_secret"), *server.env.values())))
