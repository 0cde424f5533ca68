"""The lists of deployments and of releases."""

from dataclasses import replace

from django.db.models import Case, IntegerField, QuerySet, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.people.models import User
from portal.ui.tables import Between, Bulk, Choices, Column, Pick, Pill, Table
from usecases.catalog.models import UseCase
from usecases.deployments import actions
from usecases.deployments.models import (
    Deployment,
    DeploymentStatus,
    Environment,
    ReleaseKind,
    ReleaseStatus,
)

CELLS = "usecases/deployments/cells/"
WAITING_FIRST = Case(When(status=DeploymentStatus.REQUESTED, then=0), default=1, output_field=IntegerField())


def _visible(user: User) -> QuerySet[UseCase]:
    return UseCase.objects.visible_to(user)


def _environments(_user: User) -> QuerySet[Environment]:
    return Environment.objects.all()


def _withdraw(one: Deployment, by: User) -> None:
    actions.withdraw(one, by=by)


def _retry(one: Deployment, by: User) -> None:
    actions.retry(one, by=by)


DEPLOYMENTS = Table(
    key="deployments",
    title=_("Deployments"),
    order="status",
    then=("-pk",),
    search=("release__title", "target__site__name", "change_ticket"),
    search_label=_("Release, site or ticket"),
    link=lambda one: one.get_absolute_url(),
    filters=[
        Pick(key="use_case", title=_("Use case"), source=_visible, field="use_case__slug"),
        Pick(key="environment", title=_("Environment"), source=_environments, field="target__environment__slug"),
        Choices(key="status", title=_("Status"), choices=DeploymentStatus.choices, field="status"),
        Between(key="since", title=_("In this status"), field="status_since"),
    ],
    # Not approving: one approves what one has read.
    bulk=[
        Bulk(key="withdraw", label=_("Withdraw"), icon="arrow-back-up", act=_withdraw),
        Bulk(key="retry", label=_("Run again"), icon="refresh", act=_retry),
    ],
    columns=[
        Column(
            key="release",
            title=_("Deployment"),
            value=lambda one: str(one.release),
            template=CELLS + "release.html",
            sort=Lower("release__title"),
        ),
        Column(
            key="use_case",
            title=_("Use case"),
            value=lambda one: one.use_case.name,
            sort=Lower("use_case__name"),
            filter="use_case",
            filters_by=lambda one: one.use_case.slug,
        ),
        Column(key="site", title=_("Where"), value=lambda one: one.target.site.name, sort=Lower("target__site__name")),
        Column(
            key="environment",
            title=_("Environment"),
            value=lambda one: one.target.environment.name,
            sort="target__environment__name",
            filter="environment",
            filters_by=lambda one: one.target.environment.slug,
        ),
        Column(
            key="status",
            title=_("Status"),
            value=lambda one: Pill(one.status_tone, one.get_status_display()),
            template=CELLS + "status.html",
            sort=WAITING_FIRST,
            filter="status",
            filters_by=lambda one: one.status,
        ),
        Column(key="since", title=_("Since"), value=lambda one: one.status_since, sort="status_since", hidden=True),
        Column(
            key="asked", title=_("Asked by"), value=lambda one: str(one.requested_by), sort="requested_by__last_name"
        ),
        Column(
            key="live",
            title=_("Live from"),
            value=lambda one: one.live_from,
            template=CELLS + "live.html",
            sort="live_from",
        ),
        Column(key="until", title=_("Live until"), value=lambda one: one.live_until, sort="live_until", hidden=True),
        Column(key="ticket", title=_("Change ticket"), value=lambda one: one.change_ticket, hidden=True),
        Column(key="number", title=_("Number"), value=lambda one: one.number, sort="number", numeric=True, hidden=True),
    ],
)
# Inside a use case, what is known already is left out.
HISTORY = replace(
    DEPLOYMENTS,
    key="history",
    title=_("History"),
    columns=[column for column in DEPLOYMENTS.columns if column.key != "use_case"],
    filters=[each for each in DEPLOYMENTS.filters if each.key != "use_case"],
)
# On a day of the past, the status is known of each row once it is read: the database cannot sort by it.
HISTORY_THEN = replace(
    HISTORY,
    order="-number",
    columns=[replace(one, sort=None, filter="") if one.key == "status" else one for one in HISTORY.columns],
    filters=[each for each in HISTORY.filters if each.key not in ("status", "since")],
)
RELEASES = Table(
    key="releases",
    title=_("Releases"),
    prefix="r-",
    order="-number",
    size=25,
    search=("title",),
    search_label=_("Title of the release"),
    link=lambda one: one.get_absolute_url(),
    filters=[
        Choices(key="status", title=_("Status"), choices=ReleaseStatus.choices, field="status"),
        Choices(key="kind", title=_("Kind"), choices=ReleaseKind.choices, field="kind"),
    ],
    columns=[
        Column(key="release", title=_("Release"), value=lambda one: str(one), sort="number"),
        Column(key="number", title=_("Number"), value=lambda one: one.number, sort="number", numeric=True, hidden=True),
        Column(
            key="status",
            title=_("Status"),
            value=lambda one: Pill(one.status_tone, one.get_status_display()),
            sort="status",
            filter="status",
            filters_by=lambda one: one.status,
        ),
        Column(
            key="kind",
            title=_("Kind"),
            value=lambda one: one.get_kind_display(),
            sort="kind",
            filter="kind",
            filters_by=lambda one: one.kind,
        ),
        Column(
            key="model", title=_("Model version"), value=lambda one: str(one.model_version) if one.model_version else ""
        ),
        Column(key="digest", title=_("Digest"), value=lambda one: one.digest, template=CELLS + "digest.html"),
    ],
)
ENVIRONMENTS = Table(
    key="environments",
    title=_("Environments"),
    order="environment",
    search=("name", "slug"),
    search_label=_("Name"),
    columns=[
        Column(key="environment", title=_("Environment"), value=lambda one: one.name, sort=Lower("name")),
        Column(key="slug", title=_("Short name"), value=lambda one: one.slug, sort="slug"),
        Column(key="production", title=_("Production"), value=lambda one: one.is_production, sort="is_production"),
        Column(
            key="emergency",
            title=_("Second person in an emergency"),
            value=lambda one: _("at once") if one.second_person_at_once else _("within 24 hours"),
            template=CELLS + "emergency.html",
            sort="second_person_at_once",
        ),
    ],
)
