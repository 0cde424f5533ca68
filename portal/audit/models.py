"""What happened: one row per change, written in the change's own transaction, never altered."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext

from portal import clock
from portal.people.models import Team
from portal.records import new_uid
from portal.words import say


class EventQuerySet(models.QuerySet["Event"]):
    """Questions of the journal pages."""

    def for_journal(self, use_case_slug: str) -> "EventQuerySet":
        """The journal of one use case, newest first."""
        return self.filter(use_case=use_case_slug).select_related("actor").order_by("-id")

    def last_of(self, use_case_slug: str) -> int | None:
        """The number of the last event of one use case: what was computed since then still holds."""
        return self.filter(use_case=use_case_slug).order_by("-id").values_list("id", flat=True).first()


class Event(models.Model):
    """Somebody (or a machine) did something to something. Append-only in the database."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    occurred_at = models.DateTimeField(default=clock.now)
    recorded_at = models.DateTimeField(db_default=Now())
    is_demo = models.BooleanField(default=clock.is_story)
    # Null: the machine; `actor_label` says which part of it.
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=150)
    verb = models.CharField(max_length=60)
    target_type = models.CharField(max_length=60)
    target_uid = models.UUIDField(null=True)
    target_label = models.CharField(max_length=200)
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    use_case = models.CharField(max_length=60, blank=True)
    data = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            # the journal tab of a use case, newest first
            models.Index(fields=["use_case", "-id"], name="event_by_use_case"),
            # "what happened to this"
            models.Index(fields=["target_uid", "-id"], name="event_by_target"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_label}"

    @property
    def who(self) -> str:
        """The actor's name, or the machine: which part of it acted is kept in `actor_label`."""
        return str(self.actor) if self.actor else gettext("The machine")

    @property
    def sentence(self) -> str:
        """What happened, in the reader's language."""
        return say(self.verb, {"target": self.target_label, **self.data.get("params", {})})
