"""What all vendors share: the question, the answer, the provider, and what a refusal by HTTP means. Must not import an SDK."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from gitops.errors import Invalid, RateLimited, Timeout, Unavailable

TOOL, MEANING = "read_message", "What the person's message asks for."
TOKENS = 4096  # of one answer; models that think count their thoughts too
LONGEST_REST = 600  # seconds that a provider's Retry-After is heeded for
REFUSED_KEY, MISSING = (401, 403), 404


@dataclass(frozen=True, slots=True)
class Provider:
    """A vendor's model as the settings say. `sdk` chooses where a vendor has two."""

    name: str
    model: str
    key: str = field(repr=False)
    base_url: str | None = None
    sdk: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """`content` is data: the vendor's module sends it as what the person says, never among the instructions."""

    instructions: str
    content: str
    schema: Mapping


@dataclass(frozen=True, slots=True)
class Answer:
    """`data` is what came, checked by nobody yet. `ended` is None, or why there is none: "declined" or "cut"."""

    data: object = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    ended: str | None = None


def refused(status, headers):
    """The error that an HTTP status means. What the provider writes beside it is not repeated: it may hold the key."""
    if status in REFUSED_KEY:
        return Invalid("model_key", status=status)
    if status == MISSING:
        return Invalid("model_missing", status=status)
    if status == 429:
        return RateLimited("model_busy", retry_after=later(headers))
    if status == 408 or status >= 500:
        return Unavailable("model_failed", status=status, retry_after=later(headers))
    return Invalid("model_request", status=status)


def late():
    return Timeout("model_late")


def away():
    return Unavailable("model_away")


def garbled():
    """An answer that the SDK itself could not take."""
    return Invalid("model_answer")


def later(headers):
    """Seconds of a Retry-After header, which holds them or a date; None without one."""
    given = (headers or {}).get("retry-after") or ""
    if given.isascii() and given.isdigit():
        return min(int(given[:9]), LONGEST_REST)
    try:
        return min(max((parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds(), 0), LONGEST_REST)
    except (ValueError, TypeError):  # no date, or one without a zone
        return None


def stainless_failure(sdk, error):
    """What an error of anthropic or openai means: both SDKs are made by one generator and name theirs alike."""
    if isinstance(error, sdk.APIStatusError):
        return refused(error.status_code, error.response.headers)
    if isinstance(error, sdk.APITimeoutError):
        return late()
    return away() if isinstance(error, sdk.APIConnectionError) else garbled()
