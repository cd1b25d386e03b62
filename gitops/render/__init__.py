"""Helm in a process of its own: `worker` is that process (with `sdk` or `binary` in it), `client` is how it is asked.

The process must not read git or know the product's types: it is sent bytes and answers JSON. What it is sent is gathered from a
tree by `files`; `kustomize` renders the other kind of folder.
"""
