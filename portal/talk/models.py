"""What people say of a thing, what it said before it was edited, who was named in it, and who follows what."""

from html import unescape

from django.conf import settings
from django.db import models
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from portal import plain
from portal.people.models import Team
from portal.records import Record
from portal.talk import markdown

LONGEST = 5000  # characters
EXCERPT = 160  # characters


class Comment(Record):
    """Something said under a thing (any row with a `uid`), or in answer to what was said there."""

    subject_type = models.CharField(max_length=40)
    subject_uid = models.UUIDField()
    # As it was called when it was spoken about.
    subject_title = models.CharField(max_length=200)
    use_case = models.CharField(max_length=60)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replies")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(blank=True)
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=True, removed_by__isnull=True)
                | models.Q(removed_at__isnull=False, removed_by__isnull=False, body=""),
                name="comment_removed_is_erased",
            ),
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=False) | ~models.Q(body=""), name="comment_says_something"
            ),
        ]
        indexes = [
            # what was said under a thing
            models.Index(fields=["subject_uid", "-id"], name="comment_by_subject"),
            # what was said in a use case, newest first
            models.Index(fields=["use_case", "-id"], name="comment_by_use_case"),
            # the search: parts of what it is about, words of what it says
            plain.name_index("comment_subject_parts", "subject_title"),
            plain.words_index("comment_words", "body"),
        ]

    def __str__(self) -> str:
        return self.subject_title

    @property
    def excerpt(self) -> str:
        """What it says in one line, without the signs of Markdown."""
        said = unescape(strip_tags(markdown.render(self.body, {})))
        return Truncator(" ".join(said.split())).chars(EXCERPT)

    @property
    def anchor(self) -> str:
        """Where it is in its page."""
        return f"comment-{self.uid}"

    @property
    def removed_by_author(self) -> bool:
        """Whether its author took it away, rather than a moderator."""
        return self.removed_by_id == self.author_id


class CommentVersion(models.Model):
    """What a comment said before it was edited; erased with it."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="versions")
    body = models.TextField()
    until = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.comment} {self.until:%Y-%m-%d %H:%M}"


class Mention(models.Model):
    """A person is named in a comment."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="mention_once")]

    def __str__(self) -> str:
        return f"@{self.user.username}"


class Follow(Record):
    """A person wants to hear of a thing, or said that they do not: then nothing makes them follow it again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows")
    subject_type = models.CharField(max_length=40)
    subject_uid = models.UUIDField()
    subject_title = models.CharField(max_length=200)
    use_case = models.CharField(max_length=60)
    is_on = models.BooleanField(default=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user", "subject_uid"], name="follow_once")]
        indexes = [
            # who hears of a thing
            models.Index(fields=["subject_uid"], condition=models.Q(is_on=True), name="follow_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.subject_title}"


class FollowChoice(models.Model):
    """Whether commenting on a thing, or being named there, makes a person follow it; without a row it does."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="follow_choice"
    )
    automatically = models.BooleanField(_("Follow what I comment on, and where I am mentioned"), default=True)

    def __str__(self) -> str:
        return f"{self.user}: {self.automatically}"
