"""What waits for a person: the problems that are theirs, and the overdue ones of their teams that nobody took."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.people.models import User
from portal.people.rights import teams_where
from portal.registry import InboxItem
from portal.ui import wording
from usecases.catalog.models import Stage
from usecases.problems.models import Problem, today

MOST = 50


def waiting(user: User) -> list[InboxItem]:
    """One item per open problem, overdue ones urgent; at most fifty. One query besides the person's roles."""
    if not user.is_active:
        return []
    now = today()
    mine = Q(owner=user)
    nobodys = Q(owner=None, due__lt=now, use_case__team__in=teams_where(user, "problem.keep"))
    running = Problem.objects.open().exclude(use_case__stage__in=(Stage.STOPPED, Stage.RETIRED))
    found = running.filter(mine | nobodys).select_related("use_case").order_by("due", "rank")
    return [_item(one, is_mine=one.owner_id == user.pk) for one in found[:MOST]]


def _item(one: Problem, *, is_mine: bool) -> InboxItem:
    facts = {"use_case": one.use_case.name, "kind": one.get_kind_display(), "due": wording.day(one.due)}
    if not is_mine:
        detail = _("%(use_case)s: was due on %(due)s, and nobody has taken it.") % facts
    elif one.is_overdue:
        detail = _("%(use_case)s: %(kind)s of yours, was due on %(due)s.") % facts
    elif one.due:
        detail = _("%(use_case)s: %(kind)s of yours, due on %(due)s.") % facts
    else:
        detail = _("%(use_case)s: %(kind)s of yours, without a due day.") % facts
    return InboxItem(
        kind="problem",
        icon="flag",
        title=one.title,
        detail=detail,
        url=reverse("problem", args=[one.use_case.slug, one.number]),
        action=_("Take it") if not is_mine else _("Solve it"),
        since=one.status_since,
        urgent=one.is_overdue,
    )
