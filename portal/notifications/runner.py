"""The machine's side: sends what is due, counts the attempts, gives up with a reason, disables who is gone."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from portal import registry
from portal.audit.record import record
from portal.jobs.models import Job, JobStatus
from portal.notifications.actions import administrators, tell, wake
from portal.notifications.channels import NotSent, apprise, email, webhook
from portal.notifications.models import (
    Attempt,
    Channel,
    Delivery,
    DeliveryStatus,
    Endpoint,
    Habits,
)
from portal.people.models import AccessToken, Deputy, Membership, User
from portal.signin.models import SecondFactorReset

# The pauses of Standard Webhooks 1.0.0 after each attempt; after the last one it is given up.
SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.2  # of the pause, so that receivers that come back are not stormed
AT_WORK = timedelta(minutes=2)  # after which an attempt whose worker died is made again
MOST_AT_ONCE = 50  # messages of one letter
SOON = timedelta(days=7)  # before its end, a token's owner is told
LOOK_BACK = timedelta(days=1)

WAITING = Q(status=DeliveryStatus.WAITING)


def send_due() -> int:
    """Wake the deliveries whose time has come; returns how many. While e-mail is off, letters wait."""
    due = Delivery.objects.filter(WAITING, due_at__lte=Now())
    if not email.is_on():
        due = due.exclude(channel=Channel.EMAIL)
    letters = due.filter(channel=Channel.EMAIL).order_by("person_id").distinct("person_id")
    others = due.exclude(channel=Channel.EMAIL).order_by("due_at")[:500]
    woken = [*letters, *others]
    for delivery in woken:
        wake(delivery)
    return len(woken)


def deliver(delivery_id: int) -> None:
    """Make one attempt of a delivery to a machine or a room, if it is due."""
    if not _begin(Delivery.objects.filter(pk=delivery_id)):
        return
    delivery = Delivery.objects.select_related("message", "endpoint__team", "endpoint__created_by", "room").get(
        pk=delivery_id
    )
    if delivery.endpoint is not None:
        _to_endpoint(delivery, delivery.endpoint)
    else:
        _to_room(delivery)


def mail(person_id: int) -> None:
    """Send a person all that is due to them as one letter; the parts of a letter share its fate."""
    if not email.is_on():
        return
    due = Delivery.objects.filter(WAITING, channel=Channel.EMAIL, person_id=person_id, due_at__lte=Now())
    chosen = list(due.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    if not chosen or not _begin(Delivery.objects.filter(pk__in=chosen)):
        return
    deliveries = list(Delivery.objects.filter(pk__in=chosen).select_related("message", "person").order_by("pk"))
    person = deliveries[0].person
    if person is None or not person.is_active or not person.email:
        _give_up(deliveries, "email.nobody", {})
        return
    try:
        email.send(_letter(person, deliveries))
    except NotSent as failure:
        for delivery in deliveries:
            _not_sent(delivery, failure)
    else:
        _sent(deliveries)


def watch() -> None:
    """Tell what no feature tells: jobs that failed, tokens near their end, new members, second factors reset."""
    now = timezone.now()
    for job in Job.objects.filter(status=JobStatus.FAILED, ended_at__gte=now - LOOK_BACK):
        _once("notice.job_failed", administrators(), f"job:{job.uid}", url=reverse("notifications:list"), job=job.kind)
    ending = AccessToken.objects.filter(revoked_at=None, expires_at__gt=now, expires_at__lte=now + SOON)
    for token in ending.select_related("owner"):
        url, day = reverse("accounts:tokens"), f"{token.expires_at:%Y-%m-%d}"
        told = token.owner.service.created_by if token.owner.is_service else token.owner
        _once("notice.token_ends", [told], f"token:{token.uid}:{day}", url=url, token=token.name, day=day)
    joined = Membership.objects.filter(recorded_at__gte=now - LOOK_BACK, is_demo=False)
    for membership in joined.select_related("team", "user"):
        url, cause = reverse("team", args=[membership.team.slug]), f"membership:{membership.uid}"
        _once("notice.member_added", [membership.user], cause, url=url, team_name=str(membership.team))
    named = Deputy.objects.filter(recorded_at__gte=now - LOOK_BACK, is_demo=False)
    for deputy in named.select_related("team", "member", "deputy"):
        days = {"first_day": f"{deputy.first_day}", "last_day": f"{deputy.last_day}"}
        url, cause = reverse("team", args=[deputy.team.slug]), f"deputy:{deputy.uid}"
        who, team_name = str(deputy.member), str(deputy.team)
        _once("notice.deputy_named", [deputy.deputy], cause, url=url, who=who, team_name=team_name, **days)
    for reset in SecondFactorReset.objects.filter(recorded_at__gte=now - LOOK_BACK).select_related("user", "by"):
        url, cause = reverse("home"), f"second_factor:{reset.pk}"
        _once("notice.second_factor_reset", [reset.user], cause, url=url, who=str(reset.by))


def _once(kind: str, people: Sequence[User], cause: str, *, url: str, **params: Any) -> None:
    with transaction.atomic():
        tell(kind, people, url=url, cause=cause, **params)


def _begin(deliveries: Any) -> int:
    """Count an attempt before it is made: should this worker die, it is made again with the same identifier."""
    due = deliveries.filter(WAITING, due_at__lte=Now())
    return int(due.update(attempts=F("attempts") + 1, due_at=Now() + AT_WORK))


def _to_endpoint(delivery: Delivery, endpoint: Endpoint) -> None:
    if endpoint.disabled_at or endpoint.removed_at:
        _give_up([delivery], "webhook.off", {})
        return
    message = delivery.message
    notice = registry.notices().get(message.kind)
    event = webhook.Event(
        f"msg_{delivery.uid.hex}", notice.event if notice else message.kind, message.occurred_at, message.data
    )
    secrets = [endpoint.secret]
    if endpoint.former_secret and endpoint.former_until and endpoint.former_until > timezone.now():
        secrets.append(endpoint.former_secret)
    answer = webhook.send(endpoint.url, secrets, event)
    with transaction.atomic():
        Attempt.objects.create(
            delivery=delivery, status=answer.status, milliseconds=answer.milliseconds, excerpt=answer.excerpt
        )
        if answer.failure is None:
            _sent([delivery])
            return
        _not_sent(delivery, answer.failure)
        if answer.failure.gone:
            _disable(endpoint, answer.failure.code)


def _to_room(delivery: Delivery) -> None:
    room = delivery.room
    if room is None or room.removed_at:
        _give_up([delivery], "chat.removed", {})
        return
    with translation.override(room.language):
        title, body = str(delivery.message), settings.PUBLIC_URL + delivery.message.url
    try:
        apprise.send(room.address, title, body)
    except NotSent as failure:
        _not_sent(delivery, failure)
    else:
        _sent([delivery])


def _letter(person: User, deliveries: Sequence[Delivery]) -> email.Letter:
    habits = Habits.objects.filter(person=person).first()
    language = habits.language if habits else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(habits.time_zone if habits else settings.TIME_ZONE):
        context = {
            "person": person,
            "messages": [delivery.message for delivery in deliveries],
            "public_url": settings.PUBLIC_URL,
            "choices_url": settings.PUBLIC_URL + reverse("notifications:choices"),
            "language": language,
        }
        subject = render_to_string("emails/notifications-subject.txt", context)
        text = render_to_string("emails/notifications-body.txt", context)
        html = render_to_string("emails/notifications-body.html", context)
    return email.Letter(f"msg_{deliveries[0].uid.hex}", person.email, subject, text, html, language)


def _sent(deliveries: Sequence[Delivery]) -> None:
    mine = Delivery.objects.filter(WAITING, pk__in=[one.pk for one in deliveries])
    mine.update(status=DeliveryStatus.SENT, sent_at=Now(), reason_code="", reason_params={})


def _not_sent(delivery: Delivery, failure: NotSent) -> None:
    """Waits for its next attempt, or is given up with the reason."""
    if not failure.again or delivery.attempts > len(SCHEDULE):
        _give_up([delivery], failure.code, failure.params)
        return
    pause = SCHEDULE[delivery.attempts - 1] * (1 + random.uniform(0, JITTER))  # noqa: S311 - no secret
    if failure.after is not None:
        pause = max(pause, failure.after)
    waiting = Delivery.objects.filter(WAITING, pk=delivery.pk)
    waiting.update(due_at=Now() + pause, reason_code=failure.code, reason_params=failure.params)


def _give_up(deliveries: Sequence[Delivery], code: str, params: dict[str, Any]) -> None:
    mine = Delivery.objects.filter(WAITING, pk__in=[one.pk for one in deliveries])
    mine.update(status=DeliveryStatus.DEAD, reason_code=code, reason_params=params)


def _disable(endpoint: Endpoint, code: str) -> None:
    """The receiver says it is gone: nothing more is sent, and whoever added it is told."""
    standing = Endpoint.objects.filter(pk=endpoint.pk, disabled_at=None)
    if not standing.update(disabled_at=timezone.now(), disabled_code=code):
        return
    record("endpoint.disabled", endpoint, by=None, machine="notifications", team=endpoint.team)
    tell(
        "notice.webhook_disabled",
        [endpoint.created_by],
        url=reverse("notifications:endpoint", args=[endpoint.uid]),
        address=endpoint.url[:120],
    )


def waiting_letters() -> int:
    """How many letters wait because e-mail is off; administrators see it."""
    return 0 if email.is_on() else Delivery.objects.filter(WAITING, channel=Channel.EMAIL).count()
