"""Pages of runs, tracking servers and identities."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.errors import BadInput
from portal.jobs import queue
from portal.jobs.models import Job
from portal.people import rights
from portal.ui.as_of import shows_the_past
from portal.ui.tables import Listing, answer
from usecases.catalog.forms import explain
from usecases.catalog.models import UseCase
from usecases.catalog.visible import SignedInRequest, use_case_or_404
from usecases.runs import actions, beats, table
from usecases.runs.administration import IDENTITIES, SERVERS
from usecases.runs.forms import ExperimentForm, IdentityForm, MarkForm, ServerForm
from usecases.runs.listing import runs_table
from usecases.runs.models import ExternalIdentity, Mark, Run, TrackingServer


@require_http_methods(["GET", "POST"])
def runs(request: SignedInRequest) -> HttpResponseBase:
    """Every run this person may see."""
    visible = UseCase.objects.visible_to(request.user)
    found = Run.objects.filter(use_case__in=visible).select_related("use_case__team", "server")
    listing = Listing(runs_table(found, use_case=None), request, found)
    context = {"nav": "runs", "empty": "usecases/runs/empty.html"}
    return answer(request, "usecases/runs/runs.html", context, listing)


@shows_the_past
@require_http_methods(["GET", "POST"])
def use_case_runs(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """The runs of a use case, with the parameters and metrics that tell them apart."""
    use_case = use_case_or_404(request, slug)
    found = Run.objects.filter(use_case=use_case).select_related("use_case__team", "server")
    syncs = _syncs(use_case)
    read = [server.complete_as_of for server, _job in syncs["syncs"]]
    known = [moment for moment in read if moment is not None]
    as_of = min(known) if known and len(known) == len(read) else None
    listing = Listing(runs_table(found, use_case=use_case), request, found, as_of=as_of)
    context = {
        "use_case": use_case,
        "section": "runs",
        "nav": "portfolio",
        "empty": "usecases/runs/empty.html",
        "comparison": beats.compare(use_case),
        "experiments": use_case.experiments.select_related("server"),
        **syncs,
        "may_link": rights.can(request.user, "experiment.link", use_case.team),
        "may_sync": rights.can(request.user, "run.sync", use_case.team),
    }
    return answer(request, "usecases/runs/use_case_runs.html", context, listing)


@require_GET
def runs_progress(request: SignedInRequest, slug: str) -> HttpResponse:
    """The fragment that tells how far the synchronisation is; it asks again only while one is open."""
    use_case = use_case_or_404(request, slug)
    return render(request, "usecases/runs/progress.html", {"use_case": use_case, **_syncs(use_case)})


@require_POST
def runs_sync(request: SignedInRequest, slug: str) -> HttpResponse:
    """Ask for a complete reading."""
    use_case = use_case_or_404(request, slug)
    actions.request_sync(use_case, by=request.user)
    messages.success(request, _("The runs are being read again."))
    return redirect("use_case_runs", slug)


@require_http_methods(["GET", "POST"])
def experiment_link(request: SignedInRequest, slug: str) -> HttpResponse:
    """Link an experiment."""
    use_case = use_case_or_404(request, slug)
    rights.require(request.user, "experiment.link", use_case.team)
    form = ExperimentForm(request.POST or None, initial={"server": TrackingServer.objects.first()})
    if form.is_valid():
        experiment = actions.link_experiment(use_case, **form.cleaned_data, by=request.user)
        messages.success(request, _("“%(name)s” is linked; its runs are being read.") % {"name": experiment.name})
        return redirect("use_case_runs", slug)
    context = {"use_case": use_case, "section": "runs", "nav": "portfolio", "form": form}
    context["servers"] = TrackingServer.objects.exists()
    return render(request, "usecases/runs/experiment_link.html", context)


@shows_the_past
@require_GET
def run(request: SignedInRequest, slug: str, mlflow_id: str) -> HttpResponse:
    """One run: what went in, what came out, what was registered from it."""
    use_case = use_case_or_404(request, slug)
    one = get_object_or_404(Run.objects.select_related("server"), use_case=use_case, mlflow_id=mlflow_id)
    context = {
        "use_case": use_case,
        "section": "runs",
        "nav": "portfolio",
        "run": one,
        "metrics": [(name, beats.said(one, name)) for name in sorted(table.metric_names([one.metrics]))],
        "params": sorted(one.params.items()),
        "tags": sorted((key, value) for key, value in one.tags.items() if not key.startswith("mlflow.")),
        "versions": one.model_versions.select_related("server"),
        "person": ExternalIdentity.objects.filter(name=one.author).select_related("user").first(),
        "marks": [choice for choice in Mark if choice],
        "may_mark": rights.can(request.user, "run.mark", use_case.team),
    }
    return render(request, "usecases/runs/run.html", context)


@require_POST
def run_mark(request: SignedInRequest, slug: str, mlflow_id: str) -> HttpResponse:
    """Mark a run, or take its mark off."""
    use_case = use_case_or_404(request, slug)
    one = get_object_or_404(Run.objects.select_related("use_case__team"), use_case=use_case, mlflow_id=mlflow_id)
    form = MarkForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("There is no such mark."))
    actions.mark(one, form.cleaned_data["mark"], by=request.user)
    messages.success(request, _("Done: %(run)s.") % {"run": one})
    return redirect("run", slug, mlflow_id)


@require_http_methods(["GET", "POST"])
def servers(request: SignedInRequest) -> HttpResponseBase:
    """The tracking servers of the organisation."""
    rights.require(request.user, "server.declare")
    form = ServerForm(request.POST or None)
    if form.is_valid():
        try:
            server = actions.declare_server(**form.cleaned_data, by=request.user)
        except BadInput as wrong:
            explain(form, wrong)
        else:
            messages.success(request, _("%(server)s is declared.") % {"server": server})
            return redirect("servers")
    listing = Listing(SERVERS, request, TrackingServer.objects.all())
    context = {"form": form, "nav": "admin", "empty": "usecases/runs/servers_empty.html"}
    return answer(request, "usecases/runs/servers.html", context, listing)


@require_http_methods(["GET", "POST"])
def identities(request: SignedInRequest) -> HttpResponseBase:
    """Who is behind the names that MLflow gives."""
    rights.require(request.user, "identity.map")
    form = IdentityForm(request.POST or None, initial={"name": request.GET.get("name", "")})
    if form.is_valid():
        identity = actions.map_identity(**form.cleaned_data, by=request.user)
        messages.success(
            request, _("%(name)s is %(person)s.") % {"name": identity.name, "person": form.cleaned_data["user"]}
        )
        return redirect("identities")
    known = ExternalIdentity.objects.select_related("user")
    strangers = Run.objects.exclude(author="").exclude(author__in=known.values("name"))
    context = {
        "form": form,
        "strangers": strangers.order_by("author").values_list("author", flat=True).distinct()[:100],
        "nav": "admin",
    }
    return answer(request, "usecases/runs/identities.html", context, Listing(IDENTITIES, request, known))


def _syncs(use_case: UseCase) -> dict[str, Any]:
    """Each server of the use case (one or two) with its last job, and whether one is still open."""
    servers = TrackingServer.objects.for_use_case(use_case)
    syncs = [(server, _last_sync(server)) for server in servers]
    return {"syncs": syncs, "syncing": any(job is not None and job.is_open for _server, job in syncs)}


def _last_sync(server: TrackingServer) -> Job | None:
    """The complete reading while one is open, else the last incremental one."""
    whole = queue.latest("runs.sync", f"{server.pk}:all")
    return whole if whole is not None and whole.is_open else queue.latest("runs.sync", str(server.pk)) or whole
