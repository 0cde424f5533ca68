"""What a person follows, as they may see it now."""

from collections.abc import Iterable
from uuid import UUID

from portal import registry
from portal.people import rights
from portal.people.models import User
from portal.registry import Subject
from portal.talk.feed import PAGE, USE_CASE, Feed, of_many
from portal.talk.models import Follow, FollowChoice

SHOWN = 100  # things on a page, what was followed last


def follows(user: User, subject: Subject) -> bool:
    """Whether this person hears of the thing itself: they said so, or they made it and did not say no."""
    row = Follow.objects.filter(user=user, subject_uid=subject.uid).first()
    return row.is_on if row else user.pk in subject.people


def visible(user: User, rows: Iterable[Follow]) -> list[Subject]:
    """The things of these rows that this person may see, in their order. One query per type of thing."""
    chosen = list(rows)
    by_type: dict[str, list[UUID]] = {}
    for row in chosen:
        by_type.setdefault(row.subject_type, []).append(row.subject_uid)
    kinds = registry.subjects()
    found: dict[UUID, Subject] = {}
    for type_, uids in by_type.items():
        if type_ in kinds:
            found |= {subject.uid: subject for subject in kinds[type_].load_all(user, uids)}
    return [found[row.subject_uid] for row in chosen if row.subject_uid in found]


def happened(user: User, subjects: Iterable[Subject], cursor: str = "", *, number: int = PAGE) -> Feed:
    """What happened to these things and was said of them; events only where this person reads the journal."""
    chosen = list(subjects)
    teams = None
    if not rights.sees_everything(user):
        teams = [one.team.pk for one in chosen if rights.can(user, "journal.view", one.team)]
    use_cases = [one.use_case for one in chosen if one.type == USE_CASE]
    return of_many([one.uid for one in chosen], use_cases, cursor, events_of=teams, number=number)


def follows_by_itself(user: User) -> bool:
    """Whether commenting on a thing, or being named there, makes this person follow it."""
    choice = FollowChoice.objects.filter(user=user).first()
    return choice is None or choice.automatically
