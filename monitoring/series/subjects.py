"""Series as things that people speak about."""

import uuid

from django.urls import reverse

from monitoring.series.models import Series
from portal.people.models import User
from portal.registry import Subject, SubjectKind
from usecases.catalog.models import UseCase


def load(user: User, uid: uuid.UUID) -> Subject | None:
    """The series, if this person may see its use case. One query."""
    visible = UseCase.objects.visible_to(user)
    found = Series.objects.filter(use_case__in=visible, uid=uid).select_related("use_case__team", "site").first()
    if found is None:
        return None
    return Subject(
        type="series",
        uid=found.uid,
        title=str(found),
        url=reverse("series", args=[found.use_case.slug, found.uid]),
        use_case=found.use_case.slug,
        team=found.use_case.team,
        people=(),
    )


SUBJECTS = [SubjectKind("series", load)]
