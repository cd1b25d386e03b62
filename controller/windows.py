"""When syncs may run. Pure."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def open_now(windows, now=None):
    """Whether any of the windows is open at a moment (an aware datetime; default: this one); always without windows."""
    now = now or datetime.now(UTC)
    return not windows or any(_open(each, now.astimezone(ZoneInfo(each.tz))) for each in windows)


def _open(window, there):
    """A window that ends before it starts runs over midnight, and is the day's on which it began."""
    minute, today, yesterday = there.hour * 60 + there.minute, there.weekday(), (there.weekday() - 1) % 7
    if window.start <= window.end:
        return today in window.days and window.start <= minute < window.end
    return today in window.days and minute >= window.start or yesterday in window.days and minute < window.end
