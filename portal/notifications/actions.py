"""Telling people and machines what happened, in the transaction of what happened; reading it; choosing how."""

import base64
import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import clock, outgoing, registry
from portal.audit.record import record
from portal.errors import BadInput, Refused, Sentence
from portal.jobs import queue
from portal.notifications.channels import apprise
from portal.notifications.models import (
    Channel,
    ChatRoom,
    Delivery,
    DeliveryStatus,
    Endpoint,
    Habits,
    Message,
    Notification,
    Rhythm,
)
from portal.people import holders, rights
from portal.people.models import OrganisationGrant, OrganisationRole, Team, User

LONGEST_NAME = 80  # of a room
OVERLAP = timedelta(hours=24)  # during which the former secret signs too


def tell(
    kind: str,
    people: Iterable[User],
    *,
    url: str,
    team: Team | None = None,
    use_case: str = "",
    data: Mapping[str, Any] | None = None,
    cause: str = "",
    **params: Any,
) -> Message | None:
    """Tell these people, and the rooms and machines of the team that asked for this kind; returns what was told.

    Call it in the change's own transaction (RuntimeError otherwise). `kind` is the code of a registered `Notice`
    (KeyError otherwise); `params` fill its sentence and are JSON values; `url` is where a reader goes; `data` are the
    identifiers that machines get. With a `cause` it is told once only: None when it was already.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("What is told belongs to the transaction of what happened.")
    notice = registry.notices()[kind]
    message = Message(
        kind=kind, params=params, url=url, team=team, use_case=use_case, data=dict(data or {}), cause=cause
    )
    if cause and Message.objects.filter(cause=cause).exists():
        return None
    message.save(force_insert=True)
    told = {person.pk: person for person in people if person.is_active}
    Notification.objects.bulk_create(Notification(message=message, person=one) for one in told.values())
    deliveries = [*_by_mail(message, told, urgent=notice.urgent), *_outside(message, notice)]
    Delivery.objects.bulk_create(deliveries)
    for delivery in deliveries:
        if delivery.due_at == message.occurred_at or delivery.channel != Channel.EMAIL:
            wake(delivery)
    return message


def wake(delivery: Delivery) -> None:
    """Ask for the delivery to be made; letters of one person go together."""
    if delivery.channel == Channel.EMAIL:
        queue.enqueue("notifications.mail", str(delivery.person_id), person_id=delivery.person_id)
    else:
        queue.enqueue("notifications.deliver", str(delivery.uid), delivery_id=delivery.pk)


def administrators() -> list[User]:
    """Whom a fault of the installation concerns."""
    grants = OrganisationGrant.objects.filter(role=OrganisationRole.ADMIN, user__is_active=True)
    return [grant.user for grant in grants.select_related("user")]


def members(
    team: Team,
    roles: Iterable[str],
    *,
    but: User | None = None,
    at: holders.Place | Collection[holders.Place] | None = None,
) -> list[User]:
    """The active people with one of these roles in a team, that reaches one of `at`; deputies too (two queries)."""
    found = holders.people(team, roles, clock.now(), at)
    return [one for one in found if one.is_active and one != but]


def mark_read(person: User, uids: Iterable[Any] | None = None) -> int:
    """Say that one has read these notifications of one's own, or all of them; returns how many were unread."""
    unread = Notification.objects.unread().filter(person=person)
    if uids is not None:
        unread = unread.filter(uid__in=list(uids))
    return unread.update(read_at=timezone.now())


def choose(
    person: User, *, language: str, time_zone: str, hour: Any, rhythm: str, by_kind: Mapping[str, str]
) -> Habits:
    """Choose how one is told by e-mail. Raises BadInput for a language, zone, kind or rhythm that does not exist."""
    wrong = {}
    if language not in dict(settings.LANGUAGES):
        wrong["language"] = _("Choose a language of the portal.")
    if time_zone not in available_timezones():
        wrong["time_zone"] = _("Choose a time zone that exists.")
    if rhythm not in Rhythm.values or not set(by_kind.values()) <= set(Rhythm.values):
        wrong["rhythm"] = _("Choose at once, once a day or never.")
    if not set(by_kind) <= set(registry.notices()):
        wrong["by_kind"] = _("There is no such kind of notification.")
    if wrong:
        raise BadInput.of(_("Your choice was not kept."), wrong)
    different = {kind: one for kind, one in by_kind.items() if one != rhythm}
    facts = {"language": language, "time_zone": time_zone, "hour": hour, "rhythm": rhythm, "by_kind": different}
    with transaction.atomic():
        before = Habits.objects.select_for_update().filter(person=person).first() or Habits(person=person)
        changed = sorted(name for name, value in facts.items() if getattr(before, name) != value)
        habits, _new = Habits.objects.update_or_create(person=person, defaults=facts)
        if changed:
            # What they chose is theirs, and can be erased: the chain says only what kind of thing it was.
            record("habits.chosen", person, by=person, fields=", ".join(changed))
    return habits


def next_letter(habits: Habits, after: datetime) -> datetime:
    """The next time of day this person chose, in their zone, strictly after a moment."""
    zone = ZoneInfo(habits.time_zone)
    day = after.astimezone(zone).date()
    at = datetime.combine(day, habits.hour, tzinfo=zone)
    return at if at > after else datetime.combine(day + timedelta(days=1), habits.hour, tzinfo=zone)


def _by_mail(message: Message, people: Mapping[int, User], *, urgent: bool) -> list[Delivery]:
    known = {habits.person_id: habits for habits in Habits.objects.filter(person__in=people)}
    found = []
    for pk, person in people.items():
        habits = known.get(pk) or Habits()
        rhythm = habits.rhythm_of(message.kind)
        if not person.email or rhythm == Rhythm.NEVER:
            continue
        daily = rhythm == Rhythm.DAILY and not urgent
        due = next_letter(habits, timezone.now()) if daily else message.occurred_at
        found.append(Delivery(message=message, channel=Channel.EMAIL, person=person, due_at=due))
    return found


def _outside(message: Message, notice: registry.Notice) -> list[Delivery]:
    mine = Q(team=None) | Q(team=message.team) if message.team else Q(team=None)
    rooms = ChatRoom.objects.filter(mine, removed_at=None, kinds__contains=[message.kind])
    found = [Delivery(message=message, channel=Channel.CHAT, room=room, due_at=message.occurred_at) for room in rooms]
    if notice.event:
        asked = Endpoint.objects.filter(mine, removed_at=None, disabled_at=None, events__contains=[notice.event])
        found += [
            Delivery(message=message, channel=Channel.WEBHOOK, endpoint=one, due_at=message.occurred_at)
            for one in asked
        ]
    return found


# --- rooms and machines --------------------------------------------------------------
def manages(user: User, team: Team | None) -> None:
    """Raise NotAllowed unless this person may say where a team, or the organisation, is told."""
    rights.require(user, "channel.manage", team)


@transaction.atomic
def add_endpoint(*, by: User, team: Team | None, url: str, events: Iterable[str]) -> tuple[Endpoint, str]:
    """Tell a machine by webhook; returns it and the secret, which is shown this once. Raises BadInput."""
    manages(by, team)
    asked = _events(events)
    try:
        parts = outgoing.look(url)
    except outgoing.Forbidden as refusal:
        raise BadInput.of(_("The webhook was not kept."), {"url": refusal.sentence}) from refusal
    if parts.scheme != "https" and (str(parts.host), parts.port or 80) not in outgoing.allowed():
        raise BadInput.of(_("The webhook was not kept."), {"url": _("Use an https:// address.")})
    secret = new_secret()
    endpoint = Endpoint.objects.create(team=team, url=url, events=asked, secret=secret, created_by=by)
    record("endpoint.added", endpoint, by=by, team=team, events=", ".join(asked))
    return endpoint, secret


@transaction.atomic
def change_endpoint(endpoint: Endpoint, *, by: User, events: Iterable[str]) -> None:
    """Tell a machine other things. Raises BadInput, Refused when it was removed."""
    manages(by, endpoint.team)
    asked = _events(events)
    if not Endpoint.objects.filter(pk=endpoint.pk, removed_at=None).update(events=asked):
        raise Refused(_("This webhook was removed already."))
    before, after = {"events": endpoint.events}, {"events": asked}
    endpoint.events = asked
    record("endpoint.changed", endpoint, by=by, team=endpoint.team, before=before, after=after)


@transaction.atomic
def disable_endpoint(endpoint: Endpoint, *, by: User) -> None:
    """Tell a machine nothing until it is enabled again; what waits for it is given up."""
    manages(by, endpoint.team)
    standing = Endpoint.objects.filter(pk=endpoint.pk, removed_at=None, disabled_at=None)
    if not standing.update(disabled_at=timezone.now(), disabled_code="webhook.paused"):
        raise Refused(_("This webhook is disabled or was removed."))
    record("endpoint.paused", endpoint, by=by, team=endpoint.team)


@transaction.atomic
def rotate_secret(endpoint: Endpoint, *, by: User) -> str:
    """Give an endpoint another secret, shown this once; the former one signs beside it for a day."""
    manages(by, endpoint.team)
    locked = Endpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    secret = new_secret()
    Endpoint.objects.filter(pk=locked.pk).update(
        former_secret=locked.secret, former_until=timezone.now() + OVERLAP, secret=secret
    )
    endpoint.refresh_from_db()
    record("endpoint.rotated", endpoint, by=by, team=endpoint.team)
    return secret


@transaction.atomic
def remove_endpoint(endpoint: Endpoint, *, by: User) -> None:
    """Tell a machine nothing more; what it was told stays in its log."""
    manages(by, endpoint.team)
    if not Endpoint.objects.filter(pk=endpoint.pk, removed_at=None).update(removed_at=timezone.now()):
        raise Refused(_("This webhook was removed already."))
    record("endpoint.removed", endpoint, by=by, team=endpoint.team)


@transaction.atomic
def enable_endpoint(endpoint: Endpoint, *, by: User) -> None:
    """Tell a machine again that had said that it was gone."""
    manages(by, endpoint.team)
    standing = Endpoint.objects.filter(pk=endpoint.pk, removed_at=None, disabled_at__isnull=False)
    if not standing.update(disabled_at=None, disabled_code=""):
        raise Refused(_("This webhook is not disabled."))
    record("endpoint.enabled", endpoint, by=by, team=endpoint.team)


@transaction.atomic
def test_endpoint(endpoint: Endpoint, *, by: User) -> Delivery:
    """Send a machine an event of type "test"."""
    manages(by, endpoint.team)
    _standing(endpoint)
    delivery = _test(endpoint.team, Delivery(channel=Channel.WEBHOOK, endpoint=endpoint))
    record("endpoint.tested", endpoint, by=by, team=endpoint.team)
    return delivery


@transaction.atomic
def replay(endpoint: Endpoint, *, by: User, delivery: Delivery | None = None, since: datetime | None = None) -> int:
    """Send again one delivery, or all that were given up since a moment, each with the identifier it had."""
    manages(by, endpoint.team)
    _standing(endpoint)
    chosen = endpoint.deliveries.exclude(status=DeliveryStatus.WAITING)
    if delivery is not None:
        chosen = chosen.filter(pk=delivery.pk)
    else:
        chosen = chosen.filter(status=DeliveryStatus.DEAD)
        chosen = chosen.filter(recorded_at__gte=since) if since else chosen
    pks = list(chosen.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if not pks:
        raise Refused(_("There is nothing to send again."))
    fresh = {"status": DeliveryStatus.WAITING, "attempts": 0, "reason_code": "", "reason_params": {}, "sent_at": None}
    Delivery.objects.filter(pk__in=pks).update(due_at=Now(), **fresh)
    for one in Delivery.objects.filter(pk__in=pks):
        wake(one)
    record("endpoint.replayed", endpoint, by=by, team=endpoint.team, number=len(pks))
    return len(pks)


@transaction.atomic
def add_room(
    *, by: User, team: Team | None, name: str, address: str, kinds: Iterable[str], language: str = "en"
) -> ChatRoom:
    """Tell a chat room, by an Apprise address of an allowed kind. Raises BadInput."""
    manages(by, team)
    asked = _kinds(kinds)
    _require_named(name, language)
    try:
        apprise.look(address)
    except BadInput as refusal:
        raise BadInput.of(_("The room was not kept."), {"address": refusal.sentence}) from refusal
    room = ChatRoom.objects.create(
        team=team, name=name.strip(), address=address, kinds=asked, language=language, created_by=by
    )
    record("room.added", room, by=by, team=team)
    return room


@transaction.atomic
def change_room(room: ChatRoom, *, by: User, name: str, kinds: Iterable[str], language: str) -> None:
    """Name a room otherwise, tell it other things or in the other language. Raises BadInput, Refused."""
    manages(by, room.team)
    _require_named(name, language)
    after = {"name": name.strip(), "kinds": _kinds(kinds), "language": language}
    before = {field: getattr(room, field) for field in after}
    if not ChatRoom.objects.filter(pk=room.pk, removed_at=None).update(**after):
        raise Refused(_("This room was removed already."))
    room.refresh_from_db()
    record("room.changed", room, by=by, team=room.team, before=before, after=after)


@transaction.atomic
def test_room(room: ChatRoom, *, by: User) -> Delivery:
    """Write into a room that the channel works."""
    manages(by, room.team)
    if room.removed_at:
        raise Refused(_("This room was removed already."))
    delivery = _test(room.team, Delivery(channel=Channel.CHAT, room=room))
    record("room.tested", room, by=by, team=room.team)
    return delivery


@transaction.atomic
def remove_room(room: ChatRoom, *, by: User) -> None:
    """Tell a room nothing more; its address is forgotten."""
    manages(by, room.team)
    if not ChatRoom.objects.filter(pk=room.pk, removed_at=None).update(removed_at=timezone.now(), address="-"):
        raise Refused(_("This room was removed already."))
    record("room.removed", room, by=by, team=room.team)


def new_secret() -> str:
    """A secret of Standard Webhooks: "whsec_" and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _events(events: Iterable[str]) -> list[str]:
    asked, known = sorted(set(events)), {notice.event for notice in registry.notices().values() if notice.event}
    if not asked or not set(asked) <= known:
        raise BadInput.of(_("The webhook was not kept."), {"events": _("Choose what it is told.")})
    return asked


def _kinds(kinds: Iterable[str]) -> list[str]:
    asked = sorted(set(kinds))
    if not asked or not set(asked) <= set(registry.notices()):
        raise BadInput.of(_("The room was not kept."), {"kinds": _("Choose what it is told.")})
    return asked


def _require_named(name: str, language: str) -> None:
    wrong: dict[str, Sentence] = {}
    if not name.strip() or len(name) > LONGEST_NAME or "\0" in name:
        wrong["name"] = _("A room has a name of at most %(most)s characters.") % {"most": LONGEST_NAME}
    if language not in dict(settings.LANGUAGES):
        wrong["language"] = _("Choose a language of the portal.")
    if wrong:
        raise BadInput.of(_("The room was not kept."), wrong)


def _standing(endpoint: Endpoint) -> None:
    if endpoint.removed_at or endpoint.disabled_at:
        raise Refused(_("This webhook is disabled or was removed."))


def _test(team: Team | None, delivery: Delivery) -> Delivery:
    message = Message.objects.create(kind="notice.test", url=reverse("notifications:receivers"), team=team)
    delivery.message, delivery.due_at = message, message.occurred_at
    delivery.save(force_insert=True)
    wake(delivery)
    return delivery
