"""A measurement goes from provisional to validated or rejected; a correction makes it provisional again."""

from django.db import connection
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Refused
from portal.people.models import User
from usecases.kpis.models import KPI, Measurement, MeasurementStatus
from usecases.kpis.rows import FACTS

# Every figure of what waits, as one text: it changes when any of them does. Served by the unique index of the KPI.
SEAL = """
SELECT md5(string_agg(concat_ws('|', uid, occurred_at, period_end, value, n, standard_error, reference_value,
    reference_standard_error, reference_n, conversions, reference_conversions, numerator, denominator), ';'
    ORDER BY uid))
FROM usecases_measurement WHERE kpi_id = %s AND status = 'provisional'"""


def held_as_seen(measurement: Measurement) -> Measurement:
    """The row, held until the transaction ends; raises Refused unless it is still what was read."""
    seen = {name: getattr(measurement, name) for name in ("status", *FACTS)}
    held = Measurement.objects.select_for_update(of=("self",)).select_related("kpi").filter(pk=measurement.pk)
    found = held.filter(**{_lookup(name, value): value is None or value for name, value in seen.items()}).first()
    if found is None:
        raise Refused(_("This measurement was validated or corrected in the meantime: look at it again."))
    return found


def to_validated(measurement: Measurement, *, by: User) -> None:
    """Provisional → validated, if it is still what was read; raises Refused when it is not."""
    seen = {_lookup(name, value): value is None or value for name in FACTS for value in (getattr(measurement, name),)}
    there = Measurement.objects.filter(pk=measurement.pk, status=MeasurementStatus.PROVISIONAL, **seen)
    at = clock.now()
    if not there.update(status=MeasurementStatus.VALIDATED, validated_by=by, validated_at=at):
        raise Refused(_("This measurement was validated or corrected in the meantime: look at it again."))
    measurement.status, measurement.validated_by, measurement.validated_at = MeasurementStatus.VALIDATED, by, at


def to_rejected(measurement: Measurement, *, reason: str) -> None:
    """Provisional or validated → rejected; raises Refused when it is rejected already. The row is held."""
    at = clock.now()
    there = Measurement.objects.filter(pk=measurement.pk).exclude(status=MeasurementStatus.REJECTED)
    if not there.update(
        status=MeasurementStatus.REJECTED, rejection=reason, validated_by=None, validated_at=None, occurred_at=at
    ):
        raise Refused(_("This measurement is rejected already."))
    measurement.status, measurement.rejection = MeasurementStatus.REJECTED, reason


def seal(kpi: KPI) -> str:
    """What stands for every figure that waits for the business; empty when none does. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SEAL, [kpi.pk])
        return cursor.fetchone()[0] or ""


def changed() -> str:
    """Why not all are validated at once."""
    return _("Measurements arrived, changed or were validated since you read the page: look at them again.")


def all_to_validated(kpi: KPI, *, by: User, seal: str | None = None) -> int:
    """Provisional → validated for every measurement of a KPI; returns how many.

    Raises Refused when there is none, or when they are no longer those that `seal` stands for.
    """
    # Nobody records or corrects while what is there is compared with what was read.
    KPI.objects.select_for_update(of=("self",)).only("pk").get(pk=kpi.pk)
    if seal is not None and seal != _seal(kpi):
        raise Refused(changed())
    waiting = kpi.measurements.filter(status=MeasurementStatus.PROVISIONAL)
    number = waiting.update(status=MeasurementStatus.VALIDATED, validated_by=by, validated_at=clock.now())
    if not number:
        raise Refused(_("No measurement waits to be validated."))
    return number


_seal = seal


def _lookup(name: str, value: object) -> str:
    return f"{name}__isnull" if value is None else name
