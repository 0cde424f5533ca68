"""Pages of deployments, releases and environments."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import clock
from portal.errors import BadInput
from portal.jobs import queue
from portal.people import holders, rights
from portal.ui.as_of import shows_the_past
from portal.ui.tables import Listing, answer
from usecases.catalog.models import UseCase
from usecases.catalog.visible import SignedInRequest, use_case_or_404
from usecases.deployments import actions, emergencies, forms
from usecases.deployments.models import (
    Deployment,
    Environment,
    Release,
    ReleaseStatus,
)
from usecases.deployments.review import review
from usecases.deployments.table import DEPLOYMENTS, ENVIRONMENTS, HISTORY, HISTORY_THEN, RELEASES
from usecases.runs.models import ModelVersion

FORM = LIST = require_http_methods(["GET", "POST"])


@LIST
def deployments(request: SignedInRequest) -> HttpResponseBase:
    """Every deployment this person may see; what waits for a decision first."""
    visible = UseCase.objects.visible_to(request.user)
    listing = Listing(DEPLOYMENTS, request, Deployment.objects.filter(use_case__in=visible).for_pages())
    context = {
        "empty": "usecases/deployments/empty.html",
        "mine": set(Deployment.objects.waiting_for(request.user).values_list("pk", flat=True)),
        "nav": "deployments",
    }
    return answer(request, "usecases/deployments/deployments.html", context, listing)


@shows_the_past
@LIST
def use_case_deployments(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """What is live where, what is on its way, the releases."""
    use_case = use_case_or_404(request, slug)
    mine = Deployment.objects.filter(use_case=use_case).for_pages()
    history = Listing(HISTORY if clock.past() is None else HISTORY_THEN, request, mine)
    releases = Listing(RELEASES, request, use_case.releases.select_related("model_version__server", "use_case"))
    can = {verb: rights.can(request.user, verb, use_case.team) for verb in ("release.prepare", "release.declare")}
    context = {
        **_tab(use_case),
        "live": mine.live_on(clock.now()).order_by("target__environment__name", "target__site__name"),
        "history": history,
        "releases": releases,
        "mine": set(Deployment.objects.waiting_for(request.user).values_list("pk", flat=True)),
        "ready": use_case.releases.filter(status=ReleaseStatus.READY).exists(),
        "versions": ModelVersion.objects.filter(use_case=use_case).exists(),
        "may_prepare": can["release.prepare"],
        "may_declare": can["release.declare"],
        "may_request": rights.can(request.user, "deployment.request", use_case.team),
    }
    return answer(request, "usecases/deployments/use_case_deployments.html", context, history, releases)


@shows_the_past
@require_GET
def deployment(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """The approval page, and later the history of what was decided."""
    one = _deployment(request, slug, number)
    team, there = one.use_case.team, one.target.place
    can = {verb: rights.can(request.user, f"deployment.{verb}", team, there) for verb in _VERBS}
    could = holders.people(team, _APPROVING, clock.now(), there)
    rights.read_all(could)
    approvals = list(one.approvals.select_related("approver", "stands_for", "site", "environment"))
    context = {
        **_tab(one.use_case),
        "nav": "deployments",
        "deployment": one,
        "review": review(one),
        "approvals": approvals,
        "steps": one.steps.select_related("by"),
        "job": queue.latest("deployments.execute", str(one.uid)),
        "obstacle": actions.why_not_approve(one, request.user),
        "voted": any(each.approver_id == request.user.pk for each in approvals),
        "can": can,
        "who_can": [person for person in could if not actions.why_not_approve(one, person)],
        "beyond": rights.can(request.user, "deployment.approve", team) and not can["approve"],
        "form": forms.DecisionForm(),
    }
    return render(request, "usecases/deployments/deployment.html", context)


@require_GET
def deployment_progress(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """The fragment that tells how far the machine is; it asks again only while the machine works."""
    one = _deployment(request, slug, number)
    job = queue.latest("deployments.execute", str(one.uid))
    return render(request, "usecases/deployments/progress.html", {"deployment": one, "job": job, "asked": True})


@FORM
def deployment_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Request a deployment."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "deployment.request", use_case.team)
    chosen = use_case.releases.filter(number=_number(request.GET.get("release"))).first()
    form = forms.RequestForm(use_case, request.POST or None, initial={"release": chosen})
    if form.is_valid():
        one = actions.request_deployment(**form.cleaned_data, by=request.user)
        messages.success(request, _("Requested. Another member of IT decides."))
        return redirect(one)
    context = {**_tab(use_case), "form": form}
    context["ready"] = use_case.releases.filter(status=ReleaseStatus.READY).exists()
    return render(request, "usecases/deployments/deployment_new.html", context)


@require_POST
def deployment_approve(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Say yes."""
    one = _deployment(request, slug, number)
    actions.approve(one, by=request.user, comment=_comment(request))
    messages.success(request, _("Your approval is recorded."))
    return redirect(one)


@require_POST
def deployment_ask_changes(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Send it back."""
    one = _deployment(request, slug, number)
    actions.ask_changes(one, by=request.user, comment=_comment(request))
    messages.success(request, _("Sent back with your reason."))
    return redirect(one)


@require_POST
def deployment_reject(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Say no."""
    one = _deployment(request, slug, number)
    actions.reject(one, by=request.user, comment=_comment(request))
    messages.success(request, _("Rejected, with your reason."))
    return redirect(one)


@require_POST
def deployment_withdraw(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Take the request back."""
    one = _deployment(request, slug, number)
    actions.withdraw(one, by=request.user)
    messages.success(request, _("Withdrawn."))
    return redirect(one)


@require_POST
def deployment_roll_back(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Return to what was there before."""
    one = _deployment(request, slug, number)
    back = actions.roll_back(one, by=request.user, reason=_comment(request))
    messages.success(request, _("Going back to %(release)s.") % {"release": back.release})
    return redirect(back)


@require_POST
def deployment_retry(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Run a failed one again."""
    one = _deployment(request, slug, number)
    actions.retry(one, by=request.user)
    messages.success(request, _("Started again."))
    return redirect(one)


@shows_the_past
@require_GET
def release(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """What a release is made of, its digest, where it went."""
    use_case = use_case_or_404(request, slug)
    context = {
        **_tab(use_case),
        **_release(use_case, number),
        "may_request": rights.can(request.user, "deployment.request", use_case.team),
    }
    one: Release = context["release"]
    context["deployments"] = one.deployments.for_pages()
    context["artifacts"] = sorted(one.manifest.get("artifacts", {}).items())
    context["facts"] = sorted((key, one.manifest[key]) for key in ("params", "configuration") if one.manifest.get(key))
    return render(request, "usecases/deployments/release.html", context)


@require_GET
def release_progress(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """The fragment that tells how far the hashing is; it asks again only while it is being prepared."""
    use_case = use_case_or_404(request, slug)
    context = {"use_case": use_case, "asked": True, **_release(use_case, number)}
    return render(request, "usecases/deployments/release_progress.html", context)


@FORM
def release_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Prepare a release."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "release.prepare", use_case.team)
    form = forms.ReleaseForm(use_case, request.POST or None, initial={"model_version": request.GET.get("version")})
    if form.is_valid():
        one = actions.create_release(use_case, **form.cleaned_data, by=request.user)
        return redirect(one)
    context = {**_tab(use_case), "form": form, "versions": use_case.model_versions.exists()}
    return render(request, "usecases/deployments/release_new.html", context)


@FORM
def release_in_place(request: SignedInRequest, slug: str) -> HttpResponse:
    """Declare the system in place."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "release.declare", use_case.team)
    form = forms.InPlaceForm(use_case, request.POST or None)
    if form.is_valid():
        one = actions.declare_in_place(use_case, **form.cleaned_data, by=request.user)
        messages.success(request, _("Declared. Every roll-back can return to it."))
        return redirect(one)
    context = {**_tab(use_case), "form": form, "sites": use_case.sites.exists()}
    return render(request, "usecases/deployments/release_in_place.html", context)


@require_GET
def ran_here(request: SignedInRequest, slug: str) -> HttpResponse:
    """What ran at a site at a moment, who approved it, who else could have."""
    use_case = use_case_or_404(request, slug)
    form = forms.RanHereForm(use_case, request.GET if "at" in request.GET else None, initial={"at": timezone.now()})
    context: dict[str, Any] = {**_tab(use_case), "form": form}
    if form.is_valid():
        there = Deployment.objects.filter(use_case=use_case, target__site=form.cleaned_data["site"])
        found = (
            there.live_on(form.cleaned_data["at"])
            .for_pages()
            .prefetch_related("approvals__approver", "approvals__stands_for")
        )
        context["asked"] = form.cleaned_data
        context["found"] = [
            (one, holders.in_team(use_case.team, _APPROVING, form.cleaned_data["at"], one.target.place))
            for one in found.order_by("target__environment__name")
        ]
    return render(request, "usecases/deployments/ran_here.html", context)


@FORM
def environments(request: SignedInRequest) -> HttpResponseBase:
    """The environments of the organisation."""
    rights.require(request.user, "environment.manage")
    form = forms.EnvironmentForm(request.POST or None)
    if form.is_valid():
        environment = actions.create_environment(**form.cleaned_data, by=request.user)
        messages.success(request, _("%(environment)s is created.") % {"environment": environment})
        return redirect("environments")
    listing = Listing(ENVIRONMENTS, request, Environment.objects.all())
    context = {"form": form, "nav": "admin", "empty": "usecases/deployments/environments_empty.html"}
    return answer(request, "usecases/deployments/environments.html", context, listing)


@require_POST
def environment_emergency(request: SignedInRequest, environment: str) -> HttpResponse:
    """Say when a second person answers an emergency in an environment."""
    rights.require(request.user, "environment.manage")
    here = get_object_or_404(Environment, slug=environment)
    form = forms.EmergencyForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Say when a second person answers: at once, or within 24 hours."))
    emergencies.rule_emergencies(here, by=request.user, **form.cleaned_data)
    messages.success(request, _("The rule of %(environment)s is changed.") % {"environment": here})
    return redirect("environments")


_VERBS = ("approve", "withdraw", "roll_back", "retry")
_APPROVING = rights.VERBS["deployment.approve"].roles


def _tab(use_case: UseCase) -> dict[str, Any]:
    return {"use_case": use_case, "section": "deployments", "nav": "portfolio"}


def _deployment(request: SignedInRequest, slug: str, number: int) -> Deployment:
    visible = UseCase.objects.visible_to(request.user)
    mine = Deployment.objects.filter(use_case__in=visible, use_case__slug=slug).for_pages()
    return get_object_or_404(
        mine.select_related("model_author", "release__model_version__run", "previous__release__use_case"), number=number
    )


def _release(use_case: UseCase, number: int) -> dict[str, Any]:
    found = use_case.releases.select_related(
        "use_case__team", "model_version__server", "model_version__run", "created_by"
    )
    one = get_object_or_404(found, number=number)
    return {"release": one, "job": queue.latest("releases.prepare", str(one.uid))}


def _comment(request: SignedInRequest) -> str:
    form = forms.DecisionForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("The reason is too long, or holds characters that cannot be kept."))
    return str(form.cleaned_data["comment"])


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0
