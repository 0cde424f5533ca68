"""A use case with three KPIs that wait, and a hand to do the jobs of reviews."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from portal.jobs import runner as jobs
from portal.jobs.models import Job, JobStatus
from usecases.kpis import actions as kpis
from usecases.reviews import actions, tasks  # noqa: F401 the handlers


@pytest.fixture
def soon():
    return timezone.now() + timedelta(days=1)


@pytest.fixture
def measured(use_case, business):
    """A KPI with a baseline and a measurement that the business has not validated."""
    kpi = kpis.define_kpi(use_case, by=business, name="Visits", unit="%", baseline=1.5, target=3.0)
    row = {"period_start": date(2026, 3, 2), "value": 2.25, "standard_error": 0.1, "n": 900}
    kpis.record_measurements(kpi, [row], by=business, source="typed")
    return kpi


@pytest.fixture
def review(use_case, business, soon):
    return actions.open_review(use_case, by=business, meets_at=soon)


@pytest.fixture
def portfolio(use_case, steering, soon):
    return actions.open_review(None, by=steering, meets_at=soon)


@pytest.fixture
def printed():
    """Do the printing that waits."""

    def _printed() -> None:
        for job in Job.objects.filter(kind="reviews.print", status=JobStatus.QUEUED):
            jobs.run(job.pk)

    return _printed
