"""Helm in a process of its own: `worker` is that process, `client` is how it is asked. Must not read git."""
