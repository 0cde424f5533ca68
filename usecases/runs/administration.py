"""The lists of an administrator: tracking servers, and who is behind an MLflow user."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.jobs.models import Job
from portal.ui.tables import Column, Table
from usecases.runs.models import TrackingServer

CELLS = "usecases/runs/cells/"


@dataclass(frozen=True, slots=True)
class Read:
    """A server, and what its last reading said when it is not done, or was not done."""

    server: TrackingServer
    note: str


def _read(servers: Sequence[TrackingServer]) -> list[Read]:
    """With the last incremental reading of each; one query."""
    jobs = Job.objects.filter(kind="runs.sync", key__in=[str(server.pk) for server in servers])
    last = {job.key: job for job in jobs.order_by("key", "-id").distinct("key")}
    return [Read(server, _note(last.get(str(server.pk)))) for server in servers]


def _note(job: Job | None) -> str:
    return str(job.note) if job is not None and job.status != "succeeded" else ""


SERVERS = Table(
    key="servers",
    title=_("Tracking servers"),
    order="server",
    search=("name", "url"),
    search_label=_("Name or address"),
    dress=_read,
    columns=[
        Column(key="server", title=_("Server"), value=lambda row: row.server.name, sort=Lower("name")),
        Column(key="url", title=_("Address for the workers"), value=lambda row: row.server.url, sort="url", wide=True),
        Column(
            key="web",
            title=_("In a browser"),
            value=lambda row: row.server.browser_url,
            template=CELLS + "browser.html",
        ),
        Column(
            key="complete",
            title=_("Complete as of"),
            value=lambda row: row.server.complete_as_of,
            template=CELLS + "complete.html",
            sort="complete_as_of",
        ),
    ],
)
IDENTITIES = Table(
    key="identities",
    title=_("Identities"),
    order="name",
    search=("name", "user__first_name", "user__last_name", "user__username"),
    search_label=_("Name or person"),
    columns=[
        Column(
            key="name",
            title=_("MLflow user"),
            value=lambda one: one.name,
            template=CELLS + "identity.html",
            sort="name",
        ),
        Column(key="person", title=_("Person"), value=lambda one: str(one.user), sort="user__last_name"),
    ],
)
