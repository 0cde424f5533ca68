"""Iterations whose conclusion waits for this person's signature."""

from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from portal.people.models import Membership, User
from portal.registry import InboxItem
from usecases.iterations.models import SIGNING, Iteration, IterationSignature, IterationStatus


def waiting(user: User) -> list[InboxItem]:
    """The conclusions that a role of this person has not signed, nor this person (one query)."""
    signed = IterationSignature.objects.filter(iteration=OuterRef("pk"), round=OuterRef("round"))
    by_role = IterationSignature.objects.filter(
        iteration=OuterRef(OuterRef("pk")), round=OuterRef(OuterRef("round")), role=OuterRef("role")
    )
    mine = Membership.objects.filter(team=OuterRef("use_case__team"), user=user, role__in=SIGNING)
    mine = mine.filter(site=None, environment=None)
    found = Iteration.objects.filter(
        ~Exists(signed.filter(by=user)), Exists(mine.filter(~Exists(by_role))), status=IterationStatus.CONCLUDED
    )
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
