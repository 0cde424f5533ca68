"""What is told: a message once, a row per person who reads it here, a delivery per channel that carries it outside."""

from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal import registry
from portal.people.models import Team
from portal.records import Record, new_uid
from portal.registry import Tone
from portal.sealed import SealedTextField
from portal.words import say


class Channel(models.TextChoices):
    """How something leaves the portal."""

    EMAIL = "email", _("E-mail")
    CHAT = "chat", _("Chat room")
    WEBHOOK = "webhook", _("Webhook")


class Rhythm(models.TextChoices):
    """When a person wants to read a kind of notification in the mail."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    NEVER = "never", _("Never")


class DeliveryStatus(models.TextChoices):
    """How far a delivery is."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Given up")


DELIVERY_TONES: dict[str, Tone] = {"waiting": "unk", "sent": "ok", "dead": "err"}


class Message(Record):
    """Something happened that people asked to be told. Worded, from its code, in the language of who reads it."""

    kind = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300)
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    use_case = models.CharField(max_length=60, blank=True)
    # The identifiers that a machine gets beside the type: it asks the API for the rest.
    data = models.JSONField(default=dict)
    # What is told once only, whoever looks twice; empty: told each time.
    cause = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cause"], condition=~Q(cause=""), name="message_told_once")]

    def __str__(self) -> str:
        return say(self.kind, self.params)

    @property
    def icon(self) -> str:
        """The icon of its kind."""
        notice = registry.notices().get(self.kind)
        return notice.icon if notice else "bell"


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Questions of the bell and of the list."""

    def unread(self) -> "NotificationQuerySet":
        """Those nobody has looked at."""
        return self.filter(read_at=None)


class Notification(models.Model):
    """A message waits for a person in the portal."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="notifications")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "person"], name="notification_once")]
        indexes = [
            # the list, newest first
            models.Index(fields=["person", "-id"], name="notification_of_person"),
            # the number on the bell
            models.Index(fields=["person"], condition=Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.message_id}"


class Habits(models.Model):
    """How a person wants to be told outside the portal; whoever chose nothing has no row."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="habits")
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(max_length=60, default="Europe/Paris")
    hour = models.TimeField(default=time(8))
    rhythm = models.CharField(max_length=10, choices=Rhythm, default=Rhythm.AT_ONCE)
    # kind → rhythm, where it differs from `rhythm`
    by_kind = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.person}: {self.rhythm}"

    def rhythm_of(self, kind: str) -> Rhythm:
        """When this kind is wanted in the mail."""
        return Rhythm(self.by_kind.get(kind, self.rhythm))


class ChatRoom(Record):
    """Where a team talks (Slack, Teams, Mattermost…); without a team, the organisation. Its address holds a secret."""

    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="chat_rooms")
    name = models.CharField(max_length=80)
    address = SealedTextField()
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default="en")
    kinds = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Endpoint(Record):
    """A machine that is told by webhook (Standard Webhooks 1.0.0); without a team, of everything."""

    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="endpoints")
    url = models.CharField(max_length=2000)
    events = models.JSONField(default=list)
    secret = SealedTextField()
    # The secret before a rotation signs as well until then, so that receivers can change in their own time.
    former_secret = SealedTextField(null=True)
    former_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    disabled_at = models.DateTimeField(null=True)
    disabled_code = models.CharField(max_length=60, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.url[:200]

    @property
    def disabled_because(self) -> str:
        """Why it is told nothing, in the reader's language; empty while it is told."""
        return say(self.disabled_code, {}) if self.disabled_code else ""


class Delivery(models.Model):
    """One message on its way through one channel to one receiver: the outbox. `uid` is the same at every attempt."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(ChatRoom, null=True, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, null=True, on_delete=models.CASCADE, related_name="deliveries")
    status = models.CharField(max_length=10, choices=DeliveryStatus, default=DeliveryStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    # Why it was not sent yet, or never will be.
    reason_code = models.CharField(max_length=60, blank=True)
    reason_params = models.JSONField(default=dict)
    sent_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "channel", "person", "room", "endpoint"],
                nulls_distinct=False,
                name="delivery_once",
            ),
            models.CheckConstraint(
                condition=Q(channel="email", person__isnull=False, room=None, endpoint=None)
                | Q(channel="chat", person=None, room__isnull=False, endpoint=None)
                | Q(channel="webhook", person=None, room=None, endpoint__isnull=False),
                name="delivery_has_one_receiver",
            ),
            models.CheckConstraint(condition=~Q(status="dead") | ~Q(reason_code=""), name="delivery_dead_with_reason"),
        ]
        indexes = [
            # what is to be sent now
            models.Index(fields=["due_at"], condition=Q(status="waiting"), name="delivery_due"),
            # the log of an endpoint, newest first
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.uid}"

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        return DELIVERY_TONES[self.status]

    @property
    def reason(self) -> str:
        """Why it is not sent, in the reader's language."""
        return say(self.reason_code, self.reason_params) if self.reason_code else ""


class Attempt(models.Model):
    """One try of a delivery by webhook, as the receiver answered it."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(db_default=Now())
    status = models.PositiveSmallIntegerField(null=True)  # of HTTP; null: no answer
    milliseconds = models.PositiveIntegerField()
    excerpt = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.status} {self.milliseconds} ms"
