"""Pages of jobs: what the machine does, how far it is, how each try went; try again, cancel."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.jobs import actions
from portal.jobs.models import GAVE_UP, Job, JobStatus
from portal.jobs.table import jobs_table
from portal.people import rights
from portal.people.models import User
from portal.ui.tables import Listing, answer


class SignedInRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through: its user is a person."""

    user: User


@require_http_methods(["GET", "POST"])
def jobs(request: SignedInRequest) -> HttpResponseBase:
    """The jobs this person may see, newest first, filtered as the address says."""
    visible = Job.objects.visible_to(request.user)
    listing = Listing(jobs_table(visible), request, visible.select_related("team"))
    context = {"nav": "admin" if rights.can(request.user, "people.manage") else ""}
    return answer(request, "portal/jobs/jobs.html", context, listing)


@require_GET
def job(request: SignedInRequest, uid: str) -> HttpResponse:
    """One job: how far it is, each try, what it said."""
    return render(request, "portal/jobs/job.html", _told(request, uid))


@require_GET
def job_progress(request: SignedInRequest, uid: str) -> HttpResponse:
    """The fragment that asks again while the job is open."""
    return render(request, "portal/jobs/progress.html", _told(request, uid))


@require_POST
def job_retry(request: SignedInRequest, uid: str) -> HttpResponse:
    """Run a job again that failed or was cancelled."""
    done = actions.retry(_job_or_404(request, uid), by=request.user)
    messages.success(request, _("“%(job)s” will be tried again.") % {"job": done.title})
    return redirect(done)


@require_POST
def job_cancel(request: SignedInRequest, uid: str) -> HttpResponse:
    """Cancel a job that waits."""
    done = actions.cancel(_job_or_404(request, uid), by=request.user)
    messages.success(request, _("“%(job)s” is cancelled.") % {"job": done.title})
    return redirect(done)


def _job_or_404(request: SignedInRequest, uid: str) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.user).select_related("team"), uid=uid)


def _told(request: SignedInRequest, uid: str) -> dict[str, Any]:
    one = _job_or_404(request, uid)
    may = rights.can(request.user, "job.retry", one.team)
    return {
        "job": one,
        "tries": one.tries.order_by("-number"),
        "lines": one.lines.order_by("id"),
        "may_retry": may and one.status in GAVE_UP,
        "may_cancel": may and one.status == JobStatus.QUEUED,
        # What broke, and where in the code, is for who runs the portal.
        "technical": rights.can(request.user, "people.manage"),
        "nav": "admin" if rights.can(request.user, "people.manage") else "",
    }
