"""Problems and debts as things that people speak about."""

import uuid

from portal.people.models import User
from portal.registry import Subject, SubjectKind
from usecases.catalog.models import UseCase
from usecases.problems.models import Problem


def load(user: User, uid: uuid.UUID) -> Subject | None:
    """The problem, if this person may see its use case. One query."""
    visible = UseCase.objects.visible_to(user)
    found = Problem.objects.filter(use_case__in=visible, uid=uid).select_related("use_case__team").first()
    if found is None:
        return None
    people = {found.raised_by_id, found.owner_id} - {None}
    return Subject(
        type="problem",
        uid=found.uid,
        title=found.title,
        url=found.get_absolute_url(),
        use_case=found.use_case.slug,
        team=found.use_case.team,
        people=tuple(key for key in people if key is not None),
    )


SUBJECTS = [SubjectKind("problem", load)]
