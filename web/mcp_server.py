"""The MCP door, at /mcp/stream."""


def mount(app):
    return app
