"""Runs as things that people speak about."""

import uuid

from django.urls import reverse

from portal.people.models import User
from portal.registry import Subject, SubjectKind
from usecases.catalog.models import UseCase
from usecases.runs.models import Run


def load(user: User, uid: uuid.UUID) -> Subject | None:
    """The run, if this person may see its use case. One query."""
    visible = UseCase.objects.visible_to(user)
    found = Run.objects.filter(use_case__in=visible, uid=uid).select_related("use_case__team").first()
    if found is None:
        return None
    return Subject(
        type="run",
        uid=found.uid,
        title=str(found),
        url=reverse("run", args=[found.use_case.slug, found.mlflow_id]),
        use_case=found.use_case.slug,
        team=found.use_case.team,
        people=(),
    )


SUBJECTS = [SubjectKind("run", load)]
