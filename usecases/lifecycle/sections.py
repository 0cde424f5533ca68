"""What the gates say in a review: how far the next one is, and what keeps it shut."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.people.models import Role
from portal.registry import Grid, Part, Section
from usecases.catalog.models import UseCase
from usecases.lifecycle.evaluate import evaluate, next_gate


def render(use_case: UseCase, as_of: datetime) -> list[Part]:
    """The gate ahead as it is evaluated now: its sentence, and what blocks or warns."""
    stage = next_gate(use_case)
    if stage is None:
        return [_("No gate is ahead.")]
    gate = evaluate(use_case, stage)
    count = {"met": gate.met_count, "all": len(gate.findings)}
    said = _("%(met)s of %(all)s criteria are met.") % count
    parts: list[Part] = [f"{gate.title}. {gate.verdict} {said}"]
    held = [one for one in gate.missing_first if one.blocks or one.warns]
    if held:
        rows = [[str(one.title), str(one.sentence), _role(one.role), str(one.mode_label)] for one in held]
        parts.append(Grid([_("Criterion"), _("What was found"), _("For whom"), _("What it does")], rows))
    return parts


def _role(role: str) -> str:
    return str(Role(role).label) if role in Role.values else ""


SECTIONS = [
    Section(
        "gate",
        gettext_lazy("Gate ahead"),
        render,
        10,
        ("gate.passed", "gate.signed", "break_glass.", "stage.", "iteration.concluded"),
    )
]
