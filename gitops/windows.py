"""When syncs may run. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def open_now(windows, now=None):
    """Whether any of the windows is open at a moment (an aware datetime; default: this one); always without windows."""
    now = now or datetime.now(UTC)
    return not windows or any(_open(each, now.astimezone(ZoneInfo(each.tz))) for each in windows)


def opens(windows, now=None):
    """When the next of the windows opens, by the clock of its own zone; None while one is open, and without windows."""
    now = now or datetime.now(UTC)
    return None if open_now(windows, now) else min((_begins(each, now) for each in windows), key=datetime.timestamp)


def said(moment):
    """A moment with its zone, as people read it."""
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzinfo.key}"


def _open(window, there):
    """A window that ends before it starts runs over midnight, and is the day's on which it began."""
    minute, today, yesterday = there.hour * 60 + there.minute, there.weekday(), (there.weekday() - 1) % 7
    if window.start <= window.end:
        return today in window.days and window.start <= minute < window.end
    return today in window.days and minute >= window.start or yesterday in window.days and minute < window.end


def _begins(window, now):
    there = now.astimezone(ZoneInfo(window.tz))
    starts = [datetime.combine(there + timedelta(days), time(*divmod(window.start, 60)), there.tzinfo) for days in range(8)]
    return next(each for each in starts if each.weekday() in window.days and each > now)
