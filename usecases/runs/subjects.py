"""Runs as things that people speak about."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.urls import reverse

from portal.people.models import User
from portal.registry import Subject, SubjectKind
from usecases.catalog.models import UseCase
from usecases.runs.models import Run


def several(user: User, uids: Sequence[UUID]) -> Iterator[Subject]:
    """Those of these runs whose use case this person may see. One query."""
    visible = UseCase.objects.visible_to(user)
    found = Run.objects.filter(use_case__in=visible, uid__in=uids)
    for one in found.select_related("use_case__team"):
        yield Subject(
            type="run",
            uid=one.uid,
            title=str(one),
            url=reverse("run", args=[one.use_case.slug, one.mlflow_id]),
            use_case=one.use_case.slug,
            team=one.use_case.team,
            people=(),
        )


def load(user: User, uid: UUID) -> Subject | None:
    """The run, if this person may see its use case. One query."""
    return next(several(user, [uid]), None)


SUBJECTS = [SubjectKind("run", load, several)]
