"""What people do with problems and debts: raise, edit, rank, solve, drop, open again."""

from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from portal import clock
from portal.audit import record as audit
from portal.errors import BadInput, Refused
from portal.errors import Problem as Wrong
from portal.notifications.actions import tell
from portal.people import rights
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.catalog.numbering import next_number
from usecases.problems import transitions
from usecases.problems.models import Problem, ProblemStatus

VERB = "problem.keep"


class Facts(TypedDict, total=False):
    """What is said of a problem. `cost_per_month` is money in the use case's currency; None means that nobody knows."""

    kind: str
    face: str
    title: str
    description: str
    owner: User | None
    due: date | None
    cost_per_month: Decimal | None
    tracker_url: str


def raise_problem(use_case: UseCase, *, by: User, **facts: Unpack[Facts]) -> Problem:
    """Write down a problem or a debt, ranked last. Raises NotAllowed, BadInput with what is wrong, field by field."""
    rights.require(by, VERB, use_case.team)
    with transaction.atomic():
        number = next_number(Problem, use_case)
        last = use_case.problems.aggregate(last=Max("rank"))["last"] or 0
        problem = Problem(use_case=use_case, number=number, rank=last + 1, raised_by=by, **_stripped(facts))
        problem.status_since = clock.now()
        _check(problem)
        problem.save(force_insert=True)
        transitions.keep(problem, "", by=by)
        _tell("problem.raised", problem, by=by, after=_told(problem))
        _tell_owner(problem, by=by)
    return problem


def edit_problem(problem: Problem, *, by: User, **facts: Unpack[Facts]) -> Problem:
    """Change what is said of it; the journal keeps what was said before. Raises NotAllowed, BadInput field by field."""
    rights.require(by, VERB, problem.use_case.team)
    with transaction.atomic():
        _alone(problem.use_case)
        problem = _again(problem)
        before, owner = _told(problem), problem.owner_id
        for name, value in _stripped(facts).items():
            setattr(problem, name, value)
        _check(problem)
        after = _told(problem)
        changed = [name for name in after if before[name] != after[name]]
        if not changed:
            return problem
        problem.save(update_fields=list(Facts.__annotations__))
        _tell(
            "problem.edited",
            problem,
            by=by,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            fields=", ".join(changed),
        )
        if problem.owner_id != owner:
            _tell_owner(problem, by=by)
    return problem


def rank_problem(problem: Problem, place: int, *, by: User, seen: int | None = None) -> None:
    """Put a problem at this place among the open ones (1 is first; beyond the last is last), in one transaction.

    Being there already is no change. Raises Refused when it is closed, or is no longer at the place that was `seen`;
    BadInput for a place below 1.
    """
    rights.require(by, VERB, problem.use_case.team)
    if place < 1:
        raise BadInput.of(_("Places begin at 1."), {"place": _("Places begin at 1.")})
    with transaction.atomic():
        _alone(problem.use_case)
        problem.refresh_from_db(fields=["rank", "status"])
        here = problem.rank
        if here is None:
            raise Refused(_("This is closed: only what is open has a place."))
        ranked = Problem.objects.filter(use_case=problem.use_case, rank__isnull=False)
        place = min(place, ranked.aggregate(last=Max("rank"))["last"])
        if place == here:
            return
        if seen is not None and seen != here:
            raise Refused(_("The order changed since you read it: look at it again."))
        if place < here:
            ranked.filter(rank__gte=place, rank__lt=here).update(rank=F("rank") + 1)
        else:
            ranked.filter(rank__gt=here, rank__lte=place).update(rank=F("rank") - 1)
        Problem.objects.filter(pk=problem.pk).update(rank=place)
        problem.rank = place
        _tell("problem.ranked", problem, by=by, before={"rank": here}, after={"rank": place}, place=place)


def solve(problem: Problem, *, by: User, comment: str = "") -> None:
    """Say that it is no longer there. Raises NotAllowed, Refused when it is not open."""
    _move(problem, ProblemStatus.SOLVED, by=by, comment=comment)


def drop(problem: Problem, *, by: User, reason: str) -> None:
    """Say that it will not be solved, and why. Raises NotAllowed, BadInput without a reason, Refused when not open."""
    if not reason.strip():
        sentence = _("Say why it is dropped: whoever finds it later will ask.")
        rights.require(by, VERB, problem.use_case.team)
        raise BadInput.of(sentence, {"reason": sentence})
    _move(problem, ProblemStatus.DROPPED, by=by, comment=reason)


def reopen(problem: Problem, *, by: User, comment: str = "") -> None:
    """Say that it is there again; it is ranked last. Raises NotAllowed, Refused when it is open."""
    _move(problem, ProblemStatus.OPEN, by=by, comment=comment)


def _move(problem: Problem, to: ProblemStatus, *, by: User, comment: str) -> None:
    rights.require(by, VERB, problem.use_case.team)
    if "\x00" in comment:
        raise BadInput(_("This holds a NUL character."))
    with transaction.atomic():
        _alone(problem.use_case)
        transitions.move(problem, to, by=by, comment=comment.strip())


def _alone(use_case: UseCase) -> None:
    """One change of a use case's ranking at a time."""
    UseCase.objects.select_for_update(of=("self",)).only("pk").get(pk=use_case.pk)


def _again(problem: Problem) -> Problem:
    return Problem.objects.select_for_update(of=("self",)).select_related("use_case__team", "owner").get(pk=problem.pk)


def _stripped(facts: Facts) -> Any:
    return {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}


def _check(problem: Problem) -> None:
    """Raise BadInput, field by field, unless this can be kept."""
    texts = [(name, getattr(problem, name)) for name in ("title", "description", "tracker_url")]
    wrong = [Wrong(name, _("This holds a NUL character.")) for name, text in texts if "\x00" in text]
    if problem.owner is not None and not problem.use_case.team.memberships.filter(user=problem.owner).exists():
        wrong.append(Wrong("owner", _("The owner is a member of the team.")))
    try:
        problem.full_clean(
            exclude=["use_case", "owner", "raised_by"], validate_unique=False, validate_constraints=False
        )
    except ValidationError as error:
        wrong += [Wrong(name, said) for name, sentences in error.message_dict.items() for said in sentences]
    if problem.tracker_url and not problem.tracker_url.startswith(("https://", "http://")):
        wrong.append(Wrong("tracker_url", _("This is not an address of the web (https://…).")))
    if problem.cost_per_month is not None and problem.cost_per_month < 0:
        wrong.append(Wrong("cost_per_month", _("A cost is not below zero.")))
    if wrong:
        raise BadInput(_("It was not kept."), wrong)


def _told(problem: Problem) -> dict[str, Any]:
    """What is said of it, as the journal keeps it: an owner by the key that outlives the name."""
    told: dict[str, Any] = {}
    for name in Facts.__annotations__:
        value = getattr(problem, name)
        told[name] = str(value.uid) if isinstance(value, User) else str(value) if value is not None else None
    return told


def _tell(verb: str, problem: Problem, *, by: User, **more: Any) -> None:
    audit.record(verb, problem, by=by, team=problem.use_case.team, use_case=problem.use_case.slug, **more)


def _tell_owner(problem: Problem, *, by: User) -> None:
    """Whoever was made the owner by somebody else learns it."""
    if problem.owner is None or problem.owner == by:
        return
    tell(
        "notice.problem_yours",
        [problem.owner],
        url=problem.get_absolute_url(),
        team=problem.use_case.team,
        use_case=problem.use_case.slug,
        data={"use_case": problem.use_case.slug, "problem": problem.number},
        title=problem.title,
        use_case_name=problem.use_case.name,
    )
