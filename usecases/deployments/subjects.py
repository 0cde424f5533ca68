"""Releases and deployments as things that people speak about."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from portal.people.models import User
from portal.registry import Subject, SubjectKind
from usecases.catalog.models import UseCase
from usecases.deployments.models import Deployment, Release


def releases(user: User, uids: Sequence[UUID]) -> Iterator[Subject]:
    """Those of these releases whose use case this person may see. One query."""
    visible = UseCase.objects.visible_to(user)
    for one in Release.objects.filter(use_case__in=visible, uid__in=uids).select_related("use_case__team"):
        yield _subject("release", one, one.created_by_id)


def deployments(user: User, uids: Sequence[UUID]) -> Iterator[Subject]:
    """Those of these deployments whose use case this person may see. One query."""
    visible = UseCase.objects.visible_to(user)
    for one in Deployment.objects.for_pages().filter(use_case__in=visible, uid__in=uids):
        yield _subject("deployment", one, one.requested_by_id)


def load_release(user: User, uid: UUID) -> Subject | None:
    """The release, if this person may see its use case. One query."""
    return next(releases(user, [uid]), None)


def load_deployment(user: User, uid: UUID) -> Subject | None:
    """The deployment, if this person may see its use case. One query."""
    return next(deployments(user, [uid]), None)


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


SUBJECTS = [
    SubjectKind("release", load_release, releases),
    SubjectKind("deployment", load_deployment, deployments),
]
