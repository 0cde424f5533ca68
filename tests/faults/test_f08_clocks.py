"""F8: clocks that are wrong, and days of 23 and 25 hours: the database decides; nothing twice, nothing left out."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from portal.jobs import queue
from portal.jobs.models import Job, PeriodicRun

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize("change", [datetime(2026, 10, 25, tzinfo=PARIS), datetime(2027, 3, 28, tzinfo=PARIS)])
def test_f8_a_daily_job_runs_once_a_day_over_a_change_of_hour(change):
    """The clock ticks every five minutes, in local time, from the day before to the day after."""
    moment = change.astimezone(UTC) - DAY
    started = 0
    for _tick in range(3 * 24 * 12):
        started += queue.start_period("test.daily", DAY, moment.astimezone(PARIS))
        moment += timedelta(minutes=5)
    periods = list(PeriodicRun.objects.order_by("period").values_list("period", flat=True))
    assert started == len(periods)
    assert {later - earlier for earlier, later in itertools.pairwise(periods)} == {DAY}


def test_f8_an_hourly_job_runs_each_hour_of_a_day_of_25():
    moment = datetime(2026, 10, 25, tzinfo=PARIS).astimezone(UTC)
    ticks = [moment + MINUTE * 10 * number for number in range(25 * 6)]
    assert sum(queue.start_period("test.hourly", timedelta(hours=1), tick.astimezone(PARIS)) for tick in ticks) == 25


@pytest.mark.parametrize("skew", [timedelta(minutes=10), -timedelta(minutes=10), -timedelta(hours=1)])
def test_f8_a_machine_whose_clock_is_wrong_starts_no_period_twice_and_takes_no_lease(skew):
    queue.start_period("test.daily", DAY)
    job = queue.enqueue("test.job", "a")
    assert queue.claim(job.pk)
    with time_machine.travel(timezone.now() + skew, tick=True):
        assert not queue.start_period("test.daily", DAY)
        assert queue.claim(job.pk) is None
        assert job.pk not in queue.to_take_up()


def test_f8_a_clock_set_back_an_hour_starts_nothing_again():
    at = datetime(2026, 5, 12, 9, 30, tzinfo=UTC)
    assert queue.start_period("test.hourly", timedelta(hours=1), at)
    assert queue.start_period("test.hourly", timedelta(hours=1), at - timedelta(hours=1))
    assert not queue.start_period("test.hourly", timedelta(hours=1), at)
    assert Job.objects.count() == 0
