"""Pages of incidents."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from monitoring.incidents import actions
from monitoring.incidents.forms import ResolveForm
from monitoring.incidents.models import Incident
from monitoring.series import points
from monitoring.series.charts import series_figure
from portal import clock
from portal.audit.models import Event
from portal.errors import BadInput
from portal.ui.as_of import shows_the_past
from portal.ui.charts import Figure
from usecases.catalog.visible import SignedInRequest, use_case_or_404

# What is shown around an incident: twice as long as it lasted on each side, and at least a week.
LEAST_AROUND = timedelta(days=7)


@shows_the_past
@require_GET
def incident(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """An incident: what, since when, the chart around it, who has it, what happened."""
    return _page(request, _incident(request, slug, number), ResolveForm())


@require_POST
def incident_acknowledge(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Take it in hand."""
    incident = actions.acknowledge(_incident(request, slug, number), by=request.user)
    messages.success(request, _("It is in your hands."))
    return redirect(incident)


@require_POST
def incident_resolve(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Say why it happened, and close it."""
    incident = _incident(request, slug, number)
    form = ResolveForm(request.POST)
    if form.is_valid():
        try:
            actions.resolve(incident, by=request.user, cause=form.cleaned_data["cause"])
        except BadInput as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field, str(problem.sentence))
        else:
            messages.success(request, _("The incident is resolved."))
            return redirect(incident)
    return _page(request, incident, form, status=400)


def _page(request: SignedInRequest, incident: Incident, form: ResolveForm, status: int = 200) -> HttpResponse:
    context = {
        "use_case": incident.use_case,
        "section": "monitoring",
        "nav": "portfolio",
        "incident": incident,
        "check": incident.check_that_failed,
        "figure": _figure(incident),
        "events": Event.objects.filter(target_uid=incident.uid).select_related("actor").order_by("-id"),
        "form": form,
    }
    return render(request, "monitoring/incidents/incident.html", context, status=status)


def _figure(incident: Incident) -> Figure:
    check = incident.check_that_failed
    over = incident.recovered_at or incident.resolved_at or max(clock.now(), incident.began_at)
    around = max(2 * (over - incident.began_at), LEAST_AROUND)
    drawing = points.draw(check.series_id, incident.began_at - around, over + around)
    return series_figure(
        drawing,
        str(check.series),
        unit=check.series.unit,
        levels=[(check.bound, check.name)],
        spans=[(incident.began_at, over)],
    )


def _incident(request: SignedInRequest, slug: str, number: int) -> Incident:
    use_case = use_case_or_404(request, slug)
    related = ("check_that_failed__series__site", "owner", "resolved_by")
    found = get_object_or_404(Incident.objects.select_related(*related), use_case=use_case, number=number)
    found.use_case = found.check_that_failed.use_case = use_case
    return found
