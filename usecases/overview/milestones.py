"""What followers of a use case are told of it: the journal is read, and each of its main events told once."""

from datetime import timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import registry
from portal.audit.models import Event
from portal.notifications.actions import tell
from portal.notifications.models import Message, Notification
from portal.people.models import User
from portal.registry import Milestone, Notice, Subject
from portal.talk.actions import followers
from portal.words import quoted
from usecases.catalog.models import UseCase

LOOK_BACK = timedelta(days=1)
SAME_MOMENT = timedelta(seconds=5)
KIND = "notice.milestone"
MILESTONES = [
    Milestone("gate.passed."),
    Milestone("stage."),
    Milestone("break_glass.opened"),
    Milestone("iteration.closed_go"),
    Milestone("iteration.closed_pivot"),
    Milestone("iteration.closed_stop"),
    Milestone("case.validated"),
    Milestone("deployment.approved"),
    Milestone("deployment.live"),
    Milestone("deployment.rolled_back"),
    Milestone("measurement.validated"),
    Milestone("measurements.validated"),
]
NOTICES = [Notice(KIND, _("Something important happens to what I follow"), "flag")]
WORDS = {
    KIND: _("%(use_case_name)s · %(who)s: %(what)s"),
    "job.kind.overview.tell_followers": _("Tell followers what happened"),
}


def tell_followers() -> int:
    """Tell each main event of the last day that was not told yet; returns how many. Harmless when run twice."""
    cause = Concat(Value("event:"), Cast("uid", CharField()))
    events = Event.objects.filter(
        verb__in=registry.milestones(), is_demo=False, recorded_at__gte=timezone.now() - LOOK_BACK
    )
    untold = events.exclude(use_case="").annotate(cause=cause)
    untold = untold.filter(~Exists(Message.objects.filter(cause=OuterRef("cause"))))
    found = list(untold.select_related("actor", "person").order_by("id"))
    use_cases = {one.slug: one for one in UseCase.objects.filter(slug__in={event.use_case for event in found})}
    for event in found:
        if event.use_case in use_cases:
            _tell(event, use_cases[event.use_case])
    return len(found)


def _tell(event: Event, use_case: UseCase) -> None:
    with transaction.atomic():
        tell(
            KIND,
            _audience(event, use_case),
            url=use_case.get_absolute_url(),
            team=use_case.team,
            use_case=use_case.slug,
            cause=f"event:{event.uid}",
            use_case_name=use_case.name,
            who=event.who,
            what=quoted(event.verb, event.words),
        )


def _audience(event: Event, use_case: UseCase) -> list[User]:
    """Who follows the thing or its use case; not who did it, nor who was told of it by name, at that moment."""
    subject = Subject(
        type="event",
        uid=event.target_uid or use_case.uid,
        title=use_case.name,
        url=use_case.get_absolute_url(),
        use_case=use_case.slug,
        team=use_case.team,
        people=(use_case.created_by_id,),
    )
    around = (event.recorded_at - SAME_MOMENT, event.recorded_at + SAME_MOMENT)
    told = Notification.objects.filter(message__use_case=use_case.slug, message__recorded_at__range=around)
    told = told.exclude(message__kind=KIND)
    known = set(told.values_list("person_id", flat=True)) | {event.actor_id}
    return [person for person in followers(subject) if person.pk not in known]
