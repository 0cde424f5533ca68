"""Releases and deployments as things that people speak about."""

import uuid

from portal.people.models import User
from portal.registry import Subject, SubjectKind
from usecases.catalog.models import UseCase
from usecases.deployments.models import Deployment, Release


def load_release(user: User, uid: uuid.UUID) -> Subject | None:
    """The release, if this person may see its use case. One query."""
    visible = UseCase.objects.visible_to(user)
    found = Release.objects.filter(use_case__in=visible, uid=uid).select_related("use_case__team").first()
    return _subject("release", found, found.created_by_id) if found else None


def load_deployment(user: User, uid: uuid.UUID) -> Subject | None:
    """The deployment, if this person may see its use case. One query."""
    visible = UseCase.objects.visible_to(user)
    found = Deployment.objects.for_pages().filter(use_case__in=visible, uid=uid).first()
    return _subject("deployment", found, found.requested_by_id) if found else None


def _subject(kind: str, found: Release | Deployment, maker: int) -> Subject:
    return Subject(
        type=kind,
        uid=found.uid,
        title=str(found),
        url=found.get_absolute_url(),
        use_case=found.use_case.slug,
        team=found.use_case.team,
        people=(maker,),
    )


SUBJECTS = [SubjectKind("release", load_release), SubjectKind("deployment", load_deployment)]
