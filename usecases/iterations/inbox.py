"""Iterations whose conclusion waits for this person's signature."""

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from portal.people import rights
from portal.people.models import User
from portal.registry import InboxItem
from usecases.iterations.models import Iteration, IterationSignature, IterationStatus


def waiting(user: User) -> list[InboxItem]:
    """The conclusions that a role of this person has not signed, as a deputy too, nor this person (one query)."""
    signed = IterationSignature.objects.filter(iteration=OuterRef("pk"), round=OuterRef("round"))
    waits = Q(pk__in=[])
    for held in rights.roles_for(user, "iteration.sign"):
        waits |= Q(~Exists(signed.filter(role=held.role)), use_case__team=held.team)
    found = Iteration.objects.filter(waits, ~Exists(signed.filter(by=user)), status=IterationStatus.CONCLUDED)
    return [
        InboxItem(
            kind="iteration",
            icon="writing-sign",
            title=_("Sign the conclusion: %(decision)s") % {"decision": one.get_decision_display()},
            detail=f"{one.use_case} · {one}",
            url=one.get_absolute_url(),
            action=_("Sign"),
            since=one.status_since,
        )
        for one in found.select_related("use_case").order_by(F("status_since"))
    ]
