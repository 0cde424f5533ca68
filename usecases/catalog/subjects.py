"""Use cases as things that people speak about."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from portal.people.models import User
from portal.registry import Subject, SubjectKind
from usecases.catalog.models import UseCase


def several(user: User, uids: Sequence[UUID]) -> Iterator[Subject]:
    """Those of these use cases that this person may see. One query."""
    for one in UseCase.objects.visible_to(user).filter(uid__in=uids).select_related("team"):
        yield Subject(
            type="use_case",
            uid=one.uid,
            title=one.name,
            url=one.get_absolute_url(),
            use_case=one.slug,
            team=one.team,
            people=(one.created_by_id,),
        )


def load(user: User, uid: UUID) -> Subject | None:
    """The use case, if this person may see it. One query."""
    return next(several(user, [uid]), None)


SUBJECTS = [SubjectKind("use_case", load, several)]
