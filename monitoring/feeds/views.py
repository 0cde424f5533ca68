"""Pages of feeds."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from monitoring.feeds import actions
from monitoring.feeds.forms import FeedForm
from monitoring.feeds.models import KpiFeed
from monitoring.series.models import Series
from portal.people import rights
from usecases.catalog.models import place_at
from usecases.catalog.visible import SignedInRequest, use_case_or_404


@require_http_methods(["GET", "POST"])
def feed(request: SignedInRequest, slug: str, uid: str) -> HttpResponse:
    """Let a series feed a KPI, or see that it does."""
    use_case = use_case_or_404(request, slug)
    series = get_object_or_404(Series.objects.select_related("use_case__team", "site"), use_case=use_case, uid=uid)
    rights.require(request.user, "kpi.measure", use_case.team, place_at(series.site))
    form = FeedForm(request.POST or None, use_case=use_case)
    if request.method == "POST" and form.is_valid():
        actions.start_feed(series, form.cleaned_data.pop("kpi"), by=request.user, **form.cleaned_data)
        messages.success(request, _("The series feeds the KPI: each full period becomes a provisional measurement."))
        return redirect("feed", use_case.slug, series.uid)
    there = KpiFeed.objects.select_related("kpi__use_case", "created_by").filter(series=series).first()
    context = {"use_case": use_case, "section": "monitoring", "nav": "portfolio", "series": series, "form": form}
    status = 400 if form.errors else 200
    return render(request, "monitoring/feeds/feed.html", {**context, "feed": there}, status=status)


@require_POST
def feed_stop(request: SignedInRequest, slug: str, uid: str) -> HttpResponse:
    """Let a series feed its KPI no more."""
    use_case = use_case_or_404(request, slug)
    found = KpiFeed.objects.select_related("kpi", "series__use_case__team", "series__site")
    actions.stop_feed(get_object_or_404(found, series__use_case=use_case, series__uid=uid), by=request.user)
    messages.success(request, _("The series feeds the KPI no more; what it fed stays."))
    return redirect("series", use_case.slug, uid)
