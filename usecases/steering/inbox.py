"""What waits for a person: to say what was learnt from a use case of their team that was stopped."""

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.people.models import User
from portal.people.rights import teams_where
from portal.registry import InboxItem
from usecases.catalog.models import Stage, UseCase
from usecases.steering.models import Lesson

MOST = 20


def waiting(user: User) -> list[InboxItem]:
    """One item per stopped use case from which nobody said what was learnt; one query besides the person's roles."""
    if not user.is_active:
        return []
    mine = UseCase.objects.filter(stage=Stage.STOPPED, team__in=teams_where(user, "lesson.write"))
    silent = mine.exclude(Exists(Lesson.objects.filter(use_case=OuterRef("pk"))))
    return [
        InboxItem(
            kind="lesson",
            icon="bulb",
            title=_("Say what was learnt: %(use_case)s") % {"use_case": use_case.name},
            detail=_("It was stopped. What it taught helps the next one."),
            url=reverse("lesson_new", args=[use_case.slug]),
            action=_("Say it"),
            since=use_case.stage_since,
        )
        for use_case in silent.only("slug", "name", "stage_since").order_by("-stage_since")[:MOST]
    ]
