"""Pages of jobs: what the machine does, how far it is, how each try went; try again, cancel."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.jobs import actions
from portal.jobs.forms import JobFilterForm
from portal.jobs.models import GAVE_UP, Job, JobQuerySet, JobStatus, kind_title
from portal.people import rights
from portal.people.models import User

PAGE = 50


class SignedInRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through: its user is a person."""

    user: User


@require_GET
def jobs(request: SignedInRequest) -> HttpResponse:
    """The jobs this person may see, newest first, filtered as the address says."""
    visible = Job.objects.visible_to(request.user)
    form = JobFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = _filtered(visible, wanted).order_by("-id")
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "wanted": wanted,
        "kinds": sorted(((kind, kind_title(kind)) for kind in _distinct(visible, "kind")), key=lambda pair: pair[1]),
        "use_cases": _distinct(visible.exclude(use_case=""), "use_case"),
        "statuses": JobStatus.choices,
        "filtered": any(wanted.values()) if wanted else False,
        "nav": "admin" if rights.can(request.user, "people.manage") else "",
    }
    return render(request, "portal/jobs/jobs.html", context)


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


def _distinct(found: JobQuerySet, field: str) -> list[str]:
    return sorted(found.order_by().values_list(field, flat=True).distinct())


def _filtered(found: JobQuerySet, wanted: dict[str, Any]) -> JobQuerySet:
    if text := wanted.get("q"):
        found = found.filter(Q(subject__icontains=text) | Q(key__icontains=text))
    return found.filter(**{name: wanted[name] for name in ("kind", "status", "use_case") if wanted.get(name)})
