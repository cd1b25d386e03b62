"""When syncs may run."""

from datetime import UTC, datetime, timedelta

import pytest

from gitops import windows
from gitops.types import Window

OFFICE = Window((0, 1, 2, 3, 4), 9 * 60, 18 * 60, "Asia/Seoul")
NIGHT = Window((4,), 22 * 60, 6 * 60, "UTC")


@pytest.mark.parametrize(("window", "moment", "open_"), [
    (OFFICE, "2026-03-02T00:00:00+00:00", True),     # Monday 09:00 in Seoul
    (OFFICE, "2026-03-01T23:59:59+00:00", False),    # a second before
    (OFFICE, "2026-03-02T08:59:00+00:00", True),
    (OFFICE, "2026-03-02T09:00:00+00:00", False),    # 18:00 in Seoul: the end is not within
    (OFFICE, "2026-02-28T03:00:00+00:00", False),    # Saturday
    (NIGHT, "2026-03-06T22:00:00+00:00", True),      # Friday
    (NIGHT, "2026-03-07T05:59:00+00:00", True),      # the Saturday after, still Friday's
    (NIGHT, "2026-03-07T22:30:00+00:00", False),     # Saturday's own night is not meant
    (NIGHT, "2026-03-06T05:00:00+00:00", False),     # Thursday's night is not meant
    (Window((6,), 0, 24 * 60, "UTC"), "2026-03-08T23:59:00+00:00", True),
])
def test_a_window(window, moment, open_):
    """By the clock of its own zone; over midnight it belongs to the day on which it began."""
    assert windows.open_now((window,), datetime.fromisoformat(moment)) is open_


@pytest.mark.parametrize(("windows_", "moment", "expected"), [
    ((OFFICE,), "2026-03-02T08:59:00+00:00", None),                                # open
    ((), "2026-03-02T09:00:00+00:00", None),
    ((OFFICE,), "2026-03-06T09:00:00+00:00", "2026-03-09 09:00 Asia/Seoul"),       # Friday evening: on Monday
    ((OFFICE,), "2026-03-01T23:59:59+00:00", "2026-03-02 09:00 Asia/Seoul"),       # in a second
    ((NIGHT,), "2026-03-07T06:00:00+00:00", "2026-03-13 22:00 UTC"),               # its end: a week later
    ((NIGHT, OFFICE), "2026-03-06T10:00:00+00:00", "2026-03-06 22:00 UTC"),        # whichever is first
    ((Window((6,), 9 * 60, 10 * 60, "America/New_York"),), "2026-03-07T12:00:00+00:00", "2026-03-08 09:00 America/New_York"),  # the clocks go forward that night
])
def test_the_next_window(windows_, moment, expected):
    """When the next one opens, by the clock there: open at that moment, and not a second before."""
    found = windows.opens(windows_, datetime.fromisoformat(moment))
    assert (found and windows.said(found)) == expected
    assert found is None or windows.open_now(windows_, found) and not windows.open_now(windows_, found.astimezone(UTC) - timedelta(seconds=1))


def test_without_windows_it_is_always_open():
    """And with several, one is enough."""
    moment = datetime.fromisoformat("2026-03-06T23:00:00+00:00")
    assert windows.open_now((), moment) and windows.open_now((OFFICE, NIGHT), moment)
