"""Pages of gates and of their criteria."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal import registry
from portal.errors import BadInput
from portal.people import rights
from portal.ui.as_of import shows_the_past
from usecases.catalog.models import Stage, UseCase
from usecases.catalog.visible import SignedInRequest, use_case_or_404
from usecases.iterations.conditions import conditions
from usecases.iterations.models import Iteration
from usecases.lifecycle import actions, subjects
from usecases.lifecycle.evaluate import SIGNED_BY, Gate, evaluate
from usecases.lifecycle.forms import AttestForm, CriteriaForm, PassForm, SignForm
from usecases.lifecycle.models import Attestation, CriteriaSet, CriterionSetting
from usecases.lifecycle.transitions import GATES


@shows_the_past
@require_GET
def gates(request: SignedInRequest, slug: str) -> HttpResponse:
    """The iterations of a use case, and its gates."""
    use_case = use_case_or_404(request, slug)
    tried = list(Iteration.objects.filter(use_case=use_case).select_related("use_case"))
    where = conditions(tried)
    context = _context(
        use_case,
        gates=[evaluate(use_case, stage) for stage in GATES],
        iterations=[(one, where[one.pk]) for one in tried],
        may_open_iteration=rights.can(request.user, "iteration.open", use_case.team),
    )
    return render(request, "usecases/lifecycle/gates.html", context)


@shows_the_past
@require_GET
def gate(request: SignedInRequest, slug: str, stage: str) -> HttpResponse:
    """One gate: criteria, missing first, signatures, decision."""
    return _gate_page(request, use_case_or_404(request, slug), _stage(stage))


@require_POST
def gate_attest(request: SignedInRequest, slug: str, stage: str) -> HttpResponse:
    """Attest a criterion."""
    use_case, opened = use_case_or_404(request, slug), _stage(stage)
    code = request.POST.get("code", "")
    form = AttestForm(request.POST, auto_id=f"attest-{code}-%s" if code in registry.criteria() else "attest-%s")
    if form.is_valid():
        try:
            actions.attest(use_case, opened, **form.cleaned_data, by=request.user)
        except BadInput as refusal:
            _explain(form, refusal)
        else:
            messages.success(request, _("It is attested, under your name."))
            return redirect("gate", use_case.slug, opened.value)
    return _gate_page(request, use_case, opened, attest=form)


@require_POST
def gate_withdraw(request: SignedInRequest, slug: str, stage: str, uid: str) -> HttpResponse:
    """Take back an attestation."""
    use_case, opened = use_case_or_404(request, slug), _stage(stage)
    said = get_object_or_404(Attestation.objects.select_related("by"), use_case=use_case, gate=opened, uid=uid)
    said.use_case = use_case
    actions.withdraw(said, by=request.user)
    messages.success(request, _("The attestation is withdrawn; the journal keeps it."))
    return redirect("gate", use_case.slug, opened.value)


@require_POST
def gate_sign(request: SignedInRequest, slug: str, stage: str) -> HttpResponse:
    """Sign a gate."""
    use_case, opened = use_case_or_404(request, slug), _stage(stage)
    rights.require(request.user, "gate.sign", use_case.team)
    form = SignForm(request.POST, roles=[role.value for role in SIGNED_BY[opened]])
    if form.is_valid():
        try:
            actions.sign(use_case, opened, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            _explain(form, refusal)
        else:
            messages.success(request, _("You have signed the gate."))
            return redirect("gate", use_case.slug, opened.value)
    return _gate_page(request, use_case, opened, sign=form)


@require_POST
def gate_pass(request: SignedInRequest, slug: str, stage: str) -> HttpResponse:
    """Pass a gate."""
    use_case, opened = use_case_or_404(request, slug), _stage(stage)
    form = PassForm(request.POST, reason_required=False)
    if form.is_valid():
        try:
            actions.pass_gate(use_case, opened, by=request.user, reason=form.cleaned_data["reason"])
        except BadInput as refusal:
            _explain(form, refusal)
        else:
            said = _("The use case is in %(stage)s now. Criteria and signatures are kept as they were.")
            messages.success(request, said % {"stage": opened.label})
            return redirect("gate", use_case.slug, opened.value)
    return _gate_page(request, use_case, opened, decide=form)


@require_GET
def criteria(request: SignedInRequest) -> HttpResponse:
    """The criteria of every gate: anybody reads them, administrators publish new versions."""
    return _criteria_page(request)


@require_POST
def criteria_publish(request: SignedInRequest, stage: str) -> HttpResponse:
    """Publish a version of a gate's criteria."""
    rights.require(request.user, "criteria.edit")
    opened = _stage(stage)
    in_force = CriteriaSet.objects.filter(gate=opened, is_current=True).prefetch_related("settings").first()
    form = CriteriaForm(request.POST, criteria=_in_order(in_force), auto_id=f"{opened.value}-%s")
    if form.is_valid():
        made = actions.publish(opened, form.modes, by=request.user, seen=form.cleaned_data["seen"])
        messages.success(request, _("Version %(version)s is in force.") % {"version": made.version})
        return redirect("criteria")
    return _criteria_page(request, wrong={opened: form})


def _stage(stage: str) -> Stage:
    if stage not in GATES:
        raise Http404
    return Stage(stage)


def _context(use_case: UseCase, **more: Any) -> dict[str, Any]:
    return {"use_case": use_case, "section": "gates", "nav": "portfolio", **more}


def _gate_page(
    request: SignedInRequest,
    use_case: UseCase,
    stage: Stage,
    *,
    attest: AttestForm | None = None,
    sign: SignForm | None = None,
    decide: PassForm | None = None,
) -> HttpResponse:
    """The page of a gate, with the form that was refused, if one was."""
    found = evaluate(use_case, stage)
    mine = rights.roles_in(request.user, use_case.team)
    in_order = request.GET.get("order") == "set"
    listed = found.findings if in_order else found.missing_first
    context = _context(
        use_case,
        gate=found,
        rows=[(finding, _attest_form(finding.code, attest), finding.role in mine) for finding in listed],
        bar=found.missing_last,
        in_order=in_order,
        my_roles=mine,
        refused=attest["code"].value() if attest else "",
        sign_form=sign or _sign_form(found, request, mine),
        pass_form=decide or PassForm(reason_required=bool(found.warnings)),
        may_pass=rights.can(request.user, "gate.pass", use_case.team),
        talk_uid=subjects.uid_of(use_case, stage),
    )
    wrong = any(form is not None and form.errors for form in (attest, sign, decide))
    return render(request, "usecases/lifecycle/gate.html", context, status=400 if wrong else 200)


def _attest_form(code: str, refused: AttestForm | None) -> AttestForm:
    if refused is not None and refused["code"].value() == code:
        return refused
    return AttestForm(initial={"code": code}, auto_id=f"attest-{code}-%s")


def _sign_form(found: Gate, request: SignedInRequest, mine: frozenset[str]) -> SignForm | None:
    """A form when this person can sign now, else None."""
    if found.state != "open" or any(s.sign_off and s.sign_off.by_id == request.user.pk for s in found.seats):
        return None
    roles = [seat.role for seat in found.unsigned if seat.role in mine]
    return SignForm(roles=roles, initial={"role": roles[0]}) if roles else None


def _explain(form: AttestForm | SignForm | PassForm, refusal: BadInput) -> None:
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.sentence))
    if not refusal.problems:
        form.add_error(None, str(refusal.sentence))


def _criteria_page(request: SignedInRequest, wrong: dict[Stage, CriteriaForm] | None = None) -> HttpResponse:
    known = registry.criteria()
    current = {
        row.gate: row
        for row in CriteriaSet.objects.filter(is_current=True).select_related("created_by").prefetch_related("settings")
    }
    sections = []
    for stage in GATES:
        in_force = current.get(stage)
        modes = {setting.code: setting for setting in in_force.settings.all()} if in_force else {}
        ordered = _in_order(in_force)
        initial = {f"mode-{code}": setting.mode for code, setting in modes.items()}
        initial["seen"] = str(in_force.version) if in_force else "0"
        form = (wrong or {}).get(stage) or CriteriaForm(criteria=ordered, initial=initial, auto_id=f"{stage.value}-%s")
        asked = [_asked(setting, known.get(code)) for code, setting in modes.items()]
        sections.append({"stage": stage, "in_force": in_force, "asked": asked, "form": form})
    context = {"nav": "admin", "sections": sections, "may_edit": rights.can(request.user, "criteria.edit")}
    return render(request, "usecases/lifecycle/criteria.html", context, status=400 if wrong else 200)


def _asked(setting: CriterionSetting, criterion: registry.Criterion | None) -> dict[str, Any]:
    # A template would call the check: it is told only whether there is one.
    return {"setting": setting, "criterion": criterion, "computed": bool(criterion and criterion.check)}


def _in_order(in_force: CriteriaSet | None) -> list[registry.Criterion]:
    """What is asked first, in its order, then what could be."""
    known = registry.criteria()
    asked = [setting.code for setting in in_force.settings.all()] if in_force else []
    return [known[code] for code in asked if code in known] + [c for code, c in known.items() if code not in asked]
