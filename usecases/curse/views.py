"""The page of stage limits."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.errors import BadInput
from portal.people import rights
from usecases.catalog.visible import SignedInRequest
from usecases.curse import actions
from usecases.curse.forms import LimitsForm


@require_http_methods(["GET", "POST"])
def stage_limits(request: SignedInRequest) -> HttpResponse:
    """How long a use case may stay in a stage."""
    rights.require(request.user, actions.VERB)
    form = LimitsForm(request.POST or None, initial=actions.limits())
    if form.is_valid():
        try:
            actions.set_limits(form.cleaned_data, by=request.user)
        except BadInput as refusal:
            for wrong in refusal.problems:
                form.add_error(wrong.field, str(wrong.sentence))
        else:
            messages.success(request, _("The limits are set; signals follow within minutes."))
            return redirect("stage_limits")
    context = {"nav": "admin", "form": form}
    return render(request, "usecases/curse/limits.html", context, status=400 if form.errors else 200)
