"""What people do with tracking servers, experiments and runs."""

from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.audit.record import record
from portal.errors import BadInput, Refused, Sentence
from portal.jobs import queue
from portal.jobs.models import Job
from portal.people import rights
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.runs.models import Experiment, ExternalIdentity, Mark, Run, TrackingServer


def declare_server(name: str, url: str, web_url: str = "", *, by: User) -> TrackingServer:
    """Allow workers to talk to the MLflow server at `url`; people's browsers open `web_url` (the same when empty).

    Declared servers are the whole allow-list: nothing else is ever called. Raises BadInput for an address that is not
    plain http or https, Refused when the name or the address is declared already.
    """
    rights.require(by, "server.declare")
    wrong = {field: sentence for field, value in (("url", url), ("web_url", web_url)) if (sentence := _wrong(value))}
    if not url:
        wrong["url"] = _("An address is needed.")
    if wrong:
        raise BadInput.of(_("The address cannot be used."), wrong)
    try:
        with transaction.atomic():
            server = TrackingServer.objects.create(name=name, url=url.rstrip("/"), web_url=web_url.rstrip("/"))
            record("server.declared", server, by=by, host=urlsplit(url).netloc)
            queue.enqueue("runs.sync", key=str(server.pk), about=queue.About(server.name), server_id=server.pk)
    except IntegrityError as error:
        raise Refused(_("A server with this name or address is declared already.")) from error
    return server


def link_experiment(use_case: UseCase, server: TrackingServer, name: str, *, by: User) -> Experiment:
    """Link the experiment with this name and ask for its runs. Raises Refused when it is linked already."""
    rights.require(by, "experiment.link", use_case.team)
    try:
        with transaction.atomic():
            experiment = Experiment.objects.create(use_case=use_case, server=server, name=name)
            record(
                "experiment.linked",
                experiment,
                by=by,
                team=use_case.team,
                use_case=use_case.slug,
                server=server.name,
            )
            queue.enqueue("runs.sync", key=str(server.pk), about=queue.About(server.name), server_id=server.pk)
    except IntegrityError as error:
        raise Refused(
            _("The experiment “%(name)s” of %(server)s is linked already, here or to another use case.")
            % {"name": name, "server": server.name}
        ) from error
    return experiment


def request_sync(use_case: UseCase, *, by: User) -> list[Job]:
    """Ask that everything of this use case be read again, from the first run; one job per server.

    The minute-by-minute reading looks only at what is new: this one also finds late tags and runs dated in the past.
    """
    rights.require(by, "run.sync", use_case.team)
    servers = TrackingServer.objects.for_use_case(use_case) or list(TrackingServer.objects.all())
    if not servers:
        raise Refused(_("No tracking server is declared yet. An administrator can declare one."))
    with transaction.atomic():
        record("runs.sync_requested", use_case, by=by, team=use_case.team, use_case=use_case.slug)
        # A key of its own: an incremental reading under way may have passed what is asked for.
        return [
            queue.enqueue(
                "runs.sync", key=f"{one.pk}:all", about=queue.About(one.name), server_id=one.pk, everything=True
            )
            for one in servers
        ]


def mark(run: Run, as_mark: str, *, by: User) -> None:
    """Say that this run is the simple baseline or the candidate, or neither; whoever had the mark loses it."""
    use_case = run.use_case
    rights.require(by, "run.mark", use_case.team)
    wanted = Mark(as_mark)
    try:
        with transaction.atomic():
            others = Run.objects.filter(use_case=use_case, mark=wanted).exclude(pk=run.pk, mark="")
            former = ", ".join(str(other) for other in others) if wanted else ""
            if wanted:
                others.update(mark=Mark.NONE)
            if not Run.objects.filter(pk=run.pk, mark=run.mark).update(mark=wanted):
                raise Refused(_("Somebody else marked this run meanwhile. Look again, then decide."))
            record(
                f"run.marked_{wanted}" if wanted else "run.unmarked",
                run,
                by=by,
                team=use_case.team,
                use_case=use_case.slug,
                before={"mark": run.mark, "former": former},
                after={"mark": wanted.value},
                former=former or "–",
            )
    except IntegrityError as error:
        raise Refused(_("Somebody else marked another run meanwhile. Look again, then decide.")) from error
    run.mark = wanted


def map_identity(name: str, user: User, *, by: User) -> ExternalIdentity:
    """Say which person is behind an MLflow user name; replaces what was said before."""
    rights.require(by, "identity.map")
    if not name.strip():
        raise BadInput.of(_("Which MLflow user?"), {"name": _("A name is needed.")})
    with transaction.atomic():
        identity, _created = ExternalIdentity.objects.update_or_create(name=name.strip(), defaults={"user": user})
        record("identity.mapped", identity, by=by, person=user)
    return identity


def _wrong(url: str) -> Sentence:
    """Why this address is not taken; empty when it is."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return _("This is not an address.")
    if parts.scheme not in ("http", "https"):
        return _("Only http and https.")
    if not host:
        return _("The host is missing.")
    if "@" in parts.netloc:
        return _("No user name or password in the address.")
    if parts.fragment or parts.query or "#" in url or "?" in url:
        return _("Nothing after # or ?.")
    if any(character <= " " for character in url) or "\\" in url:
        return _("This is not an address.")
    return ""
