"""The API of problems and debts."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db import models
from rest_framework import serializers

from portal import clock
from portal.api.endpoints import Acting, Changing, Creating, Listing, Reading
from portal.api.filters import DayFilter
from portal.api.serializers import Body, Named
from portal.people.models import Scope, User
from usecases.catalog.api import OfUseCase
from usecases.problems import actions
from usecases.problems.models import IceFace, Problem, ProblemChange, ProblemKind, ProblemStatus


class ChangeOut(serializers.ModelSerializer[ProblemChange]):
    """A step in the life of a problem; `from_status` is empty when it was raised."""

    by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = ProblemChange
        fields = ("from_status", "to_status", "comment", "by", "occurred_at")
        read_only_fields = fields


class ProblemOut(serializers.ModelSerializer[Problem]):
    """A problem or a debt; `rank` is null once it is closed, `cost_per_month` while nobody knows."""

    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    currency = serializers.CharField(source="use_case.currency", read_only=True)
    # Empty when there is none: no "uri" of the contract.
    tracker_url = serializers.CharField(read_only=True)

    class Meta:
        model = Problem
        fields: tuple[str, ...] = (
            "uid",
            "number",
            "kind",
            "face",
            "title",
            "description",
            "owner",
            "due",
            "cost_per_month",
            "currency",
            "tracker_url",
            "rank",
            "status",
            "status_since",
        )
        read_only_fields: tuple[str, ...] = fields


class WholeProblemOut(ProblemOut):
    """A problem or a debt with its history."""

    changes = ChangeOut(many=True, read_only=True)

    class Meta(ProblemOut.Meta):
        fields = (*ProblemOut.Meta.fields, "changes")
        read_only_fields = fields


class ProblemIn(Body):
    """A problem or a debt as it is sent."""

    title = serializers.CharField(max_length=160)
    kind = serializers.ChoiceField(choices=ProblemKind.choices, required=False)
    face = serializers.ChoiceField(choices=IceFace.choices)
    description = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    owner = Named(
        lambda view: User.objects.filter(memberships__team=view.use_case.team, is_active=True).distinct(),
        by="username",
        required=False,
        allow_null=True,
        help_text="The user name of a member of the team.",
    )
    due = serializers.DateField(required=False, allow_null=True)
    cost_per_month = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    tracker_url = serializers.URLField(max_length=400, required=False, allow_blank=True)


class ClosingIn(Body):
    """Words beside a step."""

    comment = serializers.CharField(required=False, allow_blank=True, max_length=20_000)


class ReasonIn(Body):
    """Why it is dropped."""

    reason = serializers.CharField(max_length=20_000)


class PlaceIn(Body):
    """Where to put it: 1 is the first, beyond the last is the last."""

    place = serializers.IntegerField(min_value=1, max_value=1_000_000)


class ProblemFilter(django_filters.FilterSet):
    """Which problems and debts."""

    status = django_filters.ChoiceFilter(choices=ProblemStatus.choices, method="standing")
    kind = django_filters.ChoiceFilter(choices=ProblemKind.choices)
    face = django_filters.ChoiceFilter(choices=IceFace.choices)
    due_before = DayFilter(field_name="due", lookup_expr="lt")

    def standing(self, rows: models.QuerySet[Problem], name: str, value: str) -> models.QuerySet[Problem]:
        """Those in a status, on the day looked at if one is."""
        return rows.filter(**{"status" if clock.past() is None else "status_then": value})


class _OfProblems(OfUseCase):
    reads, writes = Scope.READ, Scope.WRITE
    lookup_field = "number"

    def rows(self) -> models.QuerySet[Problem]:
        """The problems and debts of the use case."""
        return Problem.objects.filter(use_case=self.use_case).known().select_related("use_case__team", "owner")

    def dress(self, rows: Sequence[Any]) -> None:
        """As they were, when somebody looks back."""
        at = clock.past()
        if at is not None:
            Problem.as_they_were(rows, at)


class Problems(Listing, Creating, _OfProblems):
    """The problems and debts of a use case."""

    shows_the_past = True
    past_filters = frozenset({"status"})
    serializer_class, body = ProblemOut, ProblemIn
    filterset_class = ProblemFilter
    orderings = ("number", "-number")
    has_rules = True
    example = {"title": "Customer keys arrive two days late", "face": "data", "cost_per_month": "1200.00"}

    def create(self, sent: dict[str, Any]) -> Problem:
        """Write down a problem or a debt, ranked last."""
        return actions.raise_problem(self.use_case, by=self.person, **sent)


class OneProblem(Reading, Changing, _OfProblems):
    """A problem or a debt with its history."""

    shows_the_past = True
    serializer_class, body = WholeProblemOut, ProblemIn
    has_rules = True
    example = {"due": "2026-06-30"}

    def rows(self) -> models.QuerySet[Problem]:
        """With its history."""
        return super().rows().prefetch_related("changes__by")

    def change(self, thing: Problem, sent: dict[str, Any]) -> None:
        """Change what is said of it."""
        actions.edit_problem(thing, by=self.person, **sent)


class _Step(Acting, _OfProblems):
    serializer_class = ProblemOut
    has_rules = True


class Solve(_Step):
    """Say that it is solved."""

    body = ClosingIn
    example: dict[str, Any] = {"comment": "The file arrives at six since Monday."}

    def act(self, thing: Problem, sent: dict[str, Any]) -> None:
        """Say that it is solved."""
        actions.solve(thing, by=self.person, **sent)


class Drop(_Step):
    """Say that it will not be solved, and why."""

    body = ReasonIn
    example: dict[str, Any] = {"reason": "The market leaves the scope."}

    def act(self, thing: Problem, sent: dict[str, Any]) -> None:
        """Say that it will not be solved, and why."""
        actions.drop(thing, by=self.person, **sent)


class Reopen(_Step):
    """Say that it is there again."""

    body = ClosingIn
    example: dict[str, Any] = {"comment": "It came back with the new source."}

    def act(self, thing: Problem, sent: dict[str, Any]) -> None:
        """Say that it is there again; it is ranked last."""
        actions.reopen(thing, by=self.person, **sent)


class Rank(_Step):
    """Put it at another place."""

    body = PlaceIn
    example: dict[str, Any] = {"place": 1}

    def act(self, thing: Problem, sent: dict[str, Any]) -> None:
        """Put it at another place among the open ones."""
        actions.rank_problem(thing, by=self.person, **sent)
