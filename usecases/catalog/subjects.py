"""Use cases as things that people speak about."""

import uuid

from portal.people.models import User
from portal.registry import Subject, SubjectKind
from usecases.catalog.models import UseCase


def load(user: User, uid: uuid.UUID) -> Subject | None:
    """The use case, if this person may see it. One query."""
    found = UseCase.objects.visible_to(user).filter(uid=uid).select_related("team").first()
    if found is None:
        return None
    return Subject(
        type="use_case",
        uid=found.uid,
        title=found.name,
        url=found.get_absolute_url(),
        use_case=found.slug,
        team=found.team,
        people=(found.created_by_id,),
    )


SUBJECTS = [SubjectKind("use_case", load)]
