"""A measurement goes from provisional to validated or rejected; a correction makes it provisional again."""

from dataclasses import dataclass

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Count, Func, Q, TextField, Value
from django.db.models.functions import MD5, Coalesce
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Refused
from portal.people import rights
from portal.people.models import User
from usecases.kpis.models import KPI, Measurement, MeasurementStatus
from usecases.kpis.rows import FACTS

# Every figure of what waits: what stands for them changes when any of them does.
SEALED = ("uid", "occurred_at", "period_end", *(name for name in FACTS if name != "period_end"))


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many measurements of a KPI somebody may validate, and what stands for every figure of them ("" for none)."""

    number: int
    seal: str


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


def waiting(kpi: KPI, user: User) -> Waiting:
    """What waits for this person to validate it: all of it, or what a limited role reaches. At most one query."""
    provisional = kpi.measurements.filter(within_reach(kpi, user), status=MeasurementStatus.PROVISIONAL)
    figures = Func(Value("|"), *SEALED, function="concat_ws", output_field=TextField())
    sealed = MD5(StringAgg(figures, ";", order_by="uid"))
    return Waiting(
        **provisional.aggregate(number=Count("pk"), seal=Coalesce(sealed, Value(""), output_field=TextField()))
    )


def changed() -> str:
    """Why not all are validated at once."""
    return _("Measurements arrived, changed or were validated since you read the page: look at them again.")


def all_to_validated(kpi: KPI, *, by: User, seal: str | None = None) -> int:
    """Provisional → validated for every measurement of a KPI that this person reaches; returns how many.

    Raises Refused when there is none, or when they are no longer those that `seal` stands for.
    """
    # Nobody records or corrects while what is there is compared with what was read.
    KPI.objects.select_for_update(of=("self",)).only("pk").get(pk=kpi.pk)
    if seal is not None and seal != waiting(kpi, by).seal:
        raise Refused(changed())
    validated = {"status": MeasurementStatus.VALIDATED, "validated_by": by, "validated_at": clock.now()}
    there = kpi.measurements.filter(within_reach(kpi, by), status=MeasurementStatus.PROVISIONAL)
    number = there.update(**validated)
    if not number:
        raise Refused(_("No measurement waits to be validated."))
    return number


def within_reach(kpi: KPI, user: User) -> Q:
    """The condition for the measurements of a KPI that this person may validate."""
    if not rights.can(user, "kpi.validate", kpi.use_case.team):
        return Q(pk__in=[])
    return rights.reached(user, "kpi.validate", "site", team=kpi.use_case.team)


def _lookup(name: str, value: object) -> str:
    return f"{name}__isnull" if value is None else name
