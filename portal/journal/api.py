"""The API of the journal: what happened, what is an exception, how far it is sealed and verified."""

from typing import Any

import django_filters
from django.db import models
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal import registry
from portal.api.endpoints import Endpoint, Listing, Reading
from portal.api.events import EventOut
from portal.api.filters import DayFilter
from portal.audit.models import Event, Head, Seal, Verification
from portal.journal import actions, exceptions, listing
from portal.people import rights
from portal.people.models import Scope


class SealOut(serializers.ModelSerializer[Seal]):
    """A link of the chain: where it is, and its hash (SHA-256, 64 hexadecimal characters)."""

    hash = serializers.CharField(source="hexadecimal", read_only=True)

    class Meta:
        model = Seal
        fields = ("sequence", "hash", "sealed_at")
        read_only_fields = fields


class WholeEventOut(EventOut):
    """An event with what it changed and its seal, null for the minute until it is sealed."""

    before = serializers.DictField(read_only=True)
    after = serializers.DictField(read_only=True)
    seal = SealOut(read_only=True, allow_null=True, default=None)

    class Meta(EventOut.Meta):
        fields = (*EventOut.Meta.fields, "before", "after", "seal")
        read_only_fields = fields


class ExceptionOut(EventOut):
    """An exception: an event, and of which kind."""

    kind = serializers.SerializerMethodField()

    class Meta(EventOut.Meta):
        fields = (*EventOut.Meta.fields, "kind")
        read_only_fields = fields

    def get_kind(self, event: Event) -> str:
        """The code of the kind."""
        kind = exceptions.kind_of(event)
        return kind.code if kind else ""


class JournalFilter(django_filters.FilterSet):
    """As on the journal's page."""

    person = django_filters.CharFilter(help_text="A user name, a part of a name, or `machine`.")
    verb = django_filters.CharFilter()
    family = django_filters.CharFilter(help_text="What verbs begin with: `deployment`, `kpi`…")
    team = django_filters.CharFilter()
    use_case = django_filters.CharFilter()
    target = django_filters.UUIDFilter()
    origin = django_filters.ChoiceFilter(choices=[("demo", "demo"), ("real", "real")])
    since = DayFilter()
    until = DayFilter()

    def filter_queryset(self, queryset: Any) -> Any:
        """The events that the page's own reading of these wishes finds."""
        wish = {name: value for name, value in self.form.cleaned_data.items() if value and name in listing.WISHES}
        return listing.asked(queryset, listing.Wish(**wish))


class ExceptionFilter(JournalFilter):
    """The journal's filters, and the kind of exception."""

    kind = django_filters.CharFilter(help_text="The code of a kind: `break_glass`, `role.self_granted`…")

    def filter_queryset(self, queryset: Any) -> Any:
        """Those of the kind; none for a kind that does not exist."""
        kind = self.form.cleaned_data["kind"]
        known = not kind or kind in registry.exceptions()
        found = queryset.filter(exceptions.matching(kind)) if known else queryset.none()
        return super().filter_queryset(found)


class OfJournal(Endpoint):
    """The events one may read."""

    serializer_class: Any = EventOut
    lookup_field = "uid"

    def rows(self) -> models.QuerySet[Event]:
        """Everything for whom the organisation lets read it, else what is of one's teams."""
        return Event.objects.visible_to(self.person).select_related("actor", "person", "team")


class Journal(Listing, OfJournal):
    """What happened, the newest first."""

    reads = Scope.READ
    filterset_class = JournalFilter
    orderings = ("-id",)


class OneEvent(Reading, OfJournal):
    """One event: what it changed, and its seal."""

    reads = Scope.READ
    serializer_class = WholeEventOut

    def rows(self) -> models.QuerySet[Event]:
        """The events one may read, with their seals."""
        return super().rows().select_related("actor", "person", "team", "seal")


class Exceptions(Listing, OfJournal):
    """What an auditor looks at first, the newest first."""

    reads = Scope.READ
    serializer_class = ExceptionOut
    filterset_class = ExceptionFilter
    orderings = ("-id",)

    def load(self) -> None:
        """Whether the caller inspects the journal. Raises NotAllowed."""
        rights.require(self.person, "journal.inspect")


class HeadOut(serializers.ModelSerializer[Head]):
    """The end of the chain as it was written outside the database, in how many places."""

    hash = serializers.SerializerMethodField()

    class Meta:
        model = Head
        fields = ("sequence", "hash", "exported_at", "places")
        read_only_fields = fields

    def get_hash(self, head: Head) -> str:
        """64 hexadecimal characters."""
        return bytes(head.hash).hex()


class Heads(Listing, Endpoint):
    """The heads that were exported, the newest first."""

    reads = Scope.READ
    serializer_class = HeadOut
    orderings = ("-id",)

    def load(self) -> None:
        """Whether the caller inspects the journal. Raises NotAllowed."""
        rights.require(self.person, "journal.inspect")

    def rows(self) -> models.QuerySet[Head]:
        """All of them."""
        return Head.objects.all()


class VerificationOut(serializers.ModelSerializer[Verification]):
    """The chain was read from end to end; `sentences` say what is wrong, the first 200."""

    sentences = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Verification
        fields = ("recorded_at", "sequence", "heads", "late", "wrong", "sentences")
        read_only_fields = fields


class ChainOut(serializers.Serializer[Any]):
    """How far the journal is sealed, exported and verified; null: not yet."""

    last = SealOut(allow_null=True)
    head = HeadOut(allow_null=True)
    verification = VerificationOut(allow_null=True)


class Standing(Endpoint):
    """How far the journal is sealed, exported and verified."""

    reads = Scope.READ
    serializer_class = ChainOut

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The last seal, the last head, the last verification."""
        rights.require(self.person, "journal.inspect")
        last = Seal.objects.order_by("-sequence").first()
        told = {"last": last, "head": Head.objects.last(), "verification": Verification.objects.last()}
        return Response(self.told(told))


class VerificationAskedOut(serializers.Serializer[Any]):
    """A worker reads the chain: the address of its job tells how far it is."""

    asked = serializers.BooleanField()


class Verify(Endpoint):
    """Ask a worker to read the journal from end to end; asked again while it waits, it is the same job."""

    writes = Scope.WRITE
    serializer_class = VerificationAskedOut
    answers = {"POST": {"200": OpenApiResponse(VerificationAskedOut, "Asked.")}}

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask."""
        actions.ask_to_verify(by=self.person)
        return Response({"asked": True})
