"""What gates ask of the use case itself."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.people.models import Membership, Role
from portal.registry import Criterion, Evidence
from portal.ui import wording
from usecases.catalog.models import RiskTier, UseCase, UseCaseSite

NEEDED_ROLES = (Role.BUSINESS, Role.DATA, Role.IT)


def names_its_decision(use_case: UseCase) -> Evidence:
    """Whether the decision that gets better, and the people who take it, are named. No query."""
    url = reverse("use_case_edit", args=[use_case.slug])
    if not use_case.decision:
        return Evidence(False, _("Nobody has said which decision gets better."), url, _("Name the decision"))
    if not use_case.decision_users:
        return Evidence(False, _("Nobody has said who takes the decision."), url, _("Name its users"))
    sentence = _("%(decision)s Taken by: %(users)s.") % {
        "decision": _sentence(use_case.decision),
        "users": use_case.decision_users.rstrip("."),
    }
    return Evidence(True, sentence, reverse("overview", args=[use_case.slug]))


def has_three_roles(use_case: UseCase) -> Evidence:
    """Whether somebody plays each of business, data and IT in the team. One query."""
    people = Membership.objects.filter(team=use_case.team, role__in=NEEDED_ROLES, user__is_active=True)
    names: dict[str, list[str]] = {}
    for membership in people.select_related("user"):
        names.setdefault(membership.role, []).append(str(membership.user))
    missing = [str(role.label) for role in NEEDED_ROLES if role not in names]
    url = reverse("team", args=[use_case.team.slug])
    if missing:
        return Evidence(False, _("Nobody plays: %(roles)s.") % {"roles": ", ".join(missing)}, url, _("Name someone"))
    sentence = wording.clauses(wording.labelled(role.label, ", ".join(names[role])) for role in NEEDED_ROLES)
    return Evidence(True, sentence + ".", url)


def serves_a_site(use_case: UseCase) -> Evidence:
    """Whether at least one site is named where it will be tried. One query."""
    names = UseCaseSite.objects.filter(use_case=use_case).order_by("site__name").values_list("site__name", flat=True)
    url = reverse("use_case_sites", args=[use_case.slug])
    served = list(names)
    if not served:
        return Evidence(False, _("No site is named."), url, _("Name a site"))
    said = ", ".join(served[:3])
    if more := len(served[3:]):
        said = ngettext("%(names)s and %(number)s more", "%(names)s and %(number)s more", more) % {
            "names": said,
            "number": more,
        }
    return Evidence(True, _("Sites: %(names)s.") % {"names": said}, url)


def says_why_this_algorithm(use_case: UseCase) -> Evidence:
    """Whether the algorithm is chosen, and the choice justified. No query."""
    url = reverse("use_case_edit", args=[use_case.slug])
    if not use_case.algorithm:
        return Evidence(False, _("Nobody has said which algorithm is chosen."), url, _("Name the algorithm"))
    if not use_case.algorithm_reason:
        sentence = _("%(algorithm)s is chosen, nobody has said why.") % {"algorithm": use_case.algorithm}
        return Evidence(False, sentence, url, _("Say why"))
    told = {"algorithm": use_case.algorithm, "reason": use_case.algorithm_reason}
    return Evidence(True, _("%(algorithm)s: %(reason)s") % told, reverse("overview", args=[use_case.slug]))


def has_a_risk_tier(use_case: UseCase) -> Evidence:
    """Whether what it could do to people was judged, and is acceptable. No query."""
    url = reverse("use_case_edit", args=[use_case.slug])
    if not use_case.risk_tier:
        return Evidence(False, _("Nobody has judged its risk."), url, _("Judge the risk"))
    sentence = _("Risk tier: %(tier)s.") % {"tier": use_case.get_risk_tier_display()}
    return Evidence(use_case.risk_tier != RiskTier.UNACCEPTABLE, sentence, url)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


CRITERIA = [
    Criterion(
        code="catalog.decision_named",
        title=gettext_lazy("Decision and its users named"),
        why=gettext_lazy("A model that changes no decision of anybody is not worth a POC."),
        face="organisation",
        role=Role.BUSINESS,
        check=names_its_decision,
    ),
    Criterion(
        code="catalog.three_roles",
        title=gettext_lazy("Business, data and IT in the team"),
        why=gettext_lazy("A missing role is met again later, as a delay."),
        face="organisation",
        role=Role.BUSINESS,
        check=has_three_roles,
    ),
    Criterion(
        code="catalog.site_served",
        title=gettext_lazy("A site where it will be tried"),
        why=gettext_lazy("Real conditions are somewhere: the sooner it is named, the sooner it is plugged in."),
        face="integration",
        role=Role.BUSINESS,
        check=serves_a_site,
    ),
    Criterion(
        code="catalog.algorithm_justified",
        title=gettext_lazy("Algorithm chosen, and why"),
        why=gettext_lazy("A complex model costs more to run and to explain: what does it bring over a simple one?"),
        face="model",
        role=Role.DATA,
        check=says_why_this_algorithm,
    ),
    Criterion(
        code="catalog.risk_judged",
        title=gettext_lazy("Risk tier judged"),
        why=gettext_lazy("What it could do to people decides what must be documented and watched."),
        face="organisation",
        role=Role.BUSINESS,
        check=has_a_risk_tier,
    ),
]
