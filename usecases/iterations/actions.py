"""What people do with iterations: open, amend, agree again, conclude, take back, sign."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import clock
from portal.audit.record import record
from portal.errors import BadInput, NotAllowed, Problem, Refused, Sentence
from portal.notifications.actions import members, tell
from portal.people import rights
from portal.people.models import Role, User
from usecases.catalog.models import Site, Stage, UseCase
from usecases.catalog.numbering import next_number
from usecases.iterations import transitions
from usecases.iterations.models import SIGNING, Decision, Iteration, IterationSignature, IterationStatus, Plug
from usecases.iterations.result import result
from usecases.kpis import actions as kpis
from usecases.kpis.models import KPI, KPIVersion

TRIED_IN = (Stage.POC, Stage.INDUSTRIALISATION, Stage.PRODUCTION)
# Something that runs already may be written down, not last year's.
BACK = timedelta(days=31)
S = IterationStatus
NOTHING = gettext_lazy("Nothing was written.")


def open_iteration(
    use_case: UseCase,
    *,
    by: User,
    kpi: KPI,
    title: str,
    hypothesis: str,
    sites: Collection[Site],
    starts_on: date,
    ends_on: date,
    plugs: str = Plug.MODEL,
) -> Iteration:
    """Open the next iteration: its hypothesis, the KPI and proxy metric as they are agreed now, its sites and dates.

    Raises NotAllowed, BadInput field by field, Refused before the POC, off the road, or while another one is open.
    """
    rights.require(by, "iteration.open", use_case.team)
    title, hypothesis = _words(title), _words(hypothesis)
    with _told(_("Another iteration is not closed yet: conclude and sign it first.")):
        number = next_number(Iteration, use_case, first=0)
        use_case.refresh_from_db(fields=["stage"])
        if use_case.stage not in TRIED_IN:
            raise Refused(_before_poc(use_case.stage))
        _check(use_case, number, kpi, title, hypothesis, sites, starts_on, ends_on, plugs)
        iteration = Iteration(
            use_case=use_case,
            number=number,
            title=title,
            hypothesis=hypothesis,
            plugs=plugs,
            kpi_version=_agreed_on(kpi, number, by=by),
            starts_on=starts_on,
            ends_on=ends_on,
            opened_by=by,
        )
        version = iteration.kpi_version.number
        transitions.begin(iteration, by=by, number=number, kpi=kpi.name, version=version)
        iteration.sites.set(sites)
        _tell("notice.iteration_opened", iteration, by=by)
    return iteration


def amend(iteration: Iteration, *, by: User, ends_on: date, sites: Collection[Site]) -> None:
    """Change the last day and the sites of an open iteration; the journal keeps what they were.

    Raises NotAllowed, BadInput, Refused when it is concluded.
    """
    rights.require(by, "iteration.open", iteration.use_case.team)
    with transaction.atomic():
        held = _held(iteration, S.OPEN)
        problems = [*_wrong_sites(held.use_case, sites), *_wrong_dates(held.starts_on, ends_on)]
        if problems:
            raise BadInput(NOTHING, problems)
        before, after = _agreed(held.ends_on, held.sites.all()), _agreed(ends_on, sites)
        if before == after:
            return
        Iteration.objects.filter(pk=held.pk).update(ends_on=ends_on)
        held.sites.set(sites)
        iteration.ends_on = ends_on
        _record("iteration.amended", held, by=by, before=before, after=after, ends_on=ends_on.isoformat())


def agree_again(iteration: Iteration, *, by: User) -> None:
    """Agree on the KPI and its proxy metric as they are now: the next version. Raises Refused when nothing changed."""
    rights.require(by, "iteration.open", iteration.use_case.team)
    with transaction.atomic():
        held = _held(iteration, S.OPEN)
        if held.kpi.version == held.kpi_version.number:
            raise Refused(_("The KPI says what was agreed: there is nothing to agree on again."))
        version = _agreed_on(held.kpi, held.number, by=by)
        Iteration.objects.filter(pk=held.pk).update(kpi_version=version)
        iteration.kpi_version = version
        _record("iteration.agreed_again", held, by=by, kpi=held.kpi.name, version=version.number)


def conclude(iteration: Iteration, *, by: User, decision: str, reason: str, findings: str) -> None:
    """Write how it ends: the decision with its reason, what integration taught; the KPI's result is read and kept.

    It then waits for the signatures of business, data and IT. Raises NotAllowed, BadInput, Refused.
    """
    rights.require(by, "iteration.conclude", iteration.use_case.team)
    reason, findings = _words(reason), _words(findings)
    missing = {"reason": reason, "findings": findings}
    problems = [Problem(field, _("Say it in a sentence or two.")) for field, text in missing.items() if not text]
    if decision not in Decision.values:
        problems.append(Problem("decision", _("Go, pivot or stop.")))
    if problems:
        raise BadInput(NOTHING, problems)
    with transaction.atomic():
        held = _held(iteration, S.OPEN)
        told = {"decision": decision, "reason": reason, "findings": findings, "result": result(held)}
        params = {"number": held.number}
        verb = f"iteration.concluded_{decision}"
        transitions.move(held, S.CONCLUDED, by=by, verb=verb, comment=reason, params=params, concluded_by=by, **told)
        _tell("notice.iteration_concluded", held, by=by)
    iteration.refresh_from_db()


def take_back(iteration: Iteration, *, by: User, reason: str) -> None:
    """Take the conclusion back to rewrite it; the signatures it has stay in the history and count no more."""
    rights.require(by, "iteration.conclude", iteration.use_case.team)
    reason = _words(reason)
    if not reason:
        raise BadInput.of(NOTHING, {"reason": _("Say why: somebody may have signed it.")})
    with transaction.atomic():
        held = _held(iteration, S.CONCLUDED)
        verb, number = "iteration.taken_back", held.round + 1
        transitions.move(held, S.OPEN, by=by, verb=verb, comment=reason, params={"number": held.number}, round=number)
    iteration.refresh_from_db()


def sign(iteration: Iteration, *, by: User, role: str = "", comment: str = "") -> IterationSignature:
    """Sign the conclusion for one's role; the third of the three closes the iteration.

    Raises NotAllowed for somebody else's role, BadInput when one plays several and names none, Refused when nothing
    is concluded, or this person or this role has signed.
    """
    rights.require(by, "iteration.sign", iteration.use_case.team)
    comment = _words(comment)
    with _told(_("This role, or you, have signed already.")):
        held = _held(iteration, S.CONCLUDED)
        signed = list(held.signatures.filter(round=held.round))
        role = _signing_role(held, signed, by, role)
        signature = IterationSignature.objects.create(
            iteration=held, round=held.round, role=role, by=by, comment=comment
        )
        _record("iteration.signed", held, by=by, number=held.number, role=role)
        if len(signed) + 1 == len(SIGNING):
            verb = f"iteration.closed_{held.decision}"
            transitions.move(held, S.CLOSED, by=by, verb=verb, params={"number": held.number})
            _tell("notice.iteration_closed", held, by=by)
    iteration.refresh_from_db()
    return signature


def free_roles(iteration: Iteration, user: User, signed: Sequence[IterationSignature]) -> list[str]:
    """The roles this person could sign the conclusion for now, given the signatures of its round."""
    if iteration.status != S.CONCLUDED or any(one.by_id == user.pk for one in signed):
        return []
    taken, mine = {one.role for one in signed}, rights.roles_in(user, iteration.use_case.team)
    return [role.value for role in SIGNING if role in mine and role not in taken]


def _signing_role(iteration: Iteration, signed: Sequence[IterationSignature], by: User, role: str) -> str:
    if role and role not in SIGNING:
        raise BadInput.of(NOTHING, {"role": _("Business, data science and IT sign.")})
    mine = rights.roles_in(by, iteration.use_case.team)
    if role and role not in mine:
        raise NotAllowed(_("You are not %(role)s here: somebody who is signs.") % {"role": Role(role).label})
    if any(one.by_id == by.pk for one in signed):
        raise Refused(_("You have signed it: one person signs once, whatever roles they play."))
    free = [one for one in free_roles(iteration, by, signed) if role in ("", one)]
    if not free:
        raise Refused(_("This role has signed already."))
    if len(free) > 1:
        sentence = _("You play several roles: say for which one you sign.")
        raise BadInput.of(sentence, {"role": sentence})
    return free[0]


def _held(iteration: Iteration, status: IterationStatus) -> Iteration:
    """The iteration, held with its use case until the transaction ends; raises Refused in another state."""
    UseCase.objects.select_for_update(of=("self",)).only("pk").get(pk=iteration.use_case_id)
    held = Iteration.objects.select_related("use_case__team", "kpi_version__kpi__use_case__team").get(pk=iteration.pk)
    if held.status != status:
        raise Refused(transitions.too_late(held.status))
    return held


def _before_poc(stage: str) -> str:
    if stage == Stage.EXPLORATION:
        return _("An iteration needs a POC: pass the gate to POC first; it lists gaps and stops nobody.")
    return _("The use case is %(stage)s: nothing is tried there.") % {"stage": str(Stage(stage).label).lower()}


def _check(
    use_case: UseCase,
    number: int,
    kpi: KPI,
    title: str,
    hypothesis: str,
    sites: Collection[Site],
    starts_on: date,
    ends_on: date,
    plugs: str,
) -> None:
    problems = [*_wrong_sites(use_case, sites), *_wrong_dates(starts_on, ends_on)]
    today = timezone.localdate(clock.now(), timezone.get_default_timezone())
    if starts_on < today - BACK:
        problems.append(Problem("starts_on", _("It can be written down a month later at most.")))
    if not title or len(title) > 120:
        problems.append(Problem("title", _("Give it a name of at most 120 characters.")))
    if not hypothesis:
        problems.append(Problem("hypothesis", _("Say what is tried, and what would show that it is wrong.")))
    if kpi.use_case_id != use_case.pk:
        problems.append(Problem("kpi", _("This KPI belongs to another use case.")))
    if plugs not in Plug.values or (number == 0 and plugs == Plug.MODEL):
        problems.append(Problem("plugs", _("The first iteration plugs a constant or a simple baseline into the flow.")))
    if problems:
        raise BadInput(NOTHING, problems)


def _wrong_sites(use_case: UseCase, sites: Collection[Site]) -> list[Problem]:
    served = set(use_case.served_sites.values_list("site_id", flat=True))
    if not sites:
        return [Problem("sites", _("Say where it is tried: real conditions are somewhere."))]
    foreign = [str(site) for site in sites if site.pk not in served]
    said = _("Not a site of this use case: %(names)s.")
    return [Problem("sites", said % {"names": ", ".join(foreign)})] if foreign else []


def _wrong_dates(starts_on: date, ends_on: date) -> list[Problem]:
    return [] if ends_on > starts_on else [Problem("ends_on", _("It ends after it begins."))]


def _agreed_on(kpi: KPI, number: int, *, by: User) -> KPIVersion:
    """What the KPI says now, agreed on for this iteration."""
    return kpis.agree(kpi, by=by, seen=kpi.version, about=f"iteration {number}")


def _agreed(ends_on: date, sites: Any) -> dict[str, Any]:
    return {"ends_on": ends_on.isoformat(), "sites": sorted(site.slug for site in sites)}


def _words(text: str) -> str:
    if "\x00" in text:
        raise BadInput(_("This holds a NUL character."))
    return text.strip()


def _record(verb: str, iteration: Iteration, *, by: User, **told: Any) -> None:
    record(verb, iteration, by=by, team=iteration.use_case.team, use_case=iteration.use_case.slug, **told)


def _tell(kind: str, iteration: Iteration, *, by: User) -> None:
    use_case = iteration.use_case
    tell(
        kind,
        members(use_case.team, rights.VERBS["iteration.sign"].roles, but=by),
        url=iteration.get_absolute_url(),
        team=use_case.team,
        use_case=use_case.slug,
        data={"use_case": use_case.slug, "iteration": iteration.number},
        who=str(by),
        iteration=str(iteration),
        use_case_name=use_case.name,
    )


@contextmanager
def _told(sentence: Sentence) -> Iterator[None]:
    """A transaction in which a constraint of the database, met because somebody was faster, becomes a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused(sentence) from error
