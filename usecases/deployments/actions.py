"""What people do with environments, releases and deployments. Four eyes are asked here and held by the database."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal import clock, registry
from portal.audit.record import record
from portal.errors import BadInput, NotAllowed, Refused
from portal.jobs import queue
from portal.notifications.actions import members, tell
from portal.people import rights
from portal.people.models import User
from usecases.catalog.models import Site, UseCase, UseCaseSite
from usecases.catalog.numbering import next_number
from usecases.deployments import transitions, voting
from usecases.deployments.manifest import digest
from usecases.deployments.models import (
    Deployment,
    DeploymentKind,
    DeploymentStatus,
    Environment,
    Release,
    ReleaseKind,
    ReleaseStatus,
    Slot,
    Target,
    Verdict,
)
from usecases.runs.models import ExternalIdentity, ModelVersion

EXPIRES = timedelta(days=30)
S = DeploymentStatus


class Voided(Refused):
    """The request is no longer what it was, and was ended: that stays, though nothing was approved."""

    stands = True


def create_environment(
    name: str, slug: str, is_production: bool, second_person_at_once: bool = True, *, by: User
) -> Environment:
    """Create a place where things run. Raises Refused when the name or the slug is taken."""
    rights.require(by, "environment.manage")
    with _told(_("There is an environment with this name or short name already.")):
        rule = {"second_person_at_once": second_person_at_once}
        environment = Environment.objects.create(name=name, slug=slug, is_production=is_production, **rule)
        record("environment.created", environment, by=by, after=rule)
    return environment


def declare_in_place(
    use_case: UseCase, environment: Environment, sites: Iterable[Site], title: str, notes: str = "", *, by: User
) -> Release:
    """Say what is in place before any model, at these sites: a release one can always return to, live as found.

    Raises BadInput without sites, Refused where something is live already.
    """
    rights.require(by, "release.declare", use_case.team)
    places = list(sites)
    for site in places:
        rights.require(by, "release.declare", use_case.team, _place(site, environment))
    if not places:
        raise BadInput.of(_("Where is it in place?"), {"sites": _("Choose at least one site.")})
    with _told(_("Something is declared or live at one of these sites already.")):
        manifest = {"kind": ReleaseKind.IN_PLACE.value, "title": title, "notes": notes, "sites": _specifics(use_case)}
        release = Release.objects.create(
            use_case=use_case,
            number=next_number(Release, use_case),
            kind=ReleaseKind.IN_PLACE,
            title=title,
            notes=notes,
            manifest=manifest,
            digest=digest(manifest),
            status=ReleaseStatus.READY,
            created_by=by,
        )
        record("release.declared", release, by=by, team=use_case.team, use_case=use_case.slug)
        for site in places:
            deployment = _new(release, _target(use_case, environment, site), kind=DeploymentKind.DECLARATION, by=by)
            deployment.status, deployment.live_from = S.LIVE, clock.now()
            transitions.begin(deployment, by=by, verb="deployment.declared")
    return release


def create_release(
    use_case: UseCase,
    model_version: ModelVersion,
    title: str,
    notes: str = "",
    configuration: dict[str, Any] | None = None,
    *,
    by: User,
) -> Release:
    """Prepare a release of a registered model version: a worker hashes what it is made of, then it can be requested."""
    rights.require(by, "release.prepare", use_case.team)
    if model_version.use_case_id != use_case.pk:
        raise Refused(_("This model version belongs to another use case."))
    with transaction.atomic():
        release = Release.objects.create(
            use_case=use_case,
            number=next_number(Release, use_case),
            title=title,
            notes=notes,
            model_version=model_version,
            configuration=configuration or {},
            created_by=by,
        )
        team, slug, version = use_case.team, use_case.slug, str(model_version)
        record("release.created", release, by=by, team=team, use_case=slug, version=version)
        about = queue.About(str(release), team, slug)
        queue.enqueue("releases.prepare", str(release.uid), about=about, release_id=release.pk)
    return release


def request_deployment(
    release: Release, environment: Environment, site: Site, *, by: User, reason: str = "", change_ticket: str = ""
) -> Deployment:
    """Ask that a release go live at a site. Another person of IT decides; two when nobody knows the model's author.

    A former request there to which changes were asked is withdrawn. Raises Refused unless the release is ready, still
    says what is particular at the site, is not live there, and nothing else is under way there.
    """
    use_case = release.use_case
    rights.require(by, "deployment.request", use_case.team, _place(site, environment))
    if release.status != ReleaseStatus.READY:
        raise Refused(_("%(release)s is not ready: it has no digest to approve yet.") % {"release": release})
    now_there = _specifics(use_case)
    if site.slug not in now_there:
        raise Refused(_("%(site)s is not a site of this use case. Add it first.") % {"site": site})
    if release.specifics.get(site.slug, "") != now_there[site.slug]:
        raise Refused(_("What is particular at %(site)s changed since. Prepare the release again.") % {"site": site})
    _require_free(release, environment, site)
    with _told(_("Something else is under way there already. Wait for its end, or withdraw it.")):
        target = _target(use_case, environment, site)
        if target.deployments.filter(status=S.LIVE, release=release).exists():
            raise Refused(_("%(release)s is live at %(target)s already.") % {"release": release, "target": target})
        for former in Deployment.objects.for_pages().filter(target=target, status=S.CHANGES_ASKED):
            transitions.move(former, S.WITHDRAWN, by=by)
        author, known = _author(release)
        deployment = _new(release, target, kind=DeploymentKind.REQUEST, by=by)
        deployment.reason, deployment.change_ticket = reason, change_ticket
        deployment.model_author = author
        deployment.approvals_needed = 1 if known else 2
        deployment.expires_at = clock.now() + EXPIRES
        transitions.begin(deployment, by=by, verb="deployment.requested", comment=reason)
        deciders = members(use_case.team, rights.VERBS["deployment.approve"].roles, but=by, at=target.place)
        _tell("notice.deployment_requested", deployment, [one for one in deciders if one != author], by=by)
    return deployment


def approve(deployment: Deployment, *, by: User, comment: str = "") -> None:
    """Say yes to exactly this digest; with enough of them the machine starts.

    Raises NotAllowed for who asked for it or wrote the model; Refused when it was decided or has expired, when this
    person spoke already, or when what is particular at the site changed since (the request is then void).
    """
    rights.require(by, "deployment.approve", deployment.use_case.team, deployment.target.place)
    if obstacle := why_not_approve(deployment, by):
        raise NotAllowed(obstacle)
    _require_fresh(deployment)
    _require_free(deployment.release, deployment.target.environment, deployment.target.site)
    if _void(deployment):
        raise Voided(
            _("What is particular at %(site)s changed since the request: it is void. Prepare the release again.")
            % {"site": deployment.target.site}
        )
    with _told(_("You, or whom you stand in for, have given a verdict on this request already.")):
        locked = _locked(deployment)
        voting.vote(locked, Verdict.APPROVE, comment, by=by)
        votes = locked.approvals.filter(verdict=Verdict.APPROVE, digest=locked.digest).count()
        if votes >= locked.approvals_needed:
            transitions.move(locked, S.APPROVED, by=by, comment=comment)
            _tell("notice.deployment_approved", locked, [locked.requested_by], by=by)
            queue.enqueue("deployments.execute", str(locked.uid), about=_about(locked), deployment_id=locked.pk)
        else:
            team, slug = locked.use_case.team, locked.use_case.slug
            needed = locked.approvals_needed
            record("deployment.voted", locked, by=by, team=team, use_case=slug, votes=votes, needed=needed)


def why_not_approve(deployment: Deployment, user: User) -> str:
    """Why four eyes forbid this person to approve; empty when they do not."""
    if deployment.requested_by_id == user.pk:
        return str(_("You asked for it, so you cannot approve it: another member of IT decides."))
    if deployment.model_author_id == user.pk:
        return str(_("You wrote the model, so you cannot approve it: another member of IT decides."))
    roles = rights.held_for(user, "deployment.approve", deployment.use_case.team, deployment.target.place)
    if roles and not any(voting.may_stand_in(one, deployment) for one in roles):
        return str(_("You stand in for somebody who asked for it or wrote the model: another member of IT decides."))
    return ""


def ask_changes(deployment: Deployment, *, by: User, comment: str) -> None:
    """Send it back with what should change; a new request answers it."""
    _turn_down(deployment, S.CHANGES_ASKED, Verdict.CHANGES, comment, by=by)


def reject(deployment: Deployment, *, by: User, comment: str) -> None:
    """Say no, and why."""
    _turn_down(deployment, S.REJECTED, Verdict.REJECT, comment, by=by)


def withdraw(deployment: Deployment, *, by: User) -> None:
    """Take a request back: who asked for it, or data science and IT of the team."""
    if deployment.requested_by_id != by.pk:
        rights.require(by, "deployment.withdraw", deployment.use_case.team, deployment.target.place)
    with transaction.atomic():
        transitions.move(deployment, S.WITHDRAWN, by=by)


def roll_back(deployment: Deployment, *, by: User, reason: str) -> Deployment:
    """Return a target to what ran before this live deployment, or to the system in place; no second person is needed.

    A request that waits there is ended. Raises Refused when it is not live, nothing was there before, or the machine
    is at work there.
    """
    rights.require(by, "deployment.roll_back", deployment.use_case.team, deployment.target.place)
    _need(reason)
    if deployment.status != S.LIVE:
        raise Refused(_("Only what is live can be rolled back."))
    release, before = way_back(deployment)
    if release is None:
        raise Refused(_("There is nothing to return to: no release ran here before, no system in place is declared."))
    with _told(_("Something is being deployed there right now. Wait for its end.")):
        for waiting in Deployment.objects.for_pages().filter(
            target=deployment.target, status__in=(S.REQUESTED, S.CHANGES_ASKED)
        ):
            transitions.move(waiting, S.EXPIRED, by=by, comment=reason)
        back = _new(release, deployment.target, kind=DeploymentKind.ROLL_BACK, by=by)
        back.reason, back.previous, back.status = reason, before, S.APPROVED
        transitions.begin(back, by=by, verb="deployment.rolled_back", comment=reason, former=str(deployment.release))
        queue.enqueue("deployments.execute", str(back.uid), about=_about(back), deployment_id=back.pk)
    return back


def way_back(deployment: Deployment) -> tuple[Release | None, Deployment | None]:
    """The release a roll-back of this deployment returns to, and what ran before that one (null: the beginning)."""
    if deployment.previous is not None:
        return deployment.previous.release, deployment.previous.previous
    if deployment.release.kind == ReleaseKind.IN_PLACE:
        return None, None
    in_place = Release.objects.filter(
        use_case=deployment.use_case, kind=ReleaseKind.IN_PLACE, status=ReleaseStatus.READY
    )
    return in_place.select_related("use_case").first(), None


def retry(deployment: Deployment, *, by: User) -> None:
    """Run a failed deployment again, under the approvals it has.

    Raises Refused when these have expired, or when what is particular at the site changed since.
    """
    rights.require(by, "deployment.retry", deployment.use_case.team, deployment.target.place)
    _require_fresh(deployment)
    if deployment.kind == DeploymentKind.REQUEST and _changed_there(deployment):
        raise Refused(
            _("What is particular at %(site)s changed since. Prepare the release again.")
            % {"site": deployment.target.site}
        )
    with _told(_("Something else is under way there already. Wait for its end, or withdraw it.")):
        verb = "deployment.retried"
        transitions.move(deployment, S.APPROVED, by=by, verb=verb, failure_code="", failure_params={})
        queue.enqueue("deployments.execute", str(deployment.uid), about=_about(deployment), deployment_id=deployment.pk)


def _turn_down(deployment: Deployment, to: DeploymentStatus, verdict: Verdict, comment: str, *, by: User) -> None:
    rights.require(by, "deployment.approve", deployment.use_case.team, deployment.target.place)
    _need(comment)
    with _told(_("You, or whom you stand in for, have given a verdict on this request already.")):
        locked = _locked(deployment)
        voting.vote(locked, verdict, comment, by=by)
        transitions.move(locked, to, by=by, comment=comment)
        kind = "notice.deployment_rejected" if to == S.REJECTED else "notice.deployment_changes"
        _tell(kind, locked, [locked.requested_by], by=by, comment=comment)


def _about(deployment: Deployment) -> queue.About:
    return queue.About(str(deployment), deployment.use_case.team, deployment.use_case.slug)


def _tell(kind: str, deployment: Deployment, people: Iterable[User], *, by: User, **params: Any) -> None:
    """Those whom a request concerns, and the machines of the team."""
    use_case = deployment.use_case
    tell(
        kind,
        people,
        url=deployment.get_absolute_url(),
        team=use_case.team,
        use_case=use_case.slug,
        data={"use_case": use_case.slug, "deployment": deployment.number, "digest": deployment.digest},
        who=str(by),
        release=str(deployment.release),
        target=str(deployment.target),
        **{"use_case_name": use_case.name, **params},
    )


def _locked(deployment: Deployment) -> Deployment:
    """The request, held until the transaction ends: two people at once are heard one after the other."""
    locked = Deployment.objects.for_pages().select_for_update(of=("self",)).get(pk=deployment.pk)
    if locked.status != S.REQUESTED:
        raise Refused(transitions.too_late(locked.status))
    return locked


def _require_free(release: Release, environment: Environment, site: Site) -> None:
    """Raise Refused with what holds a model back from there; the system in place goes anywhere."""
    if release.kind == ReleaseKind.MODEL and (held := registry.holds(release.use_case, environment, site)):
        raise Refused(" ".join(str(sentence) for sentence in held))


def _require_fresh(deployment: Deployment) -> None:
    """The machine ends what is too old every few minutes; nothing passes in between."""
    if deployment.expires_at is not None and deployment.expires_at <= clock.now():
        raise Refused(transitions.too_late(S.EXPIRED))


def _changed_there(deployment: Deployment) -> bool:
    """Whether what is particular at the site is no longer what was hashed."""
    site = deployment.target.site.slug
    return _specifics(deployment.use_case).get(site, "") != deployment.release.specifics.get(site, "")


def _void(deployment: Deployment) -> bool:
    """End a request whose site changed since it was hashed; whether it was one."""
    if not _changed_there(deployment):
        return False
    with transaction.atomic():
        transitions.move(_locked(deployment), S.EXPIRED, by=None, machine="deployments", verb="deployment.voided")
    return True


def _new(release: Release, target: Target, *, kind: DeploymentKind, by: User) -> Deployment:
    use_case = target.use_case
    return Deployment(
        use_case=use_case,
        number=next_number(Deployment, use_case),
        kind=kind,
        target=target,
        release=release,
        requested_by=by,
        digest=release.digest,
    )


def _target(use_case: UseCase, environment: Environment, site: Site) -> Target:
    """The place, made when it is asked for first. Raises Refused when another place would be moved by its alias."""
    target, is_new = Target.objects.get_or_create(use_case=use_case, environment=environment, site=site, slot=Slot.MAIN)
    if is_new:
        # "production" at "eu-west" and "production-eu" at "west" read the same in MLflow.
        for other in use_case.targets.exclude(pk=target.pk).select_related("environment", "site"):
            if other.alias == target.alias:
                raise Refused(
                    _("%(target)s has the same alias in MLflow: use another site or environment.") % {"target": other}
                )
    return target


def _place(site: Site, environment: Environment) -> rights.Place:
    return rights.Place(site.pk, environment.pk, f"{site}, {environment}")


def _specifics(use_case: UseCase) -> dict[str, str]:
    return dict(UseCaseSite.objects.filter(use_case=use_case).values_list("site__slug", "specifics"))


def _author(release: Release) -> tuple[User | None, bool]:
    """The person who wrote the model, and whether that is known; nobody wrote a system in place as a model."""
    if release.model_version is None:
        return None, True
    name = release.model_version.run.author if release.model_version.run else ""
    identity = ExternalIdentity.objects.filter(name=name).select_related("user").first() if name else None
    return (identity.user, True) if identity else (None, False)


def _need(reason: str) -> None:
    if not reason.strip():
        raise BadInput.of(_("Say why: whoever reads it later needs the reason."), {"comment": _("A reason is needed.")})


@contextmanager
def _told(sentence: Any) -> Iterator[None]:
    """A transaction in which a constraint of the database, met because somebody was faster, becomes a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused(sentence) from error
