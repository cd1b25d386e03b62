"""Where the request that is being worked on came from: what a door knows and the one path does not. Must not authorise anything."""

import contextlib
import socket
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """`address` is the client's, or the name of the machine where nobody else asked; `request` is the request's id."""

    address: str | None = None
    request: str | None = None


HERE = Origin(socket.gethostname())
CURRENT = ContextVar("origin", default=HERE)


@contextlib.contextmanager
def within(origin):
    """What is done in the block came from there."""
    token = CURRENT.set(origin)
    try:
        yield
    finally:
        CURRENT.reset(token)
