"""What a gate asks, what was found, who signed, and what still blocks. Reads everything, writes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from portal import clock, registry
from portal.audit.models import Event
from portal.memory import remembered
from portal.people.models import Membership, Role, User
from portal.registry import Criterion, Evidence, Face, Text
from usecases.catalog.models import Stage, UseCase
from usecases.lifecycle.models import Attestation, CriteriaSet, CriterionSetting, Mode, SignOff, StageChange
from usecases.lifecycle.transitions import GATES, ROAD, gate_after

# Who signs each gate. To POC nobody does: plugging in early matters more than being complete.
SIGNED_BY: dict[str, tuple[Role, ...]] = {
    Stage.POC: (),
    Stage.INDUSTRIALISATION: (Role.BUSINESS, Role.DATA, Role.IT),
    Stage.PRODUCTION: (Role.BUSINESS, Role.DATA, Role.IT),
}
LANGUAGES = ("en", "fr")

# passed: behind us; open: the next one; ahead: another gate comes first; closed: the use case left the road.
State = Literal["passed", "open", "ahead", "closed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A criterion of a gate and what was found: met, not met, or unknown (None)."""

    code: str
    title: Text
    why: Text
    face: Face
    role: str
    mode: str
    attested: bool
    met: bool | None
    sentence: Text
    url: str = ""
    action: Text = ""
    attestation: Attestation | None = None
    people: tuple[User, ...] = ()

    @property
    def missing(self) -> bool:
        """Not met, or nobody knows."""
        return self.met is not True

    @property
    def blocks(self) -> bool:
        """Whether the gate stays shut because of it."""
        return self.missing and self.mode == Mode.BLOCK

    @property
    def warns(self) -> bool:
        """Whether passing needs a reason because of it."""
        return self.missing and self.mode == Mode.WARN

    @property
    def tone(self) -> str:
        """How it is coloured: green only with proof."""
        if self.met:
            return "ok"
        if self.met is None:
            return "unk"
        return "err" if self.mode == Mode.BLOCK else "warn"

    @property
    def mode_label(self) -> Text:
        """Its mode, in words."""
        return Mode(self.mode).label

    @property
    def who(self) -> str:
        """Who can mend it: the role, and its people."""
        return _who(self.role, self.people)


@dataclass(frozen=True, slots=True)
class Seat:
    """A signature that a gate needs: the role, who signed, who could, and what was not met at that moment."""

    role: str
    sign_off: SignOff | None
    people: tuple[User, ...]
    unmet: tuple[Text, ...] = ()

    @property
    def label(self) -> Text:
        """The role, in words."""
        return Role(self.role).label

    @property
    def who(self) -> str:
        """The role and who could sign for it."""
        return _who(self.role, self.people)


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate of a use case, as it is now; as it was when it was passed, once it is behind us."""

    use_case: UseCase
    stage: Stage
    state: State
    round: int
    criteria_set: CriteriaSet | None
    findings: tuple[Finding, ...]
    seats: tuple[Seat, ...]
    change: StageChange | None = None

    @property
    def title(self) -> str:
        """ "Gate to production"."""
        return _("Gate to %(stage)s") % {"stage": _in_sentence(self.stage)}

    @property
    def goal(self) -> str:
        """The stage it opens, inside a sentence: "production"."""
        return _in_sentence(self.stage)

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
        if self.state == "ahead":
            nearest = gate_after(self.use_case.stage)
            return _("The gate to %(stage)s comes first.") % {"stage": _in_sentence(nearest) if nearest else "?"}
        if self.criteria_set is None:
            return self.verdict
        return _("The gate opens when these are there: %(list)s.") % {"list": "; ".join(self.obstacles)}


def next_gate(use_case: UseCase) -> Stage | None:
    """The gate ahead of a use case; None at the end of the road, or off it."""
    return gate_after(use_case.stage)


def evaluate(use_case: UseCase, gate: str) -> Gate:
    """A gate with its criteria computed now; once passed, with the evidence kept when it was.

    Six queries and those of the criteria. ValueError for a stage that no gate opens.
    """
    stage = GATES[GATES.index(Stage(gate))]
    changes = list(use_case.stage_changes.filter(to_stage=stage).select_related("by", "criteria_set"))
    state = _state(use_case.stage, stage, passed_once=bool(changes))
    people = _people(use_case)
    if state == "passed":
        change = changes[-1] if changes else None
        findings = tuple(_kept(entry, people) for entry in change.evidence) if change else ()
        criteria_set = change.criteria_set if change else None
        number = max(1, len(changes))
    else:
        change = None
        criteria_set = CriteriaSet.objects.in_force(stage)
        findings = tuple(_findings(use_case, stage, criteria_set, people))
        number = len(changes) + 1
    titles = {finding.code: finding.title for finding in findings}
    return Gate(
        use_case=use_case,
        stage=stage,
        state=state,
        round=number,
        criteria_set=criteria_set,
        findings=findings,
        seats=tuple(_seats(use_case, stage, number, people, titles)),
        change=change,
    )


def recent(use_case: UseCase, gate: str) -> Gate:
    """The same as computed since the last thing recorded about the use case, at most a minute ago: for what stands
    beside every page. Whoever decides on a gate evaluates it. One query when it is known.
    """
    key = f"gate:{use_case.pk}:{use_case.stage}:{gate}:{get_language()}:{last_event(use_case)}"
    return replace(remembered(key, lambda: evaluate(use_case, gate)), use_case=use_case)


def last_event(use_case: UseCase) -> int | None:
    """The number of the last thing recorded about a use case; asked for unless its row brought it along."""
    known: int | None = use_case.__dict__.get("last_event", -1)
    return Event.objects.last_of(use_case.slug) if known == -1 else known


def missing(use_case: UseCase) -> list[Finding]:
    """What the next gate still needs; nothing at the end of the road."""
    gate = next_gate(use_case)
    return evaluate(use_case, gate).missing if gate else []


def kept_evidence(use_case: UseCase, gate: str) -> list[dict[str, Any]]:
    """What each criterion finds now, worded in every language, as a passed gate keeps it."""
    by_language: dict[str, Gate] = {}
    kept: list[dict[str, Any]] = []
    for language in LANGUAGES:
        with override(language):
            by_language[language] = evaluate(use_case, gate)
            found = [(str(one.title), str(one.why), str(one.sentence)) for one in by_language[language].findings]
        if not kept:
            kept = [_entry(finding) for finding in by_language[language].findings]
        for entry, (title, why, sentence) in zip(kept, found, strict=True):
            entry["title"][language], entry["why"][language], entry["sentence"][language] = title, why, sentence
    return kept


def nothing_blocks(use_case: UseCase, gate: str) -> bool:
    """Whether every blocking criterion is met, as of the last thing recorded about the use case, a minute at most."""
    key = f"gate-open:{use_case.pk}:{use_case.stage}:{gate}:{last_event(use_case)}"
    return remembered(key, lambda: _nothing_blocks(use_case, gate))


def _nothing_blocks(use_case: UseCase, gate: str) -> bool:
    """Stops at the first criterion that is not met, so that it is cheap when it is no."""
    criteria_set = CriteriaSet.objects.in_force(gate)
    if criteria_set is None:
        return False
    known, said = registry.criteria(), _attestations(use_case, gate)
    wanted = [setting for setting in criteria_set.settings.all() if setting.mode == Mode.BLOCK]
    # What was attested is known already; what is computed costs a query or more.
    wanted.sort(key=lambda setting: bool((criterion := known.get(setting.code)) and criterion.check))
    return all(_evidence(known.get(setting.code), use_case, said.get(setting.code)).met is True for setting in wanted)


def _state(stage: str, gate: Stage, *, passed_once: bool) -> State:
    if stage not in ROAD:
        return "passed" if passed_once else "closed"
    here, there = ROAD.index(Stage(stage)), ROAD.index(gate)
    if here >= there:
        return "passed"
    return "open" if here == there - 1 else "ahead"


def _findings(
    use_case: UseCase, gate: Stage, criteria_set: CriteriaSet | None, people: Mapping[str, tuple[User, ...]]
) -> Iterable[Finding]:
    if criteria_set is None:
        return
    known, said = registry.criteria(), _attestations(use_case, gate)
    for setting in criteria_set.settings.all():
        criterion, attestation = known.get(setting.code), said.get(setting.code)
        yield _finding(setting, criterion, _evidence(criterion, use_case, attestation), attestation, people)


def _finding(
    setting: CriterionSetting,
    criterion: Criterion | None,
    evidence: Evidence,
    attestation: Attestation | None,
    people: Mapping[str, tuple[User, ...]],
) -> Finding:
    return Finding(
        code=setting.code,
        title=criterion.title if criterion else setting.code,
        why=criterion.why if criterion else "",
        face=criterion.face if criterion else "organisation",
        role=criterion.role if criterion else "",
        mode=setting.mode,
        attested=criterion is not None and criterion.check is None,
        met=evidence.met,
        sentence=evidence.sentence,
        url=evidence.url,
        action=evidence.action,
        attestation=attestation,
        people=people.get(criterion.role, ()) if criterion else (),
    )


def _evidence(criterion: Criterion | None, use_case: UseCase, attestation: Attestation | None) -> Evidence:
    """What a criterion finds; one that is not installed here is unknown, never met."""
    if criterion is None:
        return Evidence(None, _("This criterion is not installed here: an administrator takes it out of the set."))
    if criterion.check is not None and clock.past() is not None:
        return Evidence(None, _("What was computed that day was not kept: only a passed gate keeps it."))
    if criterion.check is not None:
        evidence: Evidence = criterion.check(use_case)
        return evidence
    if attestation is None:
        return Evidence(False, _("Nobody has attested it."))
    said = _("%(who)s: “%(statement)s”")
    return Evidence(True, said % {"who": attestation.by, "statement": attestation.statement})


def _attestations(use_case: UseCase, gate: str) -> dict[str, Attestation]:
    """The last standing attestation of each criterion of a gate, by code."""
    rows = Attestation.objects.filter(use_case=use_case, gate=gate).standing().select_related("by")
    return {row.code: row for row in rows.order_by("id")}


def _people(use_case: UseCase) -> dict[str, tuple[User, ...]]:
    found: dict[str, tuple[User, ...]] = {}
    rows = Membership.objects.filter(team=use_case.team_id, user__is_active=True).select_related("user")
    for membership in rows:
        found[membership.role] = (*found.get(membership.role, ()), membership.user)
    return found


def _seats(
    use_case: UseCase, gate: Stage, number: int, people: Mapping[str, tuple[User, ...]], titles: Mapping[str, Text]
) -> Iterable[Seat]:
    roles = SIGNED_BY[gate]
    if not roles:
        return
    rows = SignOff.objects.filter(use_case=use_case, gate=gate, round=number).select_related("by")
    signed = {row.role: row for row in rows}
    for role in roles:
        row = signed.get(role)
        unmet = tuple(titles.get(code, code) for code in row.unmet) if row else ()
        yield Seat(role, row, people.get(role, ()), unmet)


def _entry(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "mode": finding.mode,
        "met": finding.met,
        "face": finding.face,
        "role": finding.role,
        "attested": finding.attested,
        "url": finding.url,
        "title": {},
        "why": {},
        "sentence": {},
    }


def _kept(entry: Mapping[str, Any], people: Mapping[str, tuple[User, ...]]) -> Finding:
    language = (get_language() or LANGUAGES[0])[:2]
    language = language if language in LANGUAGES else LANGUAGES[0]
    return Finding(
        code=entry["code"],
        title=entry["title"][language],
        why=entry["why"][language],
        face=entry["face"],
        role=entry["role"],
        mode=entry["mode"],
        attested=entry["attested"],
        met=entry["met"],
        sentence=entry["sentence"][language],
        url=entry["url"],
        people=people.get(entry["role"], ()),
    )


def _who(role: str, people: Iterable[User]) -> str:
    if not role:
        return _("an administrator")
    names = ", ".join(str(person) for person in people)
    label = str(Role(role).label)
    return f"{label}: {names}" if names else _("%(role)s: nobody yet") % {"role": label}


def _in_sentence(stage: Stage) -> str:
    """A stage inside a sentence: "production", and "POC" as it is."""
    label = str(stage.label)
    return label if label.isupper() else label.lower()
