"""Iterations as things that people speak about."""

import uuid

from portal.people.models import User
from portal.registry import Subject, SubjectKind
from usecases.catalog.models import UseCase
from usecases.iterations.models import Iteration


def load(user: User, uid: uuid.UUID) -> Subject | None:
    """The iteration, if this person may see its use case. One query."""
    visible = UseCase.objects.visible_to(user)
    found = Iteration.objects.filter(use_case__in=visible, uid=uid).select_related("use_case__team").first()
    if found is None:
        return None
    return Subject(
        type="iteration",
        uid=found.uid,
        title=str(found),
        url=found.get_absolute_url(),
        use_case=found.use_case.slug,
        team=found.use_case.team,
        people=(found.opened_by_id,),
    )


SUBJECTS = [SubjectKind("iteration", load)]
