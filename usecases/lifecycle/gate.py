"""A gate of a use case: what was found, who signed, what still blocks, in sentences."""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import wording
from usecases.catalog.models import UseCase
from usecases.lifecycle.findings import Finding, Seat
from usecases.lifecycle.models import BreakGlass, CriteriaSet, GateKey, Mode, StageChange
from usecases.lifecycle.transitions import gate_after

# passed: behind us; open: can be passed; ahead: another gate comes first; closed: the use case left the road.
State = Literal["passed", "open", "ahead", "closed"]


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate of a use case, as it is now; as it was when it was passed, once it is behind us."""

    use_case: UseCase
    stage: GateKey
    state: State
    round: int
    criteria_set: CriteriaSet | None
    findings: tuple[Finding, ...]
    seats: tuple[Seat, ...]
    change: StageChange | None = None
    glass: BreakGlass | None = None

    @property
    def title(self) -> str:
        """ "Gate to production"."""
        if self.stage == GateKey.BEYOND:
            return _("Gate beyond the first site")
        return _("Gate to %(stage)s") % {"stage": self.goal}

    @property
    def goal(self) -> str:
        """What it opens, inside a sentence: "production"."""
        return in_sentence(self.stage)

    @property
    def going(self) -> str:
        """The words of the button that passes it."""
        if self.stage == GateKey.BEYOND:
            return _("Go beyond the first site")
        return _("Go to %(stage)s") % {"stage": self.goal}

    @property
    def missing_first(self) -> list[Finding]:
        """The findings, what is missing first, blocking before warning before advising."""
        order = {Mode.BLOCK: 0, Mode.WARN: 1, Mode.ADVISE: 2}
        return sorted(self.findings, key=lambda one: (not one.missing, order[Mode(one.mode)] if one.missing else 0))

    @property
    def missing_last(self) -> list[Finding]:
        """The findings as the bar draws them: what is met, then what is missing."""
        return sorted(self.findings, key=lambda one: one.missing)

    @property
    def missing(self) -> list[Finding]:
        """What is not met, or unknown."""
        return [finding for finding in self.findings if finding.missing]

    @property
    def met_count(self) -> int:
        """How many criteria are met."""
        return len(self.findings) - len(self.missing)

    @property
    def blocking(self) -> list[Finding]:
        """What keeps the gate shut."""
        return [finding for finding in self.findings if finding.blocks]

    @property
    def warnings(self) -> list[Finding]:
        """What asks for a reason."""
        return [finding for finding in self.findings if finding.warns]

    @property
    def unsigned(self) -> list[Seat]:
        """The signatures that are missing."""
        return [seat for seat in self.seats if seat.sign_off is None]

    @property
    def signed_count(self) -> int:
        """How many roles have signed."""
        return len(self.seats) - len(self.unsigned)

    @property
    def can_pass(self) -> bool:
        """Whether nothing stands in the way any more."""
        return self.state == "open" and self.criteria_set is not None and not self.blocking and not self.unsigned

    @property
    def verdict(self) -> str:
        """The one sentence that says how far it is."""
        criteria = ngettext("%(number)s criterion", "%(number)s criteria", len(self.blocking))
        signatures = ngettext("%(number)s signature", "%(number)s signatures", len(self.unsigned))
        what = {
            "criteria": criteria % {"number": len(self.blocking)},
            "signatures": signatures % {"number": len(self.unsigned)},
        }
        if self.state == "passed":
            return _("This gate is behind us.")
        if self.criteria_set is None:
            return _("No criteria are in force for this gate: an administrator publishes them.")
        if self.blocking and self.unsigned:
            return _("Missing before it opens: %(criteria)s and %(signatures)s.") % what
        if self.blocking:
            return _("Missing before it opens: %(criteria)s.") % what
        if self.unsigned:
            return _("Missing before it opens: %(signatures)s.") % what
        if self.missing:
            said = ngettext(
                "Nothing blocks this gate; %(number)s criterion is not met.",
                "Nothing blocks this gate; %(number)s criteria are not met.",
                len(self.missing),
            )
            return said % {"number": len(self.missing)}
        return _("Nothing stands in the way of this gate.")

    @property
    def obstacles(self) -> list[str]:
        """What is missing and who can do it, one line each."""
        lines = [f"{finding.title} ({finding.who})" for finding in self.blocking]
        said = _("Signature for %(role)s (%(who)s)")
        return lines + [said % {"role": seat.label, "who": seat.who} for seat in self.unsigned]

    @property
    def why_not(self) -> str:
        """Why it cannot be passed now, with who can do what; empty when it can."""
        if self.can_pass:
            return ""
        if self.state == "passed":
            return _("This gate is passed already.")
        if self.state == "closed":
            return _("The use case has left the road: no gate opens.")
        if self.state == "ahead" and self.stage == GateKey.BEYOND:
            return _("Nothing is live anywhere yet: the gate to POC comes first.")
        if self.state == "ahead":
            nearest = gate_after(self.use_case.stage)
            return _("The gate to %(stage)s comes first.") % {"stage": in_sentence(nearest) if nearest else "?"}
        if self.criteria_set is None:
            return self.verdict
        return _("The gate opens when these are there: %(list)s.") % {"list": wording.clauses(self.obstacles)}


def in_sentence(gate: GateKey) -> str:
    """A gate inside a sentence: "production", and "POC" as it is."""
    label = str(gate.label)
    return label if label.isupper() else label[0].lower() + label[1:]
