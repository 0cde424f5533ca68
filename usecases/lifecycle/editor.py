"""The page on which administrators write a new version of what a gate asks, look at it, and publish it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods

from portal import registry
from portal.errors import BadInput
from portal.people import rights
from usecases.catalog.models import UseCase
from usecases.catalog.visible import SignedInRequest
from usecases.lifecycle import publishing
from usecases.lifecycle.evidence import LANGUAGES, Asked, asked
from usecases.lifecycle.forms import Settings, VersionForm
from usecases.lifecycle.models import CriteriaSet, CriterionSetting, GateKey
from usecases.lifecycle.publishing import Setting
from usecases.lifecycle.transitions import ALL_GATES, GATES, stage_before
from usecases.lifecycle.views import gate_or_404

OWN_ROWS = 2  # empty rows for criteria of the organisation's own


@dataclass(frozen=True, slots=True)
class Seen:
    """A criterion as it will read: in each language, and how it differs from the version in force."""

    asked: Asked
    texts: tuple[tuple[str, str, str], ...]  # language, title, why
    change: str


@require_GET
def criteria(request: SignedInRequest) -> HttpResponse:
    """The criteria of every gate: anybody reads them, administrators publish new versions."""
    known = registry.criteria()
    rows = CriteriaSet.objects.filter(is_current=True).select_related("created_by").prefetch_related("settings")
    current = {row.gate: row for row in rows}
    sections = []
    for gate in ALL_GATES:
        in_force = current.get(gate)
        settings = in_force.settings.all() if in_force else ()
        told = [_told(asked(one, known.get(one.code))) for one in settings]
        sections.append({"gate": gate, "in_force": in_force, "asked": told, "signed_by": _roles(in_force)})
    context = {"nav": "admin", "sections": sections, "may_edit": rights.can(request.user, "criteria.edit")}
    return render(request, "usecases/lifecycle/criteria.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def criteria_edit(request: SignedInRequest, stage: str) -> HttpResponse:
    """Write a version of a gate's criteria: a preview first, then it is published."""
    rights.require(request.user, "criteria.edit")
    gate = gate_or_404(stage)
    in_force = CriteriaSet.objects.filter(gate=gate, is_current=True).prefetch_related("settings").first()
    version = VersionForm(request.POST or None, initial=_initial(in_force))
    forms = Settings(request.POST or None, initial=_rows(in_force), prefix="asked")
    preview: list[Seen] | None = None
    is_sent = request.method == "POST" and version.is_valid() and forms.is_valid()
    if is_sent:
        ordered = sorted(forms, key=lambda form: form.cleaned_data.get("position") or 99)
        wanted = [one for form in ordered if form.cleaned_data and (one := form.setting)]
        told = {"seen": version.cleaned_data["seen"], "signed_by": version.cleaned_data["signed_by"]}
        try:
            if "publish" in request.POST:
                made = publishing.publish(gate, wanted, by=request.user, **told)
                messages.success(request, _("Version %(version)s is in force.") % {"version": made.version})
                return redirect("criteria")
            publishing.check(wanted, told["signed_by"])
            preview = _preview(wanted, in_force)
        except BadInput as refusal:
            _explain(version, refusal)
    context = {
        "nav": "admin",
        "gate": gate,
        "in_force": in_force,
        "version": version,
        "forms": forms,
        "registered": registry.criteria(),
        "preview": preview,
        "waiting": _waiting(gate) if preview else 0,
    }
    wrong = request.method == "POST" and (not is_sent or bool(version.errors))
    return render(request, "usecases/lifecycle/criteria_edit.html", context, status=400 if wrong else 200)


def _told(one: Asked) -> dict[str, Any]:
    # A template would call the check: it is told only whether there is one.
    return {"asked": one, "computed": one.check is not None, "mode": CriterionSetting(mode=one.mode).get_mode_display()}


def _roles(in_force: CriteriaSet | None) -> list[str]:
    roles = in_force.signed_by if in_force else []
    return [str(label) for role, label in VersionForm.base_fields["signed_by"].choices if role in roles]  # type: ignore[attr-defined]


def _initial(in_force: CriteriaSet | None) -> dict[str, Any]:
    return {"seen": in_force.version if in_force else 0, "signed_by": in_force.signed_by if in_force else []}


def _rows(in_force: CriteriaSet | None) -> list[dict[str, Any]]:
    """What is asked, in order, then what could be, then empty rows for one's own."""
    known = registry.criteria()
    told = publishing.settings_of(in_force)
    names = Setting.__slots__
    found = [{name: getattr(one, name) for name in names} | {"position": at} for at, one in enumerate(told, start=1)]
    codes = {one.code for one in told}
    found += [{"code": code} for code in known if code not in codes]
    return found + [{"code": ""} for _row in range(OWN_ROWS)]


def _preview(wanted: list[Setting], in_force: CriteriaSet | None) -> list[Seen]:
    known = registry.criteria()
    before = {one.code: one for one in publishing.settings_of(in_force)}
    found = []
    for one in wanted:
        row = CriterionSetting(**{name: getattr(one, name) for name in Setting.__slots__})
        texts = []
        for language in LANGUAGES:
            with override(language):
                worded = asked(row, known.get(one.code))
                texts.append((language, str(worded.title), str(worded.why)))
        change = _("new") if one.code not in before else "" if before[one.code] == one else _("changed")
        found.append(Seen(asked(row, known.get(one.code)), tuple(texts), change))
    return found


def _waiting(gate: GateKey) -> int:
    """How many use cases stand before this gate: they meet the new version."""
    return UseCase.objects.filter(stage=stage_before(gate)).count() if gate in GATES else 0


def _explain(version: VersionForm, refusal: BadInput) -> None:
    for problem in refusal.problems:
        if problem.field in version.fields:
            version.add_error(problem.field, str(problem.sentence))
        else:
            version.add_error(None, f"{problem.field}: {problem.sentence}" if problem.field else str(problem.sentence))
    if not refusal.problems:
        version.add_error(None, str(refusal.sentence))
