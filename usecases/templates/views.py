"""Pages of templates: what one can start from, starting, making a template, archiving it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.errors import BadInput
from portal.people import rights
from usecases.catalog.forms import explain
from usecases.catalog.models import UseCase
from usecases.catalog.views import teams_to_create_in
from usecases.catalog.visible import SignedInRequest, use_case_or_404
from usecases.templates import actions, seeds
from usecases.templates.forms import StartForm, TemplateForm
from usecases.templates.models import Template, stopped_for

FORM = require_http_methods(["GET", "HEAD", "POST"])
SHOWN = 100


@require_GET
def templates(request: SignedInRequest) -> HttpResponse:
    """What one can start from: templates, and the stopped cases that one may see."""
    user = request.user
    context = {
        "nav": "portfolio",
        "templates": Template.objects.offered().select_related("created_by")[:SHOWN],
        "stopped": stopped_for(user).select_related("team")[:SHOWN],
        "may_create": teams_to_create_in(user).exists(),
        "may_archive": rights.can(user, "template.archive"),
    }
    return render(request, "usecases/templates/templates.html", context)


@FORM
def template_start(request: SignedInRequest, code: str) -> HttpResponse:
    """Start from a template."""
    return _start(request, get_object_or_404(Template.objects.offered(), slug=code))


@FORM
def use_case_start_from(request: SignedInRequest, slug: str) -> HttpResponse:
    """Start from a stopped case."""
    return _start(request, use_case_or_404(request, slug))


@FORM
def template_make(request: SignedInRequest, slug: str) -> HttpResponse:
    """Make a template of a use case."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "template.make", use_case.team)
    form = TemplateForm(request.POST or None, initial={"name": use_case.name})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_template(use_case, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The template “%(name)s” is there.") % {"name": made})
            return redirect("templates")
    context = {"nav": "portfolio", "use_case": use_case, "section": "edit", "form": form, "seed": seeds.take(use_case)}
    return render(request, "usecases/templates/make.html", context, status=400 if form.errors else 200)


@require_POST
def template_archive(request: SignedInRequest, code: str) -> HttpResponse:
    """Offer a template no more."""
    rights.require(request.user, "template.archive")
    actions.archive_template(get_object_or_404(Template, slug=code), by=request.user)
    messages.success(request, _("The template is archived."))
    return redirect("templates")


def _start(request: SignedInRequest, source: UseCase | Template) -> HttpResponse:
    teams = teams_to_create_in(request.user)
    form = StartForm(request.POST or None, teams=teams)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.start(form.cleaned_data["team"], source, by=request.user, name=form.cleaned_data["name"])
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The use case is open, in exploration."))
            return redirect(made)
    seed = source.content if isinstance(source, Template) else seeds.take(source)
    context = {"nav": "portfolio", "source": source, "form": form, "seed": seed, "teams": teams}
    return render(request, "usecases/templates/start.html", context, status=400 if form.errors else 200)
