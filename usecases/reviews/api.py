"""The API of reviews, their decisions and their actions."""

from typing import Any

import django_filters
from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.api.endpoints import Acting, Creating, Endpoint, Listing, Reading
from portal.api.serializers import Body, Named
from portal.people.models import Scope
from usecases.catalog.api import OfUseCase
from usecases.catalog.models import UseCase
from usecases.reviews import actions
from usecases.reviews.models import Decision, Review, ReviewAction, ReviewStatus


class ReviewPageOut(serializers.ModelSerializer[Review]):
    """A review; `use_case` is null for one of the portfolio, `digest` empty until it is closed."""

    use_case = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)

    class Meta:
        model = Review
        fields: tuple[str, ...] = (
            "uid",
            "use_case",
            "number",
            "meets_at",
            "as_of",
            "since",
            "next_at",
            "status",
            "digest",
            "closed_at",
        )
        read_only_fields: tuple[str, ...] = fields


class DecisionOut(serializers.ModelSerializer[Decision]):
    """A decision; `about` names a use case in a review of the portfolio."""

    about = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = Decision
        fields = ("uid", "text", "about", "by", "occurred_at")
        read_only_fields = fields


class ActionOut(serializers.ModelSerializer[ReviewAction]):
    """An action: who does what until when; `review` is the one where it was agreed."""

    review = serializers.UUIDField(source="review.uid", read_only=True)
    about = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = ReviewAction
        fields = ("uid", "review", "text", "about", "owner", "due", "done_at")
        read_only_fields = fields


class WholeReviewPageOut(ReviewPageOut):
    """A review with its page in the language asked for, decisions, actions (carried over too) and who was there."""

    page = serializers.SerializerMethodField()
    decisions = DecisionOut(many=True, read_only=True)
    actions = serializers.SerializerMethodField()
    present = serializers.SerializerMethodField()

    class Meta(ReviewPageOut.Meta):
        fields = (*ReviewPageOut.Meta.fields, "page", "decisions", "actions", "present")
        read_only_fields = fields

    @extend_schema_field(serializers.DictField())
    def get_page(self, review: Review) -> dict[str, Any]:
        """The frozen page: title, line, verdict, sections of parts."""
        language = (get_language() or "en")[:2]
        return dict(review.content.get(language) or review.content.get("en") or {})

    @extend_schema_field(ActionOut(many=True))
    def get_actions(self, review: Review) -> Any:
        """Those written here, and those carried over."""
        rows = ReviewAction.objects.shown_in(review).select_related("review", "about", "owner").order_by("due", "id")
        return ActionOut(rows, many=True).data

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_present(self, review: Review) -> list[str]:
        """User names."""
        return [one.person.username for one in review.present.select_related("person")]


class OpenReviewIn(Body):
    """A review to open: its page is frozen now."""

    meets_at = serializers.DateTimeField()


class DecisionIn(Body):
    """A decision."""

    text = serializers.CharField(max_length=2000)
    about = Named(lambda view: UseCase.objects.visible_to(view.person), required=False, allow_null=True)


class ActionIn(Body):
    """Who does what until when."""

    text = serializers.CharField(max_length=actions.LONGEST_ACTION)
    owner = Named(lambda view: actions.may_own(view.thing()), by="username", help_text="A user name.")
    due = serializers.DateField()
    about = Named(lambda view: UseCase.objects.visible_to(view.person), required=False, allow_null=True)


class AttendanceIn(Body):
    """Who is there, by user name."""

    people = serializers.ListField(child=Named(lambda view: actions.may_own(view.thing()), by="username"))


class CloseReviewIn(Body):
    """When the next one meets."""

    next_at = serializers.DateTimeField(required=False, allow_null=True)


class ReviewFilter(django_filters.FilterSet):
    """Which reviews."""

    status = django_filters.ChoiceFilter(choices=ReviewStatus.choices)


class _Reviews(Listing, Creating):
    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = ReviewPageOut, OpenReviewIn
    filterset_class = ReviewFilter
    orderings = ("-meets_at", "meets_at")
    has_rules = True
    example = {"meets_at": "2026-12-02T09:00:00Z"}

    def where(self, thing: Review) -> str:
        """Where it is read."""
        return reverse("api_review", args=[thing.uid])


class Reviews(_Reviews):
    """The reviews one may see: of use cases, and for who reads them all of the portfolio."""

    def rows(self) -> models.QuerySet[Review]:
        """Those one may see."""
        return Review.objects.visible_to(self.person).select_related("use_case")

    def create(self, sent: dict[str, Any]) -> Review:
        """Open a review of the portfolio."""
        return actions.open_review(None, by=self.person, **sent)


class UseCaseReviews(_Reviews, OfUseCase):
    """The reviews of a use case."""

    def rows(self) -> models.QuerySet[Review]:
        """Those of the use case."""
        return Review.objects.of(self.use_case).select_related("use_case")

    def create(self, sent: dict[str, Any]) -> Review:
        """Open a review of the use case."""
        return actions.open_review(self.use_case, by=self.person, **sent)


class _OneReview(Endpoint):
    reads, writes = Scope.READ, Scope.WRITE
    serializer_class: Any = WholeReviewPageOut
    lookup_field = "uid"
    has_rules = True

    def rows(self) -> models.QuerySet[Review]:
        """Those one may see, with their decisions."""
        found = Review.objects.visible_to(self.person).select_related("use_case__team")
        return found.prefetch_related("decisions__about", "decisions__by")


class OneReview(Reading, _OneReview):
    """A review with all that it says."""


class _Meeting(Acting, _OneReview):
    """A verb of the meeting."""


class PrepareReview(_Meeting):
    """Freeze the page anew."""

    def act(self, thing: Review, sent: dict[str, Any]) -> None:
        """Freeze the page as of now."""
        actions.prepare_again(thing, by=self.person)


class DecideInReview(_Meeting):
    """Write down a decision."""

    body = DecisionIn
    example = {"text": "Roll out to Suburban."}

    def act(self, thing: Review, sent: dict[str, Any]) -> None:
        """Write down a decision."""
        actions.decide(thing, by=self.person, **sent)


class AgreeInReview(_Meeting):
    """Write down who does what until when."""

    body = ActionIn
    example = {"text": "Brief the operators", "owner": "data", "due": "2099-05-20"}

    def act(self, thing: Review, sent: dict[str, Any]) -> None:
        """Write down who does what until when."""
        actions.agree(thing, by=self.person, **sent)


class AttendReview(_Meeting):
    """Say who is there."""

    body = AttendanceIn
    example: dict[str, Any] = {"people": []}

    def act(self, thing: Review, sent: dict[str, Any]) -> None:
        """Say who is there."""
        actions.attend(thing, by=self.person, **sent)


class CloseReview(_Meeting):
    """Seal the review."""

    body = CloseReviewIn
    example: dict[str, Any] = {"next_at": None}

    def act(self, thing: Review, sent: dict[str, Any]) -> None:
        """Seal the review."""
        actions.close(thing, by=self.person, **sent)


class _Actions(Endpoint):
    reads, writes = Scope.READ, Scope.WRITE
    serializer_class = ActionOut
    lookup_field = "uid"

    def rows(self) -> models.QuerySet[ReviewAction]:
        """One's own, and those of reviews one may see."""
        seen = models.Q(review__in=Review.objects.visible_to(self.person)) | models.Q(owner=self.person)
        return ReviewAction.objects.filter(seen).select_related("review__use_case__team", "about", "owner")


class ActionFilter(django_filters.FilterSet):
    """Which actions."""

    owner = django_filters.CharFilter(field_name="owner__username", max_length=150)
    done = django_filters.BooleanFilter(field_name="done_at", lookup_expr="isnull", exclude=True)


class ReviewActions(Listing, _Actions):
    """The actions of reviews: one's own, and those of reviews one may see."""

    filterset_class = ActionFilter
    orderings = ("due", "-due")


class FinishAction(Acting, _Actions):
    """Say that an action is done."""

    has_rules = True

    def act(self, thing: ReviewAction, sent: dict[str, Any]) -> None:
        """Say that it is done."""
        actions.finish(thing, by=self.person)


class TakeBackAction(Acting, _Actions):
    """Say that an action is not done after all."""

    has_rules = True

    def act(self, thing: ReviewAction, sent: dict[str, Any]) -> None:
        """Say that it is not done after all."""
        actions.take_back(thing, by=self.person)
