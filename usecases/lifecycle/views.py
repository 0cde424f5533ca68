"""Pages of iterations and gates, and of the road itself."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal import clock
from portal.errors import BadInput, Refused
from portal.people import rights
from portal.ui.as_of import shows_the_past
from usecases.catalog.forms import explain
from usecases.catalog.models import Stage, UseCase
from usecases.catalog.visible import SignedInRequest, use_case_or_404
from usecases.iterations.conditions import conditions
from usecases.iterations.models import Iteration
from usecases.lifecycle import actions, emergencies, road, subjects
from usecases.lifecycle.evaluate import evaluate, recent_all
from usecases.lifecycle.forms import (
    SIGNING,
    AnswerForm,
    AttestForm,
    PassForm,
    ResumeForm,
    SignForm,
    StepBackForm,
    WhyForm,
)
from usecases.lifecycle.gate import Gate
from usecases.lifecycle.models import Attestation, BreakGlass, GateKey, GlassStatus
from usecases.lifecycle.transitions import ROAD, ROLLED_OUT

CODE = re.compile(r"[a-z0-9_.]{1,60}")


@shows_the_past
@require_GET
def gates(request: SignedInRequest, slug: str) -> HttpResponse:
    """The iterations of a use case, and its gates."""
    return _gates_page(request, use_case_or_404(request, slug))


@shows_the_past
@require_GET
def gate(request: SignedInRequest, slug: str, stage: str) -> HttpResponse:
    """One gate: criteria, missing first, signatures, decision."""
    return _gate_page(request, use_case_or_404(request, slug), gate_or_404(stage))


@require_POST
def gate_attest(request: SignedInRequest, slug: str, stage: str) -> HttpResponse:
    """Attest a criterion."""
    use_case, opened = use_case_or_404(request, slug), gate_or_404(stage)
    code = request.POST.get("code", "")
    form = AttestForm(request.POST, auto_id=f"attest-{code}-%s" if CODE.fullmatch(code) else "attest-%s")
    if form.is_valid():
        try:
            actions.attest(use_case, opened, **form.cleaned_data, by=request.user)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("It is attested, under your name."))
            return redirect("gate", use_case.slug, opened.value)
    return _gate_page(request, use_case, opened, attest=form)


@require_POST
def gate_withdraw(request: SignedInRequest, slug: str, stage: str, uid: str) -> HttpResponse:
    """Take back an attestation."""
    use_case, opened = use_case_or_404(request, slug), gate_or_404(stage)
    said = get_object_or_404(Attestation.objects.select_related("by"), use_case=use_case, gate=opened, uid=uid)
    said.use_case = use_case
    actions.withdraw(said, by=request.user)
    messages.success(request, _("The attestation is withdrawn; the journal keeps it."))
    return redirect("gate", use_case.slug, opened.value)


@require_POST
def gate_sign(request: SignedInRequest, slug: str, stage: str) -> HttpResponse:
    """Sign a gate."""
    use_case, opened = use_case_or_404(request, slug), gate_or_404(stage)
    rights.require(request.user, "gate.sign", use_case.team)
    form = SignForm(request.POST, roles=[role.value for role in SIGNING])
    if form.is_valid():
        try:
            actions.sign(use_case, opened, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("You have signed the gate."))
            return redirect("gate", use_case.slug, opened.value)
    return _gate_page(request, use_case, opened, sign=form)


@require_POST
def gate_pass(request: SignedInRequest, slug: str, stage: str) -> HttpResponse:
    """Pass a gate."""
    use_case, opened = use_case_or_404(request, slug), gate_or_404(stage)
    form = PassForm(request.POST, reason_required=False)
    if form.is_valid():
        try:
            actions.pass_gate(use_case, opened, by=request.user, reason=form.cleaned_data["reason"])
        except BadInput as refusal:
            explain(form, refusal)
        else:
            said = _("The use case is in %(stage)s now. Criteria and signatures are kept as they were.")
            if opened.opens is None:
                said = _("The gate is passed. Criteria and signatures are kept as they were.")
            messages.success(request, said % {"stage": opened.label})
            return redirect("gate", use_case.slug, opened.value)
    return _gate_page(request, use_case, opened, decide=form)


@require_POST
def gate_break(request: SignedInRequest, slug: str, stage: str) -> HttpResponse:
    """Break the glass of a gate."""
    use_case, opened = use_case_or_404(request, slug), gate_or_404(stage)
    rights.require(request.user, "gate.break_glass", use_case.team)
    form = WhyForm(request.POST, auto_id="glass-%s")
    if form.is_valid():
        broken = emergencies.break_glass(use_case, opened, by=request.user, reason=form.cleaned_data["reason"])
        said = (
            _("The glass is broken: the gate opens once a second person agrees.")
            if broken.at_once
            else _("The glass is broken and the gate is open: a second person answers within a day.")
        )
        messages.warning(request, said)
        return redirect("gate", use_case.slug, opened.value)
    return _gate_page(request, use_case, opened, glass=form)


@require_POST
def gate_answer(request: SignedInRequest, slug: str, stage: str) -> HttpResponse:
    """Answer, as second person, for a broken glass."""
    use_case, opened = use_case_or_404(request, slug), gate_or_404(stage)
    rights.require(request.user, "gate.second", use_case.team)
    broken = BreakGlass.objects.filter(use_case=use_case, gate=opened).first()
    if broken is None:
        raise Refused(_("Nobody broke the glass of this gate."))
    broken.use_case = use_case
    form = AnswerForm(request.POST, auto_id="answer-%s")
    if form.is_valid():
        told = {"by": request.user, "comment": form.cleaned_data["comment"]}
        try:
            if form.cleaned_data["answer"] == "agree":
                emergencies.agree(broken, **told)
            else:
                emergencies.object_to(broken, **told)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Your answer is kept with the gate."))
            return redirect("gate", use_case.slug, opened.value)
    return _gate_page(request, use_case, opened, answer=form)


@require_POST
def stage_step_back(request: SignedInRequest, slug: str) -> HttpResponse:
    """Step back to an earlier stage."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "stage.step_back", use_case.team)
    form = StepBackForm(request.POST, choices=_behind(use_case, beyond=True), auto_id="back-%s")
    said = _("The use case stepped back; the gates between are open again.")
    return _road(request, use_case, "back_form", form, road.step_back, said)


@require_POST
def stage_stop(request: SignedInRequest, slug: str) -> HttpResponse:
    """Stop the use case."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "stage.stop", use_case.team)
    said = _("The use case is stopped. It can be resumed, and another one can start from it.")
    return _road(request, use_case, "stop_form", WhyForm(request.POST, auto_id="stop-%s"), road.stop, said)


@require_POST
def stage_resume(request: SignedInRequest, slug: str) -> HttpResponse:
    """Resume the use case."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "stage.stop", use_case.team)
    said = _("The use case goes on where it was stopped.")
    return _road(request, use_case, "resume_form", ResumeForm(request.POST, auto_id="resume-%s"), road.resume, said)


@require_POST
def stage_retire(request: SignedInRequest, slug: str) -> HttpResponse:
    """Retire the product."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "stage.retire", use_case.team)
    said = _("The product is retired.")
    return _road(request, use_case, "retire_form", WhyForm(request.POST, auto_id="retire-%s"), road.retire, said)


def _road(
    request: SignedInRequest, use_case: UseCase, name: str, form: Any, action: Callable[..., Any], said: str
) -> HttpResponse:
    """Move the use case on its road and come back to the page; or the page again, with what is wrong."""
    if form.is_valid():
        try:
            action(use_case, by=request.user, **form.cleaned_data)
        except BadInput as refusal:
            explain(form, refusal)
        else:
            messages.success(request, said)
            return redirect("gates", use_case.slug)
    return _gates_page(request, use_case, {name: form})


def _gates_page(request: SignedInRequest, use_case: UseCase, wrong: dict[str, Any] | None = None) -> HttpResponse:
    """The page of iterations and gates, with the form that was refused, if one was."""
    tried = list(Iteration.objects.filter(use_case=use_case).select_related("use_case"))
    where, user, team = conditions(tried), request.user, use_case.team
    found = recent_all(use_case)
    behind = _behind(use_case, beyond=any(gate.stage == GateKey.BEYOND and gate.state == "passed" for gate in found))
    forms: dict[str, Any] = {}
    if use_case.stage in ROAD:
        if behind and rights.can(user, "stage.step_back", team):
            forms["back_form"] = StepBackForm(choices=behind, auto_id="back-%s")
        if rights.can(user, "stage.stop", team):
            forms["stop_form"] = WhyForm(auto_id="stop-%s")
        if use_case.stage == Stage.PRODUCTION and rights.can(user, "stage.retire", team):
            forms["retire_form"] = WhyForm(auto_id="retire-%s")
    elif use_case.stage == Stage.STOPPED and rights.can(user, "stage.stop", team):
        forms["resume_form"] = ResumeForm(auto_id="resume-%s")
    context = _context(
        use_case,
        gates=found,
        iterations=[(one, where[one.pk]) for one in tried],
        may_open_iteration=rights.can(user, "iteration.open", team) and use_case.stage in ROLLED_OUT,
        may_template=rights.can(user, "template.make", team),
        history=use_case.stage_changes.select_related("by", "criteria_set").order_by("-id"),
        **{**forms, **(wrong or {})},
    )
    return render(request, "usecases/lifecycle/gates.html", context, status=400 if wrong else 200)


def _behind(use_case: UseCase, *, beyond: bool) -> list[tuple[str, Any]]:
    """The stages behind a use case, the nearest first, and the gate beyond the first site."""
    here = ROAD.index(Stage(use_case.stage)) if use_case.stage in ROAD else 0
    stages = [(stage.value, stage.label) for stage in reversed(ROAD[:here])]
    again = [(GateKey.BEYOND.value, _("only open the gate beyond the first site again"))]
    return [*stages, *(again if beyond else [])]


def gate_or_404(stage: str) -> GateKey:
    """The gate of this name. Raises Http404 for what is none."""
    if stage not in GateKey.values:
        raise Http404
    return GateKey(stage)


def _context(use_case: UseCase, **more: Any) -> dict[str, Any]:
    return {"use_case": use_case, "section": "gates", "nav": "portfolio", **more}


def _gate_page(
    request: SignedInRequest,
    use_case: UseCase,
    stage: GateKey,
    *,
    attest: AttestForm | None = None,
    sign: SignForm | None = None,
    decide: PassForm | None = None,
    glass: WhyForm | None = None,
    answer: AnswerForm | None = None,
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
        **_glass_forms(request, found, glass, answer),
    )
    wrong = any(form is not None and form.errors for form in (attest, sign, decide, glass, answer))
    return render(request, "usecases/lifecycle/gate.html", context, status=400 if wrong else 200)


def _glass_forms(
    request: SignedInRequest, found: Gate, glass: WhyForm | None, answer: AnswerForm | None
) -> dict[str, Any]:
    """The forms of break-glass that this person can use now; and how it stands."""
    user, team, broken = request.user, found.use_case.team, found.glass
    waits = broken is not None and broken.status == GlassStatus.WAITING
    may_break = found.state == "open" and not found.can_pass and broken is None
    may_answer = waits and broken is not None and broken.by_id != user.pk and rights.can(user, "gate.second", team)
    return {
        "glass": broken,
        "glass_waits": waits,
        "glass_overdue": waits and broken is not None and broken.due_at <= clock.now(),
        "glass_form": glass
        or (WhyForm(auto_id="glass-%s") if may_break and rights.can(user, "gate.break_glass", team) else None),
        "glass_at_once": may_break and emergencies.needs_second_at_once(found.use_case),
        "answer_form": answer or (AnswerForm(auto_id="answer-%s") if may_answer else None),
    }


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
