"""What shows of a use case, and what carries it: each face says only what the next gate still needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.registry import Face, Tone
from usecases.catalog.models import UseCase
from usecases.lifecycle.findings import Finding
from usecases.lifecycle.gate import Gate
from usecases.problems.models import IceFace, Problem

# In reading order: above the water line, then below, left and right.
FACES: tuple[tuple[Face, Promise], ...] = (
    ("kpi", gettext_lazy("KPI")),
    ("model", gettext_lazy("Model")),
    ("data", gettext_lazy("Data")),
    ("integration", gettext_lazy("Integration")),
    ("organisation", gettext_lazy("Organisation")),
    ("operations", gettext_lazy("Operations")),
)
# Criteria say "kpi" and "model" for what people call business and science when they write a problem down.
WRITTEN_AS: dict[Face, IceFace] = {"kpi": IceFace.BUSINESS, "model": IceFace.SCIENCE}


@dataclass(frozen=True, slots=True)
class Side:
    """A face of the iceberg: its state in a word, what is missing (blocking first), what was found, open problems.

    `facts`: what the description says of this face, labels with their values; nothing that nobody has said.
    """

    title: Promise
    tone: Tone
    state: str
    missing: Sequence[Finding]
    met: Sequence[Finding]
    problems: Sequence[Problem] = ()
    facts: Sequence[tuple[str, str]] = ()


def iceberg(gate: Gate | None, problems: Sequence[Problem] = (), use_case: UseCase | None = None) -> list[Side]:
    """The six faces, in reading order; of a gate passed already, as they were found then.

    `problems`: those open in the use case, the first to solve first.
    """
    facts = _facts(use_case) if use_case else {}
    return [
        replace(
            _side(face, title, gate),
            problems=[one for one in problems if one.face == WRITTEN_AS.get(face, face)],
            facts=facts.get(face, ()),
        )
        for face, title in FACES
    ]


def _facts(use_case: UseCase) -> dict[Face, list[tuple[str, str]]]:
    """What the description says of the data, the algorithm and the risk."""
    algorithm = ": ".join(filter(None, (use_case.algorithm, use_case.algorithm_reason)))
    said: dict[Face, list[tuple[str, str]]] = {
        "data": [
            (_("Availability"), str(use_case.get_data_availability_display())),
            (_("Frequency"), use_case.data_frequency),
            (_("Annotation"), use_case.annotation_capacity),
        ],
        "model": [(_("Algorithm"), algorithm)],
        "organisation": [(_("Risk tier"), str(use_case.get_risk_tier_display()))],
    }
    return {face: [pair for pair in pairs if pair[1]] for face, pairs in said.items()}


def _side(face: Face, title: Promise, gate: Gate | None) -> Side:
    if gate is None:
        return Side(title, "unk", _("No gate ahead"), (), ())
    asked = [finding for finding in gate.missing_first if finding.face == face]
    missing = [finding for finding in asked if finding.missing]
    if missing:
        state = ngettext("%(number)s missing", "%(number)s missing", len(missing)) % {"number": len(missing)}
        return Side(title, "warn", state, missing, ())
    if asked:
        return Side(title, "ok", _("Met then") if gate.state == "passed" else _("Enough for now"), (), asked)
    # Nothing is green without proof.
    return Side(title, "unk", _("Not asked") if gate.state == "passed" else _("Nothing asked yet"), (), ())
