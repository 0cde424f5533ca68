"""What the criteria of a gate find, computed by their features or attested; how a passed gate keeps it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal import clock, registry
from portal.people.models import User
from portal.registry import Criterion, Evidence, Face, Text
from portal.ui import wording
from usecases.catalog.models import UseCase
from usecases.lifecycle.findings import Finding
from usecases.lifecycle.models import Attestation, CriteriaSet, CriterionSetting

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
People = Mapping[str, tuple[User, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A criterion as a version asks it: what its feature registers, with what an administrator says otherwise.

    `check` None: a person of `role` attests it. Not `installed`: no feature registers it, and nobody gave it words.
    """

    code: str
    mode: str
    title: Text
    why: Text
    face: Face
    role: str
    check: Callable[[Any], Evidence] | None
    installed: bool = True

    @property
    def attested(self) -> bool:
        """Whether a person says that it is met."""
        return self.installed and self.check is None


def asked(setting: CriterionSetting, criterion: Criterion | None) -> Asked:
    """What a version asks under this code."""
    own = bool(setting.title)
    return Asked(
        code=setting.code,
        mode=setting.mode,
        title=setting.title or (criterion.title if criterion else setting.code),
        why=setting.why or (criterion.why if criterion else ""),
        face=criterion.face if criterion else "organisation",
        role=setting.role or (criterion.role if criterion else ""),
        check=criterion.check if criterion and not setting.is_attested else None,
        installed=criterion is not None or own,
    )


def all_asked(criteria_set: CriteriaSet | None) -> list[Asked]:
    """Everything a version asks, in order. One query."""
    known = registry.criteria()
    return [asked(one, known.get(one.code)) for one in criteria_set.settings.all()] if criteria_set else []


def attestations(use_case: UseCase, gate: str) -> dict[str, Attestation]:
    """The last standing attestation of each criterion of a gate, by code."""
    rows = Attestation.objects.filter(use_case=use_case, gate=gate).standing().select_related("by")
    return {row.code: row for row in rows.order_by("id")}


def findings(
    use_case: UseCase,
    criteria_set: CriteriaSet | None,
    said: Mapping[str, Attestation],
    people: People,
    answers: dict[str, Evidence],
) -> Iterable[Finding]:
    """What each criterion of a gate finds now; what is computed is kept in `answers`, and asked once."""
    for one in all_asked(criteria_set):
        attestation = said.get(one.code)
        if one.check is None:
            found = evidence(one, use_case, attestation)
        else:
            found = answers[one.code] = answers.get(one.code) or evidence(one, use_case, attestation)
        yield Finding(
            code=one.code,
            title=one.title,
            why=one.why,
            face=one.face,
            role=one.role,
            mode=one.mode,
            attested=one.attested,
            met=found.met,
            sentence=found.sentence,
            url=found.url,
            action=found.action,
            attestation=attestation if one.attested else None,
            people=people.get(one.role, ()),
        )


def evidence(one: Asked, use_case: UseCase, attestation: Attestation | None) -> Evidence:
    """What a criterion finds; one that is not installed here is unknown, never met."""
    if not one.installed:
        return Evidence(None, _("This criterion is not installed here: an administrator takes it out of the set."))
    if one.check is not None and clock.past() is not None:
        return Evidence(None, _("What was computed that day was not kept: only a passed gate keeps it."))
    if one.check is not None:
        return one.check(use_case)
    if attestation is None:
        return Evidence(False, _("Nobody has attested it."))
    facts = {"who": attestation.by, "statement": attestation.statement}
    if attestation.happened_on is None:
        return Evidence(True, _("%(who)s: “%(statement)s”") % facts)
    facts["day"] = wording.day(attestation.happened_on)
    return Evidence(True, _("%(who)s, %(day)s: “%(statement)s”") % facts)


def entry(finding: Finding) -> dict[str, Any]:
    """A finding as a passed gate keeps it; its texts are added language by language."""
    kept = ("code", "mode", "met", "face", "role", "attested", "url")
    return {name: getattr(finding, name) for name in kept} | {"title": {}, "why": {}, "sentence": {}}


def kept(told: Mapping[str, Any], people: People) -> Finding:
    """A finding as it was when the gate was passed, in the reader's language."""
    language = (get_language() or LANGUAGES[0])[:2]
    language = language if language in LANGUAGES else LANGUAGES[0]
    return Finding(
        code=told["code"],
        title=told["title"][language],
        why=told["why"][language],
        face=told["face"],
        role=told["role"],
        mode=told["mode"],
        attested=told["attested"],
        met=told["met"],
        sentence=told["sentence"][language],
        url=told["url"],
        people=people.get(told["role"], ()),
    )
