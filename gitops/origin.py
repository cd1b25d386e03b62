"""Where the request that is being worked on came from: what a door knows and the one path does not. Must not authorise anything."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """`address` is the client's; `request` is the request's id. A process that serves nobody has neither."""

    address: str | None = None
    request: str | None = None


CURRENT = ContextVar("origin", default=Origin())
