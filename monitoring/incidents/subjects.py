"""Incidents as things that people speak about."""

import uuid

from monitoring.incidents.models import Incident
from portal.people.models import User
from portal.registry import Subject, SubjectKind
from usecases.catalog.models import UseCase


def load(user: User, uid: uuid.UUID) -> Subject | None:
    """The incident, if this person may see its use case. One query."""
    visible = UseCase.objects.visible_to(user)
    found = (
        Incident.objects.filter(use_case__in=visible, uid=uid)
        .select_related("use_case__team", "check_that_failed")
        .first()
    )
    if found is None:
        return None
    return Subject(
        type="incident",
        uid=found.uid,
        title=str(found),
        url=found.get_absolute_url(),
        use_case=found.use_case.slug,
        team=found.use_case.team,
        people=(found.owner_id,) if found.owner_id else (),
    )


SUBJECTS = [SubjectKind("incident", load)]
