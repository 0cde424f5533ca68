"""The API of notifications: what one was told, and how one wants to be told."""

from datetime import time
from typing import Any

import django_filters
from django.conf import settings
from django.db import models
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Acting, Changing, Endpoint, Listing, Reading
from portal.api.serializers import Body
from portal.notifications import actions
from portal.notifications.models import Habits, Notification, Rhythm
from portal.people.models import Scope


class NotificationOut(serializers.ModelSerializer[Notification]):
    """What one was told, in the caller's language; `url` is the page it leads to, null `read_at` unread."""

    kind = serializers.CharField(source="message.kind", read_only=True)
    text = serializers.CharField(source="message.__str__", read_only=True)
    url = serializers.CharField(source="message.url", read_only=True)
    use_case = serializers.CharField(source="message.use_case", read_only=True)
    occurred_at = serializers.DateTimeField(source="message.occurred_at", read_only=True)

    class Meta:
        model = Notification
        fields = ("uid", "kind", "text", "url", "use_case", "occurred_at", "read_at")
        read_only_fields = fields


class NotificationFilter(django_filters.FilterSet):
    """Which of one's notifications."""

    unread = django_filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")
    kind = django_filters.CharFilter(field_name="message__kind")
    use_case = django_filters.CharFilter(field_name="message__use_case")


class OfNotification(Endpoint):
    """One's own notifications."""

    serializer_class = NotificationOut
    lookup_field = "uid"

    def rows(self) -> models.QuerySet[Notification]:
        """Those told to the caller."""
        return Notification.objects.filter(person=self.person).select_related("message")


class Notifications(Listing, OfNotification):
    """What one was told, the newest first."""

    reads = Scope.READ
    filterset_class = NotificationFilter
    orderings = ("-id",)


class OneNotification(Reading, OfNotification):
    """One notification; reading it here leaves it unread."""

    reads = Scope.READ


class ReadNotification(Acting, OfNotification):
    """Say that one has read a notification."""

    writes = Scope.WRITE

    def act(self, thing: Notification, sent: dict[str, Any]) -> None:
        """Say that one has read a notification; harmless when it was read already."""
        actions.mark_read(self.person, [thing.uid])


class ReadOut(serializers.Serializer[Any]):
    """How many were unread."""

    read = serializers.IntegerField()


class ReadAll(Endpoint):
    """Say that one has read all of one's notifications."""

    writes = Scope.WRITE
    serializer_class = ReadOut
    answers = {"POST": {"200": OpenApiResponse(ReadOut, "Done.")}}

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All are read."""
        return Response({"read": actions.mark_read(self.person)})


class HabitsOut(serializers.ModelSerializer[Habits]):
    """How one is told by e-mail; `by_kind` holds the kinds whose rhythm differs from `rhythm`."""

    hour = serializers.SerializerMethodField()
    by_kind = serializers.DictField(child=serializers.ChoiceField(choices=Rhythm.choices), read_only=True)

    class Meta:
        model = Habits
        fields = ("language", "time_zone", "hour", "rhythm", "by_kind")
        read_only_fields = fields

    def get_hour(self, habits: Habits) -> str:
        """As 08:00, in their time zone."""
        return f"{habits.hour:%H:%M}"


class HabitsIn(Body):
    """How one wants to be told by e-mail; `by_kind` replaces the one before."""

    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    time_zone = serializers.CharField(max_length=60)
    hour = serializers.RegexField(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", help_text="As 08:00, in the time zone.")
    rhythm = serializers.ChoiceField(choices=Rhythm.choices)
    by_kind = serializers.DictField(child=serializers.ChoiceField(choices=Rhythm.choices))


class Choices(Reading, Changing, Endpoint):
    """How one is told by e-mail: language, time zone, hour, and when, for each kind."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = HabitsOut, HabitsIn
    example = {"rhythm": "daily", "by_kind": {"notice.mentioned": "at_once"}}
    has_rules = True

    def thing(self) -> Habits:
        """What the caller chose, or what holds for who chose nothing."""
        return Habits.objects.filter(person=self.person).first() or Habits(person=self.person)

    def lock(self, thing: models.Model) -> None:
        """The person: whoever chose nothing has no row of choices."""
        super().lock(self.person)

    def change(self, thing: Habits, sent: dict[str, Any]) -> None:
        """Choose how one is told; what is not named stays."""
        chosen = {name: getattr(thing, name) for name in ("language", "time_zone", "hour", "rhythm", "by_kind")} | sent
        if "hour" in sent:
            chosen["hour"] = time.fromisoformat(sent["hour"])
        actions.choose(self.person, **chosen)
