"""MCP servers of others, as a client of theirs: named by the operator, their tools allowed one by one.

What they answer is data of strangers: shown to who asked, marked as such, and never the source of a change or of a prompt that may plan one.
"""
