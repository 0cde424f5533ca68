"""KPIs as things that people speak about."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from portal.people.models import User
from portal.registry import Subject, SubjectKind
from usecases.catalog.models import UseCase
from usecases.kpis.models import KPI, Measurement


def several(user: User, uids: Sequence[UUID]) -> Iterator[Subject]:
    """Those of these KPIs whose use case this person may see. One query."""
    visible = UseCase.objects.visible_to(user)
    found = KPI.objects.filter(use_case__in=visible, uid__in=uids)
    for one in found.select_related("use_case__team"):
        yield Subject(
            type="kpi",
            uid=one.uid,
            title=str(one),
            url=one.get_absolute_url(),
            use_case=one.use_case.slug,
            team=one.use_case.team,
            people=(one.owner_id,),
        )


def measurements(user: User, uids: Sequence[UUID]) -> Iterator[Subject]:
    """Those of these measurements whose use case this person may see. One query."""
    visible = UseCase.objects.visible_to(user)
    found = Measurement.objects.filter(kpi__use_case__in=visible, uid__in=uids)
    for one in found.select_related("kpi__use_case__team", "site"):
        place = f", {one.site.name}" if one.site else ""
        yield Subject(
            type="measurement",
            uid=one.uid,
            title=f"{one.kpi.name}, {one.period_start.isoformat()}{place}",
            url=one.kpi.get_absolute_url(),
            use_case=one.kpi.use_case.slug,
            team=one.kpi.use_case.team,
            people=(one.recorded_by_id,),
        )


def load_measurement(user: User, uid: UUID) -> Subject | None:
    """The measurement, if this person may see its use case. One query."""
    return next(measurements(user, [uid]), None)


def load(user: User, uid: UUID) -> Subject | None:
    """The KPI, if this person may see its use case. One query."""
    return next(several(user, [uid]), None)


SUBJECTS = [SubjectKind("kpi", load, several), SubjectKind("measurement", load_measurement, measurements)]
