"""Pages of iterations."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import clock
from portal.errors import BadInput
from portal.people import rights
from portal.ui.as_of import shows_the_past
from usecases.catalog.forms import explain
from usecases.catalog.models import UseCase
from usecases.catalog.visible import SignedInRequest, use_case_or_404
from usecases.iterations import actions
from usecases.iterations.agreements import lines
from usecases.iterations.conditions import conditions
from usecases.iterations.forms import ConcludeForm, IterationForm, ReasonForm, SignatureForm, SitesForm
from usecases.iterations.models import SIGNING, Iteration
from usecases.iterations.past import as_it_was
from usecases.iterations.result import result, shown

FORM = require_http_methods(["GET", "HEAD", "POST"])
USUAL = timedelta(weeks=4)


@FORM
def iteration_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Open the next iteration."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "iteration.open", use_case.team)
    last = Iteration.objects.filter(use_case=use_case).first()
    number = last.number + 1 if last else 0
    today = timezone.localdate(clock.now())
    initial = {"starts_on": today, "ends_on": today + USUAL, "sites": list(use_case.sites.all()[:1])}
    form = IterationForm(request.POST or None, use_case=use_case, number=number, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_iteration(use_case, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Iteration %(number)s is open.") % {"number": made.number})
            return redirect(made)
    context = _context(
        use_case,
        form=form,
        number=number,
        kpis=use_case.kpis.exists(),
        sites=use_case.sites.exists(),
        tried=use_case.stage in actions.TRIED_IN,
        unfinished=last if last and last.status != "closed" else None,
    )
    return render(request, "usecases/iterations/new.html", context, status=400 if form.errors else 200)


@shows_the_past
@require_GET
def iteration(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """One iteration: what was agreed, where it really ran, what came out, who signed."""
    return _page(request, *_found(request, slug, number))


@require_POST
def iteration_amend(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Change its sites and its last day."""
    use_case, one = _found(request, slug, number)
    rights.require(request.user, "iteration.open", use_case.team)
    form = SitesForm(request.POST, use_case=use_case)
    return _done(request, use_case, one, form, actions.amend, _("It is changed; the journal keeps what it was."))


@require_POST
def iteration_agree(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Agree on the KPI as it is now."""
    _use_case, one = _found(request, slug, number)
    actions.agree_again(one, by=request.user)
    messages.success(request, _("Version %(version)s is agreed on.") % {"version": one.kpi_version.number})
    return redirect(one)


@require_POST
def iteration_conclude(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Write its conclusion."""
    use_case, one = _found(request, slug, number)
    rights.require(request.user, "iteration.conclude", use_case.team)
    form = ConcludeForm(request.POST)
    return _done(request, use_case, one, form, actions.conclude, _("It is concluded, and waits for three signatures."))


@require_POST
def iteration_take_back(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Take its conclusion back."""
    use_case, one = _found(request, slug, number)
    rights.require(request.user, "iteration.conclude", use_case.team)
    form = ReasonForm(request.POST)
    return _done(request, use_case, one, form, actions.take_back, _("The conclusion is taken back: write it again."))


@require_POST
def iteration_sign(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Sign its conclusion."""
    use_case, one = _found(request, slug, number)
    rights.require(request.user, "iteration.sign", use_case.team)
    form = SignatureForm(request.POST, roles=[role.value for role in SIGNING])
    return _done(request, use_case, one, form, actions.sign, _("You have signed the conclusion."))


def _found(request: SignedInRequest, slug: str, number: int) -> tuple[UseCase, Iteration]:
    use_case = use_case_or_404(request, slug)
    rows = Iteration.objects.select_related(
        "kpi_version__kpi__use_case__team", "kpi_version__by", "opened_by", "concluded_by"
    )
    one = get_object_or_404(rows, use_case=use_case, number=number)
    one.use_case = use_case
    return use_case, one


def _done(
    request: SignedInRequest, use_case: UseCase, one: Iteration, form: Any, action: Any, said: str
) -> HttpResponse:
    """Do it and come back to the page; or the page again, with what is wrong beside its field."""
    if form.is_valid():
        try:
            action(one, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, said)
            return redirect(one)
    return _page(request, use_case, one, wrong=form)


def _page(request: SignedInRequest, use_case: UseCase, one: Iteration, wrong: Any = None) -> HttpResponse:
    user, team = request.user, use_case.team
    at = clock.past()
    then = as_it_was(one, at) if at else None
    sites = then.sites if then else None
    where = conditions([one], sites=sites)[one.pk]
    signed = list(one.signatures.filter(round=one.round).select_related("by"))
    roles = [] if at else actions.free_roles(one, user, signed)
    agreed = lines(one)
    concluding = {"decision": one.decision, "reason": one.reason, "findings": one.findings}
    context = _context(
        use_case,
        iteration=one,
        where=where,
        real=[site for site in where if site.on_flows],
        agreed=agreed,
        changed=any(line.now for line in agreed),
        # While it runs, what would be kept if it were concluded now.
        result=shown(one.result or (result(one, sites) if then is None or then.kept else None)),
        kept=then is None or then.kept,
        seats=[(role, next((row for row in signed if row.role == role), None)) for role in SIGNING],
        steps=then.steps if then else one.steps.select_related("by"),
        earlier=one.signatures.filter(round__lt=one.round).count(),
        may_open=rights.can(user, "iteration.open", team),
        may_conclude=rights.can(user, "iteration.conclude", team),
        amend_form=_or(wrong, SitesForm) or SitesForm(use_case=use_case, initial=_places(one)),
        conclude_form=_or(wrong, ConcludeForm) or ConcludeForm(initial=concluding),
        back_form=_or(wrong, ReasonForm) or ReasonForm(),
        sign_form=_or(wrong, SignatureForm)
        or (SignatureForm(roles=roles, initial={"role": roles[0]}) if roles else None),
    )
    return render(request, "usecases/iterations/iteration.html", context, status=400 if wrong else 200)


def _or(wrong: Any, kind: type[Any]) -> Any:
    return wrong if type(wrong) is kind else None


def _places(one: Iteration) -> dict[str, Any]:
    return {"ends_on": one.ends_on, "sites": list(one.sites.all())}


def _context(use_case: UseCase, **more: Any) -> dict[str, Any]:
    return {"use_case": use_case, "section": "gates", "nav": "portfolio", **more}
