"""The API of rooms and webhooks: where a team, or the organisation, is told what happens."""

from typing import Any

import django_filters
from django.conf import settings
from django.db import models
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import etags
from portal.api.endpoints import Acting, Changing, Creating, Endpoint, Listing, Reading, Removing
from portal.api.serializers import Body
from portal.errors import BadInput
from portal.notifications import actions
from portal.notifications.managed import mine, require_somewhere, teams_of
from portal.notifications.models import Attempt, ChatRoom, Delivery, DeliveryStatus
from portal.notifications.models import Endpoint as Webhook
from portal.people.models import Scope, Team, User

OF_TEAM: dict[str, Any] = {
    "required": False,
    "allow_null": True,
    "help_text": "Slug of a team; null: the whole organisation.",
}


class RoomOut(serializers.ModelSerializer[ChatRoom]):
    """A chat room; its address holds a secret and is never told."""

    team = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    kinds = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ChatRoom
        fields = ("uid", "name", "team", "language", "kinds", "recorded_at")
        read_only_fields = fields


class RoomChange(Body):
    """What a room is called, what it is told, in which language."""

    name = serializers.CharField(max_length=actions.LONGEST_NAME)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, default="en")
    kinds = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1, max_length=100)


class RoomIn(RoomChange):
    """A room, by an Apprise address of an allowed kind."""

    team = serializers.CharField(max_length=60, **OF_TEAM)
    address = serializers.CharField(max_length=2000)


class WebhookOut(serializers.ModelSerializer[Webhook]):
    """A machine that is told by webhook; `disabled_because` in the caller's language, empty while it is told."""

    team = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    events = serializers.ListField(child=serializers.CharField(), read_only=True)
    disabled_because = serializers.CharField(read_only=True)

    class Meta:
        model = Webhook
        fields: tuple[str, ...] = ("uid", "url", "team", "events", "recorded_at", "disabled_at", "disabled_because")
        read_only_fields: tuple[str, ...] = fields


class WebhookMade(WebhookOut):
    """With its secret, told this once; null when this is the first answer again: then ask for another one."""

    secret = serializers.CharField(read_only=True, allow_null=True)

    class Meta(WebhookOut.Meta):
        fields = (*WebhookOut.Meta.fields, "secret")
        read_only_fields = fields


class WebhookChange(Body):
    """What a machine is told."""

    events = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1, max_length=100)


class WebhookIn(WebhookChange):
    """A machine to tell."""

    team = serializers.CharField(max_length=60, **OF_TEAM)
    url = serializers.CharField(max_length=2000)


class AttemptOut(serializers.ModelSerializer[Attempt]):
    """One try; null `status`: no answer."""

    class Meta:
        model = Attempt
        fields = ("at", "status", "milliseconds", "excerpt")
        read_only_fields = fields


class DeliveryOut(serializers.ModelSerializer[Delivery]):
    """A message on its way to a machine; `uid` is the same at every try."""

    kind = serializers.CharField(source="message.kind", read_only=True)
    text = serializers.CharField(source="message.__str__", read_only=True)
    reason = serializers.CharField(read_only=True)
    tries = AttemptOut(many=True, read_only=True)

    class Meta:
        model = Delivery
        fields = ("uid", "kind", "text", "status", "attempts", "due_at", "sent_at", "recorded_at", "reason", "tries")
        read_only_fields = fields


class ReplayIn(Body):
    """One delivery; without it all that were given up."""

    delivery = serializers.UUIDField(required=False)


class TeamFilter(django_filters.FilterSet):
    """Those of one team."""

    team = django_filters.CharFilter(field_name="team__slug")


class DeliveryFilter(django_filters.FilterSet):
    """Which deliveries."""

    status = django_filters.ChoiceFilter(choices=DeliveryStatus.choices)


# --- rooms ------------------------------------------------------------------------------------------------------------
class OfRoom(Endpoint):
    """The rooms that the caller manages."""

    serializer_class = RoomOut
    lookup_field = "uid"

    def rows(self) -> models.QuerySet[ChatRoom]:
        """Those that are told."""
        return ChatRoom.objects.filter(mine(self.person), removed_at=None).select_related("team")


class Rooms(Listing, Creating, OfRoom):
    """The chat rooms that the caller manages."""

    reads, writes = Scope.READ, Scope.WRITE
    filterset_class, body = TeamFilter, RoomIn
    orderings = ("-id",)
    has_rules = True
    example = {"name": "Campaigns", "address": "slack://TokenA/TokenB/TokenC", "kinds": ["notice.test"]}

    def load(self) -> None:
        """Whether the caller manages channels somewhere. Raises NotAllowed."""
        require_somewhere(self.person)

    def create(self, sent: dict[str, Any]) -> ChatRoom:
        """Tell a chat room, by an Apprise address of an allowed kind."""
        return actions.add_room(by=self.person, **{**sent, "team": _team(sent, self.person)})

    def where(self, thing: ChatRoom) -> str:
        """The room."""
        return reverse("api_room", args=[thing.uid])


class OneRoom(Reading, Changing, Removing, OfRoom):
    """A chat room."""

    reads, writes = Scope.READ, Scope.WRITE
    body = RoomChange
    example = {"name": "Campaigns of the spring"}
    has_rules = True

    def change(self, thing: ChatRoom, sent: dict[str, Any]) -> None:
        """Name a room otherwise, tell it other things or in another language."""
        kept = {name: getattr(thing, name) for name in ("name", "language", "kinds")}
        actions.change_room(thing, by=self.person, **kept | sent)

    def remove(self, thing: ChatRoom) -> None:
        """Tell a room nothing more; its address is forgotten."""
        actions.remove_room(thing, by=self.person)


class TestRoom(Acting, OfRoom):
    """Write a test into a room."""

    writes = Scope.WRITE

    def act(self, thing: ChatRoom, sent: dict[str, Any]) -> None:
        """Write a test into a room."""
        actions.test_room(thing, by=self.person)


# --- webhooks ---------------------------------------------------------------------------------------------------------
class OfWebhook(Endpoint):
    """The webhooks that the caller manages."""

    serializer_class: Any = WebhookOut
    lookup_field = "uid"

    def rows(self) -> models.QuerySet[Webhook]:
        """Those that were not removed."""
        return Webhook.objects.filter(mine(self.person), removed_at=None).select_related("team")


class Webhooks(Listing, Creating, OfWebhook):
    """The webhooks that the caller manages."""

    reads, writes = Scope.READ, Scope.WRITE
    filterset_class, body = TeamFilter, WebhookIn
    orderings = ("-id",)
    has_rules = True
    secrets = ("secret",)
    example = {"url": "https://hooks.example.org/passerelle", "events": ["test"]}
    answers = {"POST": {"201": OpenApiResponse(WebhookMade, "Made.")}}

    def load(self) -> None:
        """Whether the caller manages channels somewhere. Raises NotAllowed."""
        require_somewhere(self.person)

    def create(self, sent: dict[str, Any]) -> Webhook:
        """Tell a machine by webhook; the answer alone holds the secret that signs."""
        made, self.secret = actions.add_endpoint(by=self.person, **{**sent, "team": _team(sent, self.person)})
        return made

    def told_created(self, thing: Webhook) -> dict[str, Any]:
        """With its secret."""
        return {**self.told(thing), "secret": self.secret}

    def etag(self, thing: Webhook) -> str:
        """Of the row: its secret is told once only."""
        return etags.of(self.told(thing))

    def where(self, thing: Webhook) -> str:
        """The webhook."""
        return reverse("api_webhook", args=[thing.uid])


class OneWebhook(Reading, Changing, Removing, OfWebhook):
    """A webhook: what it is told, whether it is disabled and why."""

    reads, writes = Scope.READ, Scope.WRITE
    body = WebhookChange
    example = {"events": ["test"]}
    has_rules = True

    def change(self, thing: Webhook, sent: dict[str, Any]) -> None:
        """Tell a machine other things."""
        actions.change_endpoint(thing, by=self.person, events=sent.get("events", thing.events))

    def remove(self, thing: Webhook) -> None:
        """Tell a machine nothing more; what it was told stays in its log."""
        actions.remove_endpoint(thing, by=self.person)


class RotateSecret(Acting, OfWebhook):
    """Give a webhook another secret."""

    writes = Scope.WRITE
    answers = {"POST": {"200": OpenApiResponse(WebhookMade, "Told.")}}

    def act(self, thing: Webhook, sent: dict[str, Any]) -> None:
        """Give a webhook another secret, told this once; the former one signs beside it for a day."""
        self.secret = actions.rotate_secret(thing, by=self.person)

    def answer(self, thing: Webhook, code: int = 200, **headers: str) -> Response:
        """The webhook with its new secret."""
        answer = super().answer(thing, code, **headers)
        answer.data = {**answer.data, "secret": self.secret}
        return answer


class DisableWebhook(Acting, OfWebhook):
    """Tell a machine nothing until it is enabled again."""

    writes = Scope.WRITE

    def act(self, thing: Webhook, sent: dict[str, Any]) -> None:
        """Tell a machine nothing until it is enabled again."""
        actions.disable_endpoint(thing, by=self.person)


class EnableWebhook(Acting, OfWebhook):
    """Tell a machine again."""

    writes = Scope.WRITE

    def act(self, thing: Webhook, sent: dict[str, Any]) -> None:
        """Tell a machine again that was disabled, or had said that it was gone."""
        actions.enable_endpoint(thing, by=self.person)


class TestWebhook(Acting, OfWebhook):
    """Send a machine a test."""

    writes = Scope.WRITE

    def act(self, thing: Webhook, sent: dict[str, Any]) -> None:
        """Send a machine an event of type `test`."""
        actions.test_endpoint(thing, by=self.person)


class ReplayWebhook(Acting, OfWebhook):
    """Send again what was given up."""

    writes = Scope.WRITE
    body = ReplayIn
    has_rules = True

    def act(self, thing: Webhook, sent: dict[str, Any]) -> None:
        """Send again one delivery, or all that were given up; each keeps its identifier."""
        one = None
        if "delivery" in sent:
            one = thing.deliveries.filter(uid=sent["delivery"]).first()
            if one is None:
                sentence = _("This is no delivery of this webhook.")
                raise BadInput.of(sentence, {"delivery": sentence})
        actions.replay(thing, by=self.person, delivery=one)


class Deliveries(Listing, Endpoint):
    """What a webhook was told, the newest first, with every try."""

    reads = Scope.READ
    serializer_class = DeliveryOut
    filterset_class = DeliveryFilter
    orderings = ("-id",)

    def load(self) -> None:
        """The webhook, if the caller manages it. Raises Http404."""
        self.webhook = get_object_or_404(Webhook.objects.filter(mine(self.person)), uid=self.kwargs["uid"])

    def rows(self) -> models.QuerySet[Delivery]:
        """Its deliveries."""
        tries = models.Prefetch("tries", Attempt.objects.order_by("-id"))
        return self.webhook.deliveries.select_related("message").prefetch_related(tries)


def _team(sent: dict[str, Any], person: User) -> Team | None:
    """The team that was named, one whose channels this person manages. Raises BadInput."""
    slug = sent.get("team")
    if slug is None:
        return None
    team = next((one for one in teams_of(person) if one.slug == slug), None)
    if team is None:
        sentence = _("Name a team whose channels you manage.")
        raise BadInput.of(sentence, {"team": sentence})
    return team
