"""Pages of checks."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from monitoring.checks.actions import define_check, switch_check
from monitoring.checks.forms import CheckForm
from monitoring.checks.models import Check
from monitoring.series import points
from monitoring.series.charts import series_figure
from portal.errors import BadInput
from portal.people import rights
from portal.ui.as_of import shows_the_past
from usecases.catalog.visible import SignedInRequest, use_case_or_404


@require_http_methods(["GET", "POST"])
def check_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Define a check, on the series the address names if any."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "check.define", use_case.team)
    asked = request.GET.get("series", "")
    series = use_case.series.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
    form = CheckForm(request.POST or None, use_case=use_case, initial={"series": series})
    if request.method == "POST" and form.is_valid():
        try:
            check = define_check(use_case, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field, str(problem.sentence))
        else:
            messages.success(request, _("The check is on; its state is known in a moment."))
            return redirect(check)
    context = {"use_case": use_case, "section": "monitoring", "nav": "portfolio", "form": form}
    return render(request, "monitoring/checks/new.html", context, status=400 if form.errors else 200)


@shows_the_past
@require_GET
def check(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """A check: its rule, its state, the series with the bound."""
    check = _check(request, slug, number)
    extent = points.extent(check.series_id)
    drawing = points.draw(check.series_id, *extent) if extent else None
    context = {
        "use_case": check.use_case,
        "section": "monitoring",
        "nav": "portfolio",
        "check": check,
        "figure": drawing
        and series_figure(drawing, str(check.series), unit=check.series.unit, levels=[(check.bound, check.name)]),
    }
    return render(request, "monitoring/checks/check.html", context)


@require_POST
def check_switch(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Switch a check on (on=1) or off."""
    check = _check(request, slug, number)
    switch_check(check, request.POST.get("on") == "1", by=request.user)
    messages.success(request, _("The check is on.") if check.is_active else _("The check is off."))
    return redirect(check)


def _check(request: SignedInRequest, slug: str, number: int) -> Check:
    use_case = use_case_or_404(request, slug)
    found = get_object_or_404(
        Check.objects.select_related("series__site", "created_by"), use_case=use_case, number=number
    )
    found.use_case = use_case
    return found
