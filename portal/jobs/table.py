"""The list of jobs."""

from django.utils.translation import gettext_lazy as _

from portal.jobs import actions
from portal.jobs.models import Job, JobQuerySet, JobStatus, kind_title
from portal.people.models import User
from portal.ui.tables import Between, Bulk, Choices, Column, Pill, Table

CELLS = "portal/jobs/cells/"


def _again(job: Job, by: User) -> None:
    actions.retry(job, by=by)


def _cancel(job: Job, by: User) -> None:
    actions.cancel(job, by=by)


COLUMNS = [
    Column(key="job", title=_("Job"), value=lambda job: job.title, template=CELLS + "job.html", sort="kind"),
    Column(key="about", title=_("About"), value=lambda job: job.subject, sort="subject", hidden=True),
    Column(
        key="use_case",
        title=_("Use case"),
        value=lambda job: job.use_case,
        sort="use_case",
        filter="use_case",
        filters_by=lambda job: job.use_case,
        hidden=True,
    ),
    Column(
        key="status",
        title=_("Status"),
        value=lambda job: Pill(job.tone, job.get_status_display()),
        template=CELLS + "status.html",
        sort="status",
        filter="status",
        filters_by=lambda job: job.status,
    ),
    Column(key="note", title=_("What it says"), value=lambda job: job.note, hidden=True),
    Column(key="tries", title=_("Tries"), value=lambda job: job.attempts, sort="attempts", numeric=True),
    Column(key="asked", title=_("Asked for"), value=lambda job: job.created_at, sort="id"),
    Column(
        key="started",
        title=_("Started"),
        value=lambda job: job.started_at,
        template=CELLS + "started.html",
        sort="started_at",
    ),
    Column(
        key="took",
        title=_("Duration (s)"),
        value=lambda job: round(job.took.total_seconds(), 1) if job.took else None,
        template=CELLS + "took.html",
        numeric=True,
    ),
    Column(
        key="next", title=_("Next try"), value=lambda job: job.next_try, template=CELLS + "next.html", sort="run_after"
    ),
]


def jobs_table(visible: JobQuerySet) -> Table:
    """The list; the kinds and use cases to choose from are those of the jobs that may be seen. Two queries."""
    kinds = sorted(((kind, kind_title(kind)) for kind in _distinct(visible, "kind")), key=lambda pair: pair[1])
    use_cases = [(slug, slug) for slug in _distinct(visible.exclude(use_case=""), "use_case")]
    return Table(
        key="jobs",
        title=_("Jobs"),
        order="-asked",
        search=("subject", "key"),
        search_label=_("What it is about"),
        link=lambda job: job.get_absolute_url(),
        filters=[
            Choices(key="status", title=_("Status"), choices=JobStatus.choices, field="status"),
            Choices(key="kind", title=_("Kind"), choices=kinds, field="kind"),
            Choices(key="use_case", title=_("Use case"), choices=use_cases, field="use_case"),
            Between(key="asked", title=_("Asked for"), field="created_at"),
        ],
        bulk=[
            Bulk(key="again", label=_("Try again"), icon="refresh", act=_again),
            Bulk(key="cancel", label=_("Cancel"), icon="x", act=_cancel),
        ],
        columns=COLUMNS,
    )


def _distinct(found: JobQuerySet, field: str) -> list[str]:
    return sorted(found.order_by().values_list(field, flat=True).distinct())
