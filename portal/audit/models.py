"""What happened: one row per change, written in the change's own transaction, never altered; and its seals."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext

from portal import clock
from portal.people import rights
from portal.people.models import Team, User
from portal.records import Known, Record, new_uid
from portal.words import say


class EventQuerySet(models.QuerySet["Event"]):
    """Questions of the journal pages."""

    def for_journal(self, use_case_slug: str) -> "EventQuerySet":
        """The journal of one use case, newest first."""
        return self.filter(use_case=use_case_slug).told()

    def told(self) -> "EventQuerySet":
        """Newest first, with whom each sentence names: one query however many are read."""
        return self.select_related("actor", "on_behalf_of", "person").order_by("-id")

    def visible_to(self, user: User) -> "EventQuerySet":
        """All of it for whom the organisation lets read the journal; else that of the teams where one's role may."""
        if rights.can(user, "journal.view"):
            return self.all()
        return self.filter(team__in=rights.teams_where(user, "journal.view"))

    def last_of(self, use_case_slug: str) -> int | None:
        """The number of the last event of one use case: what was computed since then still holds."""
        return self.filter(use_case=use_case_slug).order_by("-id").values_list("id", flat=True).first()

    def last_by(self, slug: models.OuterRef) -> models.Subquery:
        """The same beside the rows that have this slug, in their query."""
        return models.Subquery(self.filter(use_case=slug).order_by("-id").values("id")[:1])


class Event(models.Model):
    """Somebody (or a machine) did something to something. Append-only in the database.

    Names of people are not in it: `actor` and `person` are asked for theirs when the event is told, so that a person
    can be pseudonymised while the seals still hold.
    """

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    occurred_at = models.DateTimeField(default=clock.now)
    recorded_at = models.DateTimeField(db_default=Now())
    is_demo = models.BooleanField(default=clock.is_story)
    # Null: the machine; `machine` says which part of it.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    machine = models.CharField(max_length=150, blank=True)
    # The one in whose name, when a deputy did it.
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The one it was done to, or who is spoken of: %(person)s in the sentence.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    verb = models.CharField(max_length=60)
    target_type = models.CharField(max_length=60)
    target_uid = models.UUIDField(null=True)
    # Empty when the target is a person, or named after one.
    target_label = models.CharField(max_length=200, blank=True)
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    use_case = models.CharField(max_length=60, blank=True)
    data = models.JSONField(default=dict)

    objects = Known.from_queryset(EventQuerySet)()

    class Meta:
        indexes = [
            # the journal tab of a use case, newest first
            models.Index(fields=["use_case", "-id"], name="event_by_use_case"),
            # "what happened to this"
            models.Index(fields=["target_uid", "-id"], name="event_by_target"),
            # the journal of one's teams
            models.Index(fields=["team", "-id"], name="event_by_team"),
            # "what did this person do", "what was done to this person"
            models.Index(fields=["actor", "-id"], name="event_by_actor"),
            models.Index(fields=["person", "-id"], name="event_by_person"),
            # what deputies did, among the exceptions
            models.Index(fields=["-id"], condition=Q(on_behalf_of__isnull=False), name="event_by_deputy"),
            # a family of verbs, and the exceptions
            models.Index(fields=["verb", "-id"], name="event_by_verb"),
            # a period of the past
            models.Index(fields=["occurred_at"], name="event_by_time"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            # However an event comes in, it waits for its seal.
            pgtrigger.Trigger(
                name="to_be_sealed",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                func="INSERT INTO portal_unsealed (event_id) VALUES (NEW.id); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target}"

    @property
    def who(self) -> str:
        """The actor's name, for whom as a deputy, or the machine: which part of it acted is kept in `machine`."""
        if self.actor and self.on_behalf_of:
            return gettext("%(deputy)s, for %(member)s") % {"deputy": self.actor, "member": self.on_behalf_of}
        return str(self.actor) if self.actor else gettext("The machine")

    @property
    def target(self) -> str:
        """What it was done to: its label, or the name of the person."""
        return self.target_label or (str(self.person) if self.person else "")

    @property
    def sentence(self) -> str:
        """What happened, in the reader's language."""
        return say(self.verb, self.words)

    @property
    def words(self) -> dict[str, Any]:
        """What fills its sentence."""
        people: dict[str, Any] = {"person": str(self.person)} if self.person else {}
        return {"target": self.target, **self.data.get("params", {}), **people}

    @property
    def before(self) -> dict[str, Any]:
        """What was there before, by field."""
        return dict(self.data.get("before") or {})

    @property
    def after(self) -> dict[str, Any]:
        """What is there since, by field."""
        return dict(self.data.get("after") or {})

    @property
    def comment(self) -> str:
        """What was said of it, when its sentence does not say so already; empty otherwise."""
        said = self.data.get("params", {})
        text = str(said.get("comment") or said.get("reason") or "")
        return "" if text and text in self.sentence else text


class Unsealed(models.Model):
    """An event that waits for its seal: filled by a trigger, emptied by the sealer, whatever order they commit in."""

    # No constraint: the trigger puts in what is there, and events stay.
    event = models.OneToOneField(
        Event, primary_key=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )

    def __str__(self) -> str:
        return f"{self.event_id}"


class Seal(models.Model):
    """A link of the chain: hash = SHA-256(hash of the one before ‖ canonical JSON of the event). Append-only."""

    sequence = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="seal")
    hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(sequence__gte=1), name="seal_sequence_from_one")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.sequence}"

    @property
    def hexadecimal(self) -> str:
        """The hash in 64 characters."""
        return bytes(self.hash).hex()


class Head(models.Model):
    """The end of the chain was written outside the database, signed. What counts is the file, not this row."""

    sequence = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    exported_at = models.DateTimeField(db_default=Now())
    places = models.PositiveSmallIntegerField()

    class Meta:
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"{self.sequence}"


class Verification(Record):
    """The chain was read from end to end: how far, against how many heads, and what was wrong."""

    sequence = models.BigIntegerField()
    heads = models.PositiveIntegerField()
    late = models.PositiveIntegerField(default=0)
    # code and params of each thing wrong, the first 200; `wrong` counts all
    findings = models.JSONField(default=list)
    wrong = models.PositiveIntegerField()

    class Meta:
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"{self.sequence}"

    @property
    def tone(self) -> str:
        """Error when anything is wrong; a chain compared with no exported head is only half proved."""
        return "err" if self.wrong else "ok" if self.heads or not self.sequence else "warn"

    @property
    def sentences(self) -> list[str]:
        """What is wrong, in the reader's language."""
        return [say(finding["code"], finding["params"]) for finding in self.findings]
