"""Points for tests."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.series.actions import send_points
from monitoring.series.models import Series
from monitoring.series.payload import Payload, SeriesIn

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def feed(use_case, data):
    """Send values of one series, an hour apart from `start`, and return the series."""

    def _feed(values, *, name="error rate", kind="service", start=NOON, unit="", into=None):
        moments = [(start + timedelta(hours=n)).isoformat() for n in range(len(values))]
        payload = Payload([SeriesIn(name, kind, unit)], [0] * len(values), moments, list(values))
        send_points(into or use_case, payload, by=data)
        return Series.objects.get(use_case=into or use_case, name=name)

    return _feed
