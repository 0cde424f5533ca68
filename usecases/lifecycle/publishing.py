"""What administrators do: publish a new version of what a gate asks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import registry
from portal.audit import record as audit
from portal.errors import BadInput, Problem, Refused
from portal.people import rights
from portal.people.models import Role, User
from usecases.lifecycle.actions import gate_key
from usecases.lifecycle.models import CriteriaSet, CriterionSetting, Mode

OWN = re.compile(r"own\.[a-z0-9_]{1,50}")
SIGNING = (Role.BUSINESS.value, Role.DATA.value, Role.IT.value)


@dataclass(frozen=True, slots=True)
class Setting:
    """A criterion of a version to publish; what is empty is as its feature says."""

    code: str
    mode: str
    role: str = ""
    is_attested: bool = False
    title_en: str = ""
    title_fr: str = ""
    why_en: str = ""
    why_fr: str = ""


def settings_of(criteria_set: CriteriaSet | None) -> list[Setting]:
    """What a version asks, in order, as it could be published again."""
    rows = criteria_set.settings.all() if criteria_set else ()
    return [Setting(**{name: getattr(row, name) for name in Setting.__slots__}) for row in rows]


def publish(
    gate: str,
    asked: Sequence[Setting] | Mapping[str, str],
    *,
    by: User,
    seen: int,
    signed_by: Sequence[str] | None = None,
) -> CriteriaSet:
    """Put a new version of a gate's criteria in force: settings in order (or the mode of each code), and who signs.

    `seen` is the version one started from (0: none); `signed_by` None leaves who signs. Gates passed under that version
    keep it. Raises BadInput when nothing is asked or something is not understood, Refused when another version came in
    force meanwhile or nothing changes.
    """
    rights.require(by, "criteria.edit")
    key = gate_key(gate)
    if isinstance(asked, Mapping):
        asked = [Setting(code, mode) for code, mode in asked.items()]
    with transaction.atomic():
        current = CriteriaSet.objects.select_for_update().filter(gate=key, is_current=True).first()
        roles = list(signed_by) if signed_by is not None else current.signed_by if current else []
        check(asked, roles)
        before = settings_of(current)
        if current and before == list(asked) and sorted(current.signed_by) == sorted(roles):
            raise Refused(_("These are the criteria in force: nothing to publish."))
        if (current.version if current else 0) != seen:
            raise Refused(_("Another version came in force in the meantime: look at it first."))
        CriteriaSet.objects.filter(gate=key, is_current=True).update(is_current=False)
        made = CriteriaSet.objects.create(gate=key, version=seen + 1, signed_by=roles, created_by=by)
        CriterionSetting.objects.bulk_create(
            CriterionSetting(criteria_set=made, position=position, **asdict(one))
            for position, one in enumerate(asked, start=1)
        )
        audit.record(
            f"criteria.published.{key.value}",
            made,
            by=by,
            before=_told(before, current),
            after=_told(asked, made),
            version=made.version,
        )
    return made


def _told(asked: Sequence[Setting], criteria_set: CriteriaSet | None) -> dict[str, Any]:
    return {one.code: one.mode for one in asked} | {"signed_by": criteria_set.signed_by if criteria_set else []}


def check(asked: Sequence[Setting], roles: Sequence[str]) -> None:
    """Raise BadInput, code by code, unless every criterion can be asked."""
    known = registry.criteria()
    problems = [Problem(one.code, sentence) for one in asked if (sentence := _wrong(one, known))]
    codes = [one.code for one in asked]
    problems += [Problem(code, _("It is asked twice.")) for code in set(codes) if codes.count(code) > 1]
    if not set(roles) <= set(SIGNING):
        problems.append(Problem("signed_by", _("Business, data science and IT sign.")))
    if problems or not asked:
        sentence = _("A gate asks at least one criterion, among those that are installed, in a mode that exists.")
        raise BadInput(sentence, problems)


def _wrong(one: Setting, known: Mapping[str, registry.Criterion]) -> str:
    """Why this cannot be asked; empty when it can."""
    texts = (one.title_en, one.title_fr, one.why_en, one.why_fr)
    if one.mode not in Mode.values:
        return _("It advises, warns or blocks.")
    if one.role and one.role not in SIGNING:
        return _("Business, data science or IT mends or attests it.")
    if any("\x00" in text for text in texts):
        return _("This holds a NUL character.")
    if bool(one.title_en) != bool(one.title_fr) or bool(one.why_en) != bool(one.why_fr):
        return _("Say it in English and in French.")
    if max(len(one.title_en), len(one.title_fr)) > 160:
        return _("A title has at most 160 characters.")
    if one.code in known:
        return ""
    if not OWN.fullmatch(one.code):
        return _("This criterion is not installed here.")
    return "" if one.title_en and one.role else _("A criterion of your own has a title in both languages, and a role.")
