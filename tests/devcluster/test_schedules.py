"""Cron schedules mean what cron's do, and quantities are written as Kubernetes writes them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from controller.devcluster.cron import Schedule
from controller.devcluster.normal import quantity

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=ZoneInfo("Asia/Seoul"))  # a Monday
LONG_AGO = datetime(2020, 1, 1, tzinfo=ZoneInfo("Asia/Seoul"))


@pytest.mark.parametrize(("schedule", "last"), [
    ("* * * * *", (3, 2, 10, 30)), ("*/20 * * * *", (3, 2, 10, 20)), ("0 9-17/4 * * mon-fri", (3, 2, 9, 0)), ("0 11 * * *", (3, 1, 11, 0)), ("@monthly", (3, 1, 0, 0)),
    ("0 0 29 feb *", (2, 29, 0, 0)), ("0 0 1 * sun", (3, 1, 0, 0)), ("15,45 10 2 3 ?", (3, 2, 10, 15))])
def test_the_last_run_due(schedule, last):
    """The last moment that a schedule names, up to now."""
    found = Schedule(schedule).last(LONG_AGO, NOW)
    assert (found.month, found.day, found.hour, found.minute) == last


def test_nothing_is_due_before_the_beginning():
    """What was due before a CronJob was made is not made up for."""
    assert Schedule("0 0 1 1 *").last(NOW.replace(month=2), NOW) is None


@pytest.mark.parametrize("schedule", ["", "* * * *", "60 * * * *", "* 5-3 * * *", "*/0 * * * *", "a * * * *", "* * * * funday"])
def test_what_is_no_schedule(schedule):
    """It says why."""
    with pytest.raises(ValueError, match=r"\w+"):
        Schedule(schedule)


@pytest.mark.parametrize(("given", "written"), [
    ("0.5", "500m"), ("1000m", "1"), ("1024Mi", "1Gi"), ("1.5Gi", "1536Mi"), ("100000", "100k"), (2, "2"), ("0", "0"), ("1e3", "1e3"), ("100n", "100n"), ("much", "much"), ("1Zi", "1Zi")])
def test_quantities(given, written):
    """One way to write each; what is none stays, to be refused."""
    assert quantity(given) == written
