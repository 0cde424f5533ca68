"""Who plays which role around a use case, and which role nobody plays."""

from dataclasses import dataclass

from django.db.models import Prefetch

from portal import clock
from portal.people.models import Membership, Role, Team, Tenure, User

# Without one of each, nobody decides, builds, runs or uses.
NEEDED = (Role.BUSINESS, Role.DATA, Role.IT, Role.USER)
MEMBERS = Prefetch("team__memberships", Membership.objects.select_related("user").order_by("id"))


@dataclass(frozen=True, slots=True)
class Seat:
    """A role and who plays it; `user` is None when nobody does."""

    role: Role
    user: User | None


def seats(team: Team) -> list[Seat]:
    """Every person in a needed role, role by role, with an empty seat for a missing role (prefetch MEMBERS first)."""
    at = clock.past()
    around: list[Membership] | list[Tenure] = list(team.memberships.all())
    if at is not None:
        around = list(Tenure.objects.at(at).filter(team=team).select_related("user").order_by("id"))
    found: list[Seat] = []
    for role in NEEDED:
        people = [Seat(role, one.user) for one in around if one.role == role and (one.user.is_active or at is not None)]
        found += people or [Seat(role, None)]
    return found


def one_per_role(team: Team) -> list[Seat]:
    """One seat per needed role: the person who has been there longest, or nobody."""
    first: dict[Role, Seat] = {}
    for seat in seats(team):
        first.setdefault(seat.role, seat)
    return list(first.values())
