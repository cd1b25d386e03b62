"""What an agent finds over MCP: tools, resources, prompts, and the protocol's server over HTTP (web/mcp/door) and stdio. Must not decide who may what."""
