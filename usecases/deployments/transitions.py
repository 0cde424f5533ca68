"""The lives of releases and deployments: which status may follow which, one compare-and-set per step, with its history.

Nobody's rights are looked at here: actions do that, the database holds four eyes.
"""

from typing import Any

from django.utils.translation import gettext as _

from portal import clock
from portal.audit.record import record
from portal.errors import Refused
from portal.people.models import User
from usecases.deployments.models import (
    Deployment,
    DeploymentStatus,
    DeploymentStep,
    Release,
    ReleaseStatus,
)

S = DeploymentStatus
GRAPH: dict[str, frozenset[str]] = {
    S.REQUESTED: frozenset({S.APPROVED, S.CHANGES_ASKED, S.REJECTED, S.WITHDRAWN, S.EXPIRED}),
    S.CHANGES_ASKED: frozenset({S.WITHDRAWN, S.EXPIRED}),
    S.APPROVED: frozenset({S.RUNNING}),
    S.RUNNING: frozenset({S.LIVE, S.FAILED}),
    S.FAILED: frozenset({S.APPROVED}),
    S.LIVE: frozenset({S.REPLACED}),
    S.REJECTED: frozenset(),
    S.WITHDRAWN: frozenset(),
    S.EXPIRED: frozenset(),
    S.REPLACED: frozenset(),
}
OPEN = (S.REQUESTED, S.CHANGES_ASKED, S.APPROVED, S.RUNNING)


def begin(deployment: Deployment, *, by: User | None, verb: str, comment: str = "", **params: Any) -> None:
    """Write a deployment that is not in the database yet, with the first step of its history."""
    deployment.status_since = clock.now()
    deployment.save(force_insert=True)
    _history(deployment, by=by, machine="", verb=verb, comment=comment, before="", params=params)


def move(
    deployment: Deployment,
    to: DeploymentStatus,
    *,
    by: User | None,
    machine: str = "",
    comment: str = "",
    verb: str = "",
    params: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Move to another status if it still has the one we know; `changes` are written with it.

    Call it in a transaction. Raises Refused when the graph has no such step or somebody was faster.
    """
    known = deployment.status
    if to not in GRAPH[known]:
        raise Refused(too_late(known))
    moment = clock.now()
    moved = Deployment.objects.filter(pk=deployment.pk, status=known).update(status=to, status_since=moment, **changes)
    if not moved:
        raise Refused(too_late(Deployment.objects.values_list("status", flat=True).get(pk=deployment.pk)))
    for name, value in {"status": to, "status_since": moment, **changes}.items():
        setattr(deployment, name, value)
    verb = verb or f"deployment.{to.value}"
    _history(deployment, by=by, machine=machine, verb=verb, comment=comment, before=known, params=params or {})


def too_late(status: str) -> str:
    """The sentence for whoever comes second."""
    label = DeploymentStatus(status).label
    return _("Somebody else decided first, or it moved on: it is now “%(status)s”.") % {"status": label}


def prepared(release: Release, manifest: dict[str, Any], digest: str) -> bool:
    """Preparing → ready, sealed by its digest; False when it was finished already."""
    waiting = Release.objects.filter(pk=release.pk, status=ReleaseStatus.PREPARING)
    if not waiting.update(status=ReleaseStatus.READY, manifest=manifest, digest=digest):
        return False
    _release_event("release.ready", release, digest=digest[:8])
    return True


def not_prepared(release: Release, code: str, params: dict[str, Any]) -> bool:
    """Preparing → failed, with the reason; False when it was finished already."""
    waiting = Release.objects.filter(pk=release.pk, status=ReleaseStatus.PREPARING)
    if not waiting.update(status=ReleaseStatus.FAILED, failure_code=code, failure_params=params):
        return False
    _release_event("release.failed", release)
    return True


def _release_event(verb: str, release: Release, **params: Any) -> None:
    use_case = release.use_case
    team, slug = use_case.team, use_case.slug
    record(verb, release, by=None, machine="releases.prepare", team=team, use_case=slug, **params)


def _history(
    deployment: Deployment,
    *,
    by: User | None,
    machine: str,
    verb: str,
    comment: str,
    before: str,
    params: dict[str, Any],
) -> None:
    DeploymentStep.objects.create(
        deployment=deployment, status=deployment.status, at=deployment.status_since, by=by, comment=comment
    )
    use_case = deployment.use_case
    record(
        verb,
        deployment,
        by=by,
        machine=machine,
        team=use_case.team,
        use_case=use_case.slug,
        before={"status": before} if before else None,
        after={"status": str(deployment.status), "digest": deployment.digest},
        comment=comment,
        **params,
    )
