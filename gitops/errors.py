"""The error tree of the product. Every error has a stable code, a text in English and Korean, and is transient or terminal.

The texts live in gitops/messages, keyed by code; `path` and `line` name the place in a file of the repository. Must not
know about HTTP frameworks: `status` is the number a door may answer with.
"""

from gitops import messages


class KlepaasError(Exception):
    """`code` picks the text; `details` fill its placeholders and travel with it as data (JSON types only)."""

    status = 500
    transient = False
    audited = False  # whether it is written down (gitops/audit)

    def __init__(self, code, *, path=None, line=None, retry_after=None, **details):
        super().__init__(code)
        self.code, self.path, self.line, self.retry_after, self.details = code, path, line, retry_after, details

    def text(self, language="en"):
        """The message in `language` ("en" or "ko"), ending in the place in the file if there is one."""
        return messages.text(self.code, language, self.details) + self.place

    @property
    def place(self):
        if self.path is None:
            return ""
        return f" ({self.path}:{self.line})" if self.line else f" ({self.path})"

    def __str__(self):
        return self.text()


class Invalid(KlepaasError):
    """The request or a file is wrong; the same again fails again."""

    status = 422


class Malformed(Invalid):
    """The request could not even be read."""

    status = 400


class Unauthorized(KlepaasError):
    """Nobody is signed in, or with a credential that is not valid."""

    status = 401


class Forbidden(KlepaasError):
    """The signed-in person lacks the right."""

    status = 403


class NotFound(KlepaasError):
    """What the request names does not exist."""

    status = 404


class Conflict(KlepaasError):
    """Somebody else's change, or the same id for another request, stands against this one."""

    status = 409


class RateLimited(KlepaasError):
    """Too many requests; `retry_after` seconds from now it may go."""

    status = 429
    transient = True


class Unavailable(KlepaasError):
    """Something we need is away. The outcome may be unknown: asking again with the same id tells."""

    status = 503
    transient = True


class Timeout(KlepaasError):
    """Something did not answer in its time."""

    status = 504
    transient = True
