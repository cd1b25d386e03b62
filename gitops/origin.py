"""Where the request that is being worked on came from: what a door knows and the one path does not. Must not authorise anything."""

import contextlib
import socket
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Origin:
    """`address` is the client's, or the name of the machine where nobody else asked; `request` is the request's id, `trace` the W3C traceparent that it is a part of."""

    address: str | None = None
    request: str | None = None
    trace: str | None = None


HERE = Origin(socket.gethostname())
CURRENT = ContextVar("origin", default=HERE)
ABOUT = ContextVar("about", default=MappingProxyType({}))  # the ids of the work in hand, for what is logged of it


@contextlib.contextmanager
def about(**ids):
    """What is logged in the block is about these."""
    token = ABOUT.set({**ABOUT.get(), **ids})
    try:
        yield
    finally:
        ABOUT.reset(token)


@contextlib.contextmanager
def within(origin):
    """What is done in the block came from there."""
    token = CURRENT.set(origin)
    try:
        yield
    finally:
        CURRENT.reset(token)
