"""The API of talk: what was said under a thing, who follows it, what happened there."""

from collections.abc import Callable, Sequence
from typing import Any

import django_filters
from django.db import models
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Changing, Creating, Endpoint, Listing, Reading, Removing
from portal.api.events import EventOut
from portal.api.paging import Pages
from portal.api.serializers import Body
from portal.errors import BadInput
from portal.people import rights
from portal.people.models import Scope
from portal.registry import Subject
from portal.talk import actions, feed, following, subjects
from portal.talk.models import LONGEST, Comment, CommentVersion, Follow, Mention


class CommentVersionOut(serializers.ModelSerializer[CommentVersion]):
    """What a comment said until it was edited."""

    class Meta:
        model = CommentVersion
        fields = ("body", "until")
        read_only_fields = fields


class CommentOut(serializers.ModelSerializer[Comment]):
    """What was said, in Markdown; empty once it was removed. `parent` is the comment it answers."""

    author = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    removed_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    parent = serializers.SlugRelatedField[Any](slug_field="uid", read_only=True, allow_null=True)  # type: ignore[assignment]
    mentions = serializers.SerializerMethodField()
    versions = CommentVersionOut(many=True, read_only=True)

    class Meta:
        model = Comment
        fields = (
            "uid",
            "parent",
            "author",
            "body",
            "mentions",
            "occurred_at",
            "edited_at",
            "versions",
            "removed_at",
            "removed_by",
        )
        read_only_fields = fields

    def get_mentions(self, comment: Comment) -> list[str]:
        """The user names of who is named in it."""
        return [mention.user.username for mention in comment.mentions.all()]


class SaidChange(Body):
    """What is said, in Markdown; @name tells somebody of it."""

    body = serializers.CharField(max_length=LONGEST)


class SaidIn(SaidChange):
    """A comment, or an answer to one."""

    parent = serializers.UUIDField(  # type: ignore[assignment]
        required=False, allow_null=True, help_text="The comment that it answers."
    )


class CommentFilter(django_filters.FilterSet):
    """Which comments of a thing."""

    author = django_filters.CharFilter(field_name="author__username")
    parent = django_filters.UUIDFilter(field_name="parent__uid")


class OfSubject(Endpoint):
    """An address of a thing that people speak about: 404 unless the caller may see it."""

    subject: Subject

    def load(self) -> None:
        """The thing. Raises Http404."""
        self.subject = subjects.load(self.person, self.kwargs["type"], self.kwargs["uid"])


class OfComment(OfSubject):
    """The comments of a thing."""

    serializer_class = CommentOut

    def rows(self) -> models.QuerySet[Comment]:
        """What was said there; what was removed leaves its mark."""
        people = models.Prefetch("mentions", Mention.objects.select_related("user").order_by("user__username"))
        found = Comment.objects.filter(subject_uid=self.subject.uid)
        return found.select_related("author", "removed_by", "parent", "team").prefetch_related(people, "versions")

    def thing(self) -> Comment:
        """The comment of the address. Raises Http404."""
        return get_object_or_404(self.get_queryset(), uid=self.kwargs["comment"])


class Comments(Listing, Creating, OfComment):
    """What was said under a thing, the newest first."""

    reads, writes = Scope.READ, Scope.WRITE
    body, filterset_class = SaidIn, CommentFilter
    orderings = ("-id", "id")
    has_rules = True
    example = {"body": "The reference of May is wrong: see the *second* file."}

    def create(self, sent: dict[str, Any]) -> Comment:
        """Say something under a thing, or in answer to what was said there."""
        parent = None
        if sent.get("parent"):
            parent = self.rows().filter(uid=sent["parent"]).first()
            if parent is None:
                sentence = _("There is no such comment here.")
                raise BadInput.of(sentence, {"parent": sentence})
        return actions.write(self.subject, by=self.person, body=sent["body"], parent=parent)

    def where(self, thing: Comment) -> str:
        """The comment."""
        return reverse("api_comment", args=[self.subject.type, self.subject.uid, thing.uid])


class OneComment(Reading, Changing, Removing, OfComment):
    """A comment, and what it said before it was edited."""

    reads, writes = Scope.READ, Scope.WRITE
    body = SaidChange
    example = {"body": "The reference of May is wrong: see the *third* file."}
    has_rules = True

    def change(self, thing: Comment, sent: dict[str, Any]) -> None:
        """Rewrite one's own comment within a day; what it said before is kept."""
        actions.edit(thing, self.subject, by=self.person, body=sent.get("body", thing.body))

    def remove(self, thing: Comment) -> None:
        """Erase what one's own comment said, and all it said before; a moderator may erase anybody's."""
        actions.remove(thing, by=self.person)


# --- following -----------------------------------------------------------------------------------------------------
class FollowOut(serializers.Serializer[Any]):
    """Whether one follows the thing."""

    follows = serializers.BooleanField()


class FollowIn(Body):
    """Follow it, or no longer."""

    follows = serializers.BooleanField()


class FollowSubject(Reading, Changing, OfSubject):
    """Whether the caller follows a thing."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = FollowOut, FollowIn
    example = {"follows": True}

    def thing(self) -> dict[str, bool]:
        """Whether the caller follows it."""
        return {"follows": following.follows(self.person, self.subject)}

    def lock(self, thing: Any) -> None:
        """The person: who never said so has no row."""
        super().lock(self.person)

    def change(self, thing: Any, sent: dict[str, Any]) -> None:
        """Follow a thing, or no longer; who said no is never made to follow it again."""
        if "follows" in sent:
            actions.follow(self.subject, by=self.person, is_on=sent["follows"])


class SubjectOut(serializers.Serializer[Subject]):
    """A thing that one follows."""

    type = serializers.CharField()
    uid = serializers.UUIDField()
    title = serializers.CharField()
    url = serializers.CharField()
    use_case = serializers.CharField()


class Following(Listing, Endpoint):
    """What the caller follows and may see, what was followed last first."""

    reads = Scope.READ
    serializer_class = SubjectOut
    filter_backends = ()
    orderings = ("-id",)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page; what may not be seen any more is left out, so that it may be shorter."""
        page = self.paginate_queryset(Follow.objects.filter(user=self.person, is_on=True))
        told = self.get_serializer(following.visible(self.person, page or ()), many=True)
        return self.get_paginated_response(told.data)


class ChoiceOut(serializers.Serializer[Any]):
    """Whether commenting on a thing, or being named there, makes one follow it."""

    automatically = serializers.BooleanField()


class ChoiceIn(Body):
    """Follow what one comments on, and where one is named, or not."""

    automatically = serializers.BooleanField()


class FollowChoices(Reading, Changing, Endpoint):
    """Whether commenting on a thing, or being named there, makes the caller follow it."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = ChoiceOut, ChoiceIn
    example = {"automatically": False}

    def thing(self) -> dict[str, bool]:
        """What holds for the caller."""
        return {"automatically": following.follows_by_itself(self.person)}

    def lock(self, thing: Any) -> None:
        """The person: who chose nothing has no row."""
        super().lock(self.person)

    def change(self, thing: Any, sent: dict[str, Any]) -> None:
        """Say whether commenting on a thing, or being named there, makes one follow it."""
        if "automatically" in sent:
            actions.choose(by=self.person, automatically=sent["automatically"])


# --- what happened -------------------------------------------------------------------------------------------------
class EntryOut(serializers.Serializer[feed.Entry]):
    """An event of the journal, or a comment: the other is null."""

    recorded_at = serializers.DateTimeField()
    event = EventOut(allow_null=True)
    comment = CommentOut(allow_null=True)


class FeedPages(Pages):
    """`?cursor=&limit=` of two streams read together."""

    default, most = feed.PAGE, 100

    def paginate_feed(self, request: Request, ask: Callable[[str, int], feed.Feed]) -> Sequence[feed.Entry]:
        """The entries of the page. Raises BadInput for a cursor or a limit that is none."""
        self.request = request
        cursor = request.query_params.get("cursor", "")
        if "cursor" in request.query_params and not feed.is_cursor(cursor):
            sentence = _("This cursor is none of this list: begin again without one.")
            raise BadInput.of(sentence, {"cursor": sentence})
        found = ask(cursor, self._limit(request))
        self.cursor = found.older or None
        return found.entries


class _Feed(Listing):
    reads = Scope.READ
    serializer_class = EntryOut
    filter_backends = ()
    pagination_class = FeedPages

    def ask(self, cursor: str, number: int) -> feed.Feed:
        """One page of the feed."""
        raise NotImplementedError

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page."""
        pages: Any = self.paginator
        return self.get_paginated_response(self.get_serializer(pages.paginate_feed(request, self.ask), many=True).data)


class Activity(_Feed, OfSubject):
    """What happened to a thing (for who may read the journal) and what was said of it, the newest first."""

    def ask(self, cursor: str, number: int) -> feed.Feed:
        """Of a use case everything that happened in it, of anything else what happened to it."""
        may_read = rights.can(self.person, "journal.view", self.subject.team)
        return feed.of(self.subject, cursor, events=may_read, number=number)


class FollowedActivity(_Feed, Endpoint):
    """What happened to what one follows and what was said of it, the newest first."""

    def ask(self, cursor: str, number: int) -> feed.Feed:
        """Of the newest things that are followed, as many as their page shows."""
        rows = Follow.objects.filter(user=self.person, is_on=True)[: following.SHOWN]
        return following.happened(self.person, following.visible(self.person, rows), cursor, number=number)
