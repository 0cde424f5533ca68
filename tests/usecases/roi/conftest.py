from datetime import date, timedelta

import pytest

from usecases.kpis.models import KPI, Measurement
from usecases.roi import actions


@pytest.fixture
def spend(use_case, data):
    """Records a cost of the use case, in the name of data unless said."""

    def _spend(kind="ml", start=date(2026, 1, 1), end=None, by=data, use_case=use_case, **facts):
        return actions.record_cost(use_case, by=by, kind=kind, period_start=start, period_end=end, **facts)

    return _spend


@pytest.fixture
def kpi(use_case, business) -> KPI:
    """Visits per 100 people, worth 6 each."""
    return KPI.objects.create(
        use_case=use_case, number=1, name="Visits", unit="per 100", owner=business, scale=100, unit_value=6, baseline=10
    )


@pytest.fixture
def measure(kpi, data, business):
    """Writes a measurement of a period, validated unless said."""

    def _measure(start, value, days=28, kpi=kpi, validated=True, **facts):
        said = {"status": "validated", "validated_by": business} if validated else {}
        period = {"period_start": start, "period_end": start + timedelta(days=days)}
        return Measurement.objects.create(
            kpi=kpi, value=value, source="typed", recorded_by=data, **period, **said, **facts
        )

    return _measure
