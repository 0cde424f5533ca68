"""A KPI of the use case, and short ways to measure it."""

from collections.abc import Callable
from typing import Any

import pytest

from usecases.kpis import actions
from usecases.kpis.models import KPI, Measurement


@pytest.fixture
def kpi(use_case, business, data) -> KPI:
    return actions.define_kpi(
        use_case, by=business, name="Visit rate", unit="visits per 100", baseline=14.0, target=17.5
    )


@pytest.fixture
def measure(kpi, data) -> Callable[..., Measurement]:
    """Record one week from its first day, and return its row."""

    def _measure(period_start: str = "2026-05-04", value: Any = 18.2, **more: Any) -> Measurement:
        actions.record_measurements(
            kpi, [{"period_start": period_start, "value": value, **more}], by=data, source="typed"
        )
        return Measurement.objects.select_related("kpi__use_case__team").latest("id")

    return _measure
