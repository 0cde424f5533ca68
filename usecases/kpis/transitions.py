"""A measurement goes from provisional to validated, once."""

from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Refused
from portal.people.models import User
from usecases.kpis.models import KPI, Measurement, MeasurementStatus


def to_validated(measurement: Measurement, *, by: User) -> None:
    """Provisional → validated, if it is still what was read; raises Refused when it is not."""
    seen = Measurement.objects.filter(
        pk=measurement.pk,
        status=MeasurementStatus.PROVISIONAL,
        period_end=measurement.period_end,
        value=measurement.value,
        n=measurement.n,
        standard_error=measurement.standard_error,
        reference_value=measurement.reference_value,
        reference_standard_error=measurement.reference_standard_error,
    )
    at = clock.now()
    if not seen.update(status=MeasurementStatus.VALIDATED, validated_by=by, validated_at=at):
        raise Refused(_("This measurement was validated or corrected in the meantime: look at it again."))
    measurement.status, measurement.validated_by, measurement.validated_at = MeasurementStatus.VALIDATED, by, at


def all_to_validated(kpi: KPI, *, by: User) -> int:
    """Provisional → validated for every measurement of a KPI; returns how many, raises Refused when there is none."""
    waiting = kpi.measurements.filter(status=MeasurementStatus.PROVISIONAL)
    number = waiting.update(status=MeasurementStatus.VALIDATED, validated_by=by, validated_at=clock.now())
    if not number:
        raise Refused(_("No measurement waits to be validated."))
    return number
