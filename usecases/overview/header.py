"""What stands at the head of every page of a use case: who, where, how well, what is next for the person reading."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal import clock, registry
from portal.memory import remembered
from portal.people import rights
from portal.people.models import Role, User
from portal.registry import Text
from portal.ui.templatetags.ui import Step
from usecases.catalog.faces import MEMBERS, seats
from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle.evaluate import evaluate, last_event, next_gate, recent
from usecases.lifecycle.gate import Gate
from usecases.lifecycle.models import BreakGlass, GlassStatus, Move
from usecases.lifecycle.times import Times, times_of
from usecases.lifecycle.transitions import GATES, ROAD
from usecases.templates.models import Start

FACES = 10


@dataclass(frozen=True, slots=True)
class Next:
    """What this person could do now: what, why, where, and the words of the button."""

    title: Text
    detail: Text
    url: str
    action: Text
    icon: str = "arrow-right"


def gate_ahead(use_case: UseCase) -> Gate | None:
    """The next gate of a use case, as of the last thing recorded about it; None when no gate is ahead."""
    stage = next_gate(use_case)
    return recent(use_case, stage) if stage else None


def gate_behind(use_case: UseCase) -> Gate | None:
    """The gate that a use case passed last, with the evidence kept then; None when it passed none."""
    change = use_case.stage_changes.filter(move=Move.PASSED, gate__in=GATES).order_by("occurred_at", "pk").last()
    return evaluate(use_case, change.gate) if change else None


def header(use_case: UseCase, section: str, user: User, gate: Gate | None) -> dict[str, Any]:
    """Everything the header shows, besides the gate ahead; the number of queries is fixed.

    What needs history is remembered until something is recorded about the use case, a minute at most. The inbox costs
    more than the rest together, so only the overview looks into it.
    """
    prefetch_related_objects([use_case], MEMBERS)
    around = seats(use_case.team)
    mine = rights.roles_in(user, use_case.team)
    state = f"{use_case.pk}:{get_language()}:{last_event(use_case)}"
    spent, headline, glass, start = remembered(f"header:{state}", lambda: _history(use_case))
    # Nothing is expected of anybody in the past.
    today = clock.past() is None
    waiting = None
    if today and section == "overview":
        waiting = remembered(f"waiting:{user.pk}:{state}", lambda: _waiting(use_case, user))
    return {
        "use_case": use_case,
        "is_overview": section == "overview",
        "seats": around[:FACES],
        "more": max(0, len(around) - FACES),
        "may_edit": rights.can(user, "usecase.edit", use_case.team),
        "may_manage": rights.can(user, "team.manage", use_case.team),
        "sees_team": bool(mine) or rights.sees_everything(user),
        "in_team": bool(mine),
        "my_roles": ", ".join(str(Role(role).label) for role in sorted(mine)),
        "steps": steps(use_case, spent.days_per_stage, gate),
        "times": spent,
        "glass": [(one, one.due_at <= clock.now()) for one in glass],
        "start": start if start and _may_see(start, user) else None,
        "headline": headline,
        "next": (waiting or next_at(gate, mine)) if today else None,
        "others": others(gate, mine) if today else "",
        "today": today,
        "tabs": tabs(use_case, section, user),
    }


def steps(use_case: UseCase, days: Mapping[str, int], gate: Gate | None) -> list[Step]:
    """The stage rail: days spent in each stage that was entered, the gate ahead, what comes later."""
    now = Stage(use_case.stage)
    closed = Stage.STOPPED if now == Stage.STOPPED else Stage.RETIRED
    return [_step(use_case, stage, now, days.get(stage), gate) for stage in (*ROAD, closed)]


def next_at(gate: Gate | None, mine: frozenset[str]) -> Next | None:
    """What the gate ahead expects of somebody in these roles: sign it, bring what is missing, or pass it."""
    if gate is None or not mine & {Role.BUSINESS, Role.DATA, Role.IT}:
        return None
    url = reverse("gate", args=[gate.use_case.slug, gate.stage.value])
    if not gate.blocking and any(seat.role in mine for seat in gate.unsigned):
        title = _("Sign the gate: %(stage)s") % {"stage": gate.stage.label}
        return Next(title, gate.verdict, url, _("Open the gate"), "writing-sign")
    for finding in gate.missing_first:
        if finding.missing and finding.role in mine:
            action = finding.action or _("Look at the gate")
            return Next(finding.action or finding.title, finding.sentence, finding.url or url, action)
    if gate.can_pass:
        return Next(_("Pass the gate: %(stage)s") % {"stage": gate.stage.label}, gate.verdict, url, _("Open the gate"))
    return None


def others(gate: Gate | None, mine: frozenset[str]) -> str:
    """How many missing things belong to which other roles, in a sentence; empty when none does."""
    missing = [finding for finding in gate.missing if finding.role not in mine] if gate else []
    if not missing:
        return ""
    count = Counter(str(Role(finding.role).label) for finding in missing if finding.role in Role)
    sentence = ngettext("%(number)s thing waits for: %(who)s.", "%(number)s things wait for: %(who)s.", len(missing))
    return sentence % {"number": len(missing), "who": ", ".join(count)}


def tabs(use_case: UseCase, section: str, user: User) -> list[dict[str, Any]]:
    """The tabs, with the active one; the journal only for those who may read it."""
    return [
        {"title": tab.title, "url": reverse(tab.url_name, args=[use_case.slug]), "active": tab.section == section}
        for tab in registry.tabs()
        if tab.section != "journal" or rights.can(user, "journal.view", use_case.team)
    ]


def how_far(gate: Gate) -> str:
    """How much of a gate is missing, in a few words."""
    if gate.criteria_set is None:
        return _("no criteria in force")
    if gate.missing:
        return _("%(missing)s of %(all)s criteria missing") % {
            "missing": len(gate.missing),
            "all": len(gate.findings),
        }
    if gate.unsigned:
        said = ngettext("%(number)s signature missing", "%(number)s signatures missing", len(gate.unsigned))
        return said % {"number": len(gate.unsigned)}
    return _("ready to be passed")


def _step(use_case: UseCase, stage: Stage, now: Stage, days: int | None, gate: Gate | None) -> Step:
    spent = ngettext("%(days)s day", "%(days)s days", days) % {"days": days} if days is not None else ""
    if stage == now:
        return Step(stage.label, "now", spent, gate="done")
    if gate and gate.stage.opens == stage:
        return Step(stage.label, "ahead", how_far(gate), reverse("gate", args=[use_case.slug, stage.value]), "open")
    behind = ROAD.index(stage) < ROAD.index(now) if now in ROAD and stage in ROAD else days is not None
    return Step(stage.label, "done", spent, gate="done") if behind else Step(stage.label, "ahead")


def _history(use_case: UseCase) -> tuple[Times, registry.Headline | None, list[BreakGlass], Start | None]:
    waiting = BreakGlass.objects.filter(use_case=use_case, status=GlassStatus.WAITING).select_related("by")
    return times_of(use_case), registry.headlines([use_case]).get(use_case.pk), list(waiting), _start(use_case)


def _start(use_case: UseCase) -> Start | None:
    return Start.objects.filter(use_case=use_case).select_related("template", "source").first()


def _may_see(start: Start, user: User) -> bool:
    """Whether this person may know what a use case started from: any template, a case they may see."""
    return start.source_id is None or UseCase.objects.visible_to(user).filter(pk=start.source_id).exists()


def _waiting(use_case: UseCase, user: User) -> Next | None:
    here = use_case.get_absolute_url()
    item = next((item for item in registry.inbox(user) if item.url.startswith(here)), None)
    return Next(item.title, item.detail, item.url, item.action, item.icon) if item else None
